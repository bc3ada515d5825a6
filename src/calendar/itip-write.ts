import { utcText, zoneOf } from '../time/zone.ts'
import type { Kept } from './entries.ts'
import type { Attendee, CalendarEvent, Override, Person } from './event.ts'
import { escapeText, fold } from './ics-tree.ts'
import { compact, eventLines, overrideLines, zonesUsed } from './ics-write.ts'
import { zoneLines } from './ics-zones.ts'
import { attendeeOf, overrideAt } from './itip-merge.ts'
import type { Method } from './itip-read.ts'
import { findOccurrence } from './recurrence.ts'

/** Who sends is nobody's business but the sender's own server's. */
const plainly = <T extends Person>(person: T): T => ({
  ...person,
  rest: person.rest.replace(/;SCHEDULE-[A-Z-]+=("[^"]*"|[^;"])*/gi, ''),
})

interface Answered {
  method: Method
  /** Single dates of a series; none: all of it. */
  keys: readonly string[]
  /** Whose answer it is. */
  me: Attendee
  comment: string
  now: number
}

/** An answer as it travels: the event by its name and times, and of all people the one who answers. */
export function answerText(event: Kept, { method, keys, me, comment, now }: Answered): string {
  const unread = comment.trim() === '' ? [] : [`COMMENT:${escapeText(comment.trim().slice(0, 2000))}`]
  const bare: CalendarEvent = {
    ...event,
    ...{ rrule: '', exdates: [], rdates: [], overrides: [], alarms: [], description: '', busy: true },
    cancelled: false,
    organizer: event.organizer && plainly(event.organizer),
    attendees: [plainly(me)],
    unread: [...unread, ...counted(event.sequence)],
  }
  const dates = keys.flatMap(key => dateOf(event, key, me, bare.unread))
  return written(method, { ...bare, overrides: keys.length > 0 ? dates : [] }, keys.length === 0, now)
}

function dateOf(event: Kept, key: string, me: Attendee, unread: string[]): Override[] {
  const date = findOccurrence(event, key)
  if (!date) return []
  const { dtstart, dtend, allDay, tzid } = date
  const changed = overrideAt(event, key)?.changes
  const own = changed?.attendees && attendeeOf(changed.attendees, me.address)
  const sequence = changed?.sequence ?? event.sequence
  return [
    {
      recurrenceId: key,
      changes: {
        ...{ dtstart, dtend, allDay, tzid, sequence },
        ...(changed?.summary === undefined ? {} : { summary: changed.summary }),
        attendees: [plainly({ ...me, ...own })],
      },
      unread: [...unread.filter(line => !line.startsWith('SEQUENCE')), ...counted(sequence)],
    },
  ]
}

/** Zero is said, too: others compare it. */
const counted = (sequence: number): string[] => (sequence === 0 ? ['SEQUENCE:0'] : [])

/** Without what is nested: alarms are everybody's own. */
const properties = (unread: string[]): string[] => {
  const nested = unread.findIndex(line => line.startsWith('BEGIN:'))
  return nested < 0 ? unread : unread.slice(0, nested)
}

/** An own event as it goes to everybody invited, after a change of it. */
export const requestText = (event: Kept, now: number): string =>
  written(
    'request',
    {
      ...event,
      alarms: [],
      organizer: event.organizer && plainly(event.organizer),
      attendees: event.attendees.map(plainly),
      unread: [...properties(event.unread), ...counted(event.sequence)],
    },
    true,
    now,
  )

function written(method: Method, event: CalendarEvent, whole: boolean, now: number): string {
  const stamp = compact(utcText(Math.floor(now / 1000) * 1000))
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Ithaca//Calendar//EN',
    `METHOD:${method.toUpperCase()}`,
    ...[...zonesUsed([event])].flatMap(([name, since]) => zoneLines(zoneOf(name), since)),
    ...(whole
      ? eventLines(event, stamp)
      : event.overrides.flatMap(override => overrideLines(event, override, stamp))),
    'END:VCALENDAR',
  ]
  return `${lines.map(fold).join('\r\n')}\r\n`
}
