import type { CalendarStore } from '../../store/calendar.ts'
import type { CalendarEvent as Shown } from '../contract/calendar.ts'
import type { Invitation, SenderProof } from '../contract/invitations.ts'
import { onReadersClock } from './alarms.ts'
import { type Found, firstDate, type Kept, wordsOf } from './entries.ts'
import type { Override, Participation, Person } from './event.ts'
import { sameAddress } from './ics-people.ts'
import { attendeeOf, keyIn, type Owns, overrideAt, ownIn, standingOf, updated } from './itip-merge.ts'
import type { Itip } from './itip-read.ts'
import { findOccurrence } from './recurrence.ts'
import { overlapWarnings, timesInWords } from './warnings.ts'

export interface Judging {
  store: CalendarStore<Override>
  owns: Owns
  now: () => number
  zone: () => string
  show: (found: Found) => Shown
  /** Whether anything can be changed in a calendar. */
  writable: (calendar: string) => boolean
}

/** Who a mail says it is from, and whether that is known to be so. */
export interface From {
  address: string
  proof: SenderProof
}

export const SAID: Record<Participation, string> = {
  'needs-action': 'has not answered',
  accepted: 'accepts',
  declined: 'declines',
  tentative: 'accepts tentatively',
  delegated: 'sends somebody else',
}
const YOURS: Record<Participation, string> = {
  'needs-action': 'You have not answered.',
  accepted: 'You accepted.',
  declined: 'You declined.',
  tentative: 'You accepted tentatively.',
  delegated: 'You sent somebody else.',
}

/** Whether a sender may speak for a person: it is them, or who writes for them as the calendar knows it. */
export function speaksFor(from: string, person: Person | null | undefined): boolean {
  if (!person) return false
  const aide = /;SENT-BY="?mailto:([^";]+)/i.exec(person.rest)?.[1]
  return sameAddress(from, person.address) || (aide !== undefined && sameAddress(from, aide))
}

/** The event a message is about, of those that can be changed: a copy that is only read is nobody's answer. */
export function keptFor(
  { store, owns, writable }: Pick<Judging, 'store' | 'owns' | 'writable'>,
  { uid }: Itip,
): Kept | undefined {
  const all = store.byUid(uid).filter(({ calendar }) => writable(calendar))
  const own = ({ attendees, organizer }: Kept): boolean =>
    ownIn(attendees, owns) !== undefined || (organizer !== null && owns(organizer.address))
  return all.find(own) ?? all[0]
}

export const nameOf = ({ name, address }: Pick<Person, 'name' | 'address'>): string => name || address

/** The date a message is about, or the first one; the calendar's own series is the ground it stands on. */
function candidateOf(judging: Judging, itip: Itip, kept: Kept | undefined): Found {
  const { whole, method } = itip
  const [first] = itip.dates
  if (!kept || itip.master || !first) {
    const event = { ...blank(judging.now()), ...whole, id: kept?.id ?? '', calendar: kept?.calendar ?? '' }
    const date = itip.master || !first ? null : findOccurrence(event, keyIn(event, first))
    return { event, occurrence: date && onReadersClock(date, judging.zone()) }
  }
  const event = method === 'request' ? updated(kept, itip, judging.owns) : kept
  const date = findOccurrence(event, keyIn(event, first))
  return { event, occurrence: date && onReadersClock(date, judging.zone()) }
}

const blank = (at: number) => ({
  ...{ color: null, stamp: null, session_id: null, source: 'invitation' },
  ...{ first_at: 0, last_at: null, created_at: at, updated_at: at },
})

type Verdict = Pick<Invitation, 'said' | 'state' | 'answers'> & { who?: Invitation['who'] }

/** What a message says, beside what the calendar has. */
export async function judge(judging: Judging, itip: Itip, from: From): Promise<Invitation> {
  const { owns, zone, now } = judging
  const kept = keptFor(judging, itip)
  const candidate = candidateOf(judging, itip, kept)
  const verdict = verdictOf(judging, itip, from, kept)
  const you = ownIn(wordsOf(candidate).attendees, owns) ?? (kept && ownIn(kept.attendees, owns))
  const asks = ['new', 'newer', 'same'].includes(verdict.state) && itip.method !== 'cancel'
  const timed = (itip.master ?? itip.dates[0])!.timed
  const [is, was] = [
    candidate,
    kept && { ...candidate, event: kept, occurrence: dateIn(kept, itip, zone()) },
  ].map(found => found && timesInWords(found.occurrence ?? firstDate(found.event, zone()), zone()))
  return {
    ...verdict,
    method: itip.method,
    sender: from.proof,
    event: judging.show(candidate),
    timed,
    dates: itip.master ? [] : itip.dates.map(date => keyIn(kept ?? candidate.event, date)),
    you: you?.address ?? null,
    answer: (kept && ownAnswer(kept, itip, owns)) ?? null,
    kept: kept?.id ?? null,
    was: timed && was !== undefined && was !== is ? was : null,
    who: verdict.who ?? null,
    comment: itip.comment,
    overlaps: asks ? await overlapWarnings(judging.store, candidate, now(), zone()) : [],
    warnings: [...warningsOf(itip, from.address, you, owns), ...itip.warnings],
  }
}

const dateIn = (kept: Kept, itip: Itip, zone: string) => {
  const [first] = itip.dates
  const date = itip.master || !first ? null : findOccurrence(kept, keyIn(kept, first))
  return date && onReadersClock(date, zone)
}

function ownAnswer(kept: Kept, itip: Itip, owns: Owns): Participation | undefined {
  const [first] = itip.dates
  const changed = itip.master || !first ? undefined : overrideAt(kept, keyIn(kept, first))?.changes.attendees
  return ownIn(changed ?? kept.attendees, owns)?.answer
}

function warningsOf(itip: Itip, from: string, you: Person | undefined, owns: Owns): string[] {
  const { organizer } = itip.whole
  if (itip.method !== 'request' || !organizer || owns(organizer.address)) return []
  return [
    ...(speaksFor(from, organizer)
      ? []
      : [`It was sent by ${from}; the answer goes to the organizer, ${organizer.address}.`]),
    ...(you ? [] : ['None of your addresses is among those invited.']),
  ]
}

function verdictOf(judging: Judging, itip: Itip, sender: From, kept: Kept | undefined): Verdict {
  const verdict = claimed(judging, itip, sender.address, kept)
  if (sender.proof.verified || kept === undefined || verdict.state !== 'newer') return verdict
  const answers = verdict.answers.filter(answer => answer !== 'apply')
  return {
    ...verdict,
    said: `Held, its sender is not verified: ${verdict.said}`,
    state: 'held',
    answers: ['apply', ...answers],
  }
}

/** As it is when it comes from whom it says. */
function claimed(judging: Judging, itip: Itip, from: string, kept: Kept | undefined): Verdict {
  const { method } = itip
  if (method === 'reply') return ofReply(judging, itip, from, kept)
  if (method === 'counter') return ofCounter(judging, itip, from, kept)
  if (method === 'cancel') return ofCancel(itip, from, kept)
  if (method === 'refresh' || method === 'declinecounter')
    return nothing(
      method === 'refresh'
        ? `${from} asks for the event as it is now.`
        : `${from} keeps the times as they are: your proposal was declined.`,
    )
  return ofRequest(judging, itip, from, kept)
}

const nothing = (said: string): Verdict => ({ said, state: 'nothing', answers: [] })
const refused = (said: string): Verdict => ({ said, state: 'refused', answers: ['apply'] })
const ANSWERS = ['accept', 'tentative', 'decline'] as const

function ofRequest(judging: Judging, itip: Itip, from: string, kept: Kept | undefined): Verdict {
  const { organizer } = itip.whole
  const host = organizer ? nameOf(organizer) : from
  if (itip.dates.some(({ following }) => following))
    return nothing(
      'It changes a date and all that follow, in a way nobody writes any more: ask for a new invitation.',
    )
  if (!kept) {
    const gone = judging.store.cancellation(itip.uid, organizer?.address ?? '')
    const version = itip.master ?? itip.dates[0]!
    if (
      gone &&
      itip.master &&
      (gone.sequence > version.event.sequence || (gone.stamp ?? 0) >= (version.stamp ?? 0))
    )
      return { said: `${host} invited you, and cancelled it since.`, state: 'cancelled', answers: [] }
    if (itip.method === 'publish')
      return { said: `An event sent by ${from}.`, state: 'new', answers: ['accept'] }
    return { said: `${host} invites you.`, state: 'new', answers: [...ANSWERS] }
  }
  if (itip.master && kept.cancelled)
    return { said: 'It was cancelled since.', state: 'cancelled', answers: [] }
  const stands = standingOf(kept, itip)
  if (stands === 'older')
    return { said: 'Your calendar has a newer version of it.', state: 'older', answers: [] }
  if (kept.organizer && judging.owns(kept.organizer.address))
    return { said: 'This is your own invitation.', state: stands, answers: [] }
  const yours = YOURS[ownAnswer(kept, itip, judging.owns) ?? 'needs-action']
  if (stands === 'same')
    return { said: `It is in your calendar as it says here. ${yours}`, state: 'same', answers: [...ANSWERS] }
  if (!speaksFor(from, kept.organizer))
    return refused(`Not applied: it changes an event of ${whose(kept)}, but was sent by ${from}.`)
  return { said: `${host} changed it. ${yours}`, state: 'newer', answers: [...ANSWERS] }
}

const whose = ({ organizer }: Kept): string => (organizer ? nameOf(organizer) : 'your own')

function ofCancel(itip: Itip, from: string, kept: Kept | undefined): Verdict {
  if (!kept) return nothing('It cancels an event that is not in your calendar.')
  const following = itip.dates.some(date => date.following)
  const which = itip.master ? 'The event' : following ? 'This date and all that follow' : 'This date'
  const verb = following ? 'are' : 'is'
  const gone = itip.master
    ? kept.cancelled
    : itip.dates.every(date => {
        const key = keyIn(kept, date)
        const out = kept.exdates.includes(key) || (date.following && !findOccurrence(kept, key))
        return kept.cancelled || out || overrideAt(kept, key)?.changes.cancelled
      })
  if (gone) return { said: `${which} ${verb} cancelled in your calendar.`, state: 'applied', answers: [] }
  if (standingOf(kept, itip) === 'older')
    return { said: 'Your calendar has a newer version of it.', state: 'older', answers: [] }
  if (!speaksFor(from, kept.organizer))
    return refused(`Not applied: it cancels an event of ${whose(kept)}, but was sent by ${from}.`)
  return { said: `${which} ${verb} cancelled by its organizer.`, state: 'newer', answers: ['apply'] }
}

function ofReply({ owns }: Judging, itip: Itip, from: string, kept: Kept | undefined): Verdict {
  const part = itip.master ?? itip.dates[0]!
  const said = attendeeOf(part.event.attendees, from) ?? part.event.attendees[0]
  if (!said) return nothing('It answers an invitation without saying who.')
  const who = { name: said.name, address: said.address, answer: said.answer }
  const words = `${nameOf(said)} ${SAID[said.answer]}`
  if (!kept) return { ...nothing(`${words}; the event is not in your calendar.`), who }
  if (!kept.organizer || !owns(kept.organizer.address))
    return { ...nothing(`${words}; it is not your invitation.`), who }
  const key = itip.master ? null : keyIn(kept, part)
  const people = (key && overrideAt(kept, key)?.changes.attendees) || kept.attendees
  const known = attendeeOf(people, said.address)
  if (!known) return { ...nothing(`${words}, but was not invited.`), who }
  if (known.answer === said.answer && (known.answered_at ?? 0) >= (part.stamp ?? 0))
    return { said: `${words}; your calendar knows.`, state: 'applied', answers: [], who }
  if ((known.answered_at ?? 0) > (part.stamp ?? Number.POSITIVE_INFINITY))
    return { said: `${words}, but answered otherwise since.`, state: 'older', answers: [], who }
  if (!speaksFor(from, known))
    return { ...refused(`Not applied: it answers for ${said.address}, but was sent by ${from}.`), who }
  return { said: `${words}.`, state: 'newer', answers: ['apply'], who }
}

function ofCounter({ owns }: Judging, itip: Itip, from: string, kept: Kept | undefined): Verdict {
  const said = `${from} proposes another time`
  if (!kept) return nothing(`${said} for an event that is not in your calendar.`)
  if (!kept.organizer || !owns(kept.organizer.address)) return nothing(`${said}; it is not your invitation.`)
  if (!attendeeOf(kept.attendees, from)) return nothing(`${said}, but was not invited.`)
  if (standingOf(kept, itip) === 'older')
    return { said: `${said} for what you changed since.`, state: 'older', answers: [] }
  return { said: `${said}.`, state: 'counter', answers: ['accept', 'decline'] }
}
