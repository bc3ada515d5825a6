import { readRule } from '../time/rule.ts'
import { utcText, zoneOf } from '../time/zone.ts'
import {
  type Alarm,
  type CalendarEvent,
  clockOf,
  type EventTimes,
  type EventWords,
  type Override,
  readingOf,
} from './event.ts'
import { attendeeLine, organizerLine } from './ics-people.ts'
import { escapeText, fold } from './ics-tree.ts'
import { zoneLines } from './ics-zones.ts'

export const compact = (text: string): string => text.replace(/[-:]/g, '')

/** `;TZID=Europe/Berlin:20261201T090000` and its kin, for a time of an event or a key of an occurrence. */
export function stamped(text: string, times: EventTimes): string {
  if (text.length === 10) return `;VALUE=DATE:${compact(text)}`
  const offset = /[+-]\d{2}:\d{2}(?::\d{2})?$/.exec(text)
  if (offset) return `:${compact(utcText(Date.parse(text)))}`
  const full = compact(text.endsWith('Z') ? text.slice(0, -1) : text).padEnd(15, '0')
  if (text.endsWith('Z') || times.dtstart.endsWith('Z')) return `:${full}Z`
  return times.tzid === null ? `:${full}` : `;TZID=${times.tzid}:${full}`
}

export function alarmLines({ minutesBefore, text }: Alarm, summary: string): string[] {
  const minutes = Math.abs(minutesBefore)
  const length = minutes % (24 * 60) === 0 && minutes ? `P${minutes / (24 * 60)}D` : `PT${minutes}M`
  return [
    'BEGIN:VALARM',
    'ACTION:DISPLAY',
    `TRIGGER:${minutesBefore > 0 ? '-' : ''}${length}`,
    `DESCRIPTION:${escapeText(text ?? summary)}`,
    'END:VALARM',
  ]
}

function wordLines(words: EventWords, unread: string[]): string[] {
  const nested = unread.findIndex(line => line.startsWith('BEGIN:'))
  const properties = nested < 0 ? unread : unread.slice(0, nested)
  return [
    ...(words.summary ? [`SUMMARY:${escapeText(words.summary)}`] : []),
    ...(words.description ? [`DESCRIPTION:${escapeText(words.description)}`] : []),
    ...(words.location ? [`LOCATION:${escapeText(words.location)}`] : []),
    ...(words.busy ? [] : ['TRANSP:TRANSPARENT']),
    ...(words.cancelled ? ['STATUS:CANCELLED'] : []),
    ...(words.sequence > 0 ? [`SEQUENCE:${words.sequence}`] : []),
    ...(words.organizer ? [organizerLine(words.organizer)] : []),
    ...words.attendees.map(attendeeLine),
    ...properties.filter(line => !words.cancelled || !/^STATUS[;:]/i.test(line)),
    ...words.alarms.flatMap(alarm => alarmLines(alarm, words.summary)),
    ...(nested < 0 ? [] : unread.slice(nested)),
  ]
}

export function overrideLines(
  event: CalendarEvent,
  { recurrenceId, changes, unread }: Override,
  stamp: string,
): string[] {
  const length = readingOf(event.dtend)! - readingOf(event.dtstart)!
  const key = recurrenceId.slice(0, 19)
  const start = changes.dtstart ?? (event.dtstart.endsWith('Z') ? `${key}Z` : key)
  const times: EventTimes = {
    dtstart: start,
    dtend:
      changes.dtend ??
      new Date(readingOf(start)! + length).toISOString().slice(0, start.length === 10 ? 10 : 19) +
        (start.endsWith('Z') ? 'Z' : ''),
    allDay: changes.allDay ?? event.allDay,
    tzid: changes.tzid === undefined ? event.tzid : changes.tzid,
  }
  return [
    'BEGIN:VEVENT',
    `UID:${escapeText(event.uid)}`,
    `DTSTAMP:${stamp}`,
    `RECURRENCE-ID${stamped(recurrenceId, event)}`,
    `DTSTART${stamped(times.dtstart, times)}`,
    `DTEND${stamped(times.dtend, times)}`,
    ...wordLines({ ...event, ...changes }, unread ?? []),
    'END:VEVENT',
  ]
}

export function eventLines(event: CalendarEvent, stamp: string): string[] {
  return [
    'BEGIN:VEVENT',
    `UID:${escapeText(event.uid)}`,
    `DTSTAMP:${stamp}`,
    `DTSTART${stamped(event.dtstart, event)}`,
    `DTEND${stamped(event.dtend, event)}`,
    ...(event.rrule && readRule(event.rrule).ok ? [`RRULE:${event.rrule}`] : []),
    ...event.exdates.map(key => `EXDATE${stamped(key, event)}`),
    ...event.rdates.map(key => `RDATE${stamped(key, event)}`),
    ...wordLines(event, event.unread),
    'END:VEVENT',
    ...event.overrides.flatMap(override => overrideLines(event, override, stamp)),
  ]
}

/** The zones events are in, with the earliest instant each is needed for. */
export function zonesUsed(events: CalendarEvent[]): Map<string, number> {
  const used = new Map<string, number>()
  for (const event of events) {
    const changed = event.overrides.map(({ changes }) => ({ ...event, ...changes }))
    for (const times of [event, ...changed]) {
      const start = readingOf(times.dtstart)
      if (clockOf(times, zoneOf('UTC')).kind !== 'zone' || start === null) continue
      used.set(times.tzid!, Math.min(start, used.get(times.tzid!) ?? start))
    }
  }
  return used
}

/** Writes events as one iCalendar text, with a VTIMEZONE for every zone in it. */
export function writeIcs(events: CalendarEvent[], options: { now: number; name?: string }): string {
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Ithaca//Calendar//EN',
    ...(options.name ? [`X-WR-CALNAME:${escapeText(options.name)}`] : []),
    ...[...zonesUsed(events)].flatMap(([name, since]) => zoneLines(zoneOf(name), since)),
    ...events.flatMap(event => eventLines(event, compact(utcText(Math.floor(options.now / 1000) * 1000)))),
    'END:VCALENDAR',
  ]
  return `${lines.map(fold).join('\r\n')}\r\n`
}
