import {
  Agent,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as send,
} from 'node:http'
import type { Duplex, Readable } from 'node:stream'
import { type Host, HostError } from './host.ts'

export interface HttpRequest {
  method?: string
  /** With its query, as it goes on the wire. */
  path: string
  headers?: Record<string, string | string[]>
  body?: string | Uint8Array | Readable
  /** Ends the exchange, its body included, on both sides. */
  signal?: AbortSignal
  /** Milliseconds until the answer has to begin. Default 10 000. */
  timeout?: number
}

export interface HttpAnswer {
  status: number
  headers: IncomingHttpHeaders
  /** Destroying it tells the far side that nobody reads on. */
  body: IncomingMessage
}

const TIMEOUT = 10_000
const agents = new WeakMap<Host, Agent>()

/** One HTTP exchange with a port on the machine's own loopback, over a connection that is kept for the next one. */
export async function request(host: Host, port: number, asked: HttpRequest): Promise<HttpAnswer> {
  try {
    return await exchange(host, port, asked)
  } catch (error) {
    // The far side may close a kept connection in the moment it is used again: then nothing was handled yet.
    if (!(error instanceof StaleConnection)) throw error
    return await exchange(host, port, asked)
  }
}

/** The whole body of an answer, up to `limit` bytes. */
export async function readBody(answer: HttpAnswer, limit = 1 << 20): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of answer.body) {
    size += chunk.length
    if (size > limit) throw new HostError('refused', `The answer is longer than ${limit} bytes.`, { limit })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

class StaleConnection extends Error {}

function exchange(host: Host, port: number, asked: HttpRequest): Promise<HttpAnswer> {
  const { method = 'GET', path, headers, body, signal, timeout = TIMEOUT } = asked
  const what = `${method} ${path} on port ${port} of ${host.name}`
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new HostError('aborted', `${what} was given up.`))
    const sent = send({ host: 'localhost', port, method, path, headers, agent: agentOf(host) })
    let given: HostError | null = null
    const give = (code: 'aborted' | 'deadline', message: string) => {
      // A forwarded channel does not hand on the reason it is destroyed with.
      given = new HostError(code, message)
      sent.destroy(given)
      // Nor does one whose connection is gone end the exchange.
      reject(given)
    }
    const abort = () => give('aborted', `${what} was given up.`)
    const timer = setTimeout(
      () => give('deadline', `${what} was not answered within ${timeout} ms.`),
      timeout,
    )
    signal?.addEventListener('abort', abort, { once: true })
    sent.once('close', () => signal?.removeEventListener('abort', abort))
    sent.once('response', message => {
      clearTimeout(timer)
      resolve({ status: message.statusCode ?? 0, headers: message.headers, body: message })
    })
    sent.on('error', error => {
      clearTimeout(timer)
      reject(given ?? failure(error, sent, method, body, what))
    })
    if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) sent.end(body)
    else {
      body.once('error', error => sent.destroy(error))
      sent.once('close', () => body.destroy())
      body.pipe(sent)
    }
  })
}

function failure(
  error: NodeJS.ErrnoException,
  sent: ClientRequest,
  method: string,
  body: HttpRequest['body'],
  what: string,
): Error {
  if (error instanceof HostError) return error
  const repeatable = (method === 'GET' || method === 'HEAD') && body === undefined
  if (sent.reusedSocket && repeatable && error.code === 'ECONNRESET') return new StaleConnection()
  return new HostError('lost', `${what} was not answered: ${error.message}.`, { cause: error.code })
}

function agentOf(host: Host): Agent {
  let agent = agents.get(host)
  if (!agent) {
    // As many are kept as may be in use at once: whatever is closed after its answer is opened anew for the next one.
    agent = new Agent({ keepAlive: true, maxFreeSockets: 64, scheduling: 'lifo' })
    // Node takes any stream through the callback, though the type asks for a socket.
    agent.createConnection = (options, done) => {
      host.connect(Number((options as { port?: unknown }).port)).then(
        stream => done?.(null, asSocket(stream)),
        error => done?.(error, undefined as never),
      )
      return undefined
    }
    agents.set(host, agent)
  }
  return agent
}

/** A forwarded channel has no socket below it; the agent sets these options all the same. */
export function asSocket(stream: Duplex): Duplex {
  const nothing = () => stream
  if (!('setNoDelay' in stream)) {
    // Nor does it count as destroyed once it is closed, and the agent would hand it out again.
    let closed = false
    stream.once('close', () => {
      closed = true
    })
    Object.defineProperty(stream, 'destroyed', { get: () => closed, configurable: true })
  }
  const lacking = ['setKeepAlive', 'setNoDelay', 'setTimeout', 'ref', 'unref'].filter(
    name => !(name in stream),
  )
  return Object.assign(stream, Object.fromEntries(lacking.map(name => [name, nothing])))
}
