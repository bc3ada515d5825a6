import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'
import { Problem } from '../../contract/problem.ts'
import { FAILURES } from '../../net/failures.ts'
import { openFetch } from '../../net/fetch.ts'

export interface Asked {
  url: string
  etag: string | null
  modified: string | null
  /** Only from an address that everybody can reach. */
  open: boolean
  signal: AbortSignal
}

export type Fed =
  | { state: 'same' }
  | {
      state: 'read'
      text: string
      etag: string | null
      modified: string | null
      digest: string
    }

const LARGEST = 20 * 2 ** 20
/** However slowly it trickles. */
const LONGEST = 120_000

/** What an address that is no use says, with when to ask again where it said so. */
export class FeedFailure extends Problem {
  readonly after: number | null
  constructor(message: string, after: number | null = null) {
    super('upstream', message)
    this.after = after
  }
}

/** Without whatever in an address may be a secret. */
export const shownAddress = ({ protocol, host }: URL): string => `${protocol}//${host}`

/** `webcal` says nothing of how it is read: encrypted, since what is in an address is read by nobody on the way. */
export const feedAddress = (said: string): URL => {
  let url: URL
  try {
    url = new URL(said.trim().replace(/^webcals?:/i, 'https:'))
  } catch {
    throw new Problem('invalid', 'This is no address: it begins with https://, http:// or webcal://.')
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new Problem('invalid', `${url.protocol} is not https, http or webcal.`)
  url.hash = ''
  return url
}

/** Reads a feed, unless it is as it was. */
export const readFeed = async (asked: Asked): Promise<Fed> => {
  const url = feedAddress(asked.url)
  const net = openFetch({ plain: 'anywhere', limit: LARGEST, blockPrivate: asked.open })
  const over = AbortSignal.timeout(LONGEST)
  try {
    const response = await net.fetch(url, {
      headers: {
        accept: 'text/calendar, text/plain;q=0.8, */*;q=0.5',
        'accept-encoding': 'gzip, deflate, br',
        'user-agent': 'Ithaca',
        ...(asked.etag === null ? {} : { 'if-none-match': asked.etag }),
        ...(asked.modified === null ? {} : { 'if-modified-since': asked.modified }),
      },
      signal: AbortSignal.any([asked.signal, over]),
    })
    if (response.status === 304) return { state: 'same' }
    if (response.status !== 200) throw refusal(url, response)
    const bytes = await unpacked(Buffer.from(await response.arrayBuffer()), response.headers, url)
    return {
      state: 'read',
      text: decoded(bytes, response.headers.get('content-type') ?? ''),
      etag: response.headers.get('etag'),
      modified: response.headers.get('last-modified'),
      digest: createHash('sha256').update(bytes).digest('base64url'),
    }
  } catch (error) {
    if (error instanceof Problem) throw error
    if (over.aborted) throw new FeedFailure(`${url.host} took longer than ${LONGEST / 1000} s.`)
    const { code = '', message } = error as NodeJS.ErrnoException
    const plainly = /^webcal:/i.test(asked.url.trim())
      ? ` webcal:// is read by https alone; where ${url.host} is to be read unencrypted, write http:// instead.`
      : ''
    throw new FeedFailure(`${url.host}: ${FAILURES[code] ?? message}.${plainly}`)
  } finally {
    net.close()
  }
}

const SAID: Record<number, string> = {
  401: 'wants a password; put it into the address, https://user:password@…',
  403: 'does not let you read it; the address may have been withdrawn',
  404: 'has no such calendar; the address may have been withdrawn',
  410: 'says that this calendar is gone for good',
  429: 'says that it is asked too often',
}

const refusal = (url: URL, { status, headers }: Response): FeedFailure => {
  const wait = headers.get('retry-after') ?? ''
  const seconds = /^\d{1,7}$/.test(wait) ? Number(wait) : (Date.parse(wait) - Date.now()) / 1000
  const after = Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 86_400) * 1000 : null
  return new FeedFailure(`${url.host} ${SAID[status] ?? `answered ${status}`}.`, after)
}

const PACKED = { gzip: gunzip, 'x-gzip': gunzip, deflate: inflate, br: brotliDecompress } as const

/** Unpacked elsewhere than on the one thread, and never to more than is taken. */
const unpacked = async (bytes: Buffer, headers: Headers, url: URL): Promise<Buffer> => {
  const how = (headers.get('content-encoding') ?? '').trim().toLowerCase()
  const zipped = how === '' && bytes[0] === 0x1f && bytes[1] === 0x8b ? 'gzip' : how
  if (zipped === '' || zipped === 'identity') return bytes
  const unpack = PACKED[zipped as keyof typeof PACKED]
  if (!unpack)
    throw new FeedFailure(`${url.host} packed it as '${zipped.slice(0, 40)}', which is not known here.`)
  try {
    return await (promisify(unpack) as (from: Buffer, how: object) => Promise<Buffer>)(bytes, {
      maxOutputLength: LARGEST,
    })
  } catch (error) {
    const large = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
    throw new FeedFailure(
      large
        ? `${url.host} sent more than ${LARGEST / 2 ** 20} MB at once.`
        : `What ${url.host} sent cannot be unpacked.`,
    )
  }
}

const decoded = (bytes: Buffer, type: string): string => {
  const charset = /charset="?([\w-]+)/i.exec(type)?.[1] ?? 'utf-8'
  try {
    return new TextDecoder(charset).decode(bytes)
  } catch {
    return bytes.toString('utf8')
  }
}
