import { createHash } from 'node:crypto'
import { readRule } from '../time/rule.ts'
import { DAY, HOUR, MINUTE, readWall, SECOND, type Wall } from '../time/wall.ts'
import { zoneOf } from '../time/zone.ts'
import {
  type Alarm,
  type CalendarEvent,
  type Changes,
  clockOf,
  type EventClock,
  type EventWords,
  type Override,
  readingOf,
  timeText,
} from './event.ts'
import { type Ical, type Line, readLine } from './ics-line.ts'
import { attendeesOf, organizerOf } from './ics-people.ts'
import { type Component, linesOf, readTreeInTurns } from './ics-tree.ts'
import { zonesOf } from './ics-zones.ts'
import { keyOf } from './recurrence.ts'
import { inTurns } from './turns.ts'

export type IcsReading =
  | { ok: true; name: string | null; events: CalendarEvent[]; warnings: string[] }
  | { ok: false; reason: string }

interface Reader {
  ical: Ical
  zone: (tzid: string) => string | null
  warnings: Set<string>
  /** Answers and cancellations need not say when it is. */
  untimed: boolean
}

/** A time as it stood: a reading, and the zone it is a reading of. */
export interface Stamp {
  wall: Wall
  dateOnly: boolean
  utc: boolean
  tzid: string | null
}

const MOST_WARNINGS = 100

function warn(reader: Reader, text: string): void {
  if (reader.warnings.size < MOST_WARNINGS) reader.warnings.add(text)
}

function readStamp(value: string, tzid: string | undefined, reader: Reader): Stamp | null {
  const text = value.trim().toUpperCase()
  const utc = text.endsWith('Z')
  const read = readWall(utc ? text.slice(0, -1) : text)
  if (!read || (utc && read.dateOnly)) return null
  if (utc || read.dateOnly || tzid === undefined) return { ...read, utc, tzid: null }
  const zone = reader.zone(tzid)
  if (zone === null)
    warn(reader, `The time zone "${tzid.slice(0, 60)}" is not known; its times are taken as local ones.`)
  return zone === 'UTC' ? { ...read, utc: true, tzid: null } : { ...read, utc: false, tzid: zone }
}

const stampsOf = (line: Line, reader: Reader): (Stamp | null)[] =>
  line.values
    .flatMap(value => value.split(','))
    .map(value => readStamp(value.split('/')[0]!, line.parameter('tzid'), reader))

/** The same moment on another clock. */
function onClock(stamp: Stamp, clock: EventClock): { wall: Wall; at: number } {
  const own = stamp.utc ? stamp.wall : stamp.tzid ? zoneOf(stamp.tzid).toInstant(stamp.wall) : null
  const wall =
    own === null || clock.kind === 'floating' || clock.kind === 'day' ? stamp.wall : clock.zone.toWall(own)
  return { wall, at: own ?? clock.zone.toInstant(wall) }
}

export function keyFor(stamp: Stamp, clock: EventClock): string {
  if (stamp.dateOnly) return timeText(stamp.wall, 'day')
  const { wall, at } = onClock(stamp, clock)
  return keyOf(wall, clock.kind === 'utc' || clock.kind === 'zone' ? at : clock.zone.toInstant(wall), clock)
}

const LENGTH = /^([+-])?P(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,7})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?$/

export function readLength(text: string): number | null {
  const found = LENGTH.exec(text.trim().toUpperCase())
  if (!found || found.slice(2).every(part => part === undefined)) return null
  const [weeks, days, hours, minutes, seconds] = found.slice(2).map(part => Number(part ?? 0))
  const length = weeks! * 7 * DAY + days! * DAY + hours! * HOUR + minutes! * MINUTE + seconds! * SECOND
  return found[1] === '-' ? -length : length
}

function alarmOf(component: Component, summary: string, reader: Reader): Alarm | null {
  const lines = component.lines.map(raw => readLine(raw, reader.ical))
  const value = (name: string): Line | undefined => lines.find(line => line?.name === name) ?? undefined
  const trigger = value('TRIGGER')
  const action = value('ACTION')?.values[0]?.toUpperCase() ?? 'DISPLAY'
  const length = trigger && readLength(trigger.values[0] ?? '')
  if (length === null || length === undefined || trigger?.parameter('related')?.toUpperCase() === 'END')
    return null
  if (action !== 'DISPLAY' && action !== 'AUDIO') return null
  const text = value('DESCRIPTION')?.values[0]
  return { minutesBefore: Math.round(-length / MINUTE), ...(text && text !== summary ? { text } : {}) }
}

/** Lines an export writes from what was read, so that they need not be kept. */
const READ = [
  'UID',
  'DTSTART',
  'DTEND',
  'DURATION',
  'RRULE',
  'EXDATE',
  'RDATE',
  'RECURRENCE-ID',
  'SUMMARY',
  'DESCRIPTION',
  'LOCATION',
  'DTSTAMP',
  'ORGANIZER',
  'ATTENDEE',
  'SEQUENCE',
]

/** One VEVENT: a series, what happens once, or one changed date of a series. */
export interface Parsed {
  event: CalendarEvent
  recurrenceId: Stamp | null
  /** It is meant for that date and all that follow. */
  following: boolean
  stamp: number | null
  comment: string
  /** Its times are its own, and not made up because it names none. */
  timed: boolean
  component: Component
}

function timesOf(
  of: (name: string) => Line | undefined,
  reader: Reader,
): Pick<CalendarEvent, 'dtstart' | 'dtend' | 'allDay' | 'tzid'> | null {
  const startLine = of('DTSTART')
  const start = startLine && readStamp(startLine.values[0] ?? '', startLine.parameter('tzid'), reader)
  if (!start) return null
  const kind = start.dateOnly ? 'day' : start.utc ? 'utc' : start.tzid ? 'zone' : 'floating'
  const dtstart = timeText(start.wall, kind)
  const times = { dtstart, dtend: dtstart, allDay: start.dateOnly, tzid: start.tzid }
  const endLine = of('DTEND')
  const end = endLine && readStamp(endLine.values[0] ?? '', endLine.parameter('tzid'), reader)
  const length = readLength(of('DURATION')?.values[0] ?? '') ?? (start.dateOnly ? DAY : 0)
  const wall = end ? onClock(end, clockOf(times, zoneOf('UTC'))).wall : start.wall + length
  return { ...times, dtend: timeText(Math.max(wall, start.wall + (start.dateOnly ? DAY : 0)), kind) }
}

/** What has no name of its own is known by what it says: read again, it is the same. */
const unnamed = ({ lines }: Component): string =>
  createHash('sha256')
    .update(lines.filter(line => !/^DTSTAMP[;:]/i.test(line)).join('\n'))
    .digest('hex')
    .slice(0, 32)

const EPOCH = '1970-01-01T00:00:00Z'
const UNTIMED = { dtstart: EPOCH, dtend: EPOCH, allDay: false, tzid: null }

function readEvent(component: Component, reader: Reader): Parsed | null {
  const unread: string[] = []
  const lines: Line[] = []
  for (const raw of component.lines) {
    const line = readLine(raw, reader.ical)
    if (!line) warn(reader, `A line is not understood and was left out: ${raw.slice(0, 60)}`)
    else lines.push(line)
  }
  const of = (name: string): Line | undefined => lines.find(line => line.name === name)
  const text = (name: string): string => of(name)?.values[0] ?? ''
  const uid = text('UID').trim().slice(0, 1000) || unnamed(component)
  const said = timesOf(of, reader)
  const times = said ?? (reader.untimed ? UNTIMED : null)
  if (!times) {
    warn(
      reader,
      `Event "${text('SUMMARY').slice(0, 60) || uid.slice(0, 60)}" has no start that is a time; it was left out.`,
    )
    return null
  }
  const clock = clockOf(times, zoneOf('UTC'))
  const keys = (name: string): string[] =>
    lines
      .filter(line => line.name === name)
      .flatMap(line => stampsOf(line, reader))
      .filter(stamp => stamp !== null)
      .map(stamp => keyFor(stamp, clock))
  const cancelled = text('STATUS').toUpperCase() === 'CANCELLED'
  const busy = text('TRANSP').toUpperCase() !== 'TRANSPARENT'
  const dropped = [...READ, ...(cancelled ? ['STATUS'] : []), 'TRANSP']
  unread.push(...lines.filter(line => !dropped.includes(line.name)).map(line => line.raw))
  const alarms: Alarm[] = []
  for (const child of component.children) {
    const alarm = child.name === 'VALARM' ? alarmOf(child, text('SUMMARY'), reader) : null
    if (alarm) alarms.push(alarm)
    else unread.push(...linesOf(child))
  }
  const recurrence = of('RECURRENCE-ID')
  const written = readStamp(text('DTSTAMP'), undefined, reader)
  return {
    recurrenceId: recurrence ? (stampsOf(recurrence, reader)[0] ?? null) : null,
    following: recurrence?.parameter('range')?.toUpperCase() === 'THISANDFUTURE',
    stamp: written?.utc ? written.wall : null,
    comment: text('COMMENT'),
    timed: said !== null,
    component,
    event: {
      uid,
      ...times,
      rrule: ruleOf(text('RRULE'), uid, reader),
      exdates: [...new Set(keys('EXDATE'))].sort(),
      rdates: [...new Set(keys('RDATE'))].sort(),
      overrides: periodsOf(lines, clock, reader),
      summary: text('SUMMARY'),
      description: text('DESCRIPTION'),
      location: text('LOCATION'),
      busy,
      cancelled,
      alarms,
      organizer: organizerOf(of('ORGANIZER')),
      attendees: attendeesOf(lines),
      sequence: Math.min(Math.max(0, Math.trunc(Number(text('SEQUENCE'))) || 0), 2 ** 31),
      unread,
    },
  }
}

/** Dates that were added with a length of their own. */
function periodsOf(lines: Line[], clock: EventClock, reader: Reader): Override[] {
  const added = lines.filter(line => line.name === 'RDATE')
  return added.flatMap(line =>
    line.values
      .flatMap(value => value.split(','))
      .flatMap(value => {
        const [from, to] = value.split('/')
        const [start, end] = [from!, to ?? ''].map(text => readStamp(text, line.parameter('tzid'), reader))
        if (!start || start.dateOnly || to === undefined) return []
        const begins = onClock(start, clock).wall
        const ends = end ? onClock(end, clock).wall : begins + (readLength(to) ?? 0)
        if (ends <= begins) return []
        const changes = { dtstart: timeText(begins, clock.kind), dtend: timeText(ends, clock.kind) }
        return [{ recurrenceId: keyFor(start, clock), changes }]
      }),
  )
}

function ruleOf(text: string, uid: string, reader: Reader): string {
  if (text === '') return ''
  const reading = readRule(text)
  if (reading.ok) return reading.text
  warn(
    reader,
    `The rule of event ${uid.slice(0, 60)} is not understood, so it happens once: ${reading.reason}`,
  )
  return text.slice(0, 1000)
}

const WORDS = [
  'summary',
  'description',
  'location',
  'busy',
  'cancelled',
  'alarms',
  'organizer',
  'attendees',
  'sequence',
] as const satisfies (keyof EventWords)[]

export function overrideOf(master: CalendarEvent, changed: CalendarEvent, recurrenceId: string): Override {
  const changes: Changes = { dtstart: changed.dtstart, dtend: changed.dtend }
  if (changed.allDay !== master.allDay) changes.allDay = changed.allDay
  if (changed.tzid !== master.tzid) changes.tzid = changed.tzid
  for (const word of WORDS) {
    if (JSON.stringify(changed[word]) !== JSON.stringify(master[word]))
      Object.assign(changes, { [word]: changed[word] })
  }
  return { recurrenceId, changes, ...(changed.unread.length ? { unread: changed.unread } : {}) }
}

/** Changed occurrences whose series is not in the file stand for it, on the days they name. */
function orphanage(uid: string, orphans: Parsed[]): CalendarEvent {
  const [first] = orphans as [Parsed]
  const { event } = first
  const length = readingOf(event.dtend)! - readingOf(event.dtstart)!
  const kind = clockOf(event, zoneOf('UTC')).kind
  const stamps = orphans
    .map(orphan => onClock(orphan.recurrenceId!, clockOf(event, zoneOf('UTC'))).wall)
    .sort((a, b) => a - b)
  return {
    ...event,
    uid,
    dtstart: timeText(stamps[0]!, kind),
    dtend: timeText(stamps[0]! + length, kind),
    rdates: stamps.map(wall => timeText(wall, kind === 'day' ? 'day' : 'floating')),
  }
}

/** What cancels a date says little else: the words and the length of its series stand in. */
function cancelledDate(master: CalendarEvent, event: CalendarEvent, key: string): Override {
  const override = overrideOf(
    master,
    {
      ...event,
      summary: event.summary || master.summary,
      description: event.description || master.description,
      location: event.location || master.location,
      alarms: master.alarms,
      busy: master.busy,
      organizer: event.organizer ?? master.organizer,
      attendees: event.attendees.length > 0 ? event.attendees : master.attendees,
    },
    key,
  )
  const { dtstart, dtend, ...changes } = override.changes
  const moved =
    !dtstart!.startsWith(key.slice(0, 16)) || changes.allDay !== undefined || changes.tzid !== undefined
  return moved ? override : { ...override, changes }
}

export function assemble(parsed: Parsed[]): CalendarEvent[] {
  const byUid = Map.groupBy(parsed, ({ event }) => event.uid)
  return [...byUid].map(([uid, all]) => {
    const changed = all.filter(({ recurrenceId }) => recurrenceId !== null)
    // Where a file holds a series twice, the later one is the newer.
    const master = all.findLast(({ recurrenceId }) => recurrenceId === null)?.event ?? orphanage(uid, changed)
    const clock = clockOf(master, zoneOf('UTC'))
    const overrides = new Map(master.overrides.map(each => [each.recurrenceId, each]))
    for (const { event, recurrenceId } of changed) {
      const key = keyFor(recurrenceId!, clock)
      overrides.set(key, event.cancelled ? cancelledDate(master, event, key) : overrideOf(master, event, key))
    }
    return { ...master, overrides: [...overrides.values()] }
  })
}

export type Parsing =
  | { ok: true; roots: Component[]; parsed: Parsed[]; ical: Ical; warnings: string[] }
  | { ok: false; reason: string }

/** The events of an iCalendar text, each by itself. */
export async function parseIcs(text: string, options: { zone: string; untimed?: boolean }): Promise<Parsing> {
  const turn = inTurns()
  const tree = await readTreeInTurns(text, turn)
  if (!tree.ok) return tree
  const { default: ical } = await import('ical.js')
  const reader: Reader = {
    ical,
    zone: zonesOf(tree.roots, ical, options.zone),
    warnings: new Set(),
    untimed: options.untimed ?? false,
  }
  const parsed: Parsed[] = []
  for (const component of tree.roots.flatMap(root => root.children)) {
    if (component.name === 'VEVENT') {
      const event = readEvent(component, reader)
      if (event) parsed.push(event)
      await turn()
    } else if (component.name !== 'VTIMEZONE')
      warn(reader, `${component.name} is not an event and was left out.`)
  }
  return { ok: true, roots: tree.roots, parsed, ical, warnings: [...reader.warnings] }
}

/** Reads an iCalendar text. Events that cannot be used are left out and named in `warnings`. */
export async function readIcs(text: string, options: { zone: string }): Promise<IcsReading> {
  const parsing = await parseIcs(text, options)
  if (!parsing.ok) return parsing
  const { roots, parsed, ical, warnings } = parsing
  const named = roots
    .flatMap(root => root.lines)
    .map(raw => (/^(?:X-WR-CALNAME|NAME)[;:]/i.test(raw) ? readLine(raw, ical) : null))
  const name = named.find(line => line !== null)?.values[0] ?? null
  return { ok: true, name, events: assemble(parsed), warnings }
}
