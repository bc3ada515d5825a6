import { Agent, type IncomingMessage, request as plain } from 'node:http'
import { Agent as SecureAgent, request as secure } from 'node:https'
import { Problem } from '../contract/problem.ts'
import { isLoopback, targetOf } from './target.ts'

export interface FetchOptions {
  /** Certificates to trust besides those every program does. */
  ca?: Buffer
  /** Plain http is for this machine alone, unless it may go anywhere. */
  plain: 'loopback' | 'anywhere'
  /** Only to addresses that everybody can reach. */
  blockPrivate?: boolean
  /** The largest body that is taken. */
  limit: number
  /** No byte for so long: the connection is given up. */
  patience?: number
  /** All of an exchange, however slowly it trickles. */
  longest?: number
  /** Told of every exchange: what it took, both ways. */
  carried?: (there: number, back: number) => void
}

/** A `fetch` that goes nowhere it should not, and can be closed. */
export interface Fetch {
  fetch: typeof globalThis.fetch
  close(): void
}

const PATIENCE = 30_000
const CONNECT = 15_000
const REDIRECTS = 5

export const openFetch = (options: FetchOptions): Fetch => {
  const agents = {
    'http:': new Agent({ keepAlive: true, maxSockets: 4 }),
    'https:': new SecureAgent({ keepAlive: true, maxSockets: 4, ca: options.ca, minVersion: 'TLSv1.2' }),
  }

  const once = async (url: URL, init: RequestInit): Promise<Response> => {
    const address = await allowed(url, options)
    const headers = Object.fromEntries(new Headers(init.headers))
    const body = typeof init.body === 'string' ? Buffer.from(init.body) : null
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const send = url.protocol === 'https:' ? secure : plain
      const request = send(url, {
        agent: agents[url.protocol as keyof typeof agents],
        method: init.method ?? 'GET',
        headers: { ...headers, ...(body ? { 'content-length': body.length } : {}) },
        timeout: options.patience ?? PATIENCE,
        signal: init.signal ?? undefined,
        // The address that was looked at, not one that a second look-up may give.
        lookup: (_name, wanted, done) => {
          const family = address.includes(':') ? 6 : 4
          if (wanted.all) (done as (e: null, all: object[]) => void)(null, [{ address, family }])
          else done(null, address, family)
        },
      })
      request.once('timeout', () => request.destroy(late()))
      request.once('socket', socket => {
        if (!socket.connecting) return
        const tired = setTimeout(() => request.destroy(late()), CONNECT)
        socket.once('connect', () => clearTimeout(tired)).once('close', () => clearTimeout(tired))
      })
      request.once('error', reject)
      request.once('response', resolve)
      request.end(body)
    })
    const content = await inTime(answer, options.longest, whole(answer, options.limit, url))
    options.carried?.(body?.length ?? 0, content.length)
    const { statusCode: status = 0 } = answer
    const empty = status === 204 || status === 205 || status === 304
    const response = new Response(empty ? null : new Uint8Array(content), {
      status: status >= 200 ? status : 502,
      statusText: answer.statusMessage,
      headers: Object.entries(answer.headersDistinct).flatMap(([name, values]) =>
        (values ?? []).map((value): [string, string] => [name, value]),
      ),
    })
    Object.defineProperty(response, 'url', { value: url.href })
    return response
  }

  return {
    async fetch(input, init = {}) {
      let url = new URL(input instanceof Request ? input.url : input)
      let sending = init
      for (let turn = 0; ; turn++) {
        const response = await once(url, sending)
        const to = response.headers.get('location')
        if (response.status < 300 || response.status > 308 || to === null || init.redirect === 'manual')
          return response
        if (turn === REDIRECTS)
          throw new Problem('upstream', `${url.host} leads from one address to another.`)
        const next = new URL(to, url)
        if (url.protocol === 'https:' && next.protocol === 'http:')
          throw new Problem('upstream', `${url.host} leads from https to http; it is not followed there.`)
        if (next.origin !== url.origin) sending = { ...sending, headers: withoutSecret(sending.headers) }
        if (response.status === 303) sending = { ...sending, method: 'GET', body: null }
        url = next
      }
    },
    close() {
      for (const agent of Object.values(agents)) agent.destroy()
    },
  }
}

const late = (): Error => Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' })

const inTime = async <T>(
  answer: IncomingMessage,
  longest: number | undefined,
  work: Promise<T>,
): Promise<T> => {
  if (longest === undefined) return work
  const tired = setTimeout(() => answer.destroy(late()), longest)
  return work.finally(() => clearTimeout(tired))
}

const withoutSecret = (given: RequestInit['headers']): Headers => {
  const headers = new Headers(given)
  headers.delete('authorization')
  return headers
}

const allowed = async (url: URL, { plain: where, blockPrivate = false }: FetchOptions): Promise<string> => {
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new Problem('invalid', `${url.protocol} is not http or https.`)
  const target = await targetOf(url, blockPrivate)
  if ('refused' in target) throw new Problem('invalid', `Refused: ${target.refused}.`)
  if (url.protocol === 'http:' && where === 'loopback' && !isLoopback(target.address))
    throw new Problem('invalid', `${url.host}: plain http is for loopback only. Use https.`)
  return target.address
}

const whole = async (answer: IncomingMessage, limit: number, { host }: URL): Promise<Buffer> => {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of answer) {
    size += (piece as Buffer).length
    if (size > limit) {
      answer.destroy()
      throw new Problem('too_large', `${host} sent more than ${Math.round(limit / 2 ** 20)} MB at once.`)
    }
    pieces.push(piece as Buffer)
  }
  return Buffer.concat(pieces)
}
