import { randomUUID } from 'node:crypto'
import type { CalendarStore } from '../../store/calendar.ts'
import type { CalendarRemote, EventLink } from '../../store/calendar-remote.ts'
import type { Author, Changes, Tx } from '../../store/changes.ts'
import type { CalendarEvent } from '../contract/calendar.ts'
import type { Conflict, Keep } from '../contract/calendar-sync.ts'
import { notFound, Problem } from '../contract/problem.ts'
import type { Calendars } from './calendars.ts'
import { type Settlement, unsettle } from './conflict-back.ts'
import type { Found, Kept } from './entries.ts'
import type { Override } from './event.ts'
import { asKept, readOne } from './received.ts'

/** Events that differ here and on their server. */
export interface Conflicts {
  list(calendar?: string): Promise<Conflict[]>
  /** By its own id or that of its event. */
  resolve(author: Author, id: string, keep: Keep): Promise<void>
}

export const openConflicts = (deps: {
  store: CalendarStore<Override>
  remote: CalendarRemote
  changes: Changes
  calendars: Calendars
  now: () => number
  zone: () => string
  show: (found: Found) => CalendarEvent
}): Conflicts => {
  const { store, remote, changes, calendars, now, zone, show } = deps

  const mineOf = (link: EventLink): Kept | undefined => {
    const event = link.state === 'gone' || link.event === null ? undefined : store.get(link.event)
    return event?.calendar === link.calendar ? event : undefined
  }

  /** What the server has, in the place of what is here. */
  const theirsOf = async (link: EventLink): Promise<Kept | undefined> => {
    const text = link.conflict === 'refused' ? link.raw : link.theirs
    if (text === null) return undefined
    const read = await readOne(text, zone())
    if (!read.ok) throw new Problem('conflict', `What the server has cannot be read: ${read.reason}`)
    const { calendar, event: id } = link
    return asKept(read.event, mineOf(link), { calendar, id: id!, source: 'caldav', at: now() })
  }

  const shown = async (link: EventLink): Promise<Conflict> => {
    const theirs = await theirsOf(link).catch(() => undefined)
    const mine = mineOf(link)
    return {
      id: link.id,
      calendar: link.calendar,
      calendar_name: calendars.find(link.calendar)?.name ?? '',
      event_id: link.event ?? '',
      kind: link.conflict!,
      reason: link.reason ?? '',
      mine: mine ? show({ event: mine, occurrence: null }) : null,
      theirs: theirs ? show({ event: theirs, occurrence: null }) : null,
      since: link.since,
    }
  }

  const find = (id: string): EventLink => {
    const all = remote.conflicts()
    const found = all.find(link => link.id === id) ?? all.find(link => link.event === id)
    if (!found) throw notFound('conflict', id)
    return found
  }

  const settled = (link: EventLink): EventLink => ({
    ...link,
    ...{ conflict: null, reason: null, theirs: null, theirs_etag: null, sending: null },
    version: link.version + 1,
  })

  /** Mine is sent over what the server has now. */
  const keepMine = (tx: Tx, link: EventLink): void => {
    const over = isThere(link) ? { etag: link.theirs_etag, raw: link.theirs } : {}
    remote.putLink(tx, { ...settled(link), ...over })
  }

  const keepTheirs = (tx: Tx, link: EventLink, theirs: Kept | undefined): void => {
    if (theirs) {
      store.put(tx, theirs)
      const known = isThere(link) ? { etag: link.theirs_etag, raw: link.theirs } : {}
      const state = isThere(link) || link.conflict === 'refused' ? 'same' : 'changed'
      remote.putLink(tx, { ...settled(link), ...known, state })
    } else {
      if (mineOf(link)) store.remove(tx, link.event!)
      if (link.etag === null) remote.removeLink(tx, link.id)
      else remote.putLink(tx, { ...settled(link), state: 'gone' })
    }
  }

  changes.takesBack('event', (back, tx) => unsettle(deps, back as Settlement, tx))

  return {
    async list(calendar) {
      const only = calendar === undefined ? undefined : calendars.known(calendar).id
      const links = remote.conflicts().filter(link => only === undefined || link.calendar === only)
      const items: Conflict[] = []
      for (const link of links) items.push(await shown(link))
      return items
    },

    async resolve(author, id, keep) {
      const asked = find(id)
      const theirs = keep === 'mine' ? undefined : await theirsOf(asked)
      changes.write(author, tx => {
        // While theirs was read, others may have settled or changed it.
        const link = find(asked.id)
        if (link.theirs !== asked.theirs)
          throw new Problem('conflict', 'The server has another version by now: look at the conflict again.')
        const mine = mineOf(link)
        let copy: Kept | null = null
        if (keep === 'mine' || (keep === 'both' && !theirs)) keepMine(tx, link)
        else {
          if (keep === 'both' && mine) {
            const id = randomUUID()
            copy = { ...mine, id, uid: id, updated_at: now() }
            store.put(tx, copy)
          }
          keepTheirs(tx, link, theirs)
        }
        const { summary } = mine ?? theirs ?? { summary: link.uid }
        tx.say({
          action: 'calendar.resolve',
          noun: 'event',
          id: link.event!,
          summary: `Kept ${WORDS[keep]} of "${summary}"`,
          data: keep === 'mine' || !theirs ? null : show({ event: theirs, occurrence: null }),
          back: {
            link,
            mine: mine ?? null,
            after: store.get(link.event!) ?? null,
            copy,
          } satisfies Settlement,
        })
      })
    },
  }
}

/** Whether the other side is what the server has: after an undo it may be kept here alone. */
const isThere = (link: EventLink): boolean => link.theirs !== null && link.theirs_etag !== null

const WORDS: Record<Keep, string> = {
  mine: 'the version from here',
  theirs: "the server's version",
  both: 'both versions',
}
