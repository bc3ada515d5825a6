import { walkRule } from '../time/recur.ts'
import { type Rule, readRule } from '../time/rule.ts'
import { clockText, DAY, dateText, dayOf, HOUR, readWall, type Wall } from '../time/wall.ts'
import { offsetText, zoneOf } from '../time/zone.ts'
import {
  type Changes,
  clockOf,
  type EventClock,
  type EventTimes,
  type Override,
  occurrenceUid,
  readingOf,
  type Series,
  timeText,
} from './event.ts'

export interface Window {
  /** Epoch milliseconds, `start` included and `end` not. */
  start: number
  end: number
  /** The reader's zone, in which days and floating times are. */
  zone: string
  /** Dates that were cancelled are shown, too. */
  cancelled?: boolean
}

export interface Occurrence {
  /** The event's uid, or `<uid>::<recurrenceId>` where it repeats. */
  uid: string
  seriesUid: string
  /** `2026-12-01` or `2026-12-01T09:00`, in the clock of the event; null where it does not repeat. */
  recurrenceId: string | null
  /** In the notation of the event. */
  dtstart: string
  dtend: string
  allDay: boolean
  tzid: string | null
  startsAt: number
  endsAt: number
  /** What this occurrence alone says otherwise than its series. */
  changes: Changes | null
}

export interface Expansion {
  occurrences: Occurrence[]
  /** There are more in the window than are shown here. */
  truncated: boolean
  /** What in the event could not be used, in words. */
  problem: string | null
}

export const MOST_OCCURRENCES = 1000

/** A place in a series: a reading, the second pass of a repeated hour (an instant), or a whole day. */
type Mark = { wall: Wall } | { at: number } | { day: number }

function markOf(text: string, clock: EventClock): Mark | null {
  const found = /^(.{16,}?)(Z|[+-]\d{2}:?\d{2})$/.exec(text)
  const read = readWall(found ? found[1]! : text)
  if (!read) return null
  if (!found) return read.dateOnly && clock.kind !== 'day' ? { day: dayOf(read.wall) } : { wall: read.wall }
  const [hours, minutes] =
    found[2] === 'Z' ? [0, 0] : [Number(found[2]!.slice(0, 3)), Number(found[2]!.slice(-2))]
  const ahead = hours! * 60 + (found[2]!.startsWith('-') ? -minutes! : minutes!)
  const at = read.wall - ahead * 60_000
  const wall = clock.zone.toWall(at)
  return clock.zone.toInstant(wall) === at ? { wall } : { at }
}

/** The name of an occurrence within its series. */
export function keyOf(wall: Wall, at: number, clock: EventClock): string {
  if (clock.kind === 'day') return dateText(wall)
  const key = `${dateText(wall)}T${clockText(wall)}`
  return clock.zone.toInstant(wall) === at ? key : key + offsetText(clock.zone.offset(at))
}

class Marks {
  readonly walls = new Set<number>()
  readonly instants = new Set<number>()
  readonly days = new Set<number>()

  add(mark: Mark | null): void {
    if (!mark) return
    if ('wall' in mark) this.walls.add(mark.wall)
    else if ('at' in mark) this.instants.add(mark.at)
    else this.days.add(mark.day)
  }

  has(wall: Wall, at: number, clock: EventClock): boolean {
    if (this.days.size && this.days.has(dayOf(wall))) return true
    if (this.instants.size && this.instants.has(at)) return true
    return this.walls.size > 0 && this.walls.has(wall) && clock.zone.toInstant(wall) === at
  }
}

interface Plan {
  series: Series
  clock: EventClock
  start: Wall
  length: number
  rule: Rule | null
  window: Window
  skipped: Marks
  problem: string | null
}

function planOf(series: Series, window: Window): Plan | null {
  const clock = clockOf(series, zoneOf(window.zone))
  const start = readingOf(series.dtstart)
  const end = readingOf(series.dtend)
  if (start === null) return null
  const least = series.allDay ? DAY : 0
  const skipped = new Marks()
  for (const text of series.exdates) skipped.add(markOf(text, clock))
  for (const override of series.overrides) skipped.add(markOf(override.recurrenceId, clock))
  const reading = series.rrule ? readRule(series.rrule) : null
  let problem: string | null = null
  if (reading && !reading.ok)
    problem = `The rule "${series.rrule.slice(0, 80)}" is not understood: ${reading.reason}`
  else if (clock.kind === 'floating' && series.tzid !== null)
    problem = `There is no time zone "${series.tzid.slice(0, 64)}".`
  return {
    series,
    clock,
    start,
    length: Math.max(least, end === null ? least : end - start),
    rule: reading?.ok ? reading.rule : null,
    window,
    skipped,
    problem,
  }
}

const inWindow = (startsAt: number, endsAt: number, { start, end }: Window): boolean =>
  startsAt < end && (endsAt > start || (endsAt === startsAt && startsAt >= start))

const endOf = (clock: EventClock, wall: Wall, at: number, length: number): number =>
  clock.kind === 'utc' || length === 0 ? at + length : Math.max(at, clock.place.toInstant(wall + length))

function occurrenceAt(plan: Plan, wall: Wall, walkedAt: number): Occurrence | null {
  const { series, clock, length, window } = plan
  const startsAt = clock.zone === clock.place ? walkedAt : clock.place.toInstant(wall)
  const endsAt = endOf(clock, wall, startsAt, length)
  if (!inWindow(startsAt, endsAt, window)) return null
  const repeats = plan.rule !== null || series.rdates.length > 0
  const recurrenceId = repeats ? keyOf(wall, walkedAt, clock) : null
  return {
    uid: recurrenceId === null ? series.uid : occurrenceUid(series.uid, recurrenceId),
    seriesUid: series.uid,
    recurrenceId,
    dtstart: timeText(wall, clock.kind),
    dtend: timeText(wall + length, clock.kind),
    allDay: series.allDay,
    tzid: series.tzid,
    startsAt,
    endsAt,
    changes: null,
  }
}

function timesOfOverride(plan: Plan, { recurrenceId, changes }: Override): EventTimes | null {
  const { series, clock, length } = plan
  const mark = markOf(recurrenceId, clock)
  if (!mark || 'day' in mark) return null
  const original = 'wall' in mark ? mark.wall : clock.zone.toWall(mark.at)
  const allDay = changes.allDay ?? series.allDay
  const tzid = changes.tzid === undefined ? series.tzid : changes.tzid
  const dtstart = changes.dtstart ?? timeText(original, clock.kind)
  const start = readingOf(dtstart)
  if (start === null) return null
  const kind = allDay ? 'day' : dtstart.endsWith('Z') ? 'utc' : 'floating'
  const least = allDay ? DAY : 0
  const dtend =
    changes.dtend ?? timeText(start + Math.max(least, allDay === series.allDay ? length : least), kind)
  return { dtstart, dtend, allDay, tzid }
}

function occurrenceOfOverride(plan: Plan, override: Override): Occurrence | null {
  const times = timesOfOverride(plan, override)
  if (!times || (override.changes.cancelled && !plan.window.cancelled)) return null
  const clock = clockOf(times, zoneOf(plan.window.zone))
  const start = readingOf(times.dtstart)!
  const startsAt = clock.place.toInstant(start)
  const end = readingOf(times.dtend)
  const endsAt = end === null ? startsAt : Math.max(startsAt, clock.place.toInstant(end))
  if (!inWindow(startsAt, endsAt, plan.window)) return null
  return {
    uid: occurrenceUid(plan.series.uid, override.recurrenceId),
    seriesUid: plan.series.uid,
    recurrenceId: override.recurrenceId,
    ...times,
    startsAt,
    endsAt,
    changes: override.changes,
  }
}

// Between the wall length of an event and its real one can lie what a clock is changed by.
const CLOCK_CHANGE = 3 * HOUR

/** The window in the arithmetic of the rule, widened so that what began before it is found. */
function walkedWindow({ clock, length, window }: Plan): { from: number; to: number } {
  const { start, end } = window
  if (clock.kind === 'utc') return { from: start - length, to: end }
  if (clock.kind === 'zone') return { from: start - length - CLOCK_CHANGE, to: end }
  return {
    from: clock.place.toWall(start) - length - CLOCK_CHANGE,
    to: clock.place.toWall(end) + CLOCK_CHANGE,
  }
}

function collect(plan: Plan, limit: number): { occurrences: Occurrence[]; truncated: boolean } {
  const { series, clock, start, rule, skipped } = plan
  const occurrences: Occurrence[] = []
  const seen = new Set<number>()
  const keepSeen = series.rdates.length > 0
  const { from, to } = walkedWindow(plan)
  let full = false
  const take = (wall: Wall, at: number): boolean => {
    if (keepSeen && seen.has(at)) return true
    if (keepSeen) seen.add(at)
    if (skipped.has(wall, at, clock)) return true
    const occurrence = occurrenceAt(plan, wall, at)
    if (!occurrence) return true
    if (occurrences.length >= limit) full = true
    else occurrences.push(occurrence)
    return !full
  }
  if (rule) {
    const end = walkRule({ rule, start, zone: clock.zone, from, to, gaps: 'drop' }, take)
    if (end === 'spent') full = true
  } else take(start, clock.zone.toInstant(start))
  for (const text of series.rdates) {
    const mark = markOf(text, clock)
    if (!mark || 'day' in mark) continue
    if ('wall' in mark) take(mark.wall, clock.zone.toInstant(mark.wall))
    else take(clock.zone.toWall(mark.at), mark.at)
  }
  return { occurrences, truncated: full }
}

/**
 * What of an event falls into a window, in order. Bounded whatever the rule: at most `limit` occurrences of the
 * series (its changed ones come on top), and a fixed amount of work.
 */
export function expand(series: Series, window: Window, limit = MOST_OCCURRENCES): Expansion {
  const plan = planOf(series, window)
  if (!plan) {
    return {
      occurrences: [],
      truncated: false,
      problem: `"${series.dtstart.slice(0, 40)}" is not a time an event can start at.`,
    }
  }
  const { occurrences, truncated } = collect(plan, Math.min(limit, MOST_OCCURRENCES))
  for (const override of series.overrides) {
    const changed = occurrenceOfOverride(plan, override)
    if (changed) occurrences.push(changed)
  }
  if (series.rdates.length || series.overrides.length) occurrences.sort((a, b) => a.startsAt - b.startsAt)
  return { occurrences, truncated, problem: plan.problem }
}

/** The occurrence of a series with that key, unless it is deleted or was never there. */
export function findOccurrence(series: Series, recurrenceId: string): Occurrence | null {
  const zone = 'UTC'
  const clock = clockOf(series, zoneOf(zone))
  const override = series.overrides.find(({ recurrenceId: id }) => id === recurrenceId)
  const everything: Window = {
    start: Number.NEGATIVE_INFINITY,
    end: Number.POSITIVE_INFINITY,
    zone,
    cancelled: true,
  }
  if (override) {
    const plan = planOf(series, everything)
    return plan && occurrenceOfOverride(plan, override)
  }
  const mark = markOf(recurrenceId, clock)
  if (!mark || 'day' in mark) return null
  const at = 'at' in mark ? mark.at : clock.zone.toInstant(mark.wall)
  const { occurrences } = expand({ ...series, overrides: [] }, { start: at, end: at + 1, zone })
  return occurrences.find(found => found.recurrenceId === recurrenceId) ?? null
}

/** Checks a rule before it is stored: its plain spelling, or what is wrong with it. */
export function validateRule(
  text: string,
  dtstart?: string,
): { ok: true; rrule: string } | { ok: false; reason: string } {
  const reading = readRule(text)
  if (!reading.ok) return reading
  const start = dtstart === undefined ? null : readingOf(dtstart)
  const { until } = reading.rule
  if (until && start !== null && until.last < start - (until.utc ? DAY : 0)) {
    return { ok: false, reason: 'The rule ends (UNTIL) before the event starts.' }
  }
  return { ok: true, rrule: reading.text }
}
