import type { Rule, Weekday } from './rule.ts'
import { civilDate, dayNumber, dayOf, daysInMonth, isLeap, type Wall, weekdayOf } from './wall.ts'

/** The day parts of a rule with what it leaves unsaid taken from its start (RFC 5545, 3.3.10). */
export interface DayParts {
  freq: Rule['freq']
  weekStart: number
  byMonth: number[]
  byWeekNo: number[]
  byYearDay: number[]
  byMonthDay: number[]
  byDay: Weekday[]
}

export function dayPartsOf(rule: Rule, start: Wall): DayParts {
  const startDay = dayOf(start)
  const { month, day } = civilDate(startDay)
  const onWeekday = [{ nth: 0, weekday: weekdayOf(startDay) }]
  const parts: DayParts = { ...rule }
  const free = !parts.byDay.length && !parts.byMonthDay.length && !parts.byYearDay.length
  if (!free) return parts
  if (rule.freq === 'WEEKLY' || parts.byWeekNo.length) parts.byDay = onWeekday
  else if (rule.freq === 'MONTHLY') parts.byMonthDay = [day]
  else if (rule.freq === 'YEARLY') {
    parts.byMonthDay = [day]
    if (!parts.byMonth.length) parts.byMonth = [month]
  }
  return parts
}

interface Place {
  day: number
  year: number
  month: number
  dayOfMonth: number
}

const has = (list: number[], forward: number, fromEnd: number): boolean =>
  list.includes(forward) || list.includes(fromEnd)

function weekMatches(parts: DayParts, day: number): boolean {
  const monday = day - ((weekdayOf(day) - parts.weekStart + 7) % 7)
  const middle = monday + 3
  const { year } = civilDate(middle)
  const number = Math.floor((middle - dayNumber(year, 1, 1)) / 7) + 1
  const weeks = number + Math.floor((dayNumber(year, 12, 31) - middle) / 7)
  return has(parts.byWeekNo, number, number - weeks - 1)
}

function weekdayMatches(parts: DayParts, place: Place): boolean {
  const weekday = weekdayOf(place.day)
  for (const wanted of parts.byDay) {
    if (wanted.weekday !== weekday) continue
    if (wanted.nth === 0) return true
    const ofYear = parts.freq === 'YEARLY' && !parts.byMonth.length
    const index = ofYear ? place.day - dayNumber(place.year, 1, 1) : place.dayOfMonth - 1
    const length = ofYear ? (isLeap(place.year) ? 366 : 365) : daysInMonth(place.year, place.month)
    const nth = wanted.nth > 0 ? Math.floor(index / 7) + 1 : -(Math.floor((length - 1 - index) / 7) + 1)
    if (nth === wanted.nth) return true
  }
  return false
}

function placeMatches(parts: DayParts, place: Place): boolean {
  const { day, year, month, dayOfMonth } = place
  if (parts.byMonth.length && !parts.byMonth.includes(month)) return false
  if (
    parts.byMonthDay.length &&
    !has(parts.byMonthDay, dayOfMonth, dayOfMonth - daysInMonth(year, month) - 1)
  )
    return false
  if (parts.byDay.length && !weekdayMatches(parts, place)) return false
  if (parts.byYearDay.length) {
    const dayOfYear = day - dayNumber(year, 1, 1) + 1
    if (!has(parts.byYearDay, dayOfYear, dayOfYear - (isLeap(year) ? 366 : 365) - 1)) return false
  }
  return !parts.byWeekNo.length || weekMatches(parts, day)
}

const restricted = (parts: DayParts): boolean =>
  parts.byMonth.length +
    parts.byMonthDay.length +
    parts.byDay.length +
    parts.byYearDay.length +
    parts.byWeekNo.length >
  0

function matchesFrom(parts: DayParts, first: number, length: number, into: number[]): void {
  if (!restricted(parts)) {
    for (let day = first; day < first + length; day++) into.push(day)
    return
  }
  const { year, month, day: dayOfMonth } = civilDate(first)
  const place: Place = { day: first, year, month, dayOfMonth }
  let left = daysInMonth(year, month) - dayOfMonth
  for (let step = 0; step < length; step++) {
    if (placeMatches(parts, place)) into.push(place.day)
    place.day++
    if (left-- > 0) place.dayOfMonth++
    else {
      place.dayOfMonth = 1
      if (place.month === 12) place.year++
      place.month = (place.month % 12) + 1
      left = daysInMonth(place.year, place.month) - 1
    }
  }
}

export function dayMatches(parts: DayParts, day: number): boolean {
  if (!restricted(parts)) return true
  const { year, month, day: dayOfMonth } = civilDate(day)
  return placeMatches(parts, { day, year, month, dayOfMonth })
}

/** A calendar cut into periods of a rule's frequency and interval, numbered from the one its start is in. */
export interface Periods {
  indexOf(day: number): number
  firstDay(index: number): number
  days(index: number): number[]
}

export function periodsOf(rule: Rule, start: Wall): Periods {
  const parts = dayPartsOf(rule, start)
  const startDay = dayOf(start)
  const { interval } = rule
  const collect = (first: number, length: number): number[] => {
    const days: number[] = []
    matchesFrom(parts, first, length, days)
    return days
  }
  if (rule.freq === 'DAILY' || rule.freq === 'WEEKLY') {
    const length = rule.freq === 'DAILY' ? 1 : 7
    const origin = length === 1 ? startDay : startDay - ((weekdayOf(startDay) - rule.weekStart + 7) % 7)
    const firstDay = (index: number): number => origin + index * interval * length
    return {
      indexOf: day => Math.floor((day - origin) / (interval * length)),
      firstDay,
      days: index => collect(firstDay(index), length),
    }
  }
  const { year, month } = civilDate(startDay)
  if (rule.freq === 'MONTHLY') {
    const origin = year * 12 + month - 1
    const at = (index: number): [number, number] => {
      const months = origin + index * interval
      return [Math.floor(months / 12), (months % 12) + 1]
    }
    return {
      indexOf: day => {
        const date = civilDate(day)
        return Math.floor((date.year * 12 + date.month - 1 - origin) / interval)
      },
      firstDay: index => dayNumber(...at(index), 1),
      days: index => {
        const [y, m] = at(index)
        return parts.byMonth.length && !parts.byMonth.includes(m)
          ? []
          : collect(dayNumber(y, m, 1), daysInMonth(y, m))
      },
    }
  }
  return {
    indexOf: day => Math.floor((civilDate(day).year - year) / interval),
    firstDay: index => dayNumber(year + index * interval, 1, 1),
    days: index => {
      const y = year + index * interval
      if (!parts.byMonth.length) return collect(dayNumber(y, 1, 1), isLeap(y) ? 366 : 365)
      const days: number[] = []
      for (const m of parts.byMonth) matchesFrom(parts, dayNumber(y, m, 1), daysInMonth(y, m), days)
      return days
    },
  }
}
