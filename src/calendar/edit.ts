import { walkRule } from '../time/recur.ts'
import { readRule } from '../time/rule.ts'
import { DAY, SECOND, type Wall } from '../time/wall.ts'
import { zoneOf } from '../time/zone.ts'
import {
  type Changes,
  clockOf,
  type EventClock,
  type EventTimes,
  type Override,
  readingOf,
  type Series,
  timeText,
} from './event.ts'
import { findOccurrence } from './recurrence.ts'

export type Edited<T> = { ok: true; event: T } | { ok: false; reason: string }

const missing = (series: Series, recurrenceId: string): { ok: false; reason: string } => ({
  ok: false,
  reason: `Event ${series.uid.slice(0, 80)} has no occurrence ${recurrenceId.slice(0, 40)}.`,
})

const repeats = (series: Series): boolean => series.rrule !== '' || series.rdates.length > 0

const without = (series: Series, recurrenceId: string): Override[] =>
  series.overrides.filter(override => override.recurrenceId !== recurrenceId)

/** Takes one occurrence out; the rest of the series stays as it is. */
export function deleteOccurrence<T extends Series>(series: T, recurrenceId: string): Edited<T> {
  if (!repeats(series) || !findOccurrence(series, recurrenceId)) return missing(series, recurrenceId)
  const exdates = [...new Set([...series.exdates, recurrenceId])].sort()
  return { ok: true, event: { ...series, exdates, overrides: without(series, recurrenceId) } }
}

/** Changes one occurrence; what was changed in it before stays unless changed again. */
export function editOccurrence<T extends Series>(
  series: T,
  recurrenceId: string,
  changes: Changes,
): Edited<T> {
  const found = repeats(series) ? findOccurrence(series, recurrenceId) : null
  if (!found) return missing(series, recurrenceId)
  const known = series.overrides.find(override => override.recurrenceId === recurrenceId)
  const override: Override = {
    // A new one says all that its series says, what nothing here reads included.
    ...(known ?? (series.unread?.length ? { unread: series.unread } : {})),
    recurrenceId,
    changes: { ...known?.changes, ...withEnd(found, changes) },
  }
  return { ok: true, event: { ...series, overrides: [...without(series, recurrenceId), override] } }
}

/** An event moved by its start alone keeps its length. */
function withEnd(times: EventTimes, changes: Changes): Changes {
  const [oldStart, oldEnd] = [readingOf(times.dtstart), readingOf(times.dtend)]
  const start = changes.dtstart === undefined ? null : readingOf(changes.dtstart)
  if (start === null || changes.dtend !== undefined || oldStart === null || oldEnd === null) return changes
  const allDay = changes.allDay ?? times.allDay
  const kind = allDay ? 'day' : changes.dtstart!.endsWith('Z') ? 'utc' : 'floating'
  const length = allDay === times.allDay ? oldEnd - oldStart : allDay ? DAY : 0
  return { ...changes, dtend: timeText(start + length, kind) }
}

/** The key of a date whose series moved. */
export function shifted(key: string, by: number, kind: EventClock['kind']): string {
  const wall = readingOf(key)
  if (wall === null) return key
  if (key.length === 10) return timeText(wall + Math.floor(by / DAY) * DAY, 'day')
  return timeText(wall + by, kind === 'day' ? 'floating' : key.endsWith('Z') ? 'utc' : 'floating').replace(
    /:00$/,
    '',
  )
}

/**
 * Changes the whole series. Deleted and changed occurrences move with it when only its time moves; a new rule, another
 * zone or a change between days and times makes them meaningless, and they are dropped.
 */
export function editSeries<T extends Series>(series: T, changes: Partial<T>): Edited<T> {
  const event: T = { ...series, ...(withEnd(series, changes as Changes) as Partial<T>) }
  const start = readingOf(event.dtstart)
  const oldStart = readingOf(series.dtstart)
  if (start === null || oldStart === null)
    return { ok: false, reason: `"${event.dtstart.slice(0, 40)}" is not a time an event can start at.` }
  const otherClock =
    event.allDay !== series.allDay ||
    event.tzid !== series.tzid ||
    event.dtstart.endsWith('Z') !== series.dtstart.endsWith('Z')
  const otherRule = event.rrule !== series.rrule
  if (otherClock || otherRule)
    return {
      ok: true,
      event: {
        ...event,
        exdates: changes.exdates ?? [],
        overrides: changes.overrides ?? [],
        rdates: changes.rdates ?? (otherClock ? [] : event.rdates),
      },
    }
  const by = start - oldStart
  if (by === 0) return { ok: true, event }
  const { kind } = clockOf(series, zoneOf('UTC'))
  return {
    ok: true,
    event: {
      ...event,
      exdates: changes.exdates ?? series.exdates.map(key => shifted(key, by, kind)),
      rdates: changes.rdates ?? series.rdates.map(key => shifted(key, by, kind)),
      overrides:
        changes.overrides ??
        series.overrides.map(override => ({
          ...override,
          recurrenceId: shifted(override.recurrenceId, by, kind),
        })),
    },
  }
}

export type Split<T> = { ok: true; before: T; after: T } | { ok: false; reason: string }

/** How many of its counted occurrences a rule has before an instant. */
function countedBefore(series: Series, clock: EventClock, start: Wall, until: number): number {
  const reading = readRule(series.rrule)
  let counted = 0
  if (reading.ok)
    walkRule(
      {
        rule: reading.rule,
        start,
        zone: clock.zone,
        from: Number.NEGATIVE_INFINITY,
        to: until,
        gaps: 'drop',
      },
      () => ++counted > 0,
    )
  return counted
}

function endedBefore(series: Series, clock: EventClock, cut: Wall): string {
  const last = clock.kind === 'day' ? cut - DAY : cut - SECOND
  const stamp = (wall: Wall): string =>
    timeText(wall, clock.kind === 'day' ? 'day' : 'utc').replace(/[-:]/g, '')
  const until =
    clock.kind === 'day'
      ? stamp(last)
      : clock.kind === 'floating'
        ? stamp(last).slice(0, -1)
        : stamp(clock.zone.toInstant(cut) - SECOND)
  const plain = series.rrule.replace(/;?(?:UNTIL|COUNT)=[^;]*/gi, '').replace(/^;/, '')
  return `${plain};UNTIL=${until}`
}

/** Ends a series before an occurrence and starts another one there, with the changes, under a uid of its own. */
export function splitSeries<T extends Series>(
  series: T,
  recurrenceId: string,
  newUid: string,
  changes: Partial<T> = {},
): Split<T> {
  const found = series.rrule ? findOccurrence({ ...series, overrides: [] }, recurrenceId) : null
  const start = readingOf(series.dtstart)
  const clock = clockOf(series, zoneOf('UTC'))
  if (!found || start === null) return missing(series, recurrenceId)
  const cut = readingOf(found.dtstart)!
  if (cut <= start)
    return { ok: false, reason: `Occurrence ${recurrenceId} is the first one; change the series instead.` }
  const early = (key: string): boolean => (readingOf(key.slice(0, 16)) ?? 0) < cut
  const count = /COUNT=(\d+)/i.exec(series.rrule)?.[1]
  const left =
    count === undefined ? 0 : Number(count) - countedBefore(series, clock, start, clock.zone.toInstant(cut))
  const ofKeys = (keep: (key: string) => boolean): Pick<Series, 'exdates' | 'rdates' | 'overrides'> => ({
    exdates: series.exdates.filter(keep),
    rdates: series.rdates.filter(keep),
    overrides: series.overrides.filter(override => keep(override.recurrenceId)),
  })
  const before: T = { ...series, ...ofKeys(early), rrule: endedBefore(series, clock, cut) }
  const rest: T = {
    ...series,
    ...ofKeys(key => !early(key)),
    uid: newUid,
    dtstart: found.dtstart,
    dtend: found.dtend,
    rrule: count === undefined ? series.rrule : series.rrule.replace(/COUNT=\d+/i, `COUNT=${left}`),
  }
  const after = editSeries(rest, changes)
  return after.ok ? { ok: true, before, after: after.event } : after
}

/** Ends a series before an occurrence. */
export function endSeriesBefore<T extends Series>(series: T, recurrenceId: string): Edited<T> {
  const split = splitSeries(series, recurrenceId, series.uid)
  return split.ok ? { ok: true, event: split.before } : split
}
