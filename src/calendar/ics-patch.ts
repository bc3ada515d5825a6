import { knownZone, utcText, zoneOf } from '../time/zone.ts'
import { shifted } from './edit.ts'
import { type CalendarEvent, clockOf, type EventTimes, type Override, readingOf } from './event.ts'
import { attendeeLine, organizerLine } from './ics-people.ts'
import { keyFor, type Parsed, parseIcs, readIcs } from './ics-read.ts'
import { type Component, escapeText, fold, linesOf, readTree } from './ics-tree.ts'
import { alarmLines, compact, stamped, writeIcs } from './ics-write.ts'
import { zoneLines } from './ics-zones.ts'
import { lasting, sameContent, wholeDate } from './same.ts'

/**
 * The text of an event that somebody else may have written, with what has changed since it was read, and nothing else:
 * what nothing here understands stays where it stands. Null: nothing has changed.
 */
export async function patchIcs(
  raw: string,
  event: CalendarEvent,
  options: { zone: string; now: number },
): Promise<string | null> {
  const [reading, parsing] = [await readIcs(raw, options), await parseIcs(raw, options)]
  const before = reading.ok ? reading.events.find(({ uid }) => uid === event.uid) : undefined
  if (before && sameContent(before, event)) return null
  const master = parsing.ok ? parsing.parsed.findLast(({ recurrenceId }) => recurrenceId === null) : undefined
  if (!before || !parsing.ok || !master) return writeIcs([event], options)
  const stamp = compact(utcText(Math.floor(options.now / 1000) * 1000))
  const root = parsing.roots.find(each => each.children.includes(master.component))!
  patchMaster(master, before, event, stamp)
  patchDates(root, master, parsing.parsed, before, event, stamp)
  for (const name of zonesMissing(root))
    root.children.unshift(...componentsOf(zoneLines(zoneOf(name), readingOf(event.dtstart) ?? options.now)))
  return `${parsing.roots.flatMap(linesOf).map(fold).join('\r\n')}\r\n`
}

const nameOf = (line: string): string => /^[^;:]*/.exec(line)![0].toUpperCase()

/** Puts lines in the place of those of a name; none: takes them out. */
function setLines(component: Component, name: string, lines: string[]): void {
  const at = component.lines.findIndex(line => nameOf(line) === name)
  component.lines = component.lines.filter(line => nameOf(line) !== name)
  component.lines.splice(at < 0 ? component.lines.length : at, 0, ...lines)
}

const textLine = (name: string, text: string): string[] =>
  text === '' ? [] : [`${name}:${escapeText(text)}`]

const componentsOf = (lines: string[]): Component[] => {
  const tree = readTree(['BEGIN:VCALENDAR', ...lines, 'END:VCALENDAR'].join('\n'))
  return tree.ok ? tree.roots[0]!.children : []
}

/** A time as a line has it, under the name that the text itself has for the zone. */
const timed = (name: string, text: string, times: EventTimes, zoneName: string | null): string => {
  const said = stamped(text, times)
  const inZone = zoneName !== null && !said.endsWith('Z') && !said.startsWith(';VALUE=DATE:')
  return inZone ? `${name};TZID=${zoneName}${said.slice(said.lastIndexOf(':'))}` : `${name}${said}`
}

/** What the text calls the zone that an event is in. */
const zoneNameIn = (component: Component, before: EventTimes, after: EventTimes): string | null => {
  if (before.tzid !== after.tzid) return null
  const start = component.lines.find(line => nameOf(line) === 'DTSTART')
  return (start && /;TZID=("[^"]*"|[^;:]*)/i.exec(start)?.[1]) ?? null
}

function patchTimes(component: Component, before: EventTimes, after: EventTimes): void {
  const same = (['dtstart', 'dtend', 'allDay', 'tzid'] as const).every(key => before[key] === after[key])
  if (same) return
  const zoneName = zoneNameIn(component, before, after)
  setLines(component, 'DTSTART', [timed('DTSTART', after.dtstart, after, zoneName)])
  setLines(component, 'DURATION', [])
  setLines(component, 'DTEND', [timed('DTEND', after.dtend, after, zoneName)])
}

function patchWords(component: Component, before: CalendarEvent, after: CalendarEvent): void {
  if (before.summary !== after.summary) setLines(component, 'SUMMARY', textLine('SUMMARY', after.summary))
  if (before.description !== after.description) {
    setLines(component, 'DESCRIPTION', textLine('DESCRIPTION', after.description))
    // The same in HTML would go on saying what was.
    setLines(component, 'X-ALT-DESC', [])
  }
  if (before.location !== after.location)
    setLines(component, 'LOCATION', textLine('LOCATION', after.location))
  if (before.busy !== after.busy) setLines(component, 'TRANSP', after.busy ? [] : ['TRANSP:TRANSPARENT'])
  if (before.cancelled !== after.cancelled)
    setLines(component, 'STATUS', after.cancelled ? ['STATUS:CANCELLED'] : [])
  if (before.sequence !== after.sequence) setLines(component, 'SEQUENCE', [`SEQUENCE:${after.sequence}`])
  const changed = (key: 'organizer' | 'attendees'): boolean =>
    JSON.stringify(before[key]) !== JSON.stringify(after[key])
  if (changed('organizer'))
    setLines(component, 'ORGANIZER', after.organizer ? [organizerLine(after.organizer)] : [])
  if (changed('attendees')) setLines(component, 'ATTENDEE', after.attendees.map(attendeeLine))
}

const isDescription = (line: string): boolean => nameOf(line) === 'DESCRIPTION'

/** Alarms that were read, each with what it was read from: the others stand among the lines nothing here reads. */
function patchAlarms(component: Component, before: CalendarEvent, after: CalendarEvent): void {
  const unread = `\n${before.unread.join('\n')}\n`
  const read = component.children.filter(
    child => child.name === 'VALARM' && !unread.includes(`\n${linesOf(child).join('\n')}\n`),
  )
  const wanted = after.alarms.map(alarm => JSON.stringify(alarm))
  const gone = new Set<Component>()
  for (const [index, alarm] of before.alarms.entries()) {
    const at = wanted.indexOf(JSON.stringify(alarm))
    const child = read[index]
    if (at < 0) {
      if (child) gone.add(child)
      continue
    }
    wanted.splice(at, 1)
    // One without a text of its own says what the event is called.
    if (alarm.text === undefined && before.summary !== after.summary && child?.lines.some(isDescription))
      setLines(child, 'DESCRIPTION', [`DESCRIPTION:${escapeText(after.summary)}`])
  }
  component.children = component.children.filter(child => !gone.has(child))
  for (const alarm of wanted)
    component.children.push(...componentsOf(alarmLines(JSON.parse(alarm), after.summary)))
}

const nestedIn = (unread: readonly string[]): [string[], string[]] => {
  const at = unread.findIndex(line => line.startsWith('BEGIN:'))
  return at < 0 ? [[...unread], []] : [unread.slice(0, at), unread.slice(at)]
}

function patchUnread(component: Component, before: readonly string[], after: readonly string[]): void {
  if (before.join('\n') === after.join('\n')) return
  const [[lines, nested], [newLines, newNested]] = [nestedIn(before), nestedIn(after)]
  component.lines = component.lines.filter(line => !lines.includes(line) || newLines.includes(line))
  component.lines.push(...newLines.filter(line => !lines.includes(line)))
  if (nested.join('\n') === newNested.join('\n')) return
  const old = new Set(componentsOf(nested).map(child => linesOf(child).join('\n')))
  component.children = component.children.filter(child => !old.has(linesOf(child).join('\n')))
  component.children.push(...componentsOf(newNested))
}

const patchEvent = (
  component: Component,
  before: CalendarEvent,
  after: CalendarEvent,
  stamp: string,
): void => {
  const stood = linesOf(component).join('\n')
  patchTimes(component, before, after)
  patchWords(component, before, after)
  patchAlarms(component, before, after)
  patchUnread(component, lasting(before.unread), lasting(after.unread))
  if (linesOf(component).join('\n') !== stood) touched(component, stamp)
}

const touched = (component: Component, stamp: string): void => {
  setLines(component, 'DTSTAMP', [`DTSTAMP:${stamp}`])
  if (component.lines.some(line => nameOf(line) === 'LAST-MODIFIED'))
    setLines(component, 'LAST-MODIFIED', [`LAST-MODIFIED:${stamp}`])
}

/** The key by which a component changes or cancels a date. */
const dateOf = ({ recurrenceId }: Parsed, master: CalendarEvent): string | null =>
  recurrenceId === null ? null : keyFor(recurrenceId, clockOf(master, zoneOf('UTC')))

function patchMaster(
  { component }: Parsed,
  before: CalendarEvent,
  after: CalendarEvent,
  stamp: string,
): void {
  const zoneName = zoneNameIn(component, before, after)
  const dates = (name: 'EXDATE' | 'RDATE', keys: string[]): string[] =>
    keys.map(key => timed(name, key, after, zoneName))
  const differ = (one: string[], other: string[]): boolean =>
    [...one].sort().join() !== [...other].sort().join()
  const moved = before.dtstart !== after.dtstart || before.tzid !== after.tzid
  const stood = component.lines.join('\n')
  if (before.rrule !== after.rrule) setLines(component, 'RRULE', after.rrule ? [`RRULE:${after.rrule}`] : [])
  if (moved || differ(before.exdates, after.exdates))
    setLines(component, 'EXDATE', dates('EXDATE', after.exdates))
  if (differ(before.rdates, after.rdates)) setLines(component, 'RDATE', dates('RDATE', after.rdates))
  if (component.lines.join('\n') !== stood) touched(component, stamp)
  patchEvent(component, before, after, stamp)
}

const ofSeries = ['RRULE', 'RDATE', 'EXDATE', 'DTSTART', 'DTEND', 'DURATION', 'RECURRENCE-ID']

function patchDates(
  root: Component,
  master: Parsed,
  parsed: Parsed[],
  before: CalendarEvent,
  after: CalendarEvent,
  stamp: string,
): void {
  const zoneName = zoneNameIn(master.component, before, after)
  const components = new Map(
    parsed.filter(each => each.recurrenceId !== null).map(each => [dateOf(each, before)!, each.component]),
  )
  const left = new Map(before.overrides.map(override => [override.recurrenceId, override]))
  const { kind } = clockOf(before, zoneOf('UTC'))
  const by = (readingOf(after.dtstart) ?? 0) - (readingOf(before.dtstart) ?? 0)
  /** The same change of a date, under the key it had before the series moved. */
  const earlier = ({ recurrenceId }: Override): Override | undefined =>
    [...left.values()].find(each => shifted(each.recurrenceId, by, kind) === recurrenceId) ??
    left.get(recurrenceId)
  for (const override of after.overrides) {
    const known = earlier(override)
    const component = known && components.get(known.recurrenceId)
    const named = timed('RECURRENCE-ID', override.recurrenceId, after, zoneName)
    if (known?.changes.cancelled) {
      // What cancels a date says too little to be patched: it stays as it is, or is written anew.
      if (JSON.stringify(known) === JSON.stringify(override)) {
        left.delete(known.recurrenceId)
        continue
      }
    } else if (known && component) {
      left.delete(known.recurrenceId)
      if (known.recurrenceId !== override.recurrenceId) setLines(component, 'RECURRENCE-ID', [named])
      patchEvent(component, wholeDate(before, known), wholeDate(after, override), stamp)
      continue
    }
    const date = wholeDate(after, override)
    const fresh: Component = {
      name: 'VEVENT',
      lines: master.component.lines.filter(line => !ofSeries.includes(nameOf(line))),
      children: master.component.children.map(child => structuredClone(child)),
    }
    const nameHere = date.tzid === after.tzid ? zoneName : null
    fresh.lines.push(
      named,
      timed('DTSTART', date.dtstart, date, nameHere),
      timed('DTEND', date.dtend, date, nameHere),
    )
    patchWords(fresh, after, date)
    patchAlarms(fresh, after, date)
    if (override.unread || known) patchUnread(fresh, lasting(after.unread), lasting(override.unread ?? []))
    touched(fresh, stamp)
    root.children.push(fresh)
  }
  const gone = new Set([...left.keys()].map(key => components.get(key)))
  root.children = root.children.filter(child => !gone.has(child))
}

/** Zones that times name and nothing defines. */
function zonesMissing(root: Component): string[] {
  const defined = new Set(
    root.children
      .filter(child => child.name === 'VTIMEZONE')
      .map(child => child.lines.find(line => nameOf(line) === 'TZID')?.slice('TZID:'.length)),
  )
  const named = root.children
    .filter(child => child.name === 'VEVENT')
    .flatMap(child => child.lines.map(line => /^[^:]*;TZID=([^;:"]+)/i.exec(line)?.[1]))
  return [...new Set(named)].filter(
    (name): name is string => name !== undefined && !defined.has(name) && knownZone(name) === name,
  )
}
