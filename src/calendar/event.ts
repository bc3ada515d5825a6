import { dateText, readWall, type Wall, wallTextFull } from '../time/wall.ts'
import { knownZone, NO_ZONE, utcText, type Zone, zoneOf } from '../time/zone.ts'

/**
 * When an event is. `2026-12-01` (all day, `dtend` exclusive), `2026-12-01T08:00:00Z` (UTC), or `2026-12-01T09:00:00`,
 * which is a reading of the clock in `tzid`, or of the reader's own clock where `tzid` is null.
 */
export interface EventTimes {
  dtstart: string
  dtend: string
  allDay: boolean
  tzid: string | null
}

export interface Alarm {
  /** Minutes before the start; negative ones come after it. */
  minutesBefore: number
  text?: string
}

export const PARTICIPATION = ['needs-action', 'accepted', 'declined', 'tentative', 'delegated'] as const
export type Participation = (typeof PARTICIPATION)[number]

export interface Person {
  name: string
  address: string
  /** Where it is written otherwise than as `mailto:` and the address. */
  uri?: string
  /** The parameters nothing here reads, as they are written: `;CUTYPE=ROOM`. */
  rest: string
}

export interface Attendee extends Person {
  answer: Participation
  role: 'chair' | 'required' | 'optional' | 'none'
  rsvp: boolean
  /** When the answer was given, by the clock of who gave it; absent where it came along with the event. */
  answered_at?: number
}

export interface EventWords {
  summary: string
  description: string
  location: string
  /** Whether the event takes up its time, as a birthday does not. */
  busy: boolean
  cancelled: boolean
  alarms: Alarm[]
  /** Who invites, and who is invited. */
  organizer: Person | null
  attendees: Attendee[]
  /** How often its organizer changed it. */
  sequence: number
}

export type Changes = Partial<EventTimes & EventWords>

/** One occurrence that differs from its series; deleted ones are `exdates`, cancelled ones stay to be seen. */
export interface Override {
  recurrenceId: string
  changes: Changes
  unread?: string[]
  /** When the organizer wrote it, where it came as an invitation. */
  stamp?: number
}

/** The timing of an event and of everything it repeats as. Empty `rrule` and `rdates`: it happens once. */
export interface Series extends EventTimes {
  uid: string
  rrule: string
  /** Keys of occurrences (`2026-12-01`, `2026-12-01T09:00`, in the clock of `dtstart`) or times ending in `Z`. */
  exdates: string[]
  rdates: string[]
  overrides: Override[]
  unread?: string[]
}

export interface CalendarEvent extends Series, EventWords {
  /** iCalendar lines nothing here reads, kept so that an export gives them back. */
  unread: string[]
}

/** The clock an event's times are read on. */
export interface EventClock {
  kind: 'day' | 'utc' | 'zone' | 'floating'
  /** Readings and instants of the rule's own arithmetic; the identity for days and floating times. */
  zone: Zone
  /** Where the readings become instants. */
  place: Zone
}

export function clockOf(times: EventTimes, viewer: Zone): EventClock {
  if (times.allDay) return { kind: 'day', zone: NO_ZONE, place: viewer }
  if (times.dtstart.endsWith('Z')) return { kind: 'utc', zone: zoneOf('UTC'), place: zoneOf('UTC') }
  if (times.tzid === null || knownZone(times.tzid) === null)
    return { kind: 'floating', zone: NO_ZONE, place: viewer }
  const zone = zoneOf(times.tzid)
  return { kind: 'zone', zone, place: zone }
}

/** A time of an event as a reading of its clock, or null where the text is none. */
export function readingOf(text: string): Wall | null {
  return readWall(text.endsWith('Z') ? text.slice(0, -1) : text)?.wall ?? null
}

export function timeText(wall: Wall, kind: EventClock['kind']): string {
  if (kind === 'day') return dateText(wall)
  return kind === 'utc' ? utcText(wall) : wallTextFull(wall)
}

const OCCURRENCE_KEY = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?([+-]\d{2}:\d{2}(:\d{2})?)?)?$/

export type UidReading =
  | { ok: true; seriesUid: string; recurrenceId: string | null }
  | { ok: false; reason: string }

/** Takes `<uid>` or `<uid>::<key>` apart. */
export function readUid(uid: string): UidReading {
  const at = uid.lastIndexOf('::')
  if (at === 0 || uid === '') return { ok: false, reason: 'malformed compound UID: missing base before ::' }
  if (at < 0) return { ok: true, seriesUid: uid, recurrenceId: null }
  const recurrenceId = uid.slice(at + 2)
  if (!OCCURRENCE_KEY.test(recurrenceId)) return { ok: true, seriesUid: uid, recurrenceId: null }
  return { ok: true, seriesUid: uid.slice(0, at), recurrenceId }
}

export const occurrenceUid = (seriesUid: string, recurrenceId: string): string =>
  `${seriesUid}::${recurrenceId}`
