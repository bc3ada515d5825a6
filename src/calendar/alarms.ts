import { DAY, MINUTE } from '../time/wall.ts'
import { zoneOf } from '../time/zone.ts'
import { type Alarm, type CalendarEvent, clockOf, type Override, readingOf } from './event.ts'
import { expand, findOccurrence, type Occurrence } from './recurrence.ts'

export interface AlarmMoment {
  at: number
  alarm: Alarm
  occurrence: Occurrence
}

/** Where nothing rings for so long, nothing is waited for. */
const HORIZON = 100 * 366 * DAY
/** Of one alarm of one event, in a stretch that was slept through. */
const MOST_MISSED = 1000

/** The series with nothing but its own dates, as points in time: what is changed rings by its own alarms. */
const ofRule = (event: CalendarEvent): CalendarEvent => ({
  ...event,
  dtend: event.dtstart,
  overrides: event.overrides.map(({ recurrenceId }) => ({ recurrenceId, changes: { cancelled: true } })),
})

function changedOnes(event: CalendarEvent, zone: string): { alarms: Alarm[]; occurrence: Occurrence }[] {
  return event.overrides.flatMap((override: Override) => {
    const found = override.changes.cancelled ? null : findOccurrence(event, override.recurrenceId)
    return found
      ? [{ alarms: override.changes.alarms ?? event.alarms, occurrence: onReadersClock(found, zone) }]
      : []
  })
}

/** Days and floating times begin when the reader's own clock says so. */
export function onReadersClock(occurrence: Occurrence, zone: string): Occurrence {
  const { place } = clockOf(occurrence, zoneOf(zone))
  const startsAt = place.toInstant(readingOf(occurrence.dtstart)!)
  const end = readingOf(occurrence.dtend)
  return {
    ...occurrence,
    startsAt,
    endsAt: end === null ? startsAt : Math.max(startsAt, place.toInstant(end)),
  }
}

/** The first moment from an instant on at which an event is to ring. */
export function nextAlarm(event: CalendarEvent, from: number, zone: string): number | null {
  if (event.cancelled) return null
  const moments: number[] = []
  const series = ofRule(event)
  for (const { minutesBefore } of event.alarms) {
    const start = from + minutesBefore * MINUTE
    // A whole day that began before, and one on each side of a changed clock, may come first.
    const { occurrences } = expand(series, { start, end: start + HORIZON, zone }, 4)
    const first = occurrences.find(({ startsAt }) => startsAt >= start)
    if (first) moments.push(first.startsAt - minutesBefore * MINUTE)
  }
  for (const { alarms, occurrence } of changedOnes(event, zone))
    for (const { minutesBefore } of alarms) moments.push(occurrence.startsAt - minutesBefore * MINUTE)
  const ahead = moments.filter(at => at >= from)
  return ahead.length ? Math.min(...ahead) : null
}

/** What was to ring in a stretch of time, both ends included, in order. */
export function alarmsBetween(
  event: CalendarEvent,
  from: number,
  until: number,
  zone: string,
): AlarmMoment[] {
  if (event.cancelled) return []
  const moments: AlarmMoment[] = []
  const add = (alarm: Alarm, occurrence: Occurrence): void => {
    const at = occurrence.startsAt - alarm.minutesBefore * MINUTE
    if (at >= from && at <= until) moments.push({ at, alarm, occurrence })
  }
  const series = ofRule(event)
  for (const alarm of event.alarms) {
    const ahead = alarm.minutesBefore * MINUTE
    const window = { start: from + ahead, end: until + ahead + 1, zone }
    for (const occurrence of expand(series, window, MOST_MISSED).occurrences) add(alarm, occurrence)
  }
  for (const { alarms, occurrence } of changedOnes(event, zone))
    for (const alarm of alarms) add(alarm, occurrence)
  return moments.sort((a, b) => a.at - b.at)
}
