import { WEEKDAYS } from '../time/rule.ts'
import {
  civilDate,
  DAY,
  dayOf,
  daysInMonth,
  MINUTE,
  timeOfDay,
  wallTextFull,
  weekdayOf,
} from '../time/wall.ts'
import { type Change, knownZone, offsetText, type Zone, zoneOf } from '../time/zone.ts'
import { type Component, linesOf } from './ics-tree.ts'

type Ical = typeof import('ical.js').default

/** Outlook's names for the zones most people live in. */
const WINDOWS_ZONES: Record<string, string> = {
  'GMT Standard Time': 'Europe/London',
  'W. Europe Standard Time': 'Europe/Berlin',
  'Central Europe Standard Time': 'Europe/Budapest',
  'Central European Standard Time': 'Europe/Warsaw',
  'Romance Standard Time': 'Europe/Paris',
  'E. Europe Standard Time': 'Europe/Chisinau',
  'FLE Standard Time': 'Europe/Kiev',
  'GTB Standard Time': 'Europe/Bucharest',
  'Turkey Standard Time': 'Europe/Istanbul',
  'Russian Standard Time': 'Europe/Moscow',
  'Israel Standard Time': 'Asia/Jerusalem',
  'Arab Standard Time': 'Asia/Riyadh',
  'Arabian Standard Time': 'Asia/Dubai',
  'Pakistan Standard Time': 'Asia/Karachi',
  'India Standard Time': 'Asia/Kolkata',
  'Bangladesh Standard Time': 'Asia/Dhaka',
  'SE Asia Standard Time': 'Asia/Bangkok',
  'China Standard Time': 'Asia/Shanghai',
  'Singapore Standard Time': 'Asia/Singapore',
  'Taipei Standard Time': 'Asia/Taipei',
  'Tokyo Standard Time': 'Asia/Tokyo',
  'Korea Standard Time': 'Asia/Seoul',
  'AUS Eastern Standard Time': 'Australia/Sydney',
  'E. Australia Standard Time': 'Australia/Brisbane',
  'W. Australia Standard Time': 'Australia/Perth',
  'Cen. Australia Standard Time': 'Australia/Adelaide',
  'New Zealand Standard Time': 'Pacific/Auckland',
  'South Africa Standard Time': 'Africa/Johannesburg',
  'Egypt Standard Time': 'Africa/Cairo',
  'E. South America Standard Time': 'America/Sao_Paulo',
  'Argentina Standard Time': 'America/Argentina/Buenos_Aires',
  'SA Pacific Standard Time': 'America/Bogota',
  'Atlantic Standard Time': 'America/Halifax',
  'Eastern Standard Time': 'America/New_York',
  'Central Standard Time': 'America/Chicago',
  'Central Standard Time (Mexico)': 'America/Mexico_City',
  'Mountain Standard Time': 'America/Denver',
  'US Mountain Standard Time': 'America/Phoenix',
  'Pacific Standard Time': 'America/Los_Angeles',
  'Alaskan Standard Time': 'America/Anchorage',
  'Hawaiian Standard Time': 'Pacific/Honolulu',
  UTC: 'UTC',
}

/** `/vendor.org/20050126_1/Europe/Berlin` and the like end in a name that is known. */
function byName(tzid: string): string | null {
  const name = tzid.trim().replace(/^"|"$/g, '')
  const windows = WINDOWS_ZONES[name]
  if (windows) return windows
  const parts = name.split('/').filter(part => part !== '')
  for (let from = Math.max(0, parts.length - 3); from < parts.length; from++) {
    const tail = parts.slice(from).join('/')
    if ((from === 0 || tail.includes('/')) && knownZone(tail) !== null) return knownZone(tail)
  }
  return null
}

/** The named zone that keeps the same time as a definition does, the reader's own first. */
function byBehaviour(definition: Component, ical: Ical, preferred: string): string | null {
  const times = Array.from({ length: 24 }, (_, i) => Date.UTC(2025, i, 15, 12))
  let offsets: number[]
  try {
    const component = new ical.Component(ical.parse(linesOf(definition).join('\r\n')) as never)
    const zone = new ical.Timezone({ component, tzid: 'x' })
    offsets = times.map(at => {
      const date = new Date(at)
      const time = ical.Time.fromDateTimeString(date.toISOString().slice(0, 19))
      return zone.utcOffset(time) * 1000
    })
  } catch {
    return null
  }
  const candidates = [preferred, ...Object.values(WINDOWS_ZONES), ...Intl.supportedValuesOf('timeZone')]
  return candidates.find(name => times.every((at, i) => zoneOf(name).offset(at) === offsets[i])) ?? null
}

/** Finds the zones that the TZIDs of a calendar mean; null for one that nothing fits. */
export function zonesOf(
  calendars: Component[],
  ical: Ical,
  preferred: string,
): (tzid: string) => string | null {
  const definitions = new Map<string, Component>()
  const read = (component: Component, name: string): string | undefined =>
    component.lines
      .find(line => line.toUpperCase().startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim()
  for (const definition of calendars.flatMap(calendar => calendar.children)) {
    const tzid = definition.name === 'VTIMEZONE' ? read(definition, 'TZID') : undefined
    if (tzid) definitions.set(tzid, definition)
  }
  const found = new Map<string, string | null>()
  return tzid => {
    const known = found.get(tzid)
    if (known !== undefined) return known
    const definition = definitions.get(tzid)
    const location = definition && read(definition, 'X-LIC-LOCATION')
    const zone =
      byName(tzid) ??
      (location ? byName(location) : null) ??
      (definition ? byBehaviour(definition, ical, preferred) : null)
    found.set(tzid, zone)
    return zone
  }
}

const compact = (wall: number): string => wallTextFull(wall).replace(/[-:]/g, '')

/** The rule by which a change comes every year, when the next years bear it out. */
function yearly(change: Change, all: Change[]): string | null {
  const wallOf = (c: Change): number => c.at + c.before
  const placeOf = (
    c: Change,
  ): { month: number; nth: number; last: boolean; weekday: number; time: number } => {
    const wall = wallOf(c)
    const date = civilDate(dayOf(wall))
    return {
      month: date.month,
      nth: Math.ceil(date.day / 7),
      last: date.day > daysInMonth(date.year, date.month) - 7,
      weekday: weekdayOf(dayOf(wall)),
      time: timeOfDay(wall),
    }
  }
  const place = placeOf(change)
  const alike = all.filter(c => c.at >= change.at && c.before === change.before && c.after === change.after)
  const places = alike.map(placeOf)
  const same = places.every(
    p => p.month === place.month && p.weekday === place.weekday && p.time === place.time,
  )
  if (alike.length < 5 || !same) return null
  const rule = (nth: number): string =>
    `FREQ=YEARLY;BYMONTH=${place.month};BYDAY=${nth}${WEEKDAYS[place.weekday]}`
  if (places.every(p => p.last)) return rule(-1)
  return places.every(p => p.nth === place.nth) ? rule(place.nth) : null
}

function observance(change: Change, rule: string | null): string[] {
  const kind = change.after > change.before ? 'DAYLIGHT' : 'STANDARD'
  const offset = (value: number): string => offsetText(Math.round(value / MINUTE) * MINUTE).replace(':', '')
  return [
    `BEGIN:${kind}`,
    `DTSTART:${compact(change.at + change.before)}`,
    `TZOFFSETFROM:${offset(change.before)}`,
    `TZOFFSETTO:${offset(change.after)}`,
    ...(rule ? [`RRULE:${rule}`] : []),
    `END:${kind}`,
  ]
}

const YEARS = 10 * 366 * DAY

/** A VTIMEZONE for a zone from an instant on. */
export function zoneLines(zone: Zone, since: number): string[] {
  const from = since - 400 * DAY
  const all = zone.changes(from, since + YEARS)
  const base: Change = { at: from, before: zone.offset(from), after: zone.offset(from) }
  const lines = observance({ ...base, at: base.at - base.before }, null)
  for (const [index, change] of all.entries()) {
    const covered = all
      .slice(0, index)
      .some(c => c.before === change.before && c.after === change.after && yearly(c, all) !== null)
    if (!covered) lines.push(...observance(change, yearly(change, all)))
  }
  return ['BEGIN:VTIMEZONE', `TZID:${zone.name}`, ...lines, 'END:VTIMEZONE']
}
