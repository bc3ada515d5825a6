import { dayMatches, dayPartsOf, periodsOf } from './dates.ts'
import type { Rule } from './rule.ts'
import { civilDate, DAY, dayOf, HOUR, MINUTE, SECOND, timeOfDay, type Wall } from './wall.ts'
import type { Zone } from './zone.ts'

export interface Walk {
  rule: Rule
  /** The first occurrence, whether or not the rule would make it (RFC 5545, 3.8.5.3). */
  start: Wall
  zone: Zone
  /** Only occurrences at these instants are shown, `from` included and `to` not. */
  from: number
  to: number
  /** What becomes of a reading the clock jumps over: RFC 5545 drops it, a reminder must still ring. */
  gaps: 'drop' | 'shift'
}

/** `spent`: the rule asked for more work than any honest rule needs, and what follows is not known. */
export type WalkEnd = 'done' | 'stopped' | 'spent'

/** Return false to stop. */
export type Visit = (wall: Wall, at: number) => boolean

const MOST_STEPS = 250_000
const LAST_YEAR = 9999

class Track {
  private readonly walk: Walk
  private readonly visit: Visit
  private counted = 0
  private steps = 0
  readonly startAt: number
  end: WalkEnd | null = null

  constructor(walk: Walk, visit: Visit) {
    this.walk = walk
    this.visit = visit
    this.startAt = walk.zone.toInstant(walk.start)
  }

  /** False when the walk is over. */
  step(): boolean {
    if (++this.steps > MOST_STEPS) this.end = 'spent'
    return this.end === null
  }

  reading(wall: Wall): boolean {
    const { zone, gaps } = this.walk
    const at = zone.toInstant(wall)
    if (gaps === 'drop' && at + zone.offset(at) !== wall) return true
    return this.moment(wall, at)
  }

  moment(wall: Wall, at: number): boolean {
    const { rule, from, to } = this.walk
    if (at <= this.startAt && this.counted > 0) return true
    const { until } = rule
    const over = until !== null && (until.utc ? at : wall) > until.last
    if (at >= to || (over && this.counted > 0) || (rule.count !== null && this.counted >= rule.count)) {
      this.end = 'done'
      return false
    }
    this.counted++
    if (at >= from && !this.visit(wall, at)) this.end = 'stopped'
    return this.end === null
  }
}

const listOr = (list: number[], otherwise: number): number[] => (list.length ? list : [otherwise])

/** Positions of a BYSETPOS in a set of a size, in order. */
function chosen(positions: number[], size: number): number[] {
  const indexes = positions.map(p => (p > 0 ? p - 1 : size + p)).filter(i => i >= 0 && i < size)
  return [...new Set(indexes)].sort((a, b) => a - b)
}

function timesOfDay(rule: Rule, start: Wall): number[] {
  const time = timeOfDay(start)
  const times: number[] = []
  for (const hour of listOr(rule.byHour, Math.floor(time / HOUR)))
    for (const minute of listOr(rule.byMinute, Math.floor((time % HOUR) / MINUTE)))
      for (const second of listOr(rule.bySecond, Math.floor((time % MINUTE) / SECOND)))
        times.push(hour * HOUR + minute * MINUTE + second * SECOND)
  return times
}

const EXPLICIT = 5000

function readingsAt(walk: Walk, days: number[], times: number[]): Wall[] {
  const size = days.length * times.length
  const at = (i: number): Wall => days[Math.floor(i / times.length)]! * DAY + times[i % times.length]!
  const { bySetPos } = walk.rule
  if (size > EXPLICIT || walk.gaps === 'shift') return chosen(bySetPos, size).map(at)
  const real = Array.from({ length: size }, (_, i) => at(i)).filter(wall => walk.zone.fit(wall) !== 'gap')
  return chosen(bySetPos, real.length).map(i => real[i]!)
}

/** Days and longer: periods of the calendar, in wall time. */
function walkDays(walk: Walk, track: Track): void {
  const { rule, start, zone } = walk
  const periods = periodsOf(rule, start)
  const times = timesOfDay(rule, start)
  const lastDay = Math.min(dayOf(zone.toWall(walk.to)) + 1, dayOf(Date.UTC(LAST_YEAR, 11, 31)))
  const seek = rule.count === null ? dayOf(zone.toWall(walk.from)) - 1 : 0
  for (let index = Math.max(0, periods.indexOf(seek)); track.step(); index++) {
    if (periods.firstDay(index) > lastDay) break
    const days = periods.days(index)
    if (rule.bySetPos.length) {
      for (const wall of readingsAt(walk, days, times)) if (!track.reading(wall)) return
      continue
    }
    for (const day of days)
      for (const time of times) if (!track.step() || !track.reading(day * DAY + time)) return
  }
}

const UNITS = { HOURLY: HOUR, MINUTELY: MINUTE, SECONDLY: SECOND } as const

/** Hours and shorter: steps of real time, so that "every 4 hours" stays 4 hours when the clock is changed. */
function walkClock(walk: Walk, track: Track, unit: number): void {
  const { rule, start, zone } = walk
  const parts = dayPartsOf(rule, start)
  const step = unit * rule.interval
  const inUnit = expansion(rule, start, unit)
  const intoUnit = ((start % unit) + unit) % unit
  const asStarted = rule.byMinute.length + rule.bySecond.length === 0 || unit === SECOND
  const base = asStarted ? track.startAt : track.startAt - intoUnit
  const plain =
    rule.count !== null && rule.text.replace(/;(COUNT|INTERVAL|WKST)=[^;]*/g, '') === `FREQ=${rule.freq}`
  const to = plain ? Math.min(walk.to, track.startAt + (rule.count! - 1) * step + 1) : walk.to
  const seek = plain || rule.count === null ? Math.floor((walk.from - HOUR - base) / step) : 0
  let index = Math.max(0, seek)
  const jump = (target: number): void => {
    index = Math.max(index + 1, Math.ceil((target - base) / step))
  }
  while (track.step()) {
    const hit = base + index * step
    if (hit >= to) return
    const at = asStarted ? hit : onTheUnit(zone, hit, unit)
    const wall = zone.toWall(at)
    const time = timeOfDay(wall)
    if (!dayMatches(parts, dayOf(wall))) {
      jump(zone.toInstant((dayOf(wall) + 1) * DAY))
    } else if (rule.byHour.length && !rule.byHour.includes(Math.floor(time / HOUR))) {
      jump(at + HOUR - (time % HOUR))
    } else if (
      unit < HOUR &&
      rule.byMinute.length &&
      !rule.byMinute.includes(Math.floor((time % HOUR) / MINUTE))
    ) {
      jump(at + MINUTE - (time % MINUTE))
    } else {
      index++
      if (
        unit === SECOND &&
        rule.bySecond.length &&
        !rule.bySecond.includes(Math.floor((time % MINUTE) / SECOND))
      )
        continue
      if (asStarted) {
        if (!track.moment(wall, at)) return
        continue
      }
      const from = wall - (time % unit)
      const picked = rule.bySetPos.length ? chosen(rule.bySetPos, inUnit.length).map(i => inUnit[i]!) : inUnit
      for (const extra of picked) {
        if (!track.step() || !track.moment(from + extra, at + from - wall + extra)) return
      }
    }
  }
}

/** The first whole unit of the wall clock from an instant on; only a clock changed by half an hour makes a difference. */
function onTheUnit(zone: Zone, at: number, unit: number): number {
  const past = timeOfDay(zone.toWall(at)) % unit
  return past === 0 ? at : at + unit - past
}

/** Offsets inside one hour, minute or second at which a rule of that frequency occurs. */
function expansion(rule: Rule, start: Wall, unit: number): number[] {
  const time = timeOfDay(start)
  const minutes = unit === HOUR ? listOr(rule.byMinute, Math.floor((time % HOUR) / MINUTE)) : [0]
  const seconds = unit === SECOND ? [0] : listOr(rule.bySecond, Math.floor((time % MINUTE) / SECOND))
  return minutes.flatMap(minute => seconds.map(second => minute * MINUTE + second * SECOND))
}

/** Shows a rule's occurrences in order. Never does more than a fixed amount of work, whatever the rule. */
export function walkRule(walk: Walk, visit: Visit): WalkEnd {
  const track = new Track(walk, visit)
  if (civilDate(dayOf(walk.start)).year > LAST_YEAR) return 'done'
  if (track.moment(walk.start, track.startAt)) {
    const { freq } = walk.rule
    if (freq === 'HOURLY' || freq === 'MINUTELY' || freq === 'SECONDLY') walkClock(walk, track, UNITS[freq])
    else walkDays(walk, track)
  }
  return track.end ?? 'done'
}
