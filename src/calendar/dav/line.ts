import { Problem } from '../../contract/problem.ts'
import { openFetch } from '../../net/fetch.ts'
import type { Proof } from '../../secrets/secret.ts'
import type { Access } from './dav.ts'

const LIMIT = 64 * 2 ** 20
/** Listing ten thousand events takes some servers long before the first byte. */
const PATIENCE = 120_000
/** Of one answer, from its first byte to its last. */
const LONGEST = 300_000
const MOST_WAIT = 86_400_000

/** What every exchange with a server is given: who asks, and the line it goes over. */
export type Line = (access: Access) => { headers: Record<string, string>; fetch: typeof globalThis.fetch }

export const openLine = (carried: (there: number, back: number) => void): Line => {
  const lines = new Map<string, typeof globalThis.fetch>()
  /** Connections are kept for whoever trusts the same certificates. */
  const lineFor = ({ ca }: Access): typeof globalThis.fetch => {
    const key = ca ? Buffer.from(ca).toString('base64') : ''
    let line = lines.get(key)
    if (!line) {
      const { fetch } = openFetch({
        plain: 'loopback',
        limit: LIMIT,
        patience: PATIENCE,
        longest: LONGEST,
        carried,
        ...(ca ? { ca: Buffer.from(ca) } : {}),
      })
      line = async (input, init) => notPutOff(await fetch(input, init))
      lines.set(key, line)
    }
    return line
  }
  return access => ({ headers: headersFor(access.proof), fetch: lineFor(access) })
}

const headersFor = (proof: Proof | null): Record<string, string> => {
  if (!proof) return {}
  const said =
    'accessToken' in proof
      ? `Bearer ${proof.accessToken}`
      : `Basic ${Buffer.from(`${proof.user}:${proof.pass}`).toString('base64')}`
  return { authorization: said }
}

/** A server that says when to come back is not asked anything before. */
const notPutOff = (response: Response): Response => {
  const after = response.headers.get('retry-after')
  if (after === null || (response.status !== 429 && response.status !== 503)) return response
  const ms = /^\d{1,9}$/.test(after.trim()) ? Number(after) * 1000 : Date.parse(after) - Date.now()
  const { host } = new URL(response.url)
  const retry_after = Number.isFinite(ms) ? Math.min(Math.max(ms, 0), MOST_WAIT) : undefined
  throw new Problem('unavailable', `${host} answered ${response.status}: it wants to be asked later`, {
    retry_after,
  })
}
