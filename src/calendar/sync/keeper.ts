import type { KeptCalendar } from '../../../store/calendar.ts'
import type { KeptAccount } from '../../../store/calendar-remote.ts'
import type { CalendarAccount } from '../../contract/calendar-accounts.ts'
import { Problem } from '../../contract/problem.ts'
import type { Access } from '../dav/dav.ts'
import type { CalendarAccounts } from './accounts.ts'
import { type Round, syncAccount } from './round.ts'
import { ACTOR, nothing, type SyncDeps, sentence } from './sync.ts'

/** One account, kept in sync. */
export interface Keeper {
  reach(): Pick<CalendarAccount, 'state' | 'reason' | 'retry_at' | 'synced_at'>
  /** Now, after what is under way. What fails is thrown, and noted on the account. */
  sync(only?: string): Promise<Round>
  /** Once its time has come, or at once where something waits to be sent. */
  round(hurry?: boolean): Promise<void>
  /** Something that no sync may happen beside; one that is under way is cut short. */
  alone<T>(work: () => Promise<T>): Promise<T>
  /** Until nothing is under way. */
  idle(): Promise<void>
  close(): Promise<void>
}

/** How long a try is put off, the more often it failed. */
const AGAIN = [30_000, 120_000, 300_000, 900_000, 3_600_000]
/** No server puts off a try for longer. */
const LONGEST_WAIT = 86_400_000
/** How often names, colors and rights are asked for as well. */
const WHOLE = 3_600_000

export const openKeeper = (
  given: SyncDeps,
  accounts: CalendarAccounts,
  id: string,
  every: () => number,
): Keeper => {
  const deps: SyncDeps = { ...given, ending: () => given.ending() || alone > 0 }
  const { remote, changes, now } = deps
  let working: Promise<unknown> = Promise.resolve()
  let syncing = false
  let ended = false
  let alone = 0
  let lookedAt = Number.NEGATIVE_INFINITY

  const tell = (account: KeptAccount, summary: string): void =>
    changes.mention({
      ...ACTOR,
      action: 'calendar.account',
      noun: 'calendar-account',
      id,
      summary: `${account.name}: ${summary}`,
      data: reach(),
    })

  const reach = (): ReturnType<Keeper['reach']> => {
    const { problem, retry_at, synced_at } = remote.state(id)
    return {
      state: syncing ? 'syncing' : problem === null ? 'idle' : 'waiting',
      ...{ reason: problem, retry_at, synced_at },
    }
  }

  const progress = (account: KeptAccount) => (calendar: KeptCalendar, done: number, total: number) =>
    changes.mention({
      ...ACTOR,
      action: 'calendar.syncing',
      noun: 'calendar',
      id: calendar.id,
      summary: `${account.name}, ${calendar.name}: ${done} of ${total}`,
      data: { done, total },
    })

  const once = async (account: KeptAccount, access: Access, only?: string): Promise<Round> => {
    const whole = only === undefined && performance.now() - lookedAt > WHOLE
    const round = await syncAccount(deps, account, access, { whole, only, progress: progress(account) })
    if (whole) lookedAt = performance.now()
    // What it takes no more may be in a calendar that has become one to read.
    if (round.conflicts > 0) lookedAt = Number.NEGATIVE_INFINITY
    return round
  }

  const noted = (problem: string | null, after?: number): void => {
    const state = remote.state(id)
    const attempts = problem === null ? 0 : state.attempts + 1
    const wait = after || (AGAIN[Math.min(attempts, AGAIN.length) - 1] ?? 0)
    changes.cache(quiet =>
      remote.putState(quiet, {
        ...{ ...state, problem, attempts },
        retry_at: problem === null ? null : now() + wait,
        synced_at: problem === null ? now() : state.synced_at,
      }),
    )
  }

  const work = async (only?: string): Promise<Round> => {
    const account = accounts.all().find(each => each.id === id)
    if (!account || ended) return { ...nothing(), calendars: 0, problems: [], unsynced: null }
    const before = reach()
    syncing = true
    try {
      const round = await once(account, await accounts.access(account), only).catch(async error => {
        // A token lives for an hour: the command may have a new one.
        const expired = error instanceof Problem && error.code === 'unauthenticated'
        if (!expired || (account.auth !== 'oauth' && account.auth !== 'command')) throw error
        return once(account, await accounts.access(account), only)
      })
      syncing = false
      const { unsynced: problem } = round
      noted(problem)
      if (before.reason !== problem) tell(account, problem ?? 'it syncs again')
      return round
    } catch (error) {
      syncing = false
      if (ended) throw error
      const reason = sentence((error as Error).message)
      noted(reason, waitOf(error))
      if (before.reason !== reason) tell(account, reason)
      throw error
    }
  }

  const inTurn = (only?: string): Promise<Round> => {
    const turn = working.then(
      () => work(only),
      () => work(only),
    )
    working = turn.catch(() => undefined)
    return turn
  }

  /** A clock that jumped back must not put off a try for years. */
  const due = (): boolean => {
    const { problem, retry_at, synced_at } = remote.state(id)
    if (problem !== null) return retry_at === null || now() >= retry_at || retry_at - now() > LONGEST_WAIT
    return synced_at === null || now() - synced_at >= every() || synced_at > now() + 60_000
  }

  return {
    reach,
    sync: only => inTurn(only),
    async round(hurry = false) {
      if (ended || syncing || alone > 0) return
      // While it does not answer, what waits waits with the rest.
      if (!due() && !(hurry && remote.state(id).problem === null)) return
      await inTurn().catch(error => {
        if (!(error instanceof Problem)) throw error
      })
    },
    async alone(work) {
      alone += 1
      const turn = working.then(work)
      working = turn.catch(() => undefined)
      return turn.finally(() => {
        alone -= 1
      })
    },
    async idle() {
      await working
    },
    async close() {
      ended = true
      await working
    },
  }
}

/** How long a server said that it wants to be left alone. */
const waitOf = (error: unknown): number | undefined => {
  const wait = error instanceof Problem ? error.details?.retry_after : undefined
  return typeof wait === 'number' ? wait : undefined
}
