import { clockOf, dayOf, hereZone, shortName, timeOf } from './days.ts'

let zone = hereZone()

/** Every moment is told in this zone from now on: the owner's, as soon as it is known. */
export function tellTimesIn(owners: string): void {
  zone = owners
}

/** A length of time as two letters of precision: 45s, 12m, 2h07, 3d. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  if (seconds < 60) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes}m`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return `${hours}h${String(minutes % 60).padStart(2, '0')}`
  return `${Math.floor(hours / 24)}d`
}

/** A length of time in a sentence: 12 minutes, 2 hours and 7 minutes, 3 days. */
export function spanWords(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000))
  const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`
  if (minutes < 1) return 'less than a minute'
  if (minutes < 60) return count(minutes, 'minute')
  const hours = Math.floor(minutes / 60)
  if (hours >= 24) return count(Math.floor(hours / 24), 'day')
  return minutes % 60 === 0
    ? count(hours, 'hour')
    : `${count(hours, 'hour')} and ${count(minutes % 60, 'minute')}`
}

/** A moment: its time where it is today, else its day too. */
export function day(at: number): string {
  const [on, time] = [dayOf(at, zone), timeOf(at, zone)]
  return on === dayOf(Date.now(), zone) ? time : `${on} ${time}`
}

/** The same in a list, in at most 11 cells: its day alone where it is another one. */
export function shortDay(at: number): string {
  const [on, today] = [dayOf(at, zone), dayOf(Date.now(), zone)]
  return on === today ? timeOf(at, zone) : shortName(on, today)
}

/** A moment to the second. */
export const clock = (at: number): string => clockOf(at, zone)

export function bytes(count: number): string {
  const units = ['B', 'K', 'M', 'G', 'T']
  let unit = 0
  let value = count
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1024
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)}${units[unit]}`
}
