/** What the clock in front of the lines shows: nothing, the time they tell, since the first of them, or since the one before. */
export const clocks = ['off', 'wall', 'start', 'delta'] as const
export type Clock = (typeof clocks)[number]

/** Cells of the clock and the space behind it. */
export const clockWidth = (clock: Clock): number => (clock === 'off' ? 0 : 9)

const within = 160
// A date of any order of size before it, or none at all; never in the middle of a longer number.
const dated =
  /(?<![\d.])(?:(\d{4})[-/](\d\d)[-/](\d\d)|(\d\d)-(\d\d))[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?/
const alone = /(?:^|[[\s=(])(\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(?=$|[\]\s,)])/
const day = 86_400_000

/**
 * When a line says it was written, in milliseconds of the clock of whoever wrote it; undefined where it does not say.
 * A line that tells no date is of the first day there is: what counts is the distance to others.
 */
export function stampOf(line: string): number | undefined {
  const text = line.slice(0, within).replace(/\x1b\[[\d;:]*m/g, '')
  const full = dated.exec(text)
  if (full) {
    const [, year, month, dayOf, otherMonth, otherDay, hour, minute, second, part] = full
    // Without a year: one that knows the 29th of February.
    const date = Date.UTC(Number(year ?? 2000), Number(month ?? otherMonth) - 1, Number(dayOf ?? otherDay))
    const time = timeOf(hour!, minute!, second!, part)
    return time === undefined || Number.isNaN(date) ? undefined : date + time
  }
  const bare = alone.exec(text)
  return bare ? timeOf(bare[1]!, bare[2]!, bare[3]!, bare[4]) : undefined
}

function timeOf(hour: string, minute: string, second: string, part = '0'): number | undefined {
  const [h, m, s] = [Number(hour), Number(minute), Number(second)]
  if (h > 23 || m > 59 || s > 60) return undefined
  return ((h * 60 + m) * 60 + s) * 1000 + Math.floor(Number(`0.${part}`) * 1000)
}

export function wallText(at: number): string {
  return new Date(at).toISOString().slice(11, 19)
}

/** A span in at most eight cells. */
export function spanText(ms: number): string {
  const sign = ms < 0 ? '-' : '+'
  const seconds = Math.abs(ms) / 1000
  if (seconds < 60) return `${sign}${seconds.toFixed(seconds < 10 ? 3 : 2)}s`
  const whole = Math.floor(seconds)
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const two = (n: number) => String(n).padStart(2, '0')
  if (h < 1) return `${sign}${m}m${two(s)}s`
  return h < 100 ? `${sign}${h}h${two(m)}m` : `${sign}${Math.floor(h / 24)}d`
}

/** What a person means by a time in a log that goes from `first` to `last`: `02:09`, `11-20 02:09`, `+5m` after its start, `5m` or `-5m` before its end. */
export function timeIn(said: string, first: number, last: number): number | undefined {
  const text = said.trim()
  const span = /^([+-]?)\s*(?:(\d+)h)?\s*(?:(\d+)m)?\s*(?:(\d+)s?)?$/.exec(text)
  // A bare number is no span: it does not say of what.
  if (span && /\d/.test(text) && !/^\d+$/.test(text)) {
    const ms = ((Number(span[2] ?? 0) * 60 + Number(span[3] ?? 0)) * 60 + Number(span[4] ?? 0)) * 1000
    return span[1] === '+' ? first + ms : last - ms
  }
  const clock = /^(?:(?:(\d{4})-)?(\d{1,2})-(\d{1,2})[T ]+)?(\d{1,2}):(\d\d)(?::(\d\d))?$/.exec(text)
  if (!clock) return undefined
  const [, year, month, dayOf, hour, minute, second = '00'] = clock
  const time = timeOf(hour!.padStart(2, '0'), minute!, second)
  if (time === undefined) return undefined
  if (month !== undefined) {
    const named = Number(year ?? new Date(last).getUTCFullYear())
    return Date.UTC(named, Number(month) - 1, Number(dayOf)) + time
  }
  // The last time the clock showed it before the log ends.
  const at = last - (last % day) + time
  return at > last + 60_000 && at - day >= first - day ? at - day : at
}
