import type { CalendarEvent, EventTimes, Override } from './event.ts'
import { readingOf } from './event.ts'

/** Lines that are written anew without anything having changed, or that say again what another line says. */
const RESTLESS = /^(LAST-MODIFIED|CREATED|X-MOZ-GENERATION|X-MOZ-LASTACK|X-ALT-DESC)[;:]/i

export const lasting = (lines: readonly string[]): string[] => lines.filter(line => !RESTLESS.test(line))

const sorted = (values: readonly unknown[]): string[] => values.map(value => JSON.stringify(value)).sort()

/** A date as it is, its series and its own changes taken together. */
export const wholeDate = (
  series: CalendarEvent,
  { recurrenceId, changes, unread }: Override,
): CalendarEvent => ({
  ...series,
  ...timesOn(series, recurrenceId, changes.dtstart),
  ...changes,
  unread: unread ?? [],
})

const timesOn = (series: CalendarEvent, key: string, dtstart: string | undefined): Partial<EventTimes> => {
  const start = dtstart ?? (series.dtstart.endsWith('Z') ? `${key.slice(0, 19)}Z` : key.slice(0, 19))
  const length = readingOf(series.dtend)! - readingOf(series.dtstart)!
  const end = new Date((readingOf(start) ?? 0) + length).toISOString()
  const zulu = start.endsWith('Z') ? 'Z' : ''
  return { dtstart: start, dtend: `${end.slice(0, start.length === 10 ? 10 : 19)}${zulu}` }
}

const wordsOf = (event: CalendarEvent): unknown[] => [
  [event.dtstart, event.dtend, event.allDay, event.tzid],
  [event.summary, event.description, event.location, event.busy, event.cancelled],
  sorted(event.alarms),
  event.organizer,
  sorted(event.attendees.map(({ answered_at: _at, ...person }) => person)),
  sorted(lasting(event.unread)),
]

/** What an event says, whatever order it is written in. */
export const contentOf = (event: CalendarEvent): string =>
  JSON.stringify([
    event.uid,
    event.rrule,
    [...event.exdates].sort(),
    [...event.rdates].sort(),
    wordsOf(event),
    sorted(
      event.overrides.map(date => [
        date.recurrenceId,
        // What cancels a date need not say what it was called.
        date.changes.cancelled ? 'cancelled' : wordsOf(wholeDate(event, date)),
      ]),
    ),
  ])

export const sameContent = (one: CalendarEvent, other: CalendarEvent): boolean =>
  contentOf(one) === contentOf(other)
