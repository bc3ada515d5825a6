/** A reading of a clock on the wall, in milliseconds, counted as if the wall hung in UTC. */
export type Wall = number

export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

export interface CivilDate {
  year: number
  month: number
  day: number
}

const EARLIEST = Date.UTC(1, 0, 1)
const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59)

export function wallOf(year: number, month: number, day: number, hour = 0, minute = 0, second = 0): Wall {
  const wall = new Date(0)
  wall.setUTCFullYear(year, month - 1, day)
  return wall.getTime() + hour * HOUR + minute * MINUTE + second * SECOND
}

/** The day number of a date; months beyond 12 and days beyond the month carry over. */
export function dayNumber(year: number, month: number, day: number): number {
  return wallOf(year, month, day) / DAY
}

export const dayOf = (wall: Wall): number => Math.floor(wall / DAY)
export const timeOfDay = (wall: Wall): number => wall - dayOf(wall) * DAY
/** Sunday = 0, as in the repeat words. */
export const weekdayOf = (day: number): number => (((day + 4) % 7) + 7) % 7

export function civilDate(day: number): CivilDate {
  const shifted = day + 719468
  const era = Math.floor(shifted / 146097)
  const dayOfEra = shifted - era * 146097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) /
      365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1,
  }
}

export const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** The same day so many months later, or the last one of a month that is shorter. */
export function addMonths(day: number, months: number): number {
  const date = civilDate(day)
  const first = dayNumber(date.year, date.month + months, 1)
  const there = civilDate(first)
  return first + Math.min(date.day, daysInMonth(there.year, there.month)) - 1
}

const WALL_TEXT = /^(\d{4})-?(\d{2})-?(\d{2})(?:[T ](\d{2}):?(\d{2})(?::?(\d{2})(?:[.,]\d{1,9})?)?)?$/

/** Reads `2026-12-01`, `2026-12-01T09:00[:00]` and the compact forms of iCalendar; no zone, no offset. */
export function readWall(text: string): { wall: Wall; dateOnly: boolean } | null {
  const found = WALL_TEXT.exec(text)
  if (!found) return null
  const [year, month, day, hour, minute, second] = found.slice(1).map(part => Number(part ?? 0))
  if (!month || month > 12 || !day || !year || day > daysInMonth(year, month)) return null
  if (hour! > 23 || minute! > 59 || second! > 59) return null
  return { wall: wallOf(year, month, day, hour, minute, second), dateOnly: found[4] === undefined }
}

export const inRange = (wall: Wall): boolean => wall >= EARLIEST && wall <= LATEST

const two = (n: number): string => (n < 10 ? `0${n}` : String(n))

const dateTexts = new Map<number, string>()

export function dateText(wall: Wall): string {
  const day = dayOf(wall)
  const known = dateTexts.get(day)
  if (known !== undefined) return known
  const { year, month, day: dayOfMonth } = civilDate(day)
  const text = `${String(year).padStart(4, '0')}-${two(month)}-${two(dayOfMonth)}`
  if (dateTexts.size > 50_000) dateTexts.clear()
  dateTexts.set(day, text)
  return text
}

interface ClockText {
  short: string
  full: string
}

const clockTexts = new Map<number, ClockText>()

function clockTextsOf(wall: Wall): ClockText {
  const time = timeOfDay(wall)
  const known = clockTexts.get(time)
  if (known) return known
  const minutes = `${two(Math.floor(time / HOUR))}:${two(Math.floor((time % HOUR) / MINUTE))}`
  const seconds = Math.floor((time % MINUTE) / SECOND)
  const full = `${minutes}:${two(seconds)}`
  const texts = { short: seconds ? full : minutes, full }
  if (clockTexts.size > 5_000) clockTexts.clear()
  clockTexts.set(time, texts)
  return texts
}

/** `09:00`, with seconds only where there are some. */
export const clockText = (wall: Wall): string => clockTextsOf(wall).short

/** `2026-12-01T09:00`, with seconds only where there are some. */
export const wallText = (wall: Wall): string => `${dateText(wall)}T${clockTextsOf(wall).short}`

/** `2026-12-01T09:00:00`. */
export const wallTextFull = (wall: Wall): string => `${dateText(wall)}T${clockTextsOf(wall).full}`
