import { randomUUID } from 'node:crypto'
import { Problem } from '../contract/problem.ts'
import type { Doubt } from '../time/draft.ts'
import type { Speaker } from '../time/phrase.ts'
import { readRepeat } from '../time/repeat.ts'
import { endedAtDay, endedAtTime } from '../time/repeat-end.ts'
import { zoneOf } from '../time/zone.ts'
import { deleteOccurrence, editOccurrence, editSeries, endSeriesBefore, splitSeries } from './edit.ts'
import { type Found, isSeries, type Kept } from './entries.ts'
import type { Alarm, Changes, EventTimes } from './event.ts'
import { clockOf, readingOf, timeText } from './event.ts'
import { type Occurrence, validateRule } from './recurrence.ts'
import { readMove, readTimes, type TimesReading } from './when.ts'

export type Scope = 'one' | 'following' | 'all'

/** What is asked of an event, in words not yet read. Undefined: as it was. */
export interface Asked {
  summary?: string
  start?: string
  end?: string | null
  all_day?: boolean
  tzid?: string
  description?: string
  location?: string
  rrule?: string | null
  alarms?: number[] | null
  color?: string | null
  busy?: boolean
  cancelled?: boolean
  session_id?: string | null
}

/** What a change leaves: the event in question and, where a series was parted, its earlier half. */
export interface Changed {
  event: Kept
  before?: Kept
  warnings: string[]
}

const accepted = <T extends { ok: true }>(reading: T | { ok: false; reason: string }): T => {
  if (!reading.ok) throw new Problem('invalid', reading.reason)
  return reading
}

export function scopeOf({ event, occurrence }: Found, asked: Scope | undefined): Scope {
  if (!isSeries(event)) return 'all'
  const scope = asked ?? (occurrence ? 'one' : 'all')
  if (scope !== 'all' && !occurrence)
    throw new Problem(
      'invalid',
      `"${event.summary}" repeats: name the date, as ${event.id}::<key>, or use the scope 'all'.`,
    )
  // From its first date on, a series is all of it.
  return scope === 'following' && event.dtstart.startsWith(occurrence!.recurrenceId!) ? 'all' : scope
}

/** A rule in its plain spelling, checked against the start and ended by its clock; '' for none. */
export function readRule(text: string | null, times: EventTimes): string {
  const { repeat } = accepted(readRepeat(text ?? ''))
  if (repeat === null) return ''
  const { rrule } = accepted(validateRule(repeat, times.dtstart))
  const { kind, zone } = clockOf(times, zoneOf('UTC'))
  return kind === 'day' ? endedAtDay(rrule) : endedAtTime(rrule, kind === 'floating' ? null : zone)
}

/** The new times of what is at `date` now; null where nothing about them is asked. */
export async function readNewTimes(
  asked: Asked,
  date: EventTimes,
  repeats: boolean,
  speaker: Speaker,
): Promise<{ times: EventTimes; uncertain: Doubt[] } | null> {
  const { start, end, all_day, tzid } = asked
  if (start === undefined && end === undefined && all_day === undefined && tzid === undefined) return null
  const otherClock =
    (all_day !== undefined && all_day !== date.allDay) || (tzid !== undefined && tzid !== date.tzid)
  const reading: TimesReading = otherClock
    ? await readTimes(
        {
          dtstart: start ?? date.dtstart,
          dtend: end,
          allDay: all_day ?? (tzid === undefined ? undefined : false),
          tzid: tzid ?? (all_day === false ? date.tzid : undefined),
          repeats,
        },
        speaker,
      )
    : await readMove({ dtstart: start, dtend: end }, date, speaker)
  const { times, uncertain } = accepted(reading)
  if (end || times.allDay !== date.allDay) return { times, uncertain }
  const length = readingOf(date.dtend)! - readingOf(date.dtstart)!
  return {
    times: { ...times, dtend: timeText(readingOf(times.dtstart)! + length, kindOf(times)) },
    uncertain,
  }
}

const kindOf = ({ allDay, dtstart }: EventTimes) =>
  allDay ? 'day' : dtstart.endsWith('Z') ? 'utc' : 'floating'

const wordsAsked = (asked: Asked, alarms: Alarm[]): Changes => {
  const { summary, description, location, busy, cancelled } = asked
  const words = { summary, description, location, busy, cancelled, alarms: alarmsOf(asked.alarms, alarms) }
  return Object.fromEntries(Object.entries(words).filter(([, value]) => value !== undefined))
}

/** The same minutes keep the text they came with. */
const alarmsOf = (minutes: number[] | null | undefined, before: Alarm[]): Alarm[] | undefined =>
  minutes === undefined
    ? undefined
    : [...new Set(minutes ?? [])].map(
        minutesBefore => before.find(alarm => alarm.minutesBefore === minutesBefore) ?? { minutesBefore },
      )

/** The times of the whole series when one of its dates moves. */
function seriesTimes(event: Kept, date: Occurrence | null, times: EventTimes): EventTimes {
  if (!date) return times
  const start = readingOf(event.dtstart)! + readingOf(times.dtstart)! - readingOf(date.dtstart)!
  const length = readingOf(times.dtend)! - readingOf(times.dtstart)!
  const kind = kindOf(times)
  return { ...times, dtstart: timeText(start, kind), dtend: timeText(start + length, kind) }
}

const OF_SERIES = ['rrule', 'color', 'session_id'] as const

export function editDate(event: Kept, date: Occurrence, asked: Asked, times: EventTimes | null): Changed {
  const foreign = OF_SERIES.find(field => asked[field] !== undefined)
  if (foreign)
    throw new Problem(
      'invalid',
      `'${foreign}' belongs to the whole series: use the scope 'following' or 'all'.`,
    )
  const changes = { ...times, ...wordsAsked(asked, date.changes?.alarms ?? event.alarms) }
  return { event: accepted(editOccurrence(event, date.recurrenceId!, changes)).event, warnings: [] }
}

export function editAll(
  event: Kept,
  date: Occurrence | null,
  asked: Asked,
  times: EventTimes | null,
): Changed {
  const moved = times && seriesTimes(event, date, times)
  const changes = changesOf(event, asked, moved)
  const edited = accepted(editSeries(event, changes)).event
  const lost = event.exdates.length + event.overrides.length
  const warnings =
    lost > 0 && edited.exdates.length + edited.overrides.length === 0
      ? [`${lost} dates that were deleted or changed one by one are as the series again.`]
      : []
  return { event: edited, warnings }
}

export function editFollowing(
  event: Kept,
  date: Occurrence,
  asked: Asked,
  times: EventTimes | null,
): Changed {
  const id = randomUUID()
  const { rrule, ...others } = changesOf(event, asked, times)
  // Unless another rule was asked for, the part that follows counts on from where the series is parted.
  const changes = asked.rrule === undefined ? others : { ...others, rrule }
  const parted = accepted(splitSeries(event, date.recurrenceId!, id, changes))
  return { event: { ...parted.after, id, uid: id }, before: parted.before, warnings: [] }
}

function changesOf(event: Kept, asked: Asked, times: EventTimes | null): Partial<Kept> {
  const { color, session_id } = asked
  // A rule that came with an import and is not understood stays until another is given.
  const stays = asked.rrule === undefined && !(times && validateRule(event.rrule).ok)
  const rule = asked.rrule === undefined ? event.rrule : asked.rrule
  const rrule = stays ? event.rrule : readRule(rule, times ?? event)
  return {
    ...times,
    ...wordsAsked(asked, event.alarms),
    rrule,
    ...(color === undefined ? {} : { color }),
    ...(session_id === undefined ? {} : { session_id }),
  }
}

/** What is left of a series; null: nothing. */
export function withoutDates({ event, occurrence }: Found, scope: Scope): Kept | null {
  if (scope === 'all') return null
  const key = occurrence!.recurrenceId!
  return accepted(scope === 'one' ? deleteOccurrence(event, key) : endSeriesBefore(event, key)).event
}
