import { zoneOf } from '../time/zone.ts'
import { endSeriesBefore } from './edit.ts'
import type { Kept } from './entries.ts'
import { isSeries } from './entries.ts'
import {
  type Attendee,
  type Changes,
  clockOf,
  type Override,
  type Participation,
  type Person,
} from './event.ts'
import { sameAddress } from './ics-people.ts'
import { keyFor, overrideOf, type Parsed } from './ics-read.ts'
import type { Itip } from './itip-read.ts'
import { findOccurrence } from './recurrence.ts'

export type Standing = 'newer' | 'same' | 'older'
export type Owns = (address: string) => boolean

interface Version {
  sequence: number
  stamp: number | null
}

/** By the count of its changes; where that is the same, by when it was written. */
export function standing(of: Version, kept: Version): Standing {
  if (of.sequence !== kept.sequence) return of.sequence > kept.sequence ? 'newer' : 'older'
  if (of.stamp === null || kept.stamp === null || of.stamp === kept.stamp) return 'same'
  return of.stamp > kept.stamp ? 'newer' : 'older'
}

const versionOf = ({ event, stamp }: Parsed): Version => ({ sequence: event.sequence, stamp })

/** The key, within a kept event, of the date that a part of a message is about. */
export const keyIn = (event: Kept, date: Parsed): string =>
  keyFor(date.recurrenceId!, clockOf(event, zoneOf('UTC')))

export const overrideAt = (event: Kept, key: string): Override | undefined =>
  event.overrides.find(({ recurrenceId }) => recurrenceId === key)

/** A date that nobody wrote about before is newer than its series, unless its count says otherwise. */
export function dateStanding(event: Kept, date: Parsed): Standing {
  const known = overrideAt(event, keyIn(event, date))
  const kept = { sequence: known?.changes.sequence ?? event.sequence, stamp: known?.stamp ?? event.stamp }
  const found = standing(versionOf(date), kept)
  return found === 'same' && (known?.stamp === undefined || date.stamp === null) && !sameStamp(date, kept)
    ? 'newer'
    : found
}

const sameStamp = ({ stamp }: Parsed, kept: Version): boolean => stamp !== null && stamp === kept.stamp

/** How a message stands to what is kept: newer as soon as one part of it is. */
export function standingOf(event: Kept, { master, dates }: Itip): Standing {
  const parts = [
    ...(master ? [standing(versionOf(master), event)] : []),
    ...dates.map(date => dateStanding(event, date)),
  ]
  return parts.find(part => part === 'newer') ?? parts.find(part => part === 'same') ?? 'older'
}

const TIMES = ['dtstart', 'dtend', 'allDay', 'tzid'] as const

/** What the organizer says now. Alarms are one's own, and so is the answer while the times stay. */
export function updated(kept: Kept, itip: Itip, owns: Owns): Kept {
  const { master } = itip
  const renewed = master && standing(versionOf(master), kept) === 'newer'
  let event = renewed ? seriesUpdated(kept, master, owns) : kept
  for (const date of itip.dates)
    if (renewed || dateStanding(kept, date) === 'newer') event = dateUpdated(event, kept, date, owns)
  return event
}

function seriesUpdated(kept: Kept, { event: said, stamp }: Parsed, owns: Owns): Kept {
  const moved = TIMES.some(field => kept[field] !== said[field]) || kept.rrule !== said.rrule
  return {
    ...kept,
    ...said,
    alarms: kept.alarms,
    busy: declined(kept.attendees, owns) && !moved ? false : said.busy,
    attendees: moved ? said.attendees : answersKept(said.attendees, kept.attendees, owns),
    // What was taken out or changed date by date stays as long as the dates are the same ones.
    exdates: moved ? said.exdates : [...new Set([...kept.exdates, ...said.exdates])].sort(),
    overrides: moved ? [] : kept.overrides,
    stamp,
  }
}

function dateUpdated(event: Kept, before: Kept, date: Parsed, owns: Owns): Kept {
  const key = keyIn(event, date)
  if (date.event.cancelled) return dateCancelled(event, date)
  const known = overrideAt(before, key)
  const was = findOccurrence(before, key)
  const moved = !was || TIMES.some(field => was[field] !== date.event[field])
  const attendees = moved
    ? date.event.attendees
    : answersKept(date.event.attendees, known?.changes.attendees ?? before.attendees, owns)
  const said = { ...date.event, attendees, alarms: known?.changes.alarms ?? event.alarms }
  const override = overrideOf(event, said, key)
  return withOverride(
    { ...event, exdates: event.exdates.filter(each => each !== key) },
    { ...override, ...(date.stamp === null ? {} : { stamp: date.stamp }) },
  )
}

const withOverride = (event: Kept, override: Override): Kept => ({
  ...event,
  overrides: [...event.overrides.filter(each => each.recurrenceId !== override.recurrenceId), override],
})

/** The organizer knows everybody's answer but the one that was given here. */
const answersKept = (said: Attendee[], kept: Attendee[], owns: Owns): Attendee[] =>
  said.map(one => {
    const own = one.answer === 'needs-action' && owns(one.address) ? attendeeOf(kept, one.address) : undefined
    return own ? { ...one, answer: own.answer, rsvp: own.answer === 'needs-action' && one.rsvp } : one
  })

export const attendeeOf = (attendees: readonly Attendee[], address: string): Attendee | undefined =>
  attendees.find(one => sameAddress(one.address, address))

export const ownIn = (attendees: readonly Attendee[], owns: Owns): Attendee | undefined =>
  attendees.find(({ address }) => owns(address))

const declined = (attendees: Attendee[], owns: Owns): boolean => ownIn(attendees, owns)?.answer === 'declined'

/** It stays to be seen, crossed out: nobody's word removes anything here. */
export function cancelled(kept: Kept, { master, dates }: Itip): Kept {
  const stands = master && standing(versionOf(master), kept)
  if (kept.cancelled && stands === 'same') return kept
  if (master && stands !== 'older')
    return { ...kept, cancelled: true, sequence: master.event.sequence, stamp: master.stamp ?? kept.stamp }
  return dates.reduce((event, date) => {
    if (dateStanding(kept, date) === 'older') return event
    return date.following ? endedAt(event, date) : dateCancelled(event, date)
  }, kept)
}

/** A date and all that follow are no dates any more; where that is the first one, it is the whole event. */
function endedAt(event: Kept, date: Parsed): Kept {
  const { sequence } = date.event
  const version = { sequence: Math.max(sequence, event.sequence), stamp: date.stamp ?? event.stamp }
  const key = keyIn(event, date)
  if (event.dtstart.startsWith(key)) return { ...event, ...version, cancelled: true }
  const ended = endSeriesBefore(event, key)
  return ended.ok ? { ...ended.event, ...version } : event
}

function dateCancelled(event: Kept, date: Parsed): Kept {
  const key = keyIn(event, date)
  if (!isSeries(event) || !findOccurrence(event, key)) return event
  if (overrideAt(event, key)?.changes.cancelled && dateStanding(event, date) === 'same') return event
  const changes: Changes = {
    ...overrideAt(event, key)?.changes,
    cancelled: true,
    ...(date.event.sequence === event.sequence ? {} : { sequence: date.event.sequence }),
  }
  return withOverride(event, {
    ...overrideAt(event, key),
    recurrenceId: key,
    changes,
    ...(date.stamp === null ? {} : { stamp: date.stamp }),
  })
}

/** Takes somebody's answer to an own invitation; null where it is older than the one that is known, or from nobody invited. */
export function replied(kept: Kept, itip: Itip, from: string): Kept | null {
  let event = kept
  for (const part of itip.master ? [itip.master] : itip.dates) {
    const said = attendeeOf(part.event.attendees, from)
    const key = part.recurrenceId === null ? null : keyIn(kept, part)
    const attendees =
      key === null ? event.attendees : (overrideAt(event, key)?.changes.attendees ?? event.attendees)
    const known = attendeeOf(attendees, from)
    if (!said || !known || (known.answered_at ?? 0) > (part.stamp ?? Number.POSITIVE_INFINITY)) continue
    if (known.answer === said.answer && known.answered_at === part.stamp) continue
    const at = part.stamp === null ? {} : { answered_at: part.stamp }
    event = withAttendees(event, key, list =>
      list.map(one => (one === known ? { ...one, answer: said.answer, rsvp: false, ...at } : one)),
    )
  }
  return event === kept ? null : event
}

/** The people of the series, or of one of its dates. */
export function withAttendees(
  event: Kept,
  key: string | null,
  change: (attendees: Attendee[]) => Attendee[],
  more: Changes = {},
): Kept {
  if (key === null) return { ...event, attendees: change(event.attendees), ...(more as Partial<Kept>) }
  const known = overrideAt(event, key)
  const date = findOccurrence(event, key)
  if (!date) return event
  const { dtstart, dtend } = date
  const attendees = change(known?.changes.attendees ?? event.attendees)
  return withOverride(event, {
    ...known,
    recurrenceId: key,
    changes: { dtstart, dtend, ...known?.changes, attendees, ...more },
  })
}

/** One's own answer; whoever was not on the list is put there. */
export function answered(
  event: Kept,
  keys: readonly string[],
  me: Pick<Person, 'name' | 'address'>,
  given: { answer: Participation; at: number; alarms: Kept['alarms'] },
): Kept {
  const { answer, at } = given
  const put = (attendees: Attendee[]): Attendee[] => {
    const known = attendeeOf(attendees, me.address)
    if (!known)
      return [...attendees, { ...me, rest: '', role: 'required', rsvp: false, answer, answered_at: at }]
    return attendees.map(one => (one === known ? { ...one, answer, rsvp: false, answered_at: at } : one))
  }
  const before = attendeeOf(event.attendees, me.address)?.answer
  const more: Changes =
    answer === 'declined'
      ? { busy: false, alarms: [] }
      : before === 'declined'
        ? { busy: true, alarms: given.alarms }
        : {}
  if (keys.length > 0) return keys.reduce((one, key) => withAttendees(one, key, put, more), event)
  const whole = withAttendees(event, null, put, more)
  return {
    ...whole,
    overrides: whole.overrides.map(override =>
      override.changes.attendees
        ? { ...override, changes: { ...override.changes, attendees: put(override.changes.attendees) } }
        : override,
    ),
  }
}
