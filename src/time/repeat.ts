import { walkRule } from './recur.ts'
import { endedAtTime } from './repeat-end.ts'
import { repeatOf } from './repeat-read.ts'
import { repeatWords } from './repeat-said.ts'
import { monthlyOn, type Rule, readRule, WEEKDAYS } from './rule.ts'
import { DAY, readWall, wallTextFull } from './wall.ts'
import { knownZone, zoneOf } from './zone.ts'

/** A todo's repeat: an RRULE value, counted from the local time of its first due date. */
export type Repeat = string

export type RepeatReading = { ok: true; repeat: Repeat | null } | { ok: false; reason: string }

const HORIZON = 100 * 366 * DAY
const KINDS =
  'none, "every monday", "every 2 weeks on friday", "every month on day 15", daily, weekly, monthly, yearly, weekly:0 to weekly:6 (Sunday is 0), monthly:day:15, monthly:nth:1:0, monthly:last:5, or a rule such as FREQ=WEEKLY;BYDAY=MO'

const BARE: Record<string, Repeat | null> = {
  '': null,
  none: null,
  never: null,
  daily: 'FREQ=DAILY',
  weekly: 'FREQ=WEEKLY',
  monthly: 'FREQ=MONTHLY',
  yearly: 'FREQ=YEARLY',
}

function fromWord(word: string): Repeat | null | undefined {
  if (Object.hasOwn(BARE, word)) return BARE[word]
  const [unit, kind, first, second] = word.split(':')
  const weekday = (text: string | undefined): string | undefined =>
    /^[0-6]$/.test(text ?? '') ? WEEKDAYS[Number(text)] : undefined
  if (unit === 'weekly' && first === undefined) {
    const day = weekday(kind)
    return day && `FREQ=WEEKLY;BYDAY=${day}`
  }
  if (unit !== 'monthly') return undefined
  if (kind === 'day' && second === undefined && /^([1-9]|[12]\d|3[01])$/.test(first ?? ''))
    return monthlyOn(Number(first))
  if (kind === 'last' && second === undefined)
    return weekday(first) && `FREQ=MONTHLY;BYDAY=-1${weekday(first)}`
  if (kind === 'nth' && /^[1-5]$/.test(first ?? ''))
    return weekday(second) && `FREQ=MONTHLY;BYDAY=${first}${weekday(second)}`
  return undefined
}

/** Reads a rule, one of the older repeat words or words of a person; `repeat` is null for `none`. */
export function readRepeat(text: string): RepeatReading {
  const trimmed = text.trim()
  const repeat = fromWord(trimmed.toLowerCase())
  if (repeat !== undefined) return { ok: true, repeat }
  const said = repeatOf(trimmed)
  if (said !== null) return { ok: true, repeat: said }
  if (!trimmed.includes('='))
    return { ok: false, reason: `"${trimmed.slice(0, 40)}" is not a repeat; use ${KINDS}.` }
  const reading = readRule(trimmed)
  return reading.ok ? { ok: true, repeat: reading.text } : reading
}

/** The words for a repeat where they are read as just that repeat again; else the rule itself. */
export function repeatTyped(repeat: Repeat, zone: string | null = null): string {
  const words = repeatWords(repeat, zone)
  const [rule, reading] = [readRule(repeat), readRepeat(words)]
  if (!rule.ok || !reading.ok || reading.repeat === null) return repeat
  const clocks = [null, ...(zone !== null && knownZone(zone) ? [zoneOf(zone)] : [])]
  const timed = clocks.map(clock => endedAtTime(reading.repeat!, clock))
  return [reading.repeat, ...timed].includes(rule.text) ? words : repeat
}

const only = (rule: Rule, parts: string[]): boolean =>
  rule.text.split(';').every(part => parts.includes(part.slice(0, part.indexOf('='))))

/** The older word that means the same, or null where there is none. */
export function repeatWord(repeat: Repeat | null): string | null {
  if (repeat === null) return 'none'
  const reading = readRule(repeat)
  if (!reading.ok) return null
  const { rule } = reading
  const bare = Object.entries(BARE).find(([, text]) => text === rule.text)
  if (bare) return bare[0]
  const [day] = rule.byDay
  if (rule.byDay.length === 1 && day && only(rule, ['FREQ', 'BYDAY'])) {
    if (rule.freq === 'WEEKLY') return `weekly:${day.weekday}`
    if (rule.freq === 'MONTHLY' && day.nth === -1) return `monthly:last:${day.weekday}`
    if (rule.freq === 'MONTHLY' && day.nth >= 1 && day.nth <= 5)
      return `monthly:nth:${day.nth}:${day.weekday}`
  }
  const dayOfMonth = rule.byMonthDay.at(-1)
  return dayOfMonth && dayOfMonth > 0 && monthlyOn(dayOfMonth) === rule.text
    ? `monthly:day:${dayOfMonth}`
    : null
}

export interface Moment {
  /** Epoch milliseconds. */
  at: number
  /** The clock on the wall then: `2026-12-01T09:00:00`. */
  local: string
}

/**
 * The first time a repeat is due strictly after an instant, or null when it has ended (or its text is no rule).
 * A reading the clock jumps over moves forward: a reminder is never dropped.
 */
export function nextAfter(
  repeat: Repeat,
  anchorLocal: string,
  zoneName: string,
  after: number,
): Moment | null {
  const reading = readRule(repeat)
  const anchor = readWall(anchorLocal)
  if (!reading.ok || !anchor) return null
  const zone = zoneOf(zoneName)
  const from = after + 1
  const to = Math.max(from, zone.toInstant(anchor.wall)) + HORIZON
  let next: Moment | null = null
  walkRule({ rule: reading.rule, start: anchor.wall, zone, from, to, gaps: 'shift' }, (_, at) => {
    next = { at, local: wallTextFull(zone.toWall(at)) }
    return false
  })
  return next
}
