import { readRule } from '../time/rule.ts'
import { DAY } from '../time/wall.ts'
import { zoneOf } from '../time/zone.ts'
import { clockOf, readingOf, type Series } from './event.ts'
import { expand } from './recurrence.ts'

export interface Span {
  first_at: number
  /** Null where no end is known. */
  last_at: number | null
}

/** Days and floating times are somewhere else on another reader's clock, but never further than this. */
const ANY_CLOCK = DAY
const CENTURIES = 400 * 366 * DAY

/** Between which moments all dates of an event lie: rather too wide than too narrow. */
export function spanOf(series: Series): Span {
  const clock = clockOf(series, zoneOf('UTC'))
  const start = readingOf(series.dtstart) ?? 0
  const length = Math.max(0, (readingOf(series.dtend) ?? start) - start)
  const starts = [clock.place.toInstant(start)]
  const lasts = [starts[0]! + length]
  for (const date of series.rdates) {
    const wall = readingOf(date.slice(0, 19))
    if (wall === null) continue
    starts.push(wall - ANY_CLOCK)
    lasts.push(wall + length + ANY_CLOCK)
  }
  for (const { changes } of series.overrides) {
    const from = readingOf(changes.dtstart ?? '')
    const to = readingOf(changes.dtend ?? '')
    if (from !== null) starts.push(from - ANY_CLOCK)
    if (to !== null) lasts.push(to + ANY_CLOCK)
  }
  const ends = endOfRule(series, starts[0]!, length)
  return {
    first_at: Math.min(...starts) - ANY_CLOCK,
    last_at: ends === null ? null : Math.max(...lasts, ends) + 2 * ANY_CLOCK,
  }
}

function endOfRule(series: Series, start: number, length: number): number | null {
  const reading = series.rrule ? readRule(series.rrule) : null
  if (!reading?.ok) return start + length
  const { until, count } = reading.rule
  if (until) return until.last + length + DAY
  if (count === null) return null
  const counted = { ...series, exdates: [], rdates: [], overrides: [] }
  const { occurrences, truncated } = expand(counted, {
    start: start - DAY,
    end: start + CENTURIES,
    zone: 'UTC',
  })
  return truncated ? null : (occurrences.at(-1)?.endsAt ?? start + length)
}
