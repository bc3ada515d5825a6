import type { Doubt } from '../time/draft.ts'
import { parseWhen, type Speaker } from '../time/phrase.ts'
import {
  addMonths,
  DAY,
  dateText,
  dayOf,
  HOUR,
  inRange,
  readWall,
  timeOfDay,
  type Wall,
} from '../time/wall.ts'
import { lengthOf, NUMBER, numberOf, UNIT } from '../time/words.ts'
import { knownZone, utcText, zoneOf } from '../time/zone.ts'
import { meantZone } from '../time/zone-names.ts'
import { clockAfter, isClock, lengthAfter } from './ends.ts'
import { clockOf, type EventTimes, readingOf, timeText } from './event.ts'

/** When an event is to be, as somebody says it: dates, ISO times with or without an offset, phrases. */
export interface AskedTimes {
  dtstart: string
  dtend?: string | null
  allDay?: boolean
  tzid?: string | null
  /** Whether it repeats: a time with an offset is then kept on the clock it was read from. */
  repeats?: boolean
}

export type TimesReading =
  | { ok: true; times: EventTimes; rrule?: string; uncertain: Doubt[] }
  | { ok: false; reason: string }

interface Read {
  /** Null where only a reading is known. */
  at: number | null
  wall: Wall
  dateOnly: boolean
  /** The text named its place in time by an offset other than Z. */
  offset: boolean
  phrase: boolean
  repeat?: string
  uncertain: Doubt[]
}

const NUMERIC_OFFSET = /[+-]\d{2}:?\d{2}$/

async function readOne(text: string, name: string, speaker: Speaker): Promise<Read | string> {
  const naive = readWall(text.trim())
  if (naive) return { at: null, ...naive, offset: false, phrase: false, uncertain: [] }
  const when = await parseWhen(text, { ...speaker, dayStart: '00:00' })
  if (!when.ok) return `${name}: ${when.reason}`
  const { wall } = readWall(when.local)!
  const iso = /^\d{4}-\d{2}-\d{2}T/i.test(text.trim())
  return {
    at: Date.parse(when.at),
    wall,
    dateOnly: when.dateOnly,
    offset: iso && NUMERIC_OFFSET.test(text.trim()),
    phrase: !iso,
    repeat: when.repeat,
    uncertain: when.uncertain,
  }
}

const LENGTH = new RegExp(`^(?:for |\\+ ?)?(?:about )?(${NUMBER}) ?(${UNIT})(?: later| long)?$`)

/** An end is said from its start on: "11am" is the next one after it, "2 hours" how long it lasts. */
async function readEnd(
  text: string,
  start: Pick<Read, 'at' | 'wall' | 'dateOnly'>,
  speaker: Speaker,
): Promise<Read | string> {
  const zone = zoneOf(speaker.zone)
  const from = start.at ?? zone.toInstant(start.wall)
  const none = { offset: false, phrase: true, uncertain: [] }
  const next = start.dateOnly ? null : clockAfter(text, zone.toWall(from))
  if (next !== null) return { at: zone.toInstant(next), wall: next, dateOnly: false, ...none }
  const [, count = '', unit] = LENGTH.exec(text.trim().toLowerCase()) ?? []
  const length = unit === undefined ? null : lengthOf(numberOf(count), unit)
  if (length && start.dateOnly) {
    const day = addMonths(dayOf(start.wall), length.months) + length.days
    return { at: null, wall: day * DAY, dateOnly: true, ...none }
  }
  if (length) {
    const at = lengthAfter(length, from, zone)
    return { at, wall: zone.toWall(at), dateOnly: false, ...none }
  }
  const end = await readOne(text, 'end', speaker)
  if (typeof end === 'string' || !end.phrase || (end.at ?? zone.toInstant(end.wall)) > from) return end
  const later = await readOne(text, 'end', { ...speaker, now: from })
  return typeof later === 'string' ? end : later
}

const repeatRefused = (name: string, text: string): { ok: false; reason: string } => ({
  ok: false,
  reason: `${name}: "${text.slice(0, 60)}" asks for a repeat; give a time here and the repeat as rrule.`,
})

type Place = (read: Read) => string

/** How times are written down: as days, on a named clock, in UTC, or on whatever clock the reader has. */
function placeOf(
  start: Read,
  asked: AskedTimes,
  zoneName: string,
): { place: Place; tzid: string | null; allDay: boolean } {
  const zone = zoneOf(zoneName)
  const onZone = (name: string): Place => {
    const named = zoneOf(name)
    return read => timeText(read.at === null ? read.wall : named.toWall(read.at), 'zone')
  }
  if (asked.allDay ?? (start.dateOnly && !asked.tzid)) {
    return { place: read => timeText(read.wall, 'day'), tzid: null, allDay: true }
  }
  const tzid = asked.tzid ? knownZone(asked.tzid) : null
  if (tzid) return { place: onZone(tzid), tzid, allDay: false }
  if (start.at === null) return { place: read => timeText(read.wall, 'floating'), tzid: null, allDay: false }
  // An offset that is the owner's own says "my clock": a weekly meeting at nine stays at nine.
  const mine = start.phrase || (asked.repeats === true && start.offset)
  if (mine && zone.name !== 'UTC') return { place: onZone(zone.name), tzid: zone.name, allDay: false }
  return { place: read => utcText(read.at ?? zone.toInstant(read.wall)), tzid: null, allDay: false }
}

const sameOffset = (text: string, at: number, zoneName: string): boolean => {
  const local = readWall(text.trim().replace(NUMERIC_OFFSET, ''))
  return local !== null && zoneOf(zoneName).toWall(at) === local.wall
}

/** Turns what was asked for into the stored notation, or says what is wrong with it. */
export async function readTimes(asked: AskedTimes, speaker: Speaker): Promise<TimesReading> {
  if (asked.tzid && knownZone(asked.tzid) === null) {
    return {
      ok: false,
      reason: `tzid: there is no time zone "${asked.tzid.slice(0, 64)}"${meantZone(asked.tzid) || '; one is Europe/Berlin.'}`,
    }
  }
  const there = asked.tzid ? { ...speaker, zone: asked.tzid } : speaker
  const start = await readOne(asked.dtstart, 'start', there)
  if (typeof start === 'string') return { ok: false, reason: start }
  const end = asked.dtend ? await readEnd(asked.dtend, start, there) : null
  if (typeof end === 'string') return { ok: false, reason: end }
  if (start.repeat && asked.repeats) return repeatRefused('start', asked.dtstart)
  if (end?.repeat) return repeatRefused('end', asked.dtend!)
  if (start.offset && !sameOffset(asked.dtstart, start.at!, speaker.zone)) start.offset = false
  const { place, tzid, allDay } = placeOf(start, asked, speaker.zone)
  const dtstart = place(start)
  const first = readingOf(dtstart)!
  const kind = allDay ? 'day' : dtstart.endsWith('Z') ? 'utc' : 'floating'
  const dtend = end ? place(end) : timeText(first + (allDay ? DAY : HOUR), kind)
  const { repeat, uncertain } = start
  const checked = checkedTimes({ dtstart, dtend, allDay, tzid })
  return checked.ok ? { ...checked, uncertain, ...(repeat ? { rrule: repeat } : {}) } : checked
}

function checkedTimes(times: EventTimes): TimesReading {
  const { dtstart, dtend, allDay } = times
  const [first, last] = [readingOf(dtstart)!, readingOf(dtend)!]
  if (!inRange(first) || !inRange(last)) return { ok: false, reason: 'The event lies beyond the year 9999.' }
  if (last < first || (allDay && last === first)) {
    const hint = allDay ? '; the end of a whole-day event is the day after its last' : ''
    return { ok: false, reason: `The end, ${dtend}, is not after the start, ${dtstart}${hint}.` }
  }
  return { ok: true, times, uncertain: [] }
}

/**
 * Where an event is moved to. It keeps its clock, whatever notation the new time comes in, its length when only the
 * start is said, and its time of day when only a day is.
 */
export async function readMove(
  asked: { dtstart?: string; dtend?: string | null },
  before: EventTimes,
  speaker: Speaker,
): Promise<TimesReading> {
  const clock = clockOf(before, zoneOf(speaker.zone))
  const there = clock.kind === 'zone' ? { ...speaker, zone: clock.zone.name } : speaker
  const [oldStart, oldEnd] = [readingOf(before.dtstart)!, readingOf(before.dtend)!]
  const spoken = zoneOf(there.zone)
  const toSpoken = (wall: Wall): Wall => (clock.kind === 'utc' ? spoken.toWall(wall) : wall)
  const old = toSpoken(oldStart)
  // Only a time of day moves it within its day.
  const dtstart =
    asked.dtstart && isClock(asked.dtstart) ? `${dateText(old)} ${asked.dtstart}` : asked.dtstart
  const start = dtstart === undefined ? null : await readOne(dtstart, 'start', there)
  if (typeof start === 'string') return { ok: false, reason: start }
  const wall =
    start === null
      ? old
      : start.dateOnly && !before.allDay
        ? dayOf(start.wall) * DAY + timeOfDay(old)
        : start.wall
  const from = { at: null, wall, dateOnly: before.allDay && (start?.dateOnly ?? true) }
  const end = asked.dtend ? await readEnd(asked.dtend, from, there) : null
  if (typeof end === 'string') return { ok: false, reason: end }
  if (start?.repeat) return repeatRefused('start', dtstart!)
  if (end?.repeat) return repeatRefused('end', asked.dtend!)
  const timed = (start !== null && !start.dateOnly) || (end !== null && !end.dateOnly)
  const becomesDays = !before.allDay && start?.dateOnly && end?.dateOnly
  if ((before.allDay && timed) || becomesDays) {
    return readTimes({ dtstart: dtstart ?? before.dtstart, dtend: asked.dtend }, speaker)
  }
  const onClock = (read: Read, old: Wall): Wall => {
    if (clock.kind === 'day') return dayOf(read.wall) * DAY
    const at = read.dateOnly ? null : read.at
    if (at !== null) return clock.place.toWall(at)
    const wall = read.dateOnly ? dayOf(read.wall) * DAY + timeOfDay(toSpoken(old)) : read.wall
    return clock.kind === 'utc' ? spoken.toInstant(wall) : wall
  }
  const first = start ? onClock(start, oldStart) : oldStart
  const last = end ? onClock(end, oldEnd) : first + (oldEnd - oldStart)
  const reading = checkedTimes({
    ...before,
    dtstart: timeText(first, clock.kind),
    dtend: timeText(last, clock.kind),
  })
  return reading.ok ? { ...reading, uncertain: start?.uncertain ?? [] } : reading
}

/** One end of a window: an instant, a day's beginning, or words, on the speaker's clock. */
export async function readBound(
  text: string,
  name: string,
  speaker: Speaker,
): Promise<{ ok: true; at: number } | { ok: false; reason: string }> {
  const read = await readOne(text, name, speaker)
  if (typeof read === 'string') return { ok: false, reason: read }
  if (read.repeat) return repeatRefused(name, text)
  return { ok: true, at: read.at ?? zoneOf(speaker.zone).toInstant(read.wall) }
}
