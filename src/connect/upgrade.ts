import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { WebSocketServer } from 'ws'
import type { Api } from '../api/context.ts'
import type { Terminal } from '../contract/terminal.ts'
import { carryTerminal } from './terminal-wire.ts'

const LARGEST_MESSAGE = 1 << 20

/**
 * What asks to leave HTTP goes through the same door as everything else: the API says who may, and hands out a terminal.
 * Whoever asks for anything but a WebSocket (as curl does for HTTP/2) is answered as if he had not.
 */
export const answerUpgrades = (server: Server, api: Api, largestBody: () => number): void => {
  let made: Promise<WebSocketServer> | undefined
  const sockets = (): Promise<WebSocketServer> => {
    made ??= webSockets()
    return made
  }
  server.on('upgrade', (incoming, socket, head) => {
    socket.on('error', () => socket.destroy())
    const answered = /^websocket$/i.test(incoming.headers.upgrade ?? '')
      ? open(sockets(), api, incoming, socket, head)
      : plainly(api, incoming, socket, head, { largestBody: largestBody(), patience: server.requestTimeout })
    answered.catch(() => socket.destroy())
  })
}

const webSockets = async (): Promise<WebSocketServer> => {
  const { WebSocketServer } = await import('ws')
  return new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: LARGEST_MESSAGE,
  })
}

const open = async (
  sockets: Promise<WebSocketServer>,
  api: Api,
  incoming: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> => {
  const gone = new AbortController()
  socket.once('close', () => gone.abort())
  let terminal: Terminal | undefined
  const join = (opened: Terminal): void => {
    terminal = opened
  }
  const response = await api.fetch(requestOf(incoming, null, gone.signal), { ...whoOf(incoming), join })
  if (!terminal) return answer(socket, response)
  const opened = terminal
  const server = await sockets
  if (gone.signal.aborted) return opened.close()
  socket.once('close', opened.close)
  server.handleUpgrade(incoming, socket, head, one => carryTerminal(one, opened))
}

const plainly = async (
  api: Api,
  incoming: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  { largestBody, patience }: { largestBody: number; patience: number },
): Promise<void> => {
  const length = Number(incoming.headers['content-length'] ?? 0)
  if (incoming.headers['transfer-encoding'] || !(length <= largestBody)) {
    const said = { error: { code: 'bad_request', message: 'Send this body without an Upgrade header.' } }
    return answer(socket, Response.json(said, { status: 400 }))
  }
  const gone = new AbortController()
  socket.once('close', () => gone.abort())
  // The server has no eye any more on what left HTTP.
  const tired = setTimeout(() => socket.destroy(), patience)
  const body = await take(socket, head, length).finally(() => clearTimeout(tired))
  await answer(socket, await api.fetch(requestOf(incoming, body, gone.signal), whoOf(incoming)))
}

const take = async (socket: Duplex, head: Buffer, length: number): Promise<Buffer> => {
  let body = head
  while (body.length < length) {
    const more = socket.read() as Buffer | null
    if (more) body = Buffer.concat([body, more])
    else if (socket.readableEnded || socket.destroyed) throw new Error('The body was cut short.')
    else await heard(socket, 'readable', 'end', 'close')
  }
  return body.subarray(0, length)
}

const whoOf = (incoming: IncomingMessage) => ({ remote: incoming.socket.remoteAddress ?? 'unknown' })

const requestOf = (incoming: IncomingMessage, body: Buffer | null, signal: AbortSignal): Request => {
  const headers = new Headers()
  for (const [name, value] of Object.entries(incoming.headers))
    for (const one of [value ?? []].flat()) headers.append(name, one)
  const { method = 'GET', url = '/' } = incoming
  const bodied = method !== 'GET' && method !== 'HEAD' && body !== null && body.length > 0
  const at = `http://${incoming.headers.host ?? 'localhost'}`
  return new Request(URL.canParse(url, at) ? new URL(url, at) : `http://localhost/`, {
    method,
    headers,
    signal,
    ...(bodied ? { body: new Uint8Array(body) } : {}),
  })
}

/** The last words on this connection. */
const answer = async (socket: Duplex, response: Response): Promise<void> => {
  const headers = [...response.headers].map(([name, value]) => `${name}: ${value}\r\n`).join('')
  const reason = STATUS_CODES[response.status] ?? 'Answered'
  socket.write(`HTTP/1.1 ${response.status} ${reason}\r\n${headers}connection: close\r\n\r\n`)
  if (response.body)
    for await (const piece of response.body) {
      if (!socket.write(piece) && !socket.destroyed) await heard(socket, 'drain', 'close')
      if (socket.destroyed) return
    }
  socket.end()
}

/** Whichever comes first; nothing listens afterwards. */
const heard = (socket: Duplex, ...events: string[]): Promise<void> =>
  new Promise(resolve => {
    const done = (): void => {
      for (const event of events) socket.off(event, done)
      resolve()
    }
    for (const event of events) socket.on(event, done)
  })
