import { parseWhen, type Speaker } from '../time/phrase.ts'
import { DAY, HOUR, inRange, readWall, type Wall } from '../time/wall.ts'
import { knownZone, utcText, zoneOf } from '../time/zone.ts'
import { type EventTimes, readingOf, timeText } from './event.ts'

/** When an event is to be, as somebody says it: dates, ISO times with or without an offset, phrases. */
export interface AskedTimes {
  dtstart: string
  dtend?: string | null
  allDay?: boolean
  tzid?: string | null
  /** Whether it repeats: a time with an offset is then kept on the clock it was read from. */
  repeats?: boolean
}

export type TimesReading = { ok: true; times: EventTimes } | { ok: false; reason: string }

interface Read {
  /** Null where only a reading is known. */
  at: number | null
  wall: Wall
  dateOnly: boolean
  /** The text named its place in time by an offset other than Z. */
  offset: boolean
  phrase: boolean
}

const NUMERIC_OFFSET = /[+-]\d{2}:?\d{2}$/

async function readOne(text: string, name: string, speaker: Speaker): Promise<Read | string> {
  const naive = readWall(text.trim())
  if (naive) return { at: null, ...naive, offset: false, phrase: false }
  const when = await parseWhen(text, { ...speaker, dayStart: '00:00' })
  if (!when.ok) return `${name}: ${when.reason}`
  if (when.repeat)
    return `${name}: "${text.slice(0, 60)}" asks for a repeat; give the first time here and the repeat as rrule.`
  const { wall } = readWall(when.local)!
  const iso = /^\d{4}-\d{2}-\d{2}T/i.test(text.trim())
  return {
    at: Date.parse(when.at),
    wall,
    dateOnly: when.dateOnly,
    offset: iso && NUMERIC_OFFSET.test(text.trim()),
    phrase: !iso,
  }
}

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
      reason: `tzid: there is no time zone "${asked.tzid.slice(0, 64)}"; use a name such as Europe/Berlin.`,
    }
  }
  const there = asked.tzid ? { ...speaker, zone: asked.tzid } : speaker
  const start = await readOne(asked.dtstart, 'dtstart', there)
  if (typeof start === 'string') return { ok: false, reason: start }
  const end = asked.dtend ? await readOne(asked.dtend, 'dtend', there) : null
  if (typeof end === 'string') return { ok: false, reason: end }
  if (start.offset && !sameOffset(asked.dtstart, start.at!, speaker.zone)) start.offset = false
  const { place, tzid, allDay } = placeOf(start, asked, speaker.zone)
  const dtstart = place(start)
  const first = readingOf(dtstart)!
  const kind = allDay ? 'day' : dtstart.endsWith('Z') ? 'utc' : 'floating'
  const dtend = end ? place(end) : timeText(first + (allDay ? DAY : HOUR), kind)
  const last = readingOf(dtend)!
  if (!inRange(first) || !inRange(last)) return { ok: false, reason: 'The event lies beyond the year 9999.' }
  if (last < first || (allDay && last === first)) {
    const hint = allDay ? '; the end of a whole-day event is the day after its last' : ''
    return { ok: false, reason: `dtend ${dtend} is not after dtstart ${dtstart}${hint}.` }
  }
  return { ok: true, times: { dtstart, dtend, allDay, tzid } }
}
