import type { ClientRequestArgs, IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { Join } from '../client/client.ts'
import { problemOf } from '../client/client.ts'
import { Problem } from '../contract/problem.ts'
import type { Terminal } from '../contract/terminal.ts'
import { HostError } from '../hosts/host.ts'
import { asSocket } from '../hosts/http.ts'
import { terminalOver } from './terminal-wire.ts'

const OPEN_WITHIN = 20_000

/** A terminal over a WebSocket to an API elsewhere; `through` where there is a way to it already. */
export const overWebSocket =
  (base: string, token: string, through?: () => Promise<Duplex>): Join =>
  async request => {
    const { WebSocket } = await import('ws')
    const { pathname, search } = new URL(request.url)
    const stream = await through?.().catch(error => {
      throw unreachable(base, error)
    })
    const socket = new WebSocket(`${base.replace(/^http/, 'ws')}${pathname}${search}`, {
      headers: { authorization: `Bearer ${token}` },
      handshakeTimeout: OPEN_WITHIN,
      perMessageDeflate: false,
      ...(stream
        ? { createConnection: (() => asSocket(stream)) as ClientRequestArgs['createConnection'] }
        : {}),
    })
    const { promise, resolve, reject } = Promise.withResolvers<Terminal>()
    const terminal = terminalOver(socket, base)
    const abort = (): void => {
      socket.terminate()
      reject(new Problem('timeout', 'Opening the terminal was given up.'))
    }
    request.signal.addEventListener('abort', abort, { once: true })
    socket.once('open', () => resolve(terminal))
    socket.on('unexpected-response', (_request, answer) => void refused(answer).then(reject))
    socket.on('error', error => reject(unreachable(base, error)))
    try {
      return await promise
    } finally {
      request.signal.removeEventListener('abort', abort)
    }
  }

/** What the API answered instead, as the error it was there. */
const refused = async (answer: IncomingMessage): Promise<Problem> =>
  problemOf(new Response(await text(answer), { status: answer.statusCode ?? 500 }))

const unreachable = (base: string, error: Error & { code?: string }): Problem =>
  new Problem(
    'unavailable',
    error instanceof HostError ? error.message : `No answer from ${base}: ${error.code ?? error.message}.`,
    { unreachable: true },
  )
