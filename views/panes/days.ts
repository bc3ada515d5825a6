import type { Shell } from '../shell/shell.ts'

/** Days as `YYYY-MM-DD`. Which one a moment lies in depends on the owner's zone; counting them does not. */

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
const weekdays = 'Mon Tue Wed Thu Fri Sat Sun'.split(' ')
const dayLength = 86_400_000

const formats = new Map<string, Intl.DateTimeFormat>()

function wall(at: number, zone: string): Record<string, string> {
  let format = formats.get(zone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', {
      timeZone: zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    })
    formats.set(zone, format)
  }
  return Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]))
}

export const hereZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone

/** The owner's zone; until it is known, that of this machine. */
export function zoneOf(shell: Shell): string {
  return shell.world.status.value?.timezone ?? hereZone()
}

export function dayOf(at: number, zone: string): string {
  const { year, month, day } = wall(at, zone)
  return `${year!.padStart(4, '0')}-${month}-${day}`
}

export function timeOf(at: number, zone: string): string {
  const { hour, minute } = wall(at, zone)
  return `${hour}:${minute}`
}

/** `14:03:20`. */
export function clockOf(at: number, zone: string): string {
  return `${timeOf(at, zone)}:${wall(at, zone).second}`
}

const utc = (day: string) => Date.parse(`${day}T00:00:00Z`)

export function plusDays(day: string, count: number): string {
  return new Date(utc(day) + count * dayLength).toISOString().slice(0, 10)
}

/** The same day of another month, or the last one where that month is shorter. */
export function plusMonths(day: string, count: number): string {
  const first = new Date(utc(`${day.slice(0, 7)}-01`))
  first.setUTCMonth(first.getUTCMonth() + count)
  const month = first.toISOString().slice(0, 7)
  first.setUTCMonth(first.getUTCMonth() + 1, 0)
  return `${month}-${String(Math.min(Number(day.slice(8)), first.getUTCDate())).padStart(2, '0')}`
}

/** 0 is Monday. */
export function weekdayOf(day: string): number {
  return (new Date(utc(day)).getUTCDay() + 6) % 7
}

/** `23 Nov`, with its year where that is another one than `today` lies in. */
export function shortName(day: string, today: string): string {
  const year = day.slice(0, 4) === today.slice(0, 4) ? '' : ` ${day.slice(0, 4)}`
  return `${Number(day.slice(8))} ${months[Number(day.slice(5, 7)) - 1]}${year}`
}

/** The same after its weekday: `Mon 23 Nov`. */
export function dayName(day: string, today: string): string {
  return `${weekdays[weekdayOf(day)]} ${shortName(day, today)}`
}

export function monthName(day: string): string {
  return `${months[Number(day.slice(5, 7)) - 1]} ${day.slice(0, 4)}`
}

export const weekdayNames: readonly string[] = weekdays
