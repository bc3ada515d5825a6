import { isIP } from 'node:net'
import type { MiddlewareHandler } from 'hono'
import { Problem } from '../contract/problem.ts'
import type { Workspace } from '../workspace/workspace.ts'
import type { Env } from './context.ts'
import { envelopeFor } from './envelope.ts'

const LOOPBACK = /^(localhost|[\w-]+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])(:\d+)?$/i
const PUBLIC = new Set(['/healthz', '/openapi.json'])

/** Everything between a socket and a handler: who calls, from where, how much, and with what body. */
export const admit =
  (workspace: Workspace): MiddlewareHandler<Env> =>
  async (http, next) => {
    const path = http.req.path
    const envelope = envelopeFor(path)
    // What was set before it was asked holds for it.
    workspace.follow()
    http.set('ticket', http.env.ticket ?? null)
    http.set('body', null)
    const { outgoing } = http.env
    // On a socket the headers are set where they end up; through a Response they cost as much as a small answer.
    for (const [name, value] of SECURITY)
      if (outgoing) outgoing.setHeader(name, value)
      else http.header(name, value)
    if (http.env.actor) http.set('actor', http.env.actor)
    else {
      const foreign = foreigner(http.req.header('host'), http.req.header('origin'), workspace)
      if (foreign) throw new Problem('denied', foreign)
      if (!PUBLIC.has(path)) {
        const header = http.req.header('authorization')
        const presented = header?.startsWith('Bearer ') ? header.slice(7) : undefined
        const remote = http.env.remote ?? 'unknown'
        const actor = presented === undefined ? undefined : workspace.access.identify(presented)
        if (!actor) {
          if (presented !== undefined) workspace.limits.wrongToken(remote)
          return http.json(envelope.unauthenticated(presented !== undefined) as never, 401)
        }
        workspace.limits.spend(actor)
        http.set('actor', actor)
      }
    }
    if (http.req.method !== 'GET' && http.req.method !== 'HEAD')
      http.set('body', await bounded(http.req.raw, workspace.config.api.max_body))
    await next()
  }

const SECURITY: [string, string][] = [
  ['X-Content-Type-Options', 'nosniff'],
  ['Referrer-Policy', 'no-referrer'],
  ['X-Frame-Options', 'DENY'],
  ['Permissions-Policy', 'camera=(), microphone=(), geolocation=()'],
  ['Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'"],
  ['Cache-Control', 'no-store'],
]

/** A web page must not reach us: neither by a name that resolves here, nor from its own origin. */
const foreigner = (
  host: string | undefined,
  origin: string | undefined,
  { hostnames, wide }: Workspace,
): string | undefined => {
  const known = (name: string): boolean =>
    LOOPBACK.test(name) || hostnames.has(name.toLowerCase().replace(/:\d+$/, ''))
  // A name can be made to mean this machine, an address cannot: bound wider, every address of ours is right.
  const addressed = wide && isIP((host ?? '').replace(/:\d+$/, '').replace(/^\[|\]$/g, '')) !== 0
  if (host !== undefined && !addressed && !known(host))
    return `This API does not answer to the host name '${host.slice(0, 100)}'.`
  if (origin === undefined) return undefined
  const from = URL.canParse(origin) ? new URL(origin).host : ''
  return known(from) ? undefined : 'This API does not answer to web pages from elsewhere.'
}

const bounded = async (request: Request, limit: number): Promise<Uint8Array | null> => {
  const tooLarge = (): Problem => new Problem('too_large', `A request body has at most ${limit} bytes.`)
  if (Number(request.headers.get('content-length') ?? 0) > limit) throw tooLarge()
  // Node holds a body to the length it was announced with, and reading it whole needs no stream.
  if (request.headers.has('content-length')) return new Uint8Array(await request.arrayBuffer())
  if (!request.body) return null
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.length
    if (size > limit) throw tooLarge()
    chunks.push(chunk)
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
}
