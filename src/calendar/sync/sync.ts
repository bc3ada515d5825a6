import type { CalendarStore, KeptCalendar } from '../../../store/calendar.ts'
import type { CalendarRemote, EventLink } from '../../../store/calendar-remote.ts'
import type { Changes, Tx } from '../../../store/changes.ts'
import type { CalendarEvent } from '../../contract/calendar.ts'
import type { Access, Dav } from '../dav/dav.ts'
import type { Found, Kept } from '../entries.ts'
import type { Override } from '../event.ts'

export const ACTOR = { actor: 'ithaca' } as const

/** What every part of a sync works with. */
export interface SyncDeps {
  store: CalendarStore<Override>
  remote: CalendarRemote
  changes: Changes
  dav: Dav
  now: () => number
  zone: () => string
  show: (found: Found) => CalendarEvent
  ending: () => boolean
}

/** A calendar on its server. */
export interface Place {
  calendar: KeptCalendar & { href: string }
  access: Access
}

export interface Synced {
  received: number
  sent: number
  deleted: number
  conflicts: number
}

/** With its one full stop. */
export const sentence = (message: string): string => `${message.replace(/\.$/, '')}.`

export const nothing = (): Synced => ({ received: 0, sent: 0, deleted: 0, conflicts: 0 })

/** No answer is waited for. Until one comes, `theirs` holds what was sent. */
export const UNSENT = { sending: null, theirs: null } as const

/** As the server has it: nothing waits to be said about it. */
export const settled = (
  deps: SyncDeps,
  tx: Tx,
  link: EventLink,
  known: { href: string; etag: string | null; raw: string | null },
): void => {
  const fresh = deps.remote.link(link.id) ?? link
  deps.remote.putLink(tx, {
    ...fresh,
    ...known,
    ...{ state: 'same', sending: null, conflict: null, reason: null, theirs: null, theirs_etag: null },
  })
}

const CONFLICTS = {
  changed: 'was changed here and on the server',
  deleted_there: 'was changed here and deleted on the server',
  deleted_here: 'was deleted here and changed on the server',
  refused: 'is not taken by the server',
} as const

/** Keeps both sides and says so; nothing is sent until somebody decides. */
export const conflicting = (
  deps: SyncDeps,
  tx: Tx,
  link: EventLink,
  kind: NonNullable<EventLink['conflict']>,
  theirs: { ics: string; etag: string; summary?: string } | null,
  more = '',
): void => {
  const { store, remote } = deps
  const summary = (link.event && store.get(link.event)?.summary) || theirs?.summary || link.uid
  const reason = `"${summary}" ${CONFLICTS[kind]}${more}.`
  const fresh = remote.link(link.id) ?? link
  remote.putLink(tx, {
    ...fresh,
    ...{ conflict: kind, reason, sending: null },
    ...{ theirs: theirs?.ics ?? null, theirs_etag: theirs?.etag ?? null },
    ...(kind === 'deleted_there' ? { etag: null } : {}),
  })
  if (fresh.conflict !== kind)
    tx.say({
      action: 'calendar.conflict',
      noun: 'event',
      id: link.event ?? link.id,
      summary: reason,
      data: eventAsIs(deps, link),
    })
}

const eventAsIs = ({ store, show }: SyncDeps, { event }: EventLink): unknown => {
  const kept: Kept | undefined = event === null ? undefined : store.get(event)
  return kept ? show({ event: kept, occurrence: null }) : null
}
