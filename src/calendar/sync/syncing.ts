import type { CalendarStore } from '../../../store/calendar.ts'
import type { CalendarRemote, KeptAccount } from '../../../store/calendar-remote.ts'
import type { Author, Changes } from '../../../store/changes.ts'
import type { CalendarEvent, CalendarInfo } from '../../contract/calendar.ts'
import type { CalendarAccount, calendarAccounts as routes } from '../../contract/calendar-accounts.ts'
import type { Step } from '../../contract/mail-accounts.ts'
import { Problem } from '../../contract/problem.ts'
import type { Output, Parsed } from '../../contract/route.ts'
import type { Secrets } from '../../secrets/secret.ts'
import type { Calendars } from '../calendars.ts'
import { openDavThread } from '../dav/thread.ts'
import type { Found } from '../entries.ts'
import type { Override } from '../event.ts'
import { type CalendarAccounts, openCalendarAccounts } from './accounts.ts'
import { choose, makeThere, removed } from './choice.ts'
import { type Keeper, openKeeper } from './keeper.ts'
import type { Names } from './places.ts'
import { probe } from './probe.ts'
import { nothing, type SyncDeps, sentence } from './sync.ts'

/** Calendars on servers: their accounts, and what keeps them as they are there. */
export interface Syncing {
  readonly accounts: CalendarAccounts
  show(account: KeptAccount): CalendarAccount
  /** Makes a calendar on the server of an account. */
  make(author: Author, account: string, asked: { name: string; color: string }): Promise<CalendarInfo>
  /** Chooses whether what is in a calendar on a server is held here. */
  keep(author: Author, calendar: string, wanted: boolean): Promise<void>
  /** Takes an account away; its server hears nothing of it. */
  remove(author: Author, name: string, force: boolean): Promise<void>
  test(name: string): Promise<{ ok: boolean; steps: Step[] }>
  now(asked: Parsed<typeof routes.sync>): Promise<Output<typeof routes.sync>>
  /** What went over the wire so far. */
  carried(): { there: number; back: number; exchanges: number }
  /** From now on by itself: every so often, and soon after something was changed here. */
  start(every: (ms: number, work: () => void | Promise<void>) => void): void
  /** Until nothing is under way. */
  idle(): Promise<void>
  close(): Promise<void>
}

export interface SyncingDeps {
  store: CalendarStore<Override>
  remote: CalendarRemote
  changes: Changes
  calendars: Calendars
  now: () => number
  zone: () => string
  show: (found: Found) => CalendarEvent
  secrets: Secrets
  names: Names
  /** Milliseconds between two looks at a server where nothing is changed here. */
  interval: () => number
  report: (error: unknown) => void
}

const LOOK = 1000

export const openSyncing = (deps: SyncingDeps): Syncing => {
  const { calendars, changes } = deps
  const thread = openDavThread()
  const accounts = openCalendarAccounts(deps)
  const keepers = new Map<string, Keeper>()
  let ending = false
  const inner: SyncDeps = { ...deps, dav: thread.dav, ending: () => ending }
  let forget = (): void => undefined

  const keeper = (id: string): Keeper => {
    let found = keepers.get(id)
    if (!found) {
      found = openKeeper(inner, accounts, id, deps.interval)
      keepers.set(id, found)
    }
    return found
  }
  const waits = (account: string): boolean =>
    deps.store.calendars().some(each => each.account === account && each.kept && each.waiting > 0)

  return {
    accounts,
    carried: thread.carried,

    show(account) {
      const { id, name, address, url, user, auth, command, ca_file, home, created_at } = account
      const own = calendars.list().filter(each => each.account === id)
      const sum = (of: 'waiting' | 'conflicts'): number => own.reduce((total, each) => total + each[of], 0)
      return {
        ...{ id, name, address, url, user, auth, command, ca_file, home },
        calendars: own.length,
        ...keeper(id).reach(),
        ...{ waiting: sum('waiting'), conflicts: sum('conflicts'), created_at },
      }
    },

    async make(author, name, asked) {
      const { id } = accounts.get(name)
      return keeper(id).alone(async () => {
        const made = await makeThere(inner, accounts, accounts.get(id), author, asked)
        return calendars.known(made)
      })
    },

    async keep(author, idOrName, wanted) {
      const { id, name, kind, account } = calendars.known(idOrName)
      if (kind !== 'caldav' || account === null)
        throw new Problem('invalid', `"${name}" is on no calendar server: there is nothing to choose.`)
      await keeper(account).alone(async () => {
        const calendar = deps.store.calendars().find(each => each.id === id)
        if (calendar && calendar.kept !== wanted) await choose(deps, author, calendar, wanted)
      })
    },

    async remove(author, name, force) {
      const account = accounts.get(name)
      await keeper(account.id).alone(() => removed(deps, author, account, force))
      await keeper(account.id).close()
      keepers.delete(account.id)
    },

    test: name => probe(inner, accounts, accounts.get(name)),

    async now({ account, calendar }) {
      const only = calendar === undefined ? undefined : calendars.known(calendar)
      if (only && only.kind !== 'caldav')
        throw new Problem('invalid', `"${only.name}" is on no calendar server: there is nothing to sync.`)
      const asked = only
        ? [only.account!]
        : account === undefined
          ? accounts.all().map(({ id }) => id)
          : [accounts.get(account).id]
      const total = { ...nothing(), calendars: 0, problems: [] as string[] }
      const single = account !== undefined || only !== undefined
      for (const id of asked) {
        try {
          const round = await keeper(id).sync(only?.id)
          for (const key of ['calendars', 'received', 'sent', 'deleted', 'conflicts'] as const)
            total[key] += round[key]
          total.problems.push(...round.problems)
        } catch (error) {
          const { message } = error as Error
          if (single)
            throw new Problem(error instanceof Problem ? codeOf(error) : 'failed', sentence(message))
          total.problems.push(sentence(message))
        }
      }
      return total
    },

    start(every) {
      // What was changed here is sent soon; what a server sent needs no answer.
      let told = true
      let chosen = false
      forget = changes.subscribe(events => {
        for (const { seq, noun, actor } of events) {
          if (seq === null || actor === 'ithaca') continue
          if (noun === 'event') told = true
          else if (noun === 'calendar') chosen = true
        }
      })
      every(LOOK, () => {
        const hurry = { told, chosen }
        told = false
        chosen = false
        for (const { id } of accounts.all()) {
          const each = keeper(id)
          if (each.reach().state === 'syncing') {
            told ||= hurry.told
            chosen ||= hurry.chosen
          } else each.round(hurry.chosen || (hurry.told && waits(id))).catch(deps.report)
        }
      })
    },

    async idle() {
      await Promise.all([...keepers.values()].map(each => each.idle()))
    },

    async close() {
      ending = true
      forget()
      // An answer that does not come is not waited for: what was sent is looked for the next time.
      const closing = [...keepers.values()].map(each => each.close())
      await thread.close()
      await Promise.all(closing)
    },
  }
}

/** A server that refuses a login is not a caller without one. */
const codeOf = ({ code }: Problem): Problem['code'] => (code === 'unauthenticated' ? 'upstream' : code)
