import { setImmediate as turn } from 'node:timers/promises'
import type { EventLink } from '../../../store/calendar-remote.ts'
import type { Tx } from '../../../store/changes.ts'
import type { Received } from '../dav/dav.ts'
import type { CalendarEvent } from '../event.ts'
import { asKept, readOne } from '../received.ts'
import { sameContent } from '../same.ts'
import { ACTOR, conflicting, type Place, type SyncDeps, type Synced, settled, UNSENT } from './sync.ts'

/** How many are asked for at once, and how many are written at once: others get their turn in between. */
const AT_ONCE = 50
const PER_WRITE = 10
/** So many changes are told one by one; more are told as one. */
const TOLD = 20

/** What is on the server: the whole of it, or what changed since. */
export interface News {
  changed: [href: string, etag: string][]
  gone: string[]
}

/** Takes in what changed on a server. What was changed here as well stays, and both are kept. */
export const takeIn = async (
  deps: SyncDeps,
  place: Place,
  news: News,
  synced: Synced,
  progress: (done: number, total: number) => void = () => undefined,
): Promise<void> => {
  const { remote, dav, zone, ending } = deps
  const { calendar, access } = place
  const gone = new Set(news.gone)
  const wanted = news.changed
    .filter(([href, etag]) => {
      const link = remote.linkAt(calendar.id, href)
      const known = link?.conflict ? (link.theirs_etag ?? link.etag) : link?.etag
      return !link || etag === '' || known !== etag
    })
    .map(([href]) => href)
  for (let at = 0; at < wanted.length; at += AT_ONCE) {
    if (ending()) return
    const received = await dav.receive(access, calendar.href, wanted.slice(at, at + AT_ONCE), zone())
    await takeReceived(deps, place, received, gone, synced, wanted.length > TOLD)
    progress(Math.min(at + AT_ONCE, wanted.length), wanted.length)
  }
  const left = [...gone]
  for (let at = 0; at < left.length && !ending(); at += PER_WRITE) {
    deps.changes.write(ACTOR, tx => {
      for (const href of left.slice(at, at + PER_WRITE)) {
        const link = remote.linkAt(calendar.id, href)
        if (link) goneIn(deps, tx, link, synced)
      }
    })
    await turn()
  }
}

export const takeReceived = async (
  deps: SyncDeps,
  { calendar }: Place,
  received: Received[],
  gone: Set<string>,
  synced: Synced,
  inBulk = false,
): Promise<void> => {
  for (let from = 0; from < received.length; from += PER_WRITE) {
    const some = await Promise.all(
      received
        .slice(from, from + PER_WRITE)
        .map(async item => ({ item, bases: await basesOf(deps, calendar.id, item) })),
    )
    deps.changes.write(ACTOR, tx => {
      let fresh = 0
      let changed = 0
      for (const { item, bases } of some) {
        const outcome = takeOne(deps, tx, calendar.id, item, bases, gone, synced, inBulk)
        if (outcome === 'new') fresh++
        else if (outcome === 'changed') changed++
      }
      synced.received += fresh + changed
      if (inBulk && fresh + changed > 0)
        tx.say({
          action: 'calendar.sync',
          noun: 'event',
          id: calendar.id,
          summary: `${fresh + changed} events came from "${calendar.name}"`,
          data: { calendar: calendar.id, added: fresh, updated: changed },
        })
    })
    await turn()
  }
}

/** What the server had before, and what was sent to it without an answer, where that has to be known. */
const basesOf = async (
  { remote, zone }: SyncDeps,
  calendar: string,
  { href }: Received,
): Promise<CalendarEvent[]> => {
  const link = remote.linkAt(calendar, href)
  if (!link || link.state === 'same') return []
  const texts = [link.raw, link.sending === null ? null : link.theirs].filter(text => text !== null)
  const read = await Promise.all(texts.map(text => readOne(text, zone())))
  return read.flatMap(each => (each.ok ? [each.event] : []))
}

type Outcome = 'new' | 'changed' | 'none'

const takeOne = (
  deps: SyncDeps,
  tx: Tx,
  calendar: string,
  item: Received,
  bases: CalendarEvent[],
  gone: Set<string>,
  synced: Synced,
  inBulk: boolean,
): Outcome => {
  const { store, remote } = deps
  const { href, etag, ics, event } = item
  const known = { href, etag, raw: ics }
  let link = remote.linkAt(calendar, href)
  if (!event) {
    if (link && link.event !== null && link.state !== 'same' && !link.conflict) synced.conflicts++
    return unreadable(deps, tx, calendar, item, link)
  }
  if (link?.event === null) {
    remote.removeLink(tx, link.id)
    link = undefined
  }
  if (!link) {
    const twin = store.byUid(event.uid, calendar)[0]
    const theirs = twin && remote.linkOf(twin.id, calendar)
    if (!twin || !theirs) return takeNew(deps, tx, calendar, item, twin?.id, inBulk)
    const moved = theirs.href !== null && gone.delete(theirs.href)
    if (theirs.href !== null && theirs.etag !== null && !moved) {
      const reason = `"${event.summary}" is there twice`
      return unreadable(deps, tx, calendar, { ...item, reason }, undefined)
    }
    remote.putLink(tx, { ...theirs, href, etag: theirs.etag === null ? null : etag })
    link = { ...theirs, href }
  }
  const mine = link.event === null || link.state === 'gone' ? undefined : store.get(link.event)
  if (mine && sameContent(mine, event)) {
    settled(deps, tx, link, known)
    return 'none'
  }
  if (link.state === 'same') {
    if (!mine) return takeNew(deps, tx, calendar, item, undefined, inBulk)
    const kept = asKept(event, mine, { calendar, source: 'caldav', at: deps.now() })
    store.put(tx, kept)
    settled(deps, tx, link, known)
    if (!inBulk)
      tx.say({
        action: 'calendar.edit',
        noun: 'event',
        id: kept.id,
        summary: `"${kept.summary}" was changed on the server`,
        data: deps.show({ event: kept, occurrence: null }),
      })
    return 'changed'
  }
  if (!link.conflict && bases.some(base => sameContent(base, event))) {
    // The same in another text, or what was sent from here: what was changed since is still to be sent, over this one.
    remote.putLink(tx, { ...link, ...known, ...UNSENT })
    return 'none'
  }
  if (!link.conflict) synced.conflicts++
  conflicting(deps, tx, link, mine ? 'changed' : 'deleted_here', { ics, etag, summary: event.summary })
  return 'none'
}

const takeNew = (
  deps: SyncDeps,
  tx: Tx,
  calendar: string,
  { href, etag, ics, event }: Received,
  id: string | undefined,
  inBulk: boolean,
): Outcome => {
  const { store, remote } = deps
  const before = id === undefined ? undefined : store.get(id)
  const kept = asKept(event!, before, { calendar, source: 'caldav', at: deps.now() })
  store.put(tx, kept, true)
  settled(deps, tx, remote.linkOf(kept.id, calendar)!, { href, etag, raw: ics })
  if (!inBulk)
    tx.say({
      action: 'calendar.add',
      noun: 'event',
      id: kept.id,
      summary: `"${kept.summary}" came from the server`,
      data: deps.show({ event: kept, occurrence: null }),
    })
  return 'new'
}

/** Remembered, so that it is not asked for again; what is here of it stays, and is not written over what is there. */
const unreadable = (
  deps: SyncDeps,
  tx: Tx,
  calendar: string,
  { href, etag, ics, reason: why }: Received,
  link: EventLink | undefined,
): Outcome => {
  const { remote, now } = deps
  // Todos and journals may lie in the same calendar: nothing is wrong with them.
  const reason = /^BEGIN:VEVENT/im.test(ics) || !/^BEGIN:VCALENDAR/im.test(ics) ? why : null
  const fresh: EventLink = {
    ...{ id: crypto.randomUUID(), calendar, event: null, uid: '', state: 'same', version: 0, sending: null },
    ...{ conflict: null, theirs: null, theirs_etag: null, since: now(), reason: null, href, etag, raw: null },
  }
  if (link && link.event !== null && link.state !== 'same')
    conflicting(deps, tx, link, link.state === 'gone' ? 'deleted_here' : 'changed', { ics, etag })
  // Its ETag stays the one of what is here: whatever is changed of it here will find that it differs there.
  else remote.putLink(tx, link?.event ? { ...link, reason } : { ...(link ?? fresh), etag, reason })
  return 'none'
}

/** What is no longer on the server. What was changed here meanwhile is kept. */
export const takeGone = (deps: SyncDeps, link: EventLink, synced: Synced): void =>
  deps.changes.write(ACTOR, tx => goneIn(deps, tx, link, synced))

const goneIn = (deps: SyncDeps, tx: Tx, link: EventLink, synced: Synced): void => {
  const { store, remote } = deps
  // Deleted from here, and brought back into its conflict: the other side is kept here alone.
  if (link.conflict === 'deleted_here' && link.etag === null) return
  const mine = link.event === null ? undefined : store.get(link.event)
  if (!mine || link.state === 'gone' || mine.calendar !== link.calendar) remote.removeLink(tx, link.id)
  else if (link.state === 'same') {
    remote.removeLink(tx, link.id)
    store.remove(tx, mine.id)
    synced.received++
    tx.say({
      action: 'calendar.rm',
      noun: 'event',
      id: mine.id,
      summary: `"${mine.summary}" was deleted on the server`,
      data: null,
    })
  } else if (link.conflict !== 'deleted_there') {
    if (!link.conflict) synced.conflicts++
    conflicting(deps, tx, link, 'deleted_there', null)
  }
}
