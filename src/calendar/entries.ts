import type { KeptEvent } from '../../store/calendar.ts'
import type { CalendarInfo, CalendarEvent as Shown, Entry as ShownEntry } from '../contract/calendar.ts'
import { PERSONAL } from '../contract/calendar.ts'
import { instantText, zoneOf } from '../time/zone.ts'
import { onReadersClock } from './alarms.ts'
import { clockOf, type EventTimes, type Override, occurrenceUid } from './event.ts'
import type { Occurrence } from './recurrence.ts'

export type Kept = KeptEvent<Override>

/** An event, or one date of it where one is meant. */
export interface Found {
  event: Kept
  occurrence: Occurrence | null
}

export const isSeries = ({ rrule, rdates }: Pick<Kept, 'rrule' | 'rdates'>): boolean =>
  rrule !== '' || rdates.length > 0

/** What a date says, its own words where it has some. */
export const wordsOf = ({ event, occurrence }: Found): Kept =>
  occurrence?.changes ? { ...event, ...occurrence.changes } : event

/** An event's own times, as if it happened once. */
export const firstDate = (event: EventTimes & { uid: string }, zone: string): Occurrence =>
  onReadersClock(
    {
      uid: event.uid,
      seriesUid: event.uid,
      recurrenceId: null,
      dtstart: event.dtstart,
      dtend: event.dtend,
      allDay: event.allDay,
      tzid: event.tzid,
      startsAt: 0,
      endsAt: 0,
      changes: null,
    },
    zone,
  )

export type Labels = (calendar: string) => Pick<CalendarInfo, 'name' | 'color'>

/** The names and colors of calendars, looked up once for a whole list. */
export const labelsOf = (calendars: CalendarInfo[]): Labels => {
  const byId = new Map(calendars.map(calendar => [calendar.id, calendar]))
  return id => byId.get(id) ?? PERSONAL
}

/** How dates are shown: on the owner's clock. */
export const presenter = (zoneName: string, labels: Labels, owns: (address: string) => boolean) => {
  const zone = zoneOf(zoneName)

  const spanOf = ({ allDay, dtstart, dtend, startsAt, endsAt }: Occurrence) => ({
    start: allDay ? dtstart : instantText(startsAt, zone),
    end: allDay ? dtend : instantText(endsAt, zone),
  })

  /** From when to when one is that is not kept. */
  const span = (event: EventTimes & { uid: string }) => spanOf(firstDate(event, zoneName))

  /** What is of one date alone, where it has no words of its own. */
  const dateOf = (event: Kept, date: Occurrence) => ({
    id: date.recurrenceId === null ? event.id : occurrenceUid(event.id, date.recurrenceId),
    recurrence_id: date.recurrenceId,
    ...spanOf(date),
    starts_at: date.startsAt,
    ends_at: date.endsAt,
  })

  const wordsShown = (event: Kept, { allDay, tzid, changes }: Occurrence) => {
    const words = changes ? { ...event, ...changes } : event
    const { name, color } = labels(event.calendar)
    return {
      event_id: event.id,
      uid: event.uid,
      calendar: event.calendar,
      calendar_name: name,
      color: event.color ?? color,
      summary: words.summary,
      description: words.description,
      location: words.location,
      all_day: allDay,
      tzid,
      repeats: isSeries(event),
      changed: changes !== null,
      busy: words.busy,
      cancelled: words.cancelled,
      answer: answerIn(words),
    }
  }

  const entry = (event: Kept, occurrence: Occurrence): ShownEntry => ({
    ...dateOf(event, occurrence),
    ...wordsShown(event, occurrence),
  })

  const written = new Map<Kept, string>()

  /** The same as JSON: the words that the dates of a series share are written once, and are most of it. */
  const entryText = (event: Kept, occurrence: Occurrence): string => {
    let words = occurrence.changes ? undefined : written.get(event)
    if (words === undefined) {
      words = JSON.stringify(wordsShown(event, occurrence)).slice(1)
      if (!occurrence.changes) written.set(event, words)
    }
    return `${JSON.stringify(dateOf(event, occurrence)).slice(0, -1)},${words}`
  }

  /** One's own answer, where somebody else invites. */
  const answerIn = ({ organizer, attendees }: Kept): ShownEntry['answer'] =>
    organizer && !owns(organizer.address)
      ? (attendees.find(({ address }) => owns(address))?.answer ?? null)
      : null

  const whole = ({ event, occurrence }: Found): Shown => {
    const date = occurrence ?? firstDate(event, zoneName)
    const { organizer, attendees } = wordsOf({ event, occurrence })
    return {
      ...entry(event, date),
      clock: clockOf(date, zone).kind,
      rrule: event.rrule || null,
      exdates: event.exdates,
      rdates: event.rdates,
      changed_dates: event.overrides.map(({ recurrenceId }) => recurrenceId),
      alarms: wordsOf({ event, occurrence }).alarms.map(({ minutesBefore }) => minutesBefore),
      organizer: organizer && {
        ...{ name: organizer.name, address: organizer.address, you: owns(organizer.address) },
      },
      attendees: attendees.map(({ name, address, answer, role }) => ({
        ...{ name, address, answer, role, you: owns(address) },
      })),
      session_id: event.session_id,
      source: event.source,
      created_at: event.created_at,
      updated_at: event.updated_at,
    }
  }

  return { entry, entryText, whole, span }
}

export type Presenter = ReturnType<typeof presenter>
