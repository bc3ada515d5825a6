import type { CalendarEvent, Override } from './event.ts'

/** Lines that a server or a client writes anew without anything having changed. */
const RESTLESS = /^(LAST-MODIFIED|CREATED|X-MOZ-GENERATION|X-MOZ-LASTACK)[;:]/i

const sorted = (values: readonly unknown[]): string[] => values.map(value => JSON.stringify(value)).sort()

const plainPeople = ({ organizer, attendees }: Partial<CalendarEvent>) => ({
  organizer,
  attendees: attendees && sorted(attendees.map(({ answered_at: _at, ...person }) => person)),
})

const overrideContent = ({ recurrenceId, changes, unread }: Override): unknown => {
  const { alarms, organizer, attendees, sequence: _sequence, ...words } = changes
  return {
    recurrenceId,
    ...Object.fromEntries(Object.entries(words).sort(([one], [other]) => (one < other ? -1 : 1))),
    alarms: alarms && sorted(alarms),
    ...plainPeople({ organizer, attendees }),
    unread: sorted((unread ?? []).filter(line => !RESTLESS.test(line))),
  }
}

/** What an event says, whatever order it is written in. */
export const contentOf = (event: CalendarEvent): string =>
  JSON.stringify({
    uid: event.uid,
    times: [event.dtstart, event.dtend, event.allDay, event.tzid, event.rrule],
    words: [event.summary, event.description, event.location, event.busy, event.cancelled],
    exdates: [...event.exdates].sort(),
    rdates: [...event.rdates].sort(),
    alarms: sorted(event.alarms),
    ...plainPeople(event),
    overrides: sorted(event.overrides.map(overrideContent)),
    unread: sorted(event.unread.filter(line => !RESTLESS.test(line))),
  })

export const sameContent = (one: CalendarEvent, other: CalendarEvent): boolean =>
  contentOf(one) === contentOf(other)
