import type { Entry } from '../../../src/contract/calendar.ts'
import { dayOf, timeOf } from '../days.ts'

/** An entry as it lies in one day: minutes from midnight, in a lane beside those of the same time. */
export interface Placed {
  entry: Entry
  from: number
  to: number
  lane: number
  lanes: number
}

/** Where the cursor can stand in a day: at something that begins there, or at an hour. */
export interface Stop {
  /** -1: the whole day. */
  hour: number
  entry: Entry | null
}

const DAY = 24 * 60
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const minutesOf = (at: number, zone: string): number => {
  const [hours, minutes] = timeOf(at, zone).split(':').map(Number)
  return hours! * 60 + minutes!
}

/** When the clock is put back in a day, and what it shows then, in minutes from midnight. */
function putBack(day: string, zone: string): { at: number; shown: number } | null {
  const ahead = (at: number) => Date.parse(`${dayOf(at, zone)}T${timeOf(at, zone)}Z`) - at
  let [before, after] = [-14, 38].map(hours => Date.parse(`${day}T00:00Z`) + hours * HOUR) as [number, number]
  const was = ahead(before)
  if (was <= ahead(after)) return null
  while (after - before > MINUTE) {
    const middle = before + Math.floor((after - before) / 2 / MINUTE) * MINUTE
    if (ahead(middle) === was) before = middle
    else after = middle
  }
  return dayOf(before, zone) === day ? { at: after, shown: minutesOf(before, zone) + 1 } : null
}

/** What lies in a day at some time of it, each beside those it shares a row with; rows are `slot` minutes high. */
export function placed(entries: readonly Entry[], day: string, zone: string, slot: number): Placed[] {
  const timed = entries.filter(({ all_day }) => !all_day)
  const back = timed.length > 0 ? putBack(day, zone) : null
  const found = timed
    .map(entry => {
      const from = dayOf(entry.starts_at, zone) === day ? minutesOf(entry.starts_at, zone) : 0
      const last = Math.max(entry.starts_at, entry.ends_at - 1)
      const end = dayOf(last, zone) === day ? minutesOf(last, zone) + 1 : DAY
      // It lasts through all that was shown before the clock was put back.
      const to = back && entry.starts_at < back.at && last >= back.at ? Math.max(end, back.shown) : end
      return { entry, from, to: Math.max(to, from + 1), lane: 0, lanes: 1 }
    })
    .sort((one, other) => one.from - other.from || other.to - one.to)
  let cluster: Placed[] = []
  let ends: number[] = []
  const close = (): void => {
    for (const each of cluster) each.lanes = ends.length
    cluster = []
    ends = []
  }
  for (const each of found) {
    const [from, to] = [Math.floor(each.from / slot), Math.ceil(each.to / slot)]
    if (ends.every(end => end <= from)) close()
    const free = ends.findIndex(end => end <= from)
    each.lane = free < 0 ? ends.length : free
    ends[each.lane] = to
    cluster.push(each)
  }
  close()
  return found
}

/** Every event of a day, and every hour at which none begins. */
export function stopsOf(entries: readonly Entry[], day: string, zone: string): Stop[] {
  const timed = placed(entries, day, zone, 60)
  const whole = entries.filter(({ all_day }) => all_day).map(entry => ({ hour: -1, entry }))
  const hours = Array.from({ length: 24 }, (_, hour): Stop[] => {
    const begin = timed.filter(({ from }) => Math.floor(from / 60) === hour)
    if (begin.length > 0) return begin.map(({ entry }) => ({ hour, entry }))
    const runs = timed.find(({ from, to }) => from < hour * 60 && to > hour * 60)
    return [{ hour, entry: runs?.entry ?? null }]
  })
  return [...whole, ...hours.flat()]
}
