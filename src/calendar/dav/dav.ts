import type { DAVResponse } from 'tsdav'
import { Problem } from '../../contract/problem.ts'
import { FAILURES } from '../../net/failures.ts'
import { openFetch } from '../../net/fetch.ts'
import type { Proof } from '../../secrets/secret.ts'
import type { CalendarEvent } from '../event.ts'
import { readOne } from '../received.ts'

/** How a server is reached and shown who asks. */
export interface Access {
  proof: Proof | null
  ca: Uint8Array | null
}

export interface RemoteCalendar {
  href: string
  name: string
  color: string | null
  readOnly: boolean
  token: string | null
  tag: string | null
  /** Whether changes since a token can be asked for. */
  syncs: boolean
  /** Whether events can lie in it. */
  events: boolean
}

/** What has changed in a calendar since a token; `stale`: the server does not know the token any more. */
export type Remote =
  | { stale: true }
  | { stale: false; token: string; changed: [href: string, etag: string][]; gone: string[] }

/** Something that lies on a server: its text, and the event in it or why there is none. */
export interface Received {
  href: string
  etag: string
  ics: string
  event: CalendarEvent | null
  reason: string
}

export interface Answer {
  status: number
  etag: string | null
  said: string
}

export interface Home {
  principal: string | null
  home: string
  /** The address is itself a calendar. */
  direct: boolean
}

/** What is asked of CalDAV servers. One exchange each, or what the library makes of it. */
export interface Dav {
  discover(access: Access, url: string): Promise<Home>
  calendars(
    access: Access,
    home: string,
    how: { direct: boolean; ask: 'tokens' | 'tags' | 'all' },
  ): Promise<RemoteCalendar[]>
  /** Makes a calendar; gives its address. */
  make(access: Access, home: string, place: string, name: string, color: string): Promise<string>
  /** Names and colors a calendar; false: the server does not take it. */
  describe(access: Access, calendar: string, as: { name?: string; color?: string }): Promise<boolean>
  changes(access: Access, calendar: string, token: string): Promise<Remote>
  listing(access: Access, calendar: string): Promise<[href: string, etag: string][]>
  receive(access: Access, calendar: string, hrefs: string[], zone: string): Promise<Received[]>
  /** `etag` null: it must not be there yet; empty: whatever is there. */
  put(access: Access, calendar: string, href: string, ics: string, etag: string | null): Promise<Answer>
  remove(access: Access, calendar: string, href: string, etag: string | null): Promise<Answer>
}

const LIMIT = 64 * 2 ** 20
/** A server that tells of changes in parts (RFC 6578, 507) is asked again as often. */
const MOST_PARTS = 1000
/** Listing ten thousand events takes some servers long before the first byte. */
const PATIENCE = 120_000
/** Of one answer, from its first byte to its last. */
const LONGEST = 300_000
const MOST_WAIT = 86_400_000
const DAV = {
  'xmlns:d': 'DAV:',
  'xmlns:c': 'urn:ietf:params:xml:ns:caldav',
} as const
/** Only what changes: computing a tag as well costs some servers as much again. */
const TOKENS = { 'd:resourcetype': {}, 'd:sync-token': {} }
const TAGS = { ...TOKENS, 'cs:getctag': {} }
const WHOLE = {
  ...TAGS,
  'd:displayname': {},
  'ca:calendar-color': {},
  'd:supported-report-set': {},
  'd:current-user-privilege-set': {},
  'c:supported-calendar-component-set': {},
}

const ASKED = { tokens: TOKENS, tags: TAGS, all: WHOLE }

export const openDav = (carried: (there: number, back: number) => void = () => undefined): Dav => {
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
  const around = (access: Access) => ({ headers: headersFor(access.proof), fetch: lineFor(access) })
  const lib = () => import('tsdav')

  const propfind = async (
    access: Access,
    url: string,
    depth: '0' | '1',
    props: object,
  ): Promise<DAVResponse[]> =>
    fine(url, await (await lib()).propfind({ url, depth, props: props as never, ...around(access) }))

  return within({
    async discover(access, url) {
      const { createAccount } = await lib()
      let failure: unknown
      const fetch: typeof globalThis.fetch = async (input, init) => {
        try {
          const response = await lineFor(access)(input, init)
          if (response.status === 401) failure = refusal(401, String(input))
          return response
        } catch (error) {
          failure = error
          throw error
        }
      }
      try {
        const account = { serverUrl: url, accountType: 'caldav' as const }
        const found = await createAccount({ account, headers: headersFor(access.proof), fetch })
        if (found.homeUrl)
          return { principal: found.principalUrl ?? null, home: found.homeUrl, direct: false }
      } catch {
        if (failure) throw failure
      }
      const [self] = await propfind(access, url, '0', TAGS)
      const kinds = Object.keys(self?.props?.resourcetype ?? {})
      if (!kinds.includes('collection') && !kinds.includes('calendar'))
        throw new Problem('upstream', `${new URL(url).host} tells of no calendars at ${url}`)
      return { principal: null, home: url, direct: kinds.includes('calendar') }
    },

    async calendars(access, home, { direct, ask }) {
      const found = await propfind(access, home, direct ? '0' : '1', ASKED[ask])
      return found
        .filter(each => Object.keys(each.props?.resourcetype ?? {}).includes('calendar'))
        .map(each => calendarOf(each, home))
    },

    async make(access, home, place, name, color) {
      const { makeCalendar } = await lib()
      const url = new URL(`${encodeURIComponent(place)}/`, home.endsWith('/') ? home : `${home}/`).href
      const props = { 'd:displayname': name, 'ca:calendar-color': color }
      const [answer] = await makeCalendar({ url, props, ...around(access) })
      if (!answer || ![200, 201, 207].includes(answer.status)) throw refusal(answer?.status ?? 500, url)
      return url
    },

    async describe(access, calendar, { name, color }) {
      const { davRequest } = await lib()
      const props = {
        ...(name === undefined ? {} : { 'd:displayname': name }),
        ...(color === undefined ? {} : { 'ca:calendar-color': color }),
      }
      const [answer] = await davRequest({
        url: calendar,
        init: {
          ...{ method: 'PROPPATCH', namespace: 'd', headers: headersFor(access.proof) },
          body: {
            propertyupdate: {
              _attributes: { ...DAV, 'xmlns:ca': 'http://apple.com/ns/ical/' },
              'd:set': { 'd:prop': props },
            },
          },
        },
        fetch: lineFor(access),
      })
      const status = answer?.status ?? 500
      if (status === 401 || status === 404 || status === 408 || status >= 500)
        if (status !== 501) throw refusal(status, calendar)
      const each = JSON.stringify(answer?.raw ?? '').match(/HTTP\/\d(?:\.\d)? \d{3}/g) ?? []
      return status < 300 && each.every(line => Number(line.slice(-3)) < 300)
    },

    async changes(access, calendar, token) {
      const { syncCollection } = await lib()
      const changed = new Map<string, string>()
      const gone = new Set<string>()
      let since = token
      for (let part = 0; part < MOST_PARTS; part++) {
        const found = await syncCollection({
          ...{ url: calendar, props: { 'd:getetag': {} }, syncLevel: 1, syncToken: since },
          ...around(access),
          headers: { depth: '0', ...headersFor(access.proof) },
        })
        const [first] = found
        const fresh = tokenIn(first)
        if (fresh === null) {
          // Servers say this in many ways, down to an internal error: a listing will show what it was.
          if (since !== '' && first && first.status !== 401) return { stale: true }
          fine(calendar, found)
          throw new Problem('upstream', `${new URL(calendar).host} tells no changes of ${calendar}`)
        }
        let more = false
        for (const each of found) {
          if (each.href === undefined) continue
          const href = placeOf(each.href, calendar)
          if (href === placeOf(calendar, calendar)) more ||= each.status === 507
          else if (each.status === 404) {
            changed.delete(href)
            gone.add(href)
          } else {
            gone.delete(href)
            changed.set(href, textOf(each.props?.getetag) ?? '')
          }
        }
        if (!more) return { stale: false, token: fresh, changed: [...changed], gone: [...gone] }
        since = fresh
      }
      throw new Problem('upstream', `${new URL(calendar).host} comes to no end of its changes`)
    },

    async listing(access, calendar) {
      const { calendarQuery } = await lib()
      const events = { _attributes: { name: 'VEVENT' } }
      const found = await calendarQuery({
        ...{ url: calendar, props: { 'd:getetag': {} }, depth: '1' },
        filters: [{ 'comp-filter': { _attributes: { name: 'VCALENDAR' }, 'comp-filter': events } }],
        ...around(access),
      }).catch(error => {
        throw saidOf(error, calendar)
      })
      // What is not listed counts as deleted, so a page that is no listing must not pass for one.
      return fine(calendar, found)
        .filter(each => each.href !== undefined)
        .map(each => [placeOf(each.href!, calendar), textOf(each.props?.getetag) ?? ''])
    },

    async receive(access, calendar, hrefs, zone) {
      const { davRequest } = await lib()
      // Not the library's own multiget: it gives up all of them where one is gone by now.
      const found = fine(
        calendar,
        await davRequest({
          url: calendar,
          init: {
            ...{ method: 'REPORT', namespace: 'c', headers: { depth: '1', ...headersFor(access.proof) } },
            body: {
              'calendar-multiget': {
                _attributes: DAV,
                'd:prop': { 'd:getetag': {}, 'c:calendar-data': {} },
                'd:href': hrefs,
              },
            },
          },
          fetch: lineFor(access),
        }),
      )
      const received: Received[] = []
      for (const each of found) {
        // Passed over, it would never be asked for again.
        if (each.status >= 500) throw refusal(each.status, calendar)
        const ics = dataOf(each.props?.calendarData)
        if (each.href === undefined || ics === null) continue
        const read = await readOne(ics, zone)
        received.push({
          ...{ href: placeOf(each.href, calendar), etag: textOf(each.props?.getetag) ?? '', ics },
          ...(read.ok ? { event: read.event, reason: '' } : { event: null, reason: read.reason }),
        })
      }
      return received
    },

    async put(access, calendar, href, ics, etag) {
      const { createObject, updateObject } = await lib()
      const url = new URL(href, calendar).href
      const headers = { ...headersFor(access.proof), 'content-type': 'text/calendar; charset=utf-8' }
      const { fetch } = around(access)
      return answerOf(
        etag === null
          ? await createObject({ url, data: ics, headers: { ...headers, 'if-none-match': '*' }, fetch })
          : await updateObject({ url, data: ics, etag: strong(etag), headers, fetch }),
      )
    },

    async remove(access, calendar, href, etag) {
      const { deleteObject } = await lib()
      const url = new URL(href, calendar).href
      return answerOf(await deleteObject({ url, ...(etag ? { etag: strong(etag) } : {}), ...around(access) }))
    },
  })
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

/** A weak ETag matches nothing (RFC 9110, 13.1.1); a server that only weakened it on the way knows the strong one. */
const strong = (etag: string): string => etag.replace(/^W\//, '')

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

const textOf = (value: unknown): string | null => {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const inner = value as { _cdata?: unknown; _text?: unknown } | null | undefined
  return inner ? textOf(inner._cdata ?? inner._text) : null
}

const dataOf = (value: unknown): string | null => textOf(value)

const tokenIn = (response: DAVResponse | undefined): string | null =>
  textOf((response?.raw as { multistatus?: { syncToken?: unknown } } | undefined)?.multistatus?.syncToken)

const calendarOf = ({ href, props }: DAVResponse, home: string): RemoteCalendar => {
  const place = new URL(placeOf(href ?? '', home), home).href
  const reports = JSON.stringify(props?.supportedReportSet ?? {})
  const components = JSON.stringify(props?.supportedCalendarComponentSet ?? {})
  const privileges = props?.currentUserPrivilegeSet
  const may = JSON.stringify(privileges ?? {})
  return {
    href: place,
    name: textOf(props?.displayname) ?? decodeURIComponent(place.split('/').filter(Boolean).at(-1) ?? ''),
    color: colorOf(textOf(props?.calendarColor)),
    readOnly: privileges !== undefined && !/"(all|write|writeContent|bind)"/.test(may),
    token: textOf(props?.syncToken),
    tag: textOf(props?.getctag),
    syncs: reports.includes('"syncCollection"') || textOf(props?.syncToken) !== null,
    events: components === '{}' || components.includes('VEVENT'),
  }
}

/** `#ff0000ff` with its transparency is `#ff0000` here. */
const colorOf = (text: string | null): string | null =>
  /^#[0-9a-f]{6}/i.exec(text?.trim() ?? '')?.[0]?.toLowerCase() ?? null

const answerOf = async (response: Response): Promise<Answer> => {
  if (response.status === 401) throw refusal(401, response.url)
  return {
    status: response.status,
    etag: response.headers.get('etag'),
    said: (await response.text()).slice(0, 2000),
  }
}

const refusal = (status: number, url: string): Problem => {
  const { host } = new URL(url)
  if (status === 401) return new Problem('unauthenticated', `${host}: the login was refused`)
  if (status === 403) return new Problem('denied', `${host} does not allow it`)
  if (status === 404 || status === 410) return new Problem('not_found', `${host} has nothing at ${url}`)
  return new Problem('upstream', `${host} answered ${status}`)
}

/** The answers, unless the server refused the question as a whole. */
const fine = (url: string, found: DAVResponse[]): DAVResponse[] => {
  const [first] = found
  if (!first || found.length > 1 || first.status === 207) return found
  if (first.status >= 400 && first.props === undefined) throw refusal(first.status, url)
  if (first.props === undefined)
    throw new Problem('upstream', `${new URL(url).host} answers, but not as a calendar server does`)
  return found
}

const saidOf = (error: unknown, url: string): unknown => {
  const status = /failed: (\d{3})/.exec((error as Error).message)?.[1]
  return status ? refusal(Number(status), url) : error
}

/** Whatever fails is one sentence, without its full stop. */
const within = (dav: Dav): Dav =>
  Object.fromEntries(
    Object.entries(dav).map(([name, call]) => [
      name,
      async (access: Access, url: string, ...rest: unknown[]) => {
        try {
          return await (call as (...all: unknown[]) => unknown)(access, url, ...rest)
        } catch (error) {
          if (error instanceof Problem) throw error
          const { code, message } = error as NodeJS.ErrnoException
          throw new Problem('unavailable', `${new URL(url).host}: ${FAILURES[code ?? ''] ?? message}`)
        }
      },
    ]),
  ) as unknown as Dav
