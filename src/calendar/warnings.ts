import type { CalendarStore } from '../../store/calendar.ts'
import { clockText, DAY, dateText } from '../time/wall.ts'
import { zoneOf } from '../time/zone.ts'
import type { Entry } from './agenda.ts'
import { type Found, firstDate, type Kept, wordsOf } from './entries.ts'
import type { Override } from './event.ts'
import { expand, type Occurrence } from './recurrence.ts'
import { unfold } from './unfold.ts'

/** How far ahead, and for how many of its dates, a repeating event is compared with the others. */
const AHEAD = 60 * DAY
const MOST_DATES = 100
const MOST_WARNINGS = 10

/** What else is at the times of an event that are still to come. */
export async function overlapWarnings(
  store: CalendarStore<Override>,
  found: Found,
  now: number,
  zone: string,
): Promise<string[]> {
  const words = wordsOf(found)
  if (!words.busy || words.cancelled) return []
  const own = datesAhead(found, now, zone)
  if (own.length === 0) return []
  const end = Math.max(...own.map(({ endsAt }) => endsAt))
  const { entries } = await unfold(store, { start: own[0]!.startsAt, end, zone }, { limit: 20_000 })
  // What another calendar knows by the same name is the same event.
  const { id, uid } = found.event
  const others = entries.filter(other => other.event.id !== id && other.event.uid !== uid && takesTime(other))
  const clashes = new Map<Kept, { first: Occurrence; times: number }>()
  for (const date of own)
    for (const other of others) {
      if (other.startsAt >= date.endsAt) break
      if (other.endsAt <= date.startsAt) continue
      const known = clashes.get(other.event)
      if (known) known.times++
      else clashes.set(other.event, { first: other, times: 1 })
    }
  const lines = [...clashes].map(([event, { first, times }]) => {
    const more = times > 1 ? `, and ${times - 1} more times in the next 60 days` : ''
    return `Overlaps "${wordsOf({ event, occurrence: first }).summary}", ${timesInWords(first, zone)}${more}.`
  })
  return lines.length > MOST_WARNINGS
    ? [...lines.slice(0, MOST_WARNINGS), `It overlaps ${lines.length - MOST_WARNINGS} other events, too.`]
    : lines
}

const takesTime = (entry: Entry<Kept>): boolean =>
  !entry.allDay && entry.endsAt > entry.startsAt && wordsOf({ event: entry.event, occurrence: entry }).busy

function datesAhead({ event, occurrence }: Found, now: number, zone: string): Occurrence[] {
  const first = occurrence ?? firstDate(event, zone)
  const start = Math.max(now, first.startsAt)
  const dates = occurrence
    ? [occurrence]
    : expand(event, { start, end: Math.max(start, first.endsAt) + AHEAD, zone }, MOST_DATES).occurrences
  return dates.filter(({ allDay, startsAt, endsAt }) => !allDay && endsAt > startsAt && endsAt > now)
}

/** `2026-12-01 09:00–10:00`, on the owner's clock. */
export function timesInWords({ allDay, dtstart, dtend, startsAt, endsAt }: Occurrence, zone: string): string {
  if (allDay) return Date.parse(dtend) - Date.parse(dtstart) === DAY ? dtstart : `${dtstart} until ${dtend}`
  const { toWall } = zoneOf(zone)
  const [from, to] = [toWall(startsAt), toWall(endsAt)]
  const [day, lastDay] = [dateText(from), dateText(to)]
  if (startsAt === endsAt) return `${day} ${clockText(from)}`
  return `${day} ${clockText(from)}–${day === lastDay ? '' : `${lastDay} `}${clockText(to)}`
}
