import type { Found } from '../../calendar/entries.ts'
import type { CalendarInfo } from '../../contract/calendar.ts'
import { calendar as routes } from '../../contract/codex/calendar.ts'
import { Problem } from '../../contract/problem.ts'
import type { Parsed } from '../../contract/route.ts'
import type { Workspace } from '../../workspace/workspace.ts'
import type { Bind } from '../bind.ts'
import type { Call } from '../call.ts'
import { answeredEvent } from '../invitations.ts'
import { type Teller, teller } from './calendar-text.ts'
import { requireChange } from './changes.ts'

/** Answers have to be on their way before existing clients give up. */
const PATIENCE = 8000

export const bindCalendar = (bind: Bind, { calendar, zone }: Workspace): void => {
  const telling = (): Teller => teller(calendar.calendars.list(), zone())

  /** By its whole uid, with or without the key of a date: a beginning is not enough here. */
  const known = (uid: string): Found => {
    if (uid.startsWith('::'))
      throw new Problem('bad_request', 'malformed compound UID: missing base before ::')
    try {
      return calendar.find(uid, true)
    } catch (error) {
      if (error instanceof Problem && error.code === 'not_found')
        throw new Problem('not_found', 'Event not found')
      throw error
    }
  }

  bind(routes.list, async ({ start, end, calendar: place }) => {
    const found = await calendar.between({ start, end, calendar: place || undefined })
    const tell = telling()
    const events = found.entries.map(entry =>
      tell({ event: entry.event, occurrence: entry }, found.cut.has(entry.event.id)),
    )
    events.sort((one, other) => (one.dtstart < other.dtstart ? -1 : one.dtstart > other.dtstart ? 1 : 0))
    return {
      events,
      ...(found.truncated || found.cut.size > 0 ? { truncated: true } : {}),
      ...(found.problems.length > 0 ? { problems: found.problems } : {}),
    }
  })
  bind(routes.search, input => {
    const { items, next } = calendar.search(input)
    const tell = telling()
    return { events: items.map(({ id }) => tell(calendar.find(id, true))), next }
  })
  bind(routes.read, ({ uid }) => telling()(known(uid)))

  bind(routes.create, async (input, { author }) => {
    const given = { ...asked(input), summary: input.summary, start: input.dtstart }
    const { found, warnings } = await calendar.add(author, given)
    const event = telling()(found)
    return { ok: true, uid: event.uid, event, warnings }
  })
  const change = async (input: Parsed<typeof routes.patch>, { author }: Call) => {
    const fields = { ...asked(input), summary: input.summary ?? undefined, start: input.dtstart ?? undefined }
    requireChange(fields)
    known(input.uid)
    const named = { id: input.uid, exact: true, scope: input.scope ?? undefined }
    const { found, warnings } = await calendar.edit(author, { ...named, ...fields })
    const event = telling()(found)
    return { ok: true, uid: event.uid, event, warnings }
  }
  bind(routes.patch, change)
  bind(routes.put, change)
  bind(routes.remove, ({ uid, scope }, { author }) => {
    known(uid)
    calendar.remove(author, uid, scope, true)
    return { ok: true }
  })

  bind(routes.answer, (input, call) => answeredEvent(input, call, PATIENCE))

  bind(routes.calendars, () => ({ calendars: calendar.calendars.list().map(listed) }))
  bind(routes.addCalendar, (input, { author }) => ({
    ok: true,
    calendar: listed(calendar.calendars.add(author, input)),
  }))
}

const listed = ({ id, name, color }: CalendarInfo) => ({ id, calendar_href: id, name, color })

/** The fields that both doors know, in our words. What was left out stays as it is. */
const asked = (input: Omit<Parsed<typeof routes.patch>, 'uid' | 'scope' | 'summary' | 'dtstart'>) => ({
  end: input.dtend,
  all_day: input.all_day ?? undefined,
  tzid: input.tzid ?? undefined,
  description: input.description ?? undefined,
  location: input.location ?? undefined,
  rrule: input.rrule === '' ? null : input.rrule,
  alarms: input.alarms,
  color: input.color,
  busy: input.busy ?? undefined,
  calendar: input.calendar_href ?? undefined,
  session_id: input.session_id,
})
