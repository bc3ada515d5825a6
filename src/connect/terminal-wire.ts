import { Duplex } from 'node:stream'
import type { RawData, WebSocket } from 'ws'
import * as z from 'zod'
import { type Terminal, TerminalEnd, TerminalSize } from '../contract/terminal.ts'

/**
 * A terminal on a WebSocket: bytes in binary messages, both ways; a size from here and the end from there in text, as
 * JSON. Either side finds out within two of these when the other has gone.
 */
const BEAT = 10_000

const Ended = z.object({ ended: TerminalEnd })

/** This side has the terminal. */
export const carryTerminal = (socket: WebSocket, terminal: Terminal): void => {
  const { stream } = terminal
  keepAlive(socket)
  socket.on('message', (data, isBinary) => {
    if (!isBinary) {
      const size = TerminalSize.safeParse(parsed(data))
      if (size.success) terminal.resize(size.data)
      return
    }
    // Some more may come after the pause: one listener is enough.
    if (stream.write(data) || stream.destroyed || socket.isPaused) return
    socket.pause()
    stream.once('drain', () => socket.resume())
  })
  socket.on('close', () => terminal.close())
  socket.on('error', () => terminal.close())
  void tell(socket, terminal)
}

/** What is not taken there is not read here: one piece is on its way at a time. */
const tell = async (socket: WebSocket, { stream, ended }: Terminal): Promise<void> => {
  try {
    for await (const piece of stream) await sent(socket, piece as Buffer)
  } catch {
    // Hung up on, or the connection went: either is told by `ended`.
  }
  const end = await ended
  await sent(socket, JSON.stringify({ ended: end })).catch(() => undefined)
  socket.close(1000)
}

const sent = (socket: WebSocket, data: string | Buffer): Promise<void> =>
  new Promise((resolve, reject) => socket.send(data, error => (error ? reject(error) : resolve())))

/** The other side has the terminal. */
export const terminalOver = (socket: WebSocket, where: string): Terminal => {
  let end: TerminalEnd | null = null
  const stream = new Duplex({
    read: () => socket.resume(),
    write: (chunk: Buffer, _encoding, done) => socket.send(chunk, () => done()),
    destroy(error, done) {
      socket.terminate()
      done(error)
    },
  })
  // Why it ended is told by `ended`.
  stream.on('error', () => undefined)
  socket.on('open', () => keepAlive(socket))
  socket.on('message', (data, isBinary) => {
    if (isBinary) {
      if (!stream.push(data)) socket.pause()
      return
    }
    const told = Ended.safeParse(parsed(data))
    if (told.success) end = told.data.ended
  })
  const ended = new Promise<TerminalEnd>(resolve => {
    socket.on('close', () => {
      stream.push(null)
      resolve(end ?? { code: null, reason: `The connection to ${where} was lost.` })
    })
  })
  return {
    stream,
    resize: size => socket.readyState === socket.OPEN && socket.send(JSON.stringify(size)),
    ended,
    close: () => stream.destroy(),
  }
}

const parsed = (data: RawData): unknown => {
  try {
    return JSON.parse(String(data))
  } catch {
    // Of another protocol: it says nothing.
    return null
  }
}

const keepAlive = (socket: WebSocket): void => {
  let heard = true
  const timer = setInterval(() => {
    // One that is held back reads no answers either.
    if (!heard && !socket.isPaused) return socket.terminate()
    heard = false
    socket.ping()
  }, BEAT)
  socket.on('pong', () => {
    heard = true
  })
  socket.on('message', () => {
    heard = true
  })
  socket.once('close', () => clearInterval(timer))
}
