import { createHash } from 'node:crypto'
import type { CalendarStore, GivenAnswer } from '../../store/calendar.ts'
import type { Author, Changes, Tx } from '../../store/changes.ts'
import type { CalendarEvent as Shown } from '../contract/calendar.ts'
import type { Invitation } from '../contract/invitations.ts'
import { Problem } from '../contract/problem.ts'
import type { Calendars } from './calendars.ts'
import { type Found, firstDate, isSeries, type Kept, wordsOf } from './entries.ts'
import type { Attendee, Override, Participation, Person } from './event.ts'
import {
  answered,
  attendeeOf,
  cancelled,
  keyIn,
  type Owns,
  overrideAt,
  ownIn,
  replied,
  standingOf,
  updated,
} from './itip-merge.ts'
import { type Itip, type ItipReading, readItip } from './itip-read.ts'
import { answerText, requestText } from './itip-write.ts'
import { type From, judge, keptFor, nameOf, SAID, speaksFor } from './judge.ts'
import { asKept } from './received.ts'
import { findOccurrence } from './recurrence.ts'
import { spanOf } from './span.ts'
import { timesInWords } from './warnings.ts'

export type Me = Pick<Person, 'name' | 'address'>

/** What others are told by mail because of an answer. */
export interface Notice {
  to: string[]
  subject: string
  body: string
  method: 'REPLY' | 'REQUEST' | 'DECLINECOUNTER'
  ics: string
}

/** An answer thought out but not yet given: `keep` puts it into the calendar, together with what goes out. */
export interface Answering {
  event: Kept
  notice: Notice | null
  /** The mail that told of the very same answer before. */
  told: string | null
  keep(tx: Tx, sending: string | null): void
}

export interface Asked {
  answer: 'accept' | 'tentative' | 'decline'
  comment: string
  me: Me
  /** Whether the others are told. */
  send: boolean
}

/** Thrown inside a write by the second of two equal answers. */
export class Repeated extends Error {
  readonly sending: string
  constructor(sending: string) {
    super('This answer was given just now.')
    this.sending = sending
  }
}

export interface Scheduling {
  read(text: string): Promise<ItipReading>
  /** What a message says, beside what the calendar knows. */
  judge(itip: Itip, from: From): Promise<Invitation>
  /** Puts into the calendar what needs nobody's answer, unless who sent it has no say or may be somebody else. */
  take(author: Author, itip: Itip, from: From): boolean
  /** The same for what was refused or held, on the word of a person. */
  apply(author: Author, itip: Itip): Kept
  /** By which of one's addresses one is invited. */
  invited(itip: Itip): Person | undefined
  respond(author: Author, itip: Itip, from: string, asked: Asked & { calendar?: string }): Answering
  /** Answers for an event of the calendar: one date of a series, or all of it. */
  respondTo(found: Found, asked: Asked, one: boolean): Answering
}

const PARTICIPATION = { accept: 'accepted', decline: 'declined', tentative: 'tentative' } as const
const SUBJECT = { accept: 'Accepted', decline: 'Declined', tentative: 'Tentative' } as const

export const openScheduling = (deps: {
  store: CalendarStore<Override>
  changes: Changes
  calendars: Calendars
  now: () => number
  zone: () => string
  owns: Owns
  usualAlarm: (allDay: boolean) => number
  show: (found: Found) => Shown
}): Scheduling => {
  const { store, changes, calendars, now, zone, owns } = deps

  const put = (tx: Tx, event: Kept, action: string, summary: string): Kept => {
    const kept = { ...event, ...spanOf(event), updated_at: now() }
    store.put(tx, kept)
    tx.say({
      action: `calendar.${action}`,
      noun: 'event',
      id: kept.id,
      summary: summary.slice(0, 500),
      data: deps.show({ event: kept, occurrence: null }),
    })
    return kept
  }

  const usualAlarms = (allDay: boolean) => [{ minutesBefore: deps.usualAlarm(allDay) }]

  const fresh = (author: Author, { whole, master, dates }: Itip, calendar: string | undefined): Kept => {
    const { id } = calendar === undefined ? calendars.usual(author) : calendars.writable(calendar)
    return {
      ...asKept(whole, undefined, { calendar: id, source: 'invitation', at: now() }),
      alarms: usualAlarms(whole.allDay),
      stamp: (master ?? dates[0])?.stamp ?? null,
    }
  }

  const when = (event: Kept, key: string | null): string => {
    const date = key === null ? null : findOccurrence(event, key)
    return timesInWords(date ?? firstDate(event, zone()), zone())
  }

  const answerTo = (base: Kept, keys: readonly string[], asked: Asked): Answering => {
    const { me, comment } = asked
    const answer = PARTICIPATION[asked.answer]
    const { organizer } = base
    const host =
      asked.send && organizer && !owns(organizer.address) && organizer.address.includes('@')
        ? organizer
        : null
    const changed = answered(base, keys, me, { answer, at: now(), alarms: usualAlarms(base.allDay) })
    // The calendar's own server must not answer as well.
    const event = host ? { ...changed, organizer: byClient(host) } : changed
    const key = keys[0] ?? null
    const version = (key === null ? undefined : overrideAt(base, key)?.changes.sequence) ?? base.sequence
    const { summary } = key ? { ...event, ...overrideAt(event, key)?.changes } : event
    const id = createHash('sha256')
      .update([base.uid, ...keys, me.address.toLowerCase()].join('\n'))
      .digest('hex')
    const alike = (known: GivenAnswer | undefined): known is GivenAnswer & { sending: string } =>
      known?.answer === answer &&
      known.sequence === version &&
      known.comment === comment &&
      known.sending !== null
    const known = store.answer(id)
    const stands = store.get(base.id) !== undefined && own(base, key, me)?.answer === answer
    return {
      event,
      notice: host && {
        to: [host.address],
        subject: `${SUBJECT[asked.answer]}: ${summary}`,
        body: [`${nameOf(me)} ${SAID[answer]}: ${summary}`, when(event, key), '', comment].join('\n').trim(),
        method: 'REPLY',
        ics: answerText(event, { method: 'reply', keys, me: own(event, key, me)!, comment, now: now() }),
      },
      told: host && stands && alike(known) ? known.sending : null,
      keep(tx, sending) {
        const current = store.answer(id)
        if (sending && current && current.sending !== known?.sending && alike(current))
          throw new Repeated(current.sending)
        store.putAnswer(tx, { id, answer, sequence: version, comment, sending, at: now() })
        put(tx, event, 'answer', `${SUBJECT[asked.answer]} "${summary}", ${when(event, key)}`)
      },
    }
  }

  const own = (event: Kept, key: string | null, me: Me): Attendee | undefined =>
    attendeeOf((key && overrideAt(event, key)?.changes.attendees) || event.attendees, me.address)

  /** A proposed time: taken over and told to everybody, or declined. */
  const counterTo = (kept: Kept, itip: Itip, from: string, asked: Asked): Answering => {
    const part = itip.master ?? itip.dates[0]!
    const key = itip.master ? null : keyIn(kept, part)
    const { dtstart, dtend, allDay, tzid } = part.event
    const sequence = kept.sequence + 1
    const moved: Kept =
      key === null
        ? { ...kept, dtstart, dtend, allDay, tzid, sequence }
        : {
            ...kept,
            overrides: [
              ...kept.overrides.filter(each => each.recurrenceId !== key),
              {
                ...(overrideAt(kept, key) ?? { recurrenceId: key }),
                changes: { ...overrideAt(kept, key)?.changes, dtstart, dtend, allDay, tzid, sequence },
              },
            ],
            sequence,
          }
    const accepts = asked.answer === 'accept'
    const event = accepts ? moved : kept
    const { attendees } = kept
    const others = attendees
      .map(({ address }) => address)
      .filter(address => !owns(address) && address.includes('@'))
    const who = attendeeOf(attendees, from)!
    const times = when(event, key)
    return {
      event,
      told: null,
      notice: !asked.send
        ? null
        : accepts
          ? {
              to: others,
              subject: `Updated: ${kept.summary}`,
              body: [`${kept.summary} is now at ${times}.`, '', asked.comment].join('\n').trim(),
              method: 'REQUEST',
              ics: requestText(event, now()),
            }
          : {
              to: [who.address],
              subject: `Declined: ${kept.summary}`,
              body: [`${kept.summary} stays at ${times}.`, '', asked.comment].join('\n').trim(),
              method: 'DECLINECOUNTER',
              ics: answerText(kept, {
                ...{ method: 'declinecounter', keys: key === null ? [] : [key], me: who },
                ...{ comment: asked.comment, now: now() },
              }),
            },
      keep(tx) {
        if (accepts) put(tx, event, 'edit', `Moved "${kept.summary}" to ${times}, as ${nameOf(who)} proposed`)
        else
          tx.say({
            action: 'calendar.answer',
            noun: 'event',
            id: kept.id,
            summary: `Declined the time that ${nameOf(who)} proposed for "${kept.summary}"`.slice(0, 500),
            data: null,
          })
      },
    }
  }

  const changedBy = (kept: Kept, itip: Itip, from: string): [Kept, string] | null => {
    const { method } = itip
    const host = nameOf(kept.organizer ?? { name: '', address: from })
    const event =
      method === 'request'
        ? updated(kept, itip, owns)
        : method === 'cancel'
          ? cancelled(kept, itip)
          : method === 'reply'
            ? replied(kept, itip, from)
            : null
    if (event === null || event === kept) return null
    const who = attendeeOf((itip.master ?? itip.dates[0])!.event.attendees, from)
    const said = {
      request: `${host} changed "${event.summary}", now ${when(event, null)}`,
      cancel: `${host} cancelled "${kept.summary}"${itip.master ? '' : `, ${when(kept, keyIn(kept, itip.dates[0]!))}`}`,
      reply: `${nameOf(who ?? { name: '', address: from })} ${SAID[who?.answer ?? 'needs-action']}: "${kept.summary}"`,
    }
    return [event, said[method as keyof typeof said]]
  }

  const writable = (id: string): boolean => {
    const calendar = calendars.find(id)
    return calendar !== undefined && !calendar.read_only && calendar.kept
  }

  const judging = { store, owns, now, zone, writable, show: deps.show }

  return {
    read: text => readItip(text, { zone: zone() }),
    judge: (itip, from) => judge(judging, itip, from),

    take(author, itip, { address: from, proof }) {
      if (!proof.verified) return false
      const kept = keptFor(judging, itip)
      const { method, master, whole } = itip
      if (!kept) {
        const { organizer } = whole
        if (method === 'cancel' && master && speaksFor(from, organizer)) {
          const { sequence } = master.event
          changes.write(author, tx =>
            store.putCancellation(tx, itip.uid, organizer!.address, { sequence, stamp: master.stamp }),
          )
        }
        return false
      }
      const mine = kept.organizer !== null && owns(kept.organizer.address)
      const allowed =
        method === 'reply'
          ? mine && speaksFor(from, personIn(kept, itip, from))
          : ['request', 'cancel'].includes(method) && !mine && speaksFor(from, kept.organizer)
      const following = itip.dates.some(date => date.following)
      const news = method === 'reply' || standingOf(kept, itip) !== 'older'
      const revived = method === 'request' && kept.cancelled && standingOf(kept, itip) !== 'newer'
      if (!allowed || following || !news || revived) return false
      const changed = changedBy(kept, itip, from)
      if (!changed) return false
      changes.write(author, tx => put(tx, changed[0], method, changed[1]))
      return true
    },

    apply(author, itip) {
      const kept = keptFor(judging, itip)
      if (!kept)
        throw new Problem('conflict', 'The event is not in your calendar: there is nothing to apply it to.')
      const whose = (itip.master ?? itip.dates[0]!).event.attendees[0]?.address ?? ''
      const changed = changedBy(kept, itip, whose)
      if (!changed) throw new Problem('conflict', 'The calendar has this already.')
      return changes.write(author, tx => put(tx, changed[0], itip.method, changed[1]))
    },

    invited(itip) {
      const kept = keptFor(judging, itip)
      const lists = [
        itip.whole.attendees,
        ...itip.dates.map(({ event }) => event.attendees),
        kept?.attendees ?? [],
      ]
      return lists.map(list => ownIn(list, owns)).find(Boolean)
    },

    respond(author, itip, from, asked) {
      const kept = keptFor(judging, itip)
      if (itip.method === 'counter') return counterTo(kept!, itip, from, asked)
      const base = kept ? updated(kept, itip, owns) : fresh(author, itip, asked.calendar)
      const moved =
        kept && asked.calendar !== undefined ? calendars.writable(asked.calendar).id : base.calendar
      const placed = moved === base.calendar ? base : { ...base, calendar: moved }
      const keys = itip.master ? [] : itip.dates.map(date => keyIn(placed, date))
      return answerTo(placed, keys, { ...asked, send: asked.send && itip.method !== 'publish' })
    },

    respondTo(found, asked, one) {
      const { event, occurrence } = found
      calendars.writable(event.calendar)
      const { organizer, cancelled: over, summary } = wordsOf(found)
      if (!organizer || owns(organizer.address))
        throw new Problem('conflict', `"${summary}" is no invitation: nobody waits for an answer.`)
      if (over) throw new Problem('conflict', `"${summary}" was cancelled: there is nothing to answer.`)
      const key = one && isSeries(event) ? occurrence?.recurrenceId : null
      return answerTo(event, key ? [key] : [], asked)
    },
  }
}

/** Who answers, as the calendar knows them. */
const personIn = (kept: Kept, itip: Itip, from: string): Person | undefined => {
  const part = itip.master ?? itip.dates[0]!
  const said: Participation | undefined = attendeeOf(part.event.attendees, from)?.answer
  const key = itip.master ? null : keyIn(kept, part)
  const people = (key && overrideAt(kept, key)?.changes.attendees) || kept.attendees
  return said === undefined ? undefined : attendeeOf(people, from)
}

const byClient = (person: Person): Person =>
  /;SCHEDULE-AGENT=/i.test(person.rest) ? person : { ...person, rest: `${person.rest};SCHEDULE-AGENT=CLIENT` }
