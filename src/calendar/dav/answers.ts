import type { DAVResponse } from 'tsdav'
import { Problem } from '../../contract/problem.ts'
import type { Answer } from './dav.ts'

/** The same place in one spelling, however the server writes it. */
export const placeOf = (href: string, base: string): string => {
  const { pathname } = new URL(href, base)
  return pathname
    .split('/')
    .map(part => {
      try {
        return encodeURIComponent(decodeURIComponent(part))
      } catch {
        return part
      }
    })
    .join('/')
}

export const textOf = (value: unknown): string | null => {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const inner = value as { _cdata?: unknown; _text?: unknown } | null | undefined
  return inner ? textOf(inner._cdata ?? inner._text) : null
}

/** Where a calendar stands, as an answer about it says. */
export const tokenIn = (response: DAVResponse | undefined): string | null =>
  textOf((response?.raw as { multistatus?: { syncToken?: unknown } } | undefined)?.multistatus?.syncToken)

export const answerOf = async (response: Response): Promise<Answer> => {
  if (response.status === 401) throw refusal(401, response.url)
  return {
    status: response.status,
    etag: response.headers.get('etag'),
    said: (await response.text()).slice(0, 2000),
  }
}

export const refusal = (status: number, url: string): Problem => {
  const { host } = new URL(url)
  if (status === 401) return new Problem('unauthenticated', `${host}: the login was refused`)
  if (status === 403) return new Problem('denied', `${host} does not allow it`)
  if (status === 404 || status === 410) return new Problem('not_found', `${host} has nothing at ${url}`)
  return new Problem('upstream', `${host} answered ${status}`)
}

/** The answers, unless the server refused the question as a whole. */
export const fine = (url: string, found: DAVResponse[]): DAVResponse[] => {
  const [first] = found
  if (!first || found.length > 1 || first.status === 207) return found
  if (first.status >= 400 && first.props === undefined) throw refusal(first.status, url)
  if (first.props === undefined)
    throw new Problem('upstream', `${new URL(url).host} answers, but not as a calendar server does`)
  return found
}

/** What the library throws where a server refused. */
export const saidOf = (error: unknown, url: string): unknown => {
  const status = /failed: (\d{3})/.exec((error as Error).message)?.[1]
  return status ? refusal(Number(status), url) : error
}
