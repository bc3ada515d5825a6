import { DAY, readWall, type Wall } from './wall.ts'

export type Frequency = 'SECONDLY' | 'MINUTELY' | 'HOURLY' | 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY'

/** A weekday (Sunday = 0) and, where `nth` is not 0, which one of its month or year (negative from the end). */
export interface Weekday {
  nth: number
  weekday: number
}

/** `last` is the end of the day for a date, in wall time; an instant where `utc`. */
export interface Until {
  last: number
  utc: boolean
}

export interface Rule {
  freq: Frequency
  interval: number
  count: number | null
  until: Until | null
  weekStart: number
  bySecond: number[]
  byMinute: number[]
  byHour: number[]
  byDay: Weekday[]
  byMonthDay: number[]
  byYearDay: number[]
  byWeekNo: number[]
  byMonth: number[]
  bySetPos: number[]
  /** The rule in its plain spelling: upper case, parts in the usual order, numbers sorted. */
  text: string
}

export type RuleReading = { ok: true; rule: Rule; text: string } | { ok: false; reason: string }

const FREQUENCIES = ['SECONDLY', 'MINUTELY', 'HOURLY', 'DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY']
export const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA']

const LONGEST = 1000
const MOST_COUNTED = 1_000_000
const WIDEST_INTERVAL = 100_000

const NUMBER_PARTS = {
  BYMONTH: [1, 12, false],
  BYWEEKNO: [1, 53, true],
  BYYEARDAY: [1, 366, true],
  BYMONTHDAY: [1, 31, true],
  BYHOUR: [0, 23, false],
  BYMINUTE: [0, 59, false],
  BYSECOND: [0, 59, false],
  BYSETPOS: [1, 366, true],
} as const

type NumberPart = keyof typeof NUMBER_PARTS

const SPELLING_ORDER: string[] = [
  'FREQ',
  'UNTIL',
  'COUNT',
  'INTERVAL',
  'BYMONTH',
  'BYWEEKNO',
  'BYYEARDAY',
  'BYMONTHDAY',
  'BYDAY',
  'BYHOUR',
  'BYMINUTE',
  'BYSECOND',
  'BYSETPOS',
  'WKST',
]

class Refusal extends Error {}

function refuse(reason: string): never {
  throw new Refusal(reason)
}

function splitParts(text: string): Map<string, string> {
  if (text.length > LONGEST) refuse(`The rule is longer than ${LONGEST} characters.`)
  const parts = new Map<string, string>()
  const body = text
    .trim()
    .replace(/^RRULE:/i, '')
    .replace(/;$/, '')
  if (body === '') refuse('The rule is empty; write something like FREQ=WEEKLY;BYDAY=MO.')
  for (const part of body.split(';')) {
    const at = part.indexOf('=')
    const name = part.slice(0, Math.max(at, 0)).trim().toUpperCase()
    const value = part
      .slice(at + 1)
      .trim()
      .toUpperCase()
    if (at < 1 || value === '') refuse(`"${part.slice(0, 40)}" is not of the form NAME=VALUE.`)
    if (!SPELLING_ORDER.includes(name))
      refuse(`${name.slice(0, 40)} is not a part of a recurrence rule that is understood.`)
    if (parts.has(name)) refuse(`${name} is given twice.`)
    parts.set(name, value)
  }
  return parts
}

function wholeNumber(name: string, value: string, most: number): number {
  const number = /^\d{1,9}$/.test(value) ? Number(value) : 0
  if (number < 1 || number > most)
    refuse(`${name} must be a whole number from 1 to ${most}, not "${value.slice(0, 20)}".`)
  return number
}

function numberList(name: NumberPart, value: string | undefined): number[] {
  if (value === undefined) return []
  const [least, most, fromEnd] = NUMBER_PARTS[name]
  const numbers = value.split(',').map(item => {
    const number = /^[+-]?\d{1,3}$/.test(item) ? Number(item) : Number.NaN
    const size = fromEnd ? Math.abs(number) : number
    if (!(size >= least && size <= most)) {
      refuse(
        `${name} takes numbers from ${least} to ${most}${fromEnd ? ', or negative ones counted from the end' : ''}; "${item.slice(0, 20)}" is not one.`,
      )
    }
    return number
  })
  return [...new Set(numbers)].sort((a, b) => a - b)
}

function weekdayList(value: string | undefined): Weekday[] {
  if (value === undefined) return []
  const days = new Map<string, Weekday>()
  for (const item of value.split(',')) {
    const found = /^([+-]?\d{1,2})?(SU|MO|TU|WE|TH|FR|SA)$/.exec(item)
    const nth = Number(found?.[1] ?? 0)
    if (!found || (found[1] !== undefined && nth === 0) || Math.abs(nth) > 53) {
      refuse(`BYDAY takes weekdays such as MO, 1MO or -1FR; "${item.slice(0, 20)}" is not one.`)
    }
    const weekday = WEEKDAYS.indexOf(found[2]!)
    days.set(`${nth}${weekday}`, { nth, weekday })
  }
  return [...days.values()].sort((a, b) => a.nth - b.nth || a.weekday - b.weekday)
}

function untilOf(value: string | undefined): Until | null {
  if (value === undefined) return null
  const utc = value.endsWith('Z')
  const read = readWall(utc ? value.slice(0, -1) : value)
  if (!read || (utc && read.dateOnly)) {
    refuse(`UNTIL must be a date (20261231) or a time (20261231T235959Z), not "${value.slice(0, 30)}".`)
  }
  return { last: read.dateOnly ? read.wall + DAY - 1 : read.wall, utc }
}

/** What RFC 5545 says may not stand together (the table in 3.3.10). */
function refuseMisfits(rule: Rule): void {
  const { freq } = rule
  if (rule.count !== null && rule.until) refuse('COUNT and UNTIL exclude each other; keep one of them.')
  if (rule.byWeekNo.length && freq !== 'YEARLY') refuse('BYWEEKNO goes only with FREQ=YEARLY.')
  if (rule.byYearDay.length && ['DAILY', 'WEEKLY', 'MONTHLY'].includes(freq))
    refuse(`BYYEARDAY does not go with FREQ=${freq}.`)
  if (rule.byMonthDay.length && freq === 'WEEKLY') refuse('BYMONTHDAY does not go with FREQ=WEEKLY.')
  const counted = rule.byDay.some(day => day.nth !== 0)
  if (counted && freq !== 'MONTHLY' && freq !== 'YEARLY')
    refuse(`A numbered weekday such as 1MO does not go with FREQ=${freq}.`)
  if (counted && rule.byWeekNo.length) refuse('A numbered weekday such as 1MO does not go with BYWEEKNO.')
  const others = [
    rule.bySecond,
    rule.byMinute,
    rule.byHour,
    rule.byDay,
    rule.byMonthDay,
    rule.byYearDay,
    rule.byWeekNo,
    rule.byMonth,
  ]
  if (rule.bySetPos.length && others.every(list => list.length === 0))
    refuse('BYSETPOS needs another BY… part to choose from.')
}

function readParts(text: string): Rule {
  const parts = splitParts(text)
  const freq = parts.get('FREQ')
  if (freq === undefined) refuse('FREQ is missing; write something like FREQ=WEEKLY;BYDAY=MO.')
  if (!FREQUENCIES.includes(freq))
    refuse(`FREQ must be one of ${FREQUENCIES.join(', ')}, not "${freq.slice(0, 20)}".`)
  const count = parts.get('COUNT')
  const interval = parts.get('INTERVAL')
  const weekStart = parts.get('WKST') ?? 'MO'
  if (!WEEKDAYS.includes(weekStart))
    refuse(`WKST must be one of ${WEEKDAYS.join(', ')}, not "${weekStart.slice(0, 20)}".`)
  const rule: Rule = {
    freq: freq as Frequency,
    interval: interval === undefined ? 1 : wholeNumber('INTERVAL', interval, WIDEST_INTERVAL),
    count: count === undefined ? null : wholeNumber('COUNT', count, MOST_COUNTED),
    until: untilOf(parts.get('UNTIL')),
    weekStart: WEEKDAYS.indexOf(weekStart),
    bySecond: numberList('BYSECOND', parts.get('BYSECOND')),
    byMinute: numberList('BYMINUTE', parts.get('BYMINUTE')),
    byHour: numberList('BYHOUR', parts.get('BYHOUR')),
    byDay: weekdayList(parts.get('BYDAY')),
    byMonthDay: numberList('BYMONTHDAY', parts.get('BYMONTHDAY')),
    byYearDay: numberList('BYYEARDAY', parts.get('BYYEARDAY')),
    byWeekNo: numberList('BYWEEKNO', parts.get('BYWEEKNO')),
    byMonth: numberList('BYMONTH', parts.get('BYMONTH')),
    bySetPos: numberList('BYSETPOS', parts.get('BYSETPOS')),
    text: '',
  }
  refuseMisfits(rule)
  rule.text = spell(rule, parts.get('UNTIL')?.replace(/[-:]/g, '').replace(' ', 'T'), parts.has('WKST'))
  return rule
}

function spell(rule: Rule, until: string | undefined, withWeekStart: boolean): string {
  const values: Record<string, string> = {
    FREQ: rule.freq,
    UNTIL: until ?? '',
    COUNT: rule.count === null ? '' : String(rule.count),
    INTERVAL: rule.interval === 1 ? '' : String(rule.interval),
    BYMONTH: rule.byMonth.join(','),
    BYWEEKNO: rule.byWeekNo.join(','),
    BYYEARDAY: rule.byYearDay.join(','),
    BYMONTHDAY: rule.byMonthDay.join(','),
    BYDAY: rule.byDay.map(({ nth, weekday }) => `${nth || ''}${WEEKDAYS[weekday]}`).join(','),
    BYHOUR: rule.byHour.join(','),
    BYMINUTE: rule.byMinute.join(','),
    BYSECOND: rule.bySecond.join(','),
    BYSETPOS: rule.bySetPos.join(','),
    WKST: withWeekStart ? WEEKDAYS[rule.weekStart]! : '',
  }
  return SPELLING_ORDER.filter(name => values[name] !== '')
    .map(name => `${name}=${values[name]}`)
    .join(';')
}

/** Reads an RRULE value; `text` is its plain spelling, `reason` says what to change. */
export function readRule(text: string): RuleReading {
  try {
    const rule = readParts(text)
    return { ok: true, rule, text: rule.text }
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, reason: error.message }
    throw error
  }
}

/** The same rule with another end: a count, a last moment, or none. */
export function withEnd(
  rule: Rule,
  end: { count: number } | { lastWall: Wall; utcText: string | null } | null,
): string {
  const plain = rule.text.replace(/;(UNTIL|COUNT)=[^;]*/g, '')
  if (end === null) return plain
  if ('count' in end) return readParts(`${plain};COUNT=${end.count}`).text
  const stamp = new Date(end.lastWall).toISOString().slice(0, 19).replace(/[-:]/g, '')
  return readParts(`${plain};UNTIL=${end.utcText ?? stamp}`).text
}

/** Every month on that day, or on its last day where it is shorter. */
export function monthlyOn(day: number): string {
  if (day <= 28) return `FREQ=MONTHLY;BYMONTHDAY=${day}`
  const days = Array.from({ length: day - 27 }, (_, i) => 28 + i)
  return `FREQ=MONTHLY;BYMONTHDAY=${days.join(',')};BYSETPOS=-1`
}
