import { Problem } from '../../contract/problem.ts'
import { readOne } from '../received.ts'
import { answerOf, fine, placeOf, refusal, saidOf, textOf, tokenIn } from './answers.ts'
import type { Dav, Received } from './dav.ts'
import type { Line } from './line.ts'

/** A server that tells of changes in parts (RFC 6578, 507) is asked again as often. */
const MOST_PARTS = 1000
const NAMESPACES = {
  'xmlns:d': 'DAV:',
  'xmlns:c': 'urn:ietf:params:xml:ns:caldav',
} as const

const lib = () => import('tsdav')

/** What lies in a calendar: what has changed, its text, and how it is written. */
export const objectsOver = (line: Line): Pick<Dav, 'changes' | 'listing' | 'receive' | 'put' | 'remove'> => ({
  async changes(access, calendar, token) {
    const { syncCollection } = await lib()
    const changed = new Map<string, string>()
    const gone = new Set<string>()
    let since = token
    for (let part = 0; part < MOST_PARTS; part++) {
      const found = await syncCollection({
        ...{ url: calendar, props: { 'd:getetag': {} }, syncLevel: 1, syncToken: since },
        ...line(access),
        headers: { depth: '0', ...line(access).headers },
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
      ...line(access),
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
          ...{ method: 'REPORT', namespace: 'c', headers: { depth: '1', ...line(access).headers } },
          body: {
            'calendar-multiget': {
              _attributes: NAMESPACES,
              'd:prop': { 'd:getetag': {}, 'c:calendar-data': {} },
              'd:href': hrefs,
            },
          },
        },
        fetch: line(access).fetch,
      }),
    )
    const received: Received[] = []
    for (const each of found) {
      // Passed over, it would never be asked for again.
      if (each.status >= 500) throw refusal(each.status, calendar)
      const ics = textOf(each.props?.calendarData)
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
    const headers = { ...line(access).headers, 'content-type': 'text/calendar; charset=utf-8' }
    const { fetch } = line(access)
    return answerOf(
      etag === null
        ? await createObject({ url, data: ics, headers: { ...headers, 'if-none-match': '*' }, fetch })
        : await updateObject({ url, data: ics, etag: strong(etag), headers, fetch }),
    )
  },

  async remove(access, calendar, href, etag) {
    const { deleteObject } = await lib()
    const url = new URL(href, calendar).href
    return answerOf(await deleteObject({ url, ...(etag ? { etag: strong(etag) } : {}), ...line(access) }))
  },
})

/** A weak ETag matches nothing (RFC 9110, 13.1.1); a server that only weakened it on the way knows the strong one. */
const strong = (etag: string): string => etag.replace(/^W\//, '')
