import type { DAVResponse } from 'tsdav'
import { Problem } from '../../contract/problem.ts'
import { fine, placeOf, refusal, textOf } from './answers.ts'
import type { Access, Dav, RemoteCalendar } from './dav.ts'
import type { Line } from './line.ts'

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

const lib = () => import('tsdav')

/** The calendars of a server: where they are, what they are called. */
export const collectionsOver = (line: Line): Pick<Dav, 'discover' | 'calendars' | 'make' | 'describe'> => {
  const propfind = async (
    access: Access,
    url: string,
    depth: '0' | '1',
    props: object,
  ): Promise<DAVResponse[]> =>
    fine(url, await (await lib()).propfind({ url, depth, props: props as never, ...line(access) }))

  return {
    async discover(access, url) {
      const { createAccount } = await lib()
      let failure: unknown
      const fetch: typeof globalThis.fetch = async (input, init) => {
        try {
          const response = await line(access).fetch(input, init)
          if (response.status === 401) failure = refusal(401, String(input))
          return response
        } catch (error) {
          failure = error
          throw error
        }
      }
      try {
        const account = { serverUrl: url, accountType: 'caldav' as const }
        const found = await createAccount({ account, headers: line(access).headers, fetch })
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
      const [answer] = await makeCalendar({ url, props, ...line(access) })
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
          ...{ method: 'PROPPATCH', namespace: 'd', headers: line(access).headers },
          body: {
            propertyupdate: {
              _attributes: { 'xmlns:d': 'DAV:', 'xmlns:ca': 'http://apple.com/ns/ical/' },
              'd:set': { 'd:prop': props },
            },
          },
        },
        fetch: line(access).fetch,
      })
      const status = answer?.status ?? 500
      if (status === 401 || status === 404 || status === 408 || status >= 500)
        if (status !== 501) throw refusal(status, calendar)
      const each = JSON.stringify(answer?.raw ?? '').match(/HTTP\/\d(?:\.\d)? \d{3}/g) ?? []
      return status < 300 && each.every(line => Number(line.slice(-3)) < 300)
    },
  }
}

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
