import { DAY, HOUR, MINUTE, SECOND } from './wall.ts'

const NUMBERS =
  'one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty'.split(
    ' ',
  )
const ORDINALS = ['first', 'second', 'third', 'fourth', 'fifth']
const WEEKDAY_STEMS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const MONTH_STEMS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')

export const NUMBER = `(?:\\d{1,6}(?:[.,]\\d{1,3})?|an?|a couple of|a couple|a few|half an?|${NUMBERS.join('|')})`
export const ORDINAL = `(?:${ORDINALS.join('|')}|last|[1-5](?:st|nd|rd|th))`
export const WEEKDAY =
  '(?:sun|mon|tue|tues|wed|weds|thu|thur|thurs|fri|sat)(?:day|sday|nesday|rsday|urday)?s?'
export const MONTH =
  '(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)'
export const UNIT =
  '(?:seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|wks?|w|fortnights?|months?|quarters?|years?|yrs?|y)'

export function numberOf(text: string): number {
  if (/^\d/.test(text)) return Number(text.replace(',', '.'))
  if (text.startsWith('half')) return 0.5
  if (text.startsWith('a couple')) return 2
  if (text === 'a few') return 3
  return text === 'a' || text === 'an' ? 1 : NUMBERS.indexOf(text) + 1
}

/** 1 to 5, or -1 for `last`. */
export function ordinalOf(text: string): number {
  if (text === 'last') return -1
  return /^\d/.test(text) ? Number.parseInt(text, 10) : ORDINALS.indexOf(text) + 1
}

export const weekdayOfWord = (text: string): number => WEEKDAY_STEMS.indexOf(text.slice(0, 3))
export const monthOfWord = (text: string): number => MONTH_STEMS.indexOf(text.slice(0, 3)) + 1

export interface Length {
  /** Real time. */
  exact: number
  /** Calendar time. */
  days: number
  months: number
}

const EXACT: Record<string, number> = { s: SECOND, min: MINUTE, h: HOUR }

/** A number of units; parts of a day or week become hours, parts of a month are not a length. */
export function lengthOf(count: number, unit: string): Length | null {
  const name = /^(s|sec)/.test(unit)
    ? 's'
    : /^m(in|$)/.test(unit)
      ? 'min'
      : unit.startsWith('h')
        ? 'h'
        : unit[0]!
  const exact = EXACT[name]
  if (exact) return { exact: Math.round(count * exact), days: 0, months: 0 }
  const days = name === 'd' ? 1 : name === 'w' ? 7 : name === 'f' ? 14 : 0
  if (days && Number.isInteger(count * days)) return { exact: 0, days: count * days, months: 0 }
  if (days) return { exact: Math.round(count * days * DAY), days: 0, months: 0 }
  const months = count * (name === 'y' ? 12 : name === 'q' ? 3 : 1)
  return Number.isInteger(months) ? { exact: 0, days: 0, months } : null
}

const ZONE_WORDS: Record<string, string> = {
  utc: 'UTC',
  gmt: 'UTC',
  z: 'UTC',
  est: 'America/New_York',
  edt: 'America/New_York',
  cst: 'America/Chicago',
  cdt: 'America/Chicago',
  mst: 'America/Denver',
  mdt: 'America/Denver',
  pst: 'America/Los_Angeles',
  pdt: 'America/Los_Angeles',
  cet: 'Europe/Berlin',
  cest: 'Europe/Berlin',
  bst: 'Europe/London',
  jst: 'Asia/Tokyo',
}

/** The zone a word such as `CET` means to the people who use it, its summer time included. */
export const zoneOfWord = (text: string): string | null => ZONE_WORDS[text] ?? null
