import type { Doubt, Draft, Said } from './draft.ts'
import { walkRule } from './recur.ts'
import type { Repeat } from './repeat.ts'
import { monthlyOn, readRule, WEEKDAYS } from './rule.ts'
import {
  addMonths,
  civilDate,
  DAY,
  dayNumber,
  dayOf,
  daysInMonth,
  HOUR,
  inRange,
  MINUTE,
  SECOND,
  timeOfDay,
  type Wall,
  weekdayOf,
} from './wall.ts'
import type { Zone } from './zone.ts'

export interface Placed {
  wall: Wall
  at: number
  dateOnly: boolean
  repeat?: Repeat
  uncertain: Doubt[]
}

const PARTS = { morning: 9 * 60, afternoon: 15 * 60, evening: 18 * 60, night: 20 * 60 }
const END_OF_DAY = 17 * 60
const NOON = 12 * 60
const FULL_DAY = 24 * 60
/** Before six, an hour said without am or pm is taken to be in the afternoon. */
const WAKING = 6 * 60

/** Minutes after the named day's midnight, or null where the phrase names no time. */
function minutesOf(draft: Draft, said: Said): number | null {
  const { clock, part } = draft
  if (clock === undefined) {
    if (part !== undefined) return part === 'morning' ? Math.max(said.dayStart, WAKING) : PARTS[part]
    if (!draft.endOfDay) return null
    return draft.day === said.day && timeOfDay(said.wall) >= END_OF_DAY * MINUTE ? FULL_DAY - 1 : END_OF_DAY
  }
  if (draft.midnight) return FULL_DAY
  if (!draft.halfDay) return clock
  const hour = clock % NOON
  if (part === 'morning') return hour
  if (part === 'afternoon') return hour + NOON
  if (part === 'evening' || part === 'night') return hour < 5 * 60 ? hour + FULL_DAY : hour + NOON
  if (draft.halfDay === 'likely') return clock
  // On a day that is named `8:30` is what it says; today it may be over.
  const isNamed = draft.repeat !== undefined || (draft.day !== undefined && draft.named !== 'today')
  if (!draft.colon || !isNamed || hour < WAKING) draft.uncertain.add('meridiem')
  return hour < WAKING ? hour + NOON : hour
}

/** The next time a clock shows that, today or tomorrow. */
function nextClock(draft: Draft, said: Said, minutes: number): Wall {
  const readings = [minutes]
  if (draft.halfDay === 'open' && draft.part === undefined) {
    const hour = draft.clock! % NOON
    readings.push(hour + NOON)
    if (hour >= WAKING) readings.push(hour)
  }
  const today = readings.map(m => said.day * DAY + m * MINUTE).filter(wall => wall > said.wall)
  return today.length
    ? Math.min(...today)
    : (said.day + (draft.day === undefined ? 1 : 0)) * DAY + minutes * MINUTE
}

function relativeWall(draft: Draft, said: Said, zone: Zone, now: number): { wall: Wall; at: number } {
  const day = addMonths(said.day + (draft.days ?? 0), draft.months ?? 0)
  const minutes = minutesOf(draft, said)
  const time = minutes === null ? timeOfDay(said.wall) : minutes * MINUTE
  const moved = day !== said.day || minutes !== null
  const at = (moved ? zone.toInstant(day * DAY + time) : now) + (draft.exact ?? 0)
  return { wall: zone.toWall(at), at }
}

/** A part of a day that is half over still means what is left of it: "tonight" said at ten. */
function nextFullHour(said: Said): Wall {
  const next = Math.floor(said.wall / HOUR) * HOUR + HOUR
  return next < (said.day + 1) * DAY ? next : (said.day + 1) * DAY - MINUTE
}

function singleWall(draft: Draft, said: Said): Wall {
  const minutes = minutesOf(draft, said)
  const time = (minutes ?? said.dayStart) * MINUTE
  if (draft.day === undefined) return nextClock(draft, said, minutes ?? said.dayStart)
  const day = addMonths(draft.day + (draft.days ?? 0), draft.months ?? 0)
  const wall = day * DAY + time
  if (wall > said.wall || draft.past) return wall
  if (draft.named === 'today' && draft.clock !== undefined) return nextClock(draft, said, minutes!)
  if (draft.named === 'today' && (draft.part === 'evening' || draft.part === 'night'))
    return nextFullHour(said)
  if (draft.named === 'weekday') return wall + 7 * DAY
  return draft.named === 'monthday' ? nextWithDay(day, draft.monthDay!) * DAY + time : wall
}

function nextWithDay(day: number, monthDay: number): number {
  const { year, month } = civilDate(day)
  for (let ahead = 1; ; ahead++) {
    const first = civilDate(dayNumber(year, month + ahead, 1))
    if (monthDay <= daysInMonth(first.year, first.month)) return dayNumber(first.year, first.month, monthDay)
  }
}

function ruleText(draft: Draft, base: number): Repeat {
  const { freq, interval, byDay, byMonthDay } = draft.repeat!
  const date = civilDate(base)
  const every = interval > 1 ? `;INTERVAL=${interval}` : ''
  if (freq === 'WEEKLY')
    return `FREQ=WEEKLY${every};BYDAY=${byDay ?? WEEKDAYS[draft.weekday ?? weekdayOf(base)]}`
  if (freq === 'MONTHLY') {
    if (byDay) return `FREQ=MONTHLY${every};BYDAY=${byDay}`
    const day = byMonthDay ?? draft.monthDay ?? date.day
    return monthlyOn(Math.max(day, 1))
      .replace(/^FREQ=MONTHLY;BYMONTHDAY=.*/, text => (day < 0 ? 'FREQ=MONTHLY;BYMONTHDAY=-1' : text))
      .replace('FREQ=MONTHLY', `FREQ=MONTHLY${every}`)
  }
  if (freq === 'YEARLY') return `FREQ=YEARLY${every};BYMONTH=${date.month};BYMONTHDAY=${date.day}`
  return `FREQ=${freq}${every}`
}

function repeatWall(
  draft: Draft,
  said: Said,
  zone: Zone,
  now: number,
): { wall: Wall; at: number; repeat: Repeat } | null {
  const { freq, interval } = draft.repeat!
  const base = draft.day ?? said.day
  const named = draft.named === 'date' || draft.named === 'relative' || draft.named === 'today'
  const reading = readRule(ruleText(draft, base))
  if (!reading.ok) return null
  const repeat = reading.text
  const minutes = minutesOf(draft, said)
  if (freq === 'HOURLY' || freq === 'MINUTELY') {
    if (minutes === null && draft.day === undefined) {
      const at = now + interval * (freq === 'HOURLY' ? HOUR : MINUTE)
      return { wall: zone.toWall(at), at, repeat }
    }
    const wall = singleWall(draft, said)
    return { wall, at: zone.toInstant(wall), repeat }
  }
  if (
    draft.day === undefined &&
    draft.weekday === undefined &&
    freq !== 'DAILY' &&
    !draft.repeat!.byDay &&
    draft.repeat!.byMonthDay === undefined
  )
    draft.uncertain.add('day')
  // The first one is that of the same rule at every step; counting from it in steps is then the rule itself.
  const each = readRule(repeat.replace(/;INTERVAL=\d+/, ''))
  if (!each.ok) return null
  const start = (base - 1) * DAY + (minutes ?? said.dayStart) * MINUTE
  const from = Math.max(now + 1, named ? zone.toInstant(base * DAY) : 0)
  const to = from + 10 * 366 * DAY
  let first: { wall: Wall; at: number; repeat: Repeat } | null = null
  walkRule({ rule: each.rule, start, zone, from, to, gaps: 'shift' }, (wall, at) => {
    if (wall === start) return true
    first = { wall, at, repeat }
    return false
  })
  return first
}

/** Puts what was read into time; null where it lies beyond the calendar. */
export function place(draft: Draft, said: Said, zone: Zone, now: number): Placed | null {
  let found: { wall: Wall; at: number; repeat?: Repeat } | null
  if (draft.repeat) found = draft.exact === undefined ? repeatWall(draft, said, zone, now) : null
  else if (draft.exact !== undefined) found = relativeWall(draft, said, zone, now)
  else {
    const wall = singleWall(draft, said) + (draft.seconds ?? 0) * SECOND
    found = { wall, at: zone.toInstant(wall) }
  }
  if (!found || !inRange(found.wall)) return null
  const { uncertain } = draft
  const dateOnly =
    draft.clock === undefined &&
    draft.exact === undefined &&
    draft.part === undefined &&
    !draft.endOfDay &&
    !/HOURLY|MINUTELY/.test(found.repeat ?? '')
  if (draft.part !== undefined && draft.clock === undefined) uncertain.add('time')
  if (draft.endOfDay) uncertain.add('time')
  // A day that has begun is not over.
  const over = dateOnly ? dayOf(found.wall) < said.day : found.at < now
  if (draft.past || over) uncertain.add('past')
  if (draft.exact === undefined) {
    const fit = zone.fit(found.wall)
    if (fit !== 'exact') uncertain.add(fit)
  }
  const at = found.at
  // A repeat is counted from the time that was said, though the clocks leave it out on the first day.
  const wall = found.repeat ? found.wall : zone.toWall(at)
  return { wall, at, dateOnly, repeat: found.repeat, uncertain: [...uncertain] }
}
