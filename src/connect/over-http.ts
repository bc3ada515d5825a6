import type { Agent, IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import type { Carry } from '../client/client.ts'
import { Problem } from '../contract/problem.ts'
import { FAILURES } from '../net/failures.ts'

/** Requests are written for `http://localhost`; here they get their real address and the caller's token. */
export const overHttp = (base: string, token: string): Carry => overWire(base, token).carry

/**
 * The same on connections of its own: those kept open for the next request over a line that went dead are dropped
 * with it, where they would swallow whatever is sent on them.
 */
export const overWire = (base: string, token: string): { carry: Carry; drop(): void } => {
  let agent: Agent | undefined
  const carry: Carry = async asked => {
    const http = base.startsWith('https:') ? await import('node:https') : await import('node:http')
    agent ??= new http.Agent({ keepAlive: true })
    const { method, signal } = asked
    const { pathname, search } = new URL(asked.url)
    const body = asked.body === null ? undefined : new Uint8Array(await asked.arrayBuffer())
    const headers = {
      ...Object.fromEntries(asked.headers),
      authorization: `Bearer ${token}`,
      ...(body ? { 'content-length': String(body.length) } : {}),
    }
    try {
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        const sent = http.request(base + pathname + search, { method, headers, signal, agent })
        sent.once('response', resolve)
        sent.on('error', reject)
        sent.end(body)
      })
      return responseOf(answer)
    } catch (error) {
      throw signal.aborted ? signal.reason : unanswered(base, error as NodeJS.ErrnoException)
    }
  }
  return { carry, drop: () => agent?.destroy() }
}

/** What came over the wire, as the web has it. */
export const responseOf = (answer: IncomingMessage): Response => {
  const headers = new Headers()
  for (const [name, value] of Object.entries(answer.headers))
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value)
  const status = answer.statusCode ?? 500
  const empty = status === 204 || status === 304
  if (empty) answer.resume()
  const stream = empty ? null : (Readable.toWeb(answer) as ReadableStream<Uint8Array>)
  return new Response(stream, { status, headers })
}

const unanswered = (base: string, { code = '', message }: NodeJS.ErrnoException): Problem =>
  new Problem('unavailable', `No answer from ${base}: ${FAILURES[code] ?? (code || message)}.`, {
    unreachable: true,
    ...(code === 'ECONNREFUSED' ? { unsent: true } : {}),
  })
