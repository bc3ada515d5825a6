import type { CalendarStore } from '../../store/calendar.ts'
import type { CalendarRemote, EventLink } from '../../store/calendar-remote.ts'
import type { Tx } from '../../store/changes.ts'
import { Problem } from '../contract/problem.ts'
import type { Kept } from './entries.ts'
import type { Override } from './event.ts'

/** What was in conflict, with both sides of it, and what was made of it. */
export interface Settlement {
  link: EventLink
  mine: Kept | null
  after: Kept | null
  copy: Kept | null
}

interface Holding {
  store: CalendarStore<Override>
  remote: CalendarRemote
}

/** Brings a conflict back that was settled; what its server has heard since is said to it again by whoever chooses anew. */
export const unsettle = (
  { store, remote }: Holding,
  { link, mine, after, copy }: Settlement,
  tx: Tx,
): void => {
  const event = link.event!
  const { summary } = mine ?? after ?? { summary: link.uid }
  const refuse = (why: string): never => {
    throw new Problem('conflict', `What was kept of "${summary}" cannot be undone: ${why}.`)
  }
  const now = remote.link(link.id) ?? remote.linkOf(event, link.calendar)
  if (now?.conflict) refuse('it is in conflict again, and both versions are there')
  if (now && now.sending !== null) refuse('it is on its way to the server, try again in a moment')
  const here = store.get(event) ?? null
  const copied = copy && store.get(copy.id)
  if (!same(here, after) || (copied && !same(copied, copy))) refuse('it was changed again since')
  if (copied) store.remove(tx, copied.id)
  if (mine) store.put(tx, mine)
  else if (here) store.remove(tx, event)
  const noted = remote.link(link.id) ?? remote.linkOf(event, link.calendar)
  if (noted && noted.id !== link.id) remote.removeLink(tx, noted.id)
  const version = Math.max(link.version, noted?.version ?? 0) + 1
  remote.putLink(tx, { ...link, ...heardBy(link, now), version, sending: null })
}

/** What the server has by now. Where that is no longer the other side, `theirs` is kept here alone, without an ETag. */
const heardBy = (link: EventLink, now: EventLink | undefined): Partial<EventLink> => {
  if (!now) return { etag: null, raw: link.theirs ?? link.raw, theirs_etag: null }
  if (now.etag === (link.theirs_etag ?? link.etag)) return {}
  return { href: now.href, etag: now.etag, raw: now.raw, theirs_etag: null }
}

const same = (one: Kept | null, other: Kept | null): boolean =>
  JSON.stringify(plain(one)) === JSON.stringify(plain(other))

const plain = (event: Kept | null) =>
  event &&
  Object.entries(event)
    .filter(([, value]) => value !== undefined)
    .sort()
