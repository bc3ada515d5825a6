import { type Found, firstDate, wordsOf } from '../../calendar/entries.ts'
import { clockOf } from '../../calendar/event.ts'
import type { Occurrence } from '../../calendar/recurrence.ts'
import { type CalendarInfo, PERSONAL } from '../../contract/calendar.ts'
import type { CodexEvent } from '../../contract/codex/calendar.ts'
import { instantText, zoneOf } from '../../time/zone.ts'

export type Teller = (found: Found, truncated?: boolean) => CodexEvent

/** Tells events, and single dates of them, as existing clients read them. */
export const teller = (calendars: readonly CalendarInfo[], zoneName: string): Teller => {
  const places = new Map(calendars.map(place => [place.id, place]))
  const zone = zoneOf(zoneName)
  return (found, truncated = false) => {
    const { event } = found
    const date = found.occurrence ?? firstDate(event, zoneName)
    const { summary, description, location, busy, alarms } = wordsOf(found)
    const place = places.get(event.calendar)
    const { kind } = clockOf(date, zone)
    const isUtc = kind === 'utc' || kind === 'zone'
    const moment = (text: string, at: number): string =>
      isUtc ? `${new Date(at).toISOString().slice(0, 19)}Z` : text
    const here = (text: string, at: number): string => (date.allDay ? text : instantText(at, zone))
    return {
      uid: uidOf(event.id, date),
      summary,
      dtstart: moment(date.dtstart, date.startsAt),
      dtend: moment(date.dtend, date.endsAt),
      all_day: date.allDay,
      is_utc: isUtc,
      description,
      location,
      rrule: event.rrule,
      recurrence_exdates: event.exdates,
      calendar: place?.name ?? PERSONAL.name,
      calendar_href: event.calendar,
      color: event.color ?? place?.color ?? PERSONAL.color,
      event_type: null,
      importance: 'normal',
      is_recurrence: date.recurrenceId !== null,
      series_uid: event.id,
      truncated,
      tzid: date.tzid,
      start: here(date.dtstart, date.startsAt),
      end: here(date.dtend, date.endsAt),
      alarms: alarms.map(({ minutesBefore }) => minutesBefore),
      busy,
    }
  }
}

const uidOf = (id: string, { recurrenceId }: Occurrence): string =>
  recurrenceId === null ? id : `${id}::${recurrenceId}`
