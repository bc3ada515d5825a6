import { randomUUID } from 'node:crypto'
import type { CalendarStore, ShownCalendar } from '../../../store/calendar.ts'
import type { CalendarRemote, SyncState } from '../../../store/calendar-remote.ts'
import type { KeptSubscription, SubscriptionStore } from '../../../store/calendar-subscriptions.ts'
import type { Author, Changes } from '../../../store/changes.ts'
import { type CalendarInfo, PERSONAL } from '../../contract/calendar.ts'
import { notFound, Problem } from '../../contract/problem.ts'
import type { Secrets } from '../../secrets/secret.ts'
import type { Calendars } from '../calendars.ts'
import type { Override } from '../event.ts'
import { type IcsReading, readIcs } from '../ics-read.ts'
import { type Fed, FeedFailure, feedAddress, readFeed, shownAddress } from './feed.ts'
import { hintsOf } from './hints.ts'
import { merger } from './merge.ts'

export interface Subscriptions {
  /** Reads the feed first: what is no calendar is not subscribed to. */
  add(author: Author, input: New, open: boolean): Promise<CalendarInfo>
  edit(
    author: Author,
    input: { id: string; url?: string; every?: number; alarms?: boolean },
    open: boolean,
  ): Promise<CalendarInfo>
  refresh(id: string): Promise<CalendarInfo>
  /** Reads what is due. */
  round(): Promise<void>
  close(): Promise<void>
}

interface New {
  url: string
  name?: string
  color?: string
  every?: number
  alarms?: boolean
}

const ACTOR = { actor: 'ithaca' }
const HOUR = 3600
const AGAIN = [60_000, 300_000, 900_000, HOUR * 1000, 6 * HOUR * 1000]

export const openSubscriptions = (deps: {
  store: CalendarStore<Override>
  remote: CalendarRemote
  feeds: SubscriptionStore
  changes: Changes
  calendars: Calendars
  now: () => number
  zone: () => string
  secrets: Secrets
  report: (error: unknown) => void
}): Subscriptions => {
  const { store, remote, feeds, changes, calendars, now, zone, secrets } = deps
  const ending = new AbortController()
  const running = new Map<string, Promise<void>>()
  const merge = merger({ store, feeds, changes, now, zone })

  const known = (id: string): ShownCalendar => {
    const { id: whole, kind, name } = calendars.known(id)
    if (kind !== 'subscription') throw new Problem('invalid', `"${name}" is no subscription.`)
    const found = store.calendars().find(each => each.id === whole)
    if (!found) throw notFound('calendar', id)
    return found
  }

  const mention = (calendar: ShownCalendar, summary: string): void =>
    changes.mention({
      ...ACTOR,
      action: 'calendars.read',
      noun: 'calendar',
      id: calendar.id,
      summary,
      data: { id: calendar.id },
    })

  const failed = (calendar: ShownCalendar, how: KeptSubscription, error: unknown): void => {
    const { attempts, ...state } = remote.state(calendar.id)
    const problem = error instanceof Problem ? error.message : (error as Error).message
    const usual = Math.min(
      AGAIN[Math.min(attempts, AGAIN.length - 1)]!,
      Math.max(how.every * 1000, AGAIN[0]!),
    )
    const wait = (error instanceof FeedFailure ? error.after : null) ?? usual
    changes.write(ACTOR, tx =>
      remote.putState(tx, { ...state, problem, attempts: attempts + 1, retry_at: now() + wait }),
    )
    mention(calendar, `"${calendar.name}" could not be read: ${problem}`)
    if (!(error instanceof Problem)) deps.report(error)
  }

  const addressOf = ({ id, address }: KeptSubscription): string => {
    if (address) return secrets.open(address)
    throw new Problem(
      'conflict',
      `Its address is not known any more: ithaca calendars resubscribe ${id} --url gives it one.`,
    )
  }
  const readFrom = (url: URL): string | undefined =>
    feeds.all().find(each => {
      try {
        return feedAddress(addressOf(each)).href === url.href
      } catch {
        return false
      }
    })?.id

  const read = async (calendar: ShownCalendar, how: KeptSubscription): Promise<void> => {
    const state = remote.state(calendar.id)
    try {
      const fed = await readFeed({
        url: addressOf(how),
        etag: state.token,
        modified: state.tag,
        open: how.public,
        signal: ending.signal,
      })
      await took(calendar, how, fed, state)
    } catch (error) {
      if (!ending.signal.aborted && feeds.get(calendar.id)) failed(calendar, how, error)
    }
  }

  /** What was read, put into its calendar; when that is done it is known to be as the feed says. */
  const took = async (
    calendar: ShownCalendar,
    how: KeptSubscription,
    fed: Fed,
    before: SyncState,
    first?: IcsReading,
  ): Promise<void> => {
    const done = { synced_at: now(), problem: null, attempts: 0, retry_at: null }
    const said = fed.state === 'read' ? `${fed.digest} ${how.alarms}` : before.said
    let warnings: string[] = []
    if (fed.state === 'read' && said !== before.said) {
      const reading = first ?? (await readIcs(fed.text, { zone: zone() }))
      if (!reading.ok) throw new FeedFailure(`It is no calendar: ${reading.reason}`)
      warnings = reading.warnings
      await merge(calendar, reading.events, how.alarms, ending.signal)
    }
    const fresh = fed.state === 'read' ? { token: fed.etag, tag: fed.modified, said } : {}
    const problem = warnings.length === 0 ? null : warnings.slice(0, 3).join(' ')
    if (ending.signal.aborted || !feeds.get(calendar.id)) return
    changes.write(ACTOR, tx =>
      remote.putState(tx, { ...before, ...done, ...fresh, ...(problem === null ? {} : { problem }) }),
    )
    mention(calendar, `Read "${calendar.name}"`)
  }

  const reading = (calendar: ShownCalendar, how: KeptSubscription): Promise<void> => {
    const before = running.get(calendar.id)
    if (before) return before
    const work = read(calendar, how).finally(() => running.delete(calendar.id))
    running.set(calendar.id, work)
    return work
  }

  const freeName = (wanted: string): string => {
    const name =
      wanted
        .replace(/[\u0000-\u001f\u007f]/g, ' ')
        .trim()
        .slice(0, 190) || 'Calendar'
    const taken = new Set(calendars.list().map(each => each.name.toLowerCase()))
    if (!taken.has(name.toLowerCase())) return name
    for (let n = 2; ; n++) if (!taken.has(`${name} ${n}`.toLowerCase())) return `${name} ${n}`
  }

  return {
    async add(author, { url, name, color, every, alarms = false }, open) {
      const address = feedAddress(url)
      const twin = calendars.find(readFrom(address) ?? '')
      if (twin) throw new Problem('conflict', `"${twin.name}" is read from there already.`, { id: twin.id })
      if (name !== undefined && calendars.find(name)?.name.toLowerCase() === name.trim().toLowerCase())
        throw new Problem('conflict', `There is a calendar "${name.trim()}" already.`)
      const fed = await readFeed({ url, etag: null, modified: null, open, signal: ending.signal })
      if (fed.state === 'same')
        throw new FeedFailure('It answered that nothing changed, without being asked.')
      const hints = hintsOf(fed.text)
      const at = now()
      const id = randomUUID()
      const how: KeptSubscription = {
        ...{ id, every: every ?? hints.every ?? HOUR, alarms, public: open },
        address: secrets.seal(url.trim()),
      }
      const kept = {
        ...{ id, account: null, read_only: true, kept: true, created_at: at, updated_at: at },
        name: name === undefined ? freeName(hints.name ?? address.host) : name.trim(),
        color: color ?? hints.color ?? PERSONAL.color,
        kind: 'subscription' as const,
        href: shownAddress(address),
      }
      // Read once before anything is kept, so that a page that is no calendar leaves nothing behind.
      const first = await readIcs(fed.text, { zone: zone() })
      if (!first.ok) throw new Problem('invalid', `There is no calendar at this address: ${first.reason}`)
      changes.write(author, tx => {
        store.putCalendar(tx, kept)
        feeds.put(tx, how)
        tx.say({
          action: 'calendars.subscribe',
          noun: 'calendar',
          id,
          summary: `Subscribed to "${kept.name}" at ${address.host}`,
          data: { id, name: kept.name, color: kept.color },
        })
      })
      const work = took(known(id), how, fed, remote.state(id), first).finally(() => running.delete(id))
      running.set(id, work)
      await work
      return calendars.known(id)
    },

    async edit(author, { id, url, every, alarms }, open) {
      const address = url === undefined ? null : feedAddress(url)
      // What is read just now would be noted as what the new address said.
      const same = known(id).id
      while (running.has(same)) await running.get(same)?.catch(() => undefined)
      const calendar = known(id)
      const before = feeds.get(calendar.id)!
      const how: KeptSubscription = {
        ...before,
        every: every ?? before.every,
        alarms: alarms ?? before.alarms,
        public: url === undefined ? before.public : open,
        address: url === undefined ? before.address : secrets.seal(url.trim()),
      }
      const { id: whole, name, color, kind, account, href, read_only, kept, created_at } = calendar
      changes.write(author, tx => {
        store.putCalendar(tx, {
          ...{ id: whole, name, color, kind, account, read_only, kept, created_at },
          href: address === null ? href : shownAddress(address),
          updated_at: now(),
        })
        feeds.put(tx, how)
        // Another address knows nothing of what this one said.
        if (url !== undefined)
          remote.putState(tx, { ...remote.state(whole), token: null, tag: null, said: null })
        tx.say({
          action: 'calendars.edit',
          noun: 'calendar',
          id: whole,
          summary: `Changed how "${name}" is read`,
          data: { id: whole, name, color },
        })
      })
      if (alarms !== undefined && alarms !== before.alarms)
        changes.write(ACTOR, tx => remote.putState(tx, { ...remote.state(whole), token: null, tag: null }))
      await reading(known(whole), how)
      return calendars.known(whole)
    },

    async refresh(id) {
      const calendar = known(id)
      await reading(calendar, feeds.get(calendar.id)!)
      return calendars.known(calendar.id)
    },

    async round() {
      const due = (calendar: ShownCalendar): boolean => {
        const how = feeds.get(calendar.id)
        const { synced_at, retry_at } = remote.state(calendar.id)
        if (calendar.kind !== 'subscription' || !how) return false
        // After a clock that jumped back nothing waits for a moment that was long ago.
        const next = retry_at ?? (synced_at ?? 0) + how.every * 1000
        return next <= now() || (synced_at ?? 0) > now() + HOUR * 1000
      }
      if (feeds.all().length === 0) return
      for (const calendar of store.calendars().filter(due)) {
        if (ending.signal.aborted) return
        await reading(calendar, feeds.get(calendar.id)!)
      }
    },

    async close() {
      ending.abort()
      await Promise.all(running.values())
    },
  }
}
