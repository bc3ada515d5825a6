import { Problem } from '../../../src/contract/problem.ts'

const HOUR = 60
const DAY = 24 * HOUR
const units: Record<string, number> = { '': 1, m: 1, h: HOUR, d: DAY }
const two = (part: number): string => String(part).padStart(2, '0')

/** Of a whole day the clock tells more than how long from midnight: `09:00`, `1d 09:00` for the day before. */
export function clockOf(minutes: number): { days: number; time: string } | null {
  const days = Math.max(0, Math.ceil(minutes / DAY))
  const left = days * DAY - minutes
  return left >= DAY ? null : { days, time: `${two(Math.floor(left / HOUR))}:${two(left % HOUR)}` }
}

/** Alarms as a form shows them. */
export function alarmsText(alarms: readonly number[], allDay: boolean): string {
  return alarms
    .map(minutes => {
      const clock = allDay ? clockOf(minutes) : null
      if (clock) return `${clock.days > 0 ? `${clock.days}d ` : ''}${clock.time}`
      const unit =
        minutes !== 0 && minutes % DAY === 0 ? 'd' : minutes !== 0 && minutes % HOUR === 0 ? 'h' : ''
      return `${minutes / units[unit]!}${unit}`
    })
    .join(', ')
}

const ALARM = /^(?:(-?\d{1,6}) ?([mhd]?)|(?:(\d{1,3})d )?(\d{1,2}):(\d{2}))$/i

/** Minutes before the start, of what was typed. */
export function alarmsOf(text: string): number[] {
  const each = text
    .split(',')
    .map(part => part.trim())
    .filter(Boolean)
  return each.flatMap(part => {
    const parts = /^[-\d ]+$/.test(part) ? part.split(/ +/) : [part]
    return parts.map(one => {
      const [, count, unit = '', days = '0', hour, minute] = ALARM.exec(one) ?? []
      if (count !== undefined) return Number(count) * units[unit.toLowerCase()]!
      if (hour !== undefined && Number(hour) < 24 && Number(minute) < 60)
        return Number(days) * DAY - Number(hour) * HOUR - Number(minute)
      throw new Problem(
        'invalid',
        `reminds: '${one.slice(0, 40)}' is not understood; say how long before, as 10, 1h or 1d, or of a whole day the time, as 09:00 or 1d 09:00 for the day before.`,
      )
    })
  })
}
