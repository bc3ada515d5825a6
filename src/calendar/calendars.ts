import { randomUUID } from 'node:crypto'
import type { CalendarStore, KeptCalendar, ShownCalendar } from '../../store/calendar.ts'
import type { CalendarRemote } from '../../store/calendar-remote.ts'
import type { SubscriptionStore } from '../../store/calendar-subscriptions.ts'
import type { Author, Changes } from '../../store/changes.ts'
import { type CalendarInfo, PERSONAL } from '../contract/calendar.ts'
import { notFound, Problem } from '../contract/problem.ts'
import type { Override } from './event.ts'

/** The calendars that events are in. */
export interface Calendars {
  list(): CalendarInfo[]
  /** By id or name; undefined when there is none. */
  find(idOrName: string): CalendarInfo | undefined
  known(idOrName: string): CalendarInfo
  /** The same, refused where nothing can be written into it. */
  writable(idOrName: string): CalendarInfo
  /** The one that takes what names no other: the oldest that takes any, or a first one made now. */
  usual(author: Author): CalendarInfo
  add(author: Author, input: { name: string; color?: string }): CalendarInfo
  edit(author: Author, input: { id: string; name?: string; color?: string }): CalendarInfo
  remove(author: Author, id: string): void
}

export const openCalendars = (deps: {
  store: CalendarStore<Override>
  remote: CalendarRemote
  feeds: SubscriptionStore
  changes: Changes
  now: () => number
}): Calendars => {
  const { store, remote, feeds, changes, now } = deps

  const find = (idOrName: string): ShownCalendar | undefined => {
    const all = store.calendars()
    const folded = idOrName.toLowerCase()
    return (
      all.find(({ id }) => id === idOrName) ??
      all.find(({ name }) => name === idOrName) ??
      all.find(({ name }) => name.toLowerCase() === folded) ??
      (idOrName.length >= 4 ? onlyOne(all.filter(({ id }) => id.startsWith(folded))) : undefined)
    )
  }
  const known = (idOrName: string): ShownCalendar => {
    const found = find(idOrName)
    if (!found) throw notFound('calendar', idOrName)
    return found
  }
  const free = (name: string, but?: string): string => {
    const wanted = name.trim()
    const twin = store
      .calendars()
      .find(other => other.id !== but && other.name.toLowerCase() === wanted.toLowerCase())
    if (twin) throw new Problem('conflict', `There is a calendar "${twin.name}" already.`, { id: twin.id })
    return wanted
  }
  const save = (author: Author, action: string, calendar: KeptCalendar, summary: string): CalendarInfo => {
    const kept = plainCalendar(calendar)
    changes.write(author, tx => {
      store.putCalendar(tx, kept)
      tx.say({
        action: `calendars.${action}`,
        noun: 'calendar',
        id: kept.id,
        summary,
        data: { id: kept.id, name: kept.name, color: kept.color },
      })
    })
    return shown(known(kept.id))
  }
  const add: Calendars['add'] = (author, { name, color }) => {
    const at = now()
    const calendar: KeptCalendar = {
      id: randomUUID(),
      name: free(name),
      color: color ?? PERSONAL.color,
      kind: 'local',
      account: null,
      href: null,
      read_only: false,
      kept: true,
      created_at: at,
      updated_at: at,
    }
    return save(author, 'add', calendar, `Made the calendar "${calendar.name}"`)
  }

  return {
    list: () => store.calendars().map(shown),
    find: idOrName => {
      const found = find(idOrName)
      return found && shown(found)
    },
    known: idOrName => shown(known(idOrName)),
    writable(idOrName) {
      const calendar = known(idOrName)
      if (!calendar.kept)
        throw new Problem(
          'conflict',
          `"${calendar.name}" is not held here: ithaca calendars edit ${calendar.id} --keep.`,
        )
      if (calendar.read_only)
        throw new Problem(
          'conflict',
          calendar.kind === 'subscription'
            ? `"${calendar.name}" is a subscription: it can only be read.`
            : `"${calendar.name}" can only be read: its server lets you change nothing in it.`,
        )
      return shown(calendar)
    },
    usual(author) {
      const oldest = store.calendars().find(each => each.kept && !each.read_only)
      return oldest ? shown(oldest) : add({ actor: author.actor, token: author.token ?? null }, PERSONAL)
    },
    add,
    edit(author, { id, name, color }) {
      const before = known(id)
      if (name === undefined && color === undefined) return shown(before)
      const calendar = {
        ...before,
        name: name === undefined ? before.name : free(name, before.id),
        color: color ?? before.color,
        updated_at: now(),
      }
      return save(author, 'edit', calendar, `Changed the calendar "${calendar.name}"`)
    },
    remove(author, id) {
      const calendar = known(id)
      if (calendar.kind === 'caldav')
        throw new Problem(
          'conflict',
          `"${calendar.name}" lies on a server and is not deleted from here: ithaca calendars edit ${calendar.id} --no-keep takes it off this list.`,
        )
      const events = store.of(calendar.id)
      const subscribed = calendar.kind === 'subscription'
      changes.write(author, tx => {
        // Of a subscription undo brings back the calendar, which is then read anew.
        for (const event of events) store.remove(tx, event.id, subscribed)
        store.removeCalendar(tx, calendar.id)
        if (subscribed) {
          feeds.remove(tx, calendar.id)
          remote.removeState(tx, calendar.id)
        }
        tx.say({
          action: 'calendars.rm',
          noun: 'calendar',
          id: calendar.id,
          summary: `Deleted the calendar "${calendar.name}" with ${events.length} events`,
          data: null,
        })
      })
    },
  }
}

const onlyOne = <T>(found: T[]): T | undefined => (found.length === 1 ? found[0] : undefined)

export const plainCalendar = (calendar: KeptCalendar): KeptCalendar => {
  const { id, name, color, kind, account, href, read_only, kept, created_at, updated_at } = calendar
  return { id, name, color, kind, account, href, read_only, kept, created_at, updated_at }
}

const shown = ({ href: _href, ...calendar }: ShownCalendar): CalendarInfo => calendar
