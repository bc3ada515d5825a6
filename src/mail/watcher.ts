import type { ImapFlow, MailboxObject } from 'imapflow'
import type { Changes } from '../../store/changes.ts'
import type { KeptAccount, KeptFolder, KeptMail, MailStore } from '../../store/mail.ts'
import type { OutboxStore } from '../../store/outbox.ts'
import type { Account } from '../contract/mail-accounts.ts'
import { Problem } from '../contract/problem.ts'
import type { Proof } from '../secrets/secret.ts'
import { type ActionDeps, tellServer } from './actions.ts'
import { fetchAhead } from './ahead.ts'
import type { Carried } from './body.ts'
import { keepFolders, urgency } from './folders.ts'
import { connectImap } from './link.ts'
import { loggedIn, wasRefused } from './login.ts'
import { saidBy } from './said.ts'
import { type Synced, syncFolder } from './sync.ts'

export interface WatcherDeps {
  store: MailStore
  outbox: OutboxStore
  changes: Changes
  now: () => number
  proof(account: KeptAccount): Promise<Proof | null>
  /** Copies to Sent and looks for what may have arrived there, while the connection is there; gives the folder that has more now. */
  file(client: ImapFlow, account: KeptAccount): Promise<string | null>
  actions: Omit<ActionDeps, 'store' | 'outbox'>
  arrived(account: KeptAccount, folder: KeptFolder, ids: readonly string[]): void
  changed(account: KeptAccount, folder: KeptFolder, synced: Synced): void
  /** A mail whose text is here now carries a calendar. */
  invited(mail: KeptMail, carried: Carried): Promise<boolean>
  report(error: unknown): void
}

export type Reach = Pick<Account, 'state' | 'reason' | 'retry_at' | 'syncing'>

/** One account's mailbox: one connection, opened when it is needed, or kept open with news coming in. */
export interface Watcher {
  readonly account: KeptAccount
  reach(): Reach
  /** Keeps the connection from now on: news, queued actions and the outbox take care of themselves. */
  start(): void
  /** Work on the connection; opens it where there is none. */
  use<T>(work: (client: ImapFlow) => Promise<T>): Promise<T>
  /** Brings folders up to date: all that changed, or one. */
  sync(folder?: string): Promise<{ folders: number; fresh: number }>
  /** Something waits for the server to hear of it. */
  poke(): void
  close(): Promise<void>
}

const AGAIN = [2000, 5000, 15_000, 60_000, 300_000]
/** How often folders without news of their own are asked about. */
const ROUND = 300_000
/** Mail often comes several at a time: nothing is fetched ahead while more may be about to be told. */
const AHEAD_AFTER = 500
/** Whoever reads on in another folder meanwhile keeps it open. */
const HOME_AFTER = 400
/** How long an end waits for what is under way. */
const LAST = 3000
/** How long for what was done here and the server has not heard of. */
const LAST_WORD = 1500
const STATUS = { messages: true, uidNext: true, uidValidity: true, highestModseq: true } as const

export const openWatcher = (deps: WatcherDeps, account: KeptAccount): Watcher => {
  const { store, changes, outbox } = deps
  let client: Promise<ImapFlow> | null = null
  let live: ImapFlow | null = null
  let reach: Reach = { state: 'off', reason: null, retry_at: null, syncing: null }
  let started = false
  let ending = false
  /** Told as closed: there is nothing more to say. */
  let over = false
  let failures = 0
  /** The server said no to the password; only a person changes that. */
  let refused: string | null = null
  let timer: NodeJS.Timeout | undefined
  /** Rounds and news come one after the other; news that comes during news is one more look, not ten. */
  let working: Promise<unknown> = Promise.resolve()
  let looking = false
  let fetching: Promise<void> | null = null
  let more = false
  let untold = 0
  let homing: NodeJS.Timeout | undefined
  let reading: NodeJS.Timeout | undefined

  const tell = (next: Partial<Reach>): void => {
    // One that was replaced by another says nothing over it.
    if (over) return
    const before = reach
    reach = { ...reach, ...next }
    if (before.state === reach.state && before.syncing === reach.syncing && before.reason === reach.reason)
      return
    changes.mention({
      actor: 'ithaca',
      action: 'mail.account',
      noun: 'mail-account',
      id: account.id,
      summary: `${account.name}: ${reach.reason ?? reach.state}`,
      data: reach,
    })
  }

  const open = async (): Promise<ImapFlow> => {
    tell({ state: 'connecting' })
    try {
      const made = await loggedIn(
        account,
        () => deps.proof(account),
        proof => connectImap(account, proof),
      )
      if (ending) {
        made.close()
        throw new Problem('unavailable', `${account.name} is being closed.`)
      }
      live = made
      made.on('close', () => lost(made, 'the connection was lost'))
      syncDeps.spoken.clear()
      const heard = ({ path }: { path: string }): void => {
        syncDeps.spoken.add(path)
        news(path)
      }
      for (const event of ['exists', 'expunge', 'flags'] as const) made.on(event, heard)
      failures = 0
      refused = null
      tell({ state: 'live', reason: null, retry_at: null })
      return made
    } catch (error) {
      client = null
      failed(
        error instanceof Problem ? error.message : saidBy(error),
        account.command === null && wasRefused(error),
      )
      throw error instanceof Problem ? error : new Problem('upstream', `${account.name}: ${saidBy(error)}.`)
    }
  }

  const lost = (which: ImapFlow, reason: string): void => {
    if (live !== which) return
    live = null
    client = null
    failed(`${account.name}: ${(which.byeReason || reason).replace(/\.+$/, '')}.`)
  }

  const failed = (reason: string, forLong = false): void => {
    if (ending) return
    refused = forLong ? reason : null
    // A password that was refused once is refused again, and many providers lock whoever goes on trying.
    const wait = forLong ? AGAIN.at(-1)! : AGAIN[Math.min(failures, AGAIN.length - 1)]!
    failures += 1
    tell({ state: 'waiting', reason, retry_at: started ? deps.now() + wait : null, syncing: null })
    if (started) later(wait)
  }

  const later = (ms: number): void => {
    clearTimeout(timer)
    timer = setTimeout(() => void round(), ms).unref()
  }

  const connected = (): Promise<ImapFlow> => {
    if (ending) return Promise.reject(new Problem('unavailable', `${account.name} is being closed.`))
    client ??= open()
    return client
  }

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = working.then(work, work)
    working = turn.catch(() => undefined)
    return turn
  }

  const syncDeps = {
    store,
    changes,
    now: deps.now,
    ending: () => ending,
    spoken: new Set<string>(),
    looked: new WeakSet<MailboxObject>(),
    came: (folder: KeptFolder, ids: readonly string[]) => {
      deps.arrived(account, folder, ids)
      if (started && folder.role === 'inbox') aheadSoon()
    },
    progress: (folder: KeptFolder, done: number, total: number) =>
      tell({ syncing: done < total ? { folder: folder.path, done, total } : null }),
  }

  const syncOne = async (on: ImapFlow, folder: KeptFolder, told = false): Promise<number> => {
    const fresh = store.folder(folder.id)
    if (!fresh?.selectable) return 0
    const synced = await syncFolder(syncDeps, on, fresh, told)
    if (synced.fresh.length > 0 || synced.changed > 0 || synced.gone > 0 || synced.renumbered)
      deps.changed(account, fresh, synced)
    return synced.fresh.length
  }

  const listFolders = async (on: ImapFlow): Promise<KeptFolder[]> => {
    const listed = await on.list({ statusQuery: STATUS })
    const kept = changes.write({ actor: 'ithaca' }, tx => keepFolders(store, tx, account, listed))
    const status = new Map(listed.map(entry => [entry.path, entry.status]))
    return kept.filter(folder => {
      const now = status.get(folder.path)
      return (
        folder.selectable &&
        (folder.role === 'inbox' ||
          !folder.complete ||
          !now ||
          'error' in now ||
          now.messages !== folder.total ||
          now.uidNext !== folder.uidnext ||
          String(now.uidValidity) !== folder.uidvalidity ||
          now.highestModseq === undefined ||
          String(now.highestModseq) !== folder.modseq)
      )
    })
  }

  /** The whole of what one connection is for, most urgent first. */
  const everything = async (): Promise<{ folders: number; fresh: number }> => {
    const on = await connected()
    await tellServer({ ...deps.actions, store, outbox }, on, account.id)
    await deps.file(on, account)
    const stale = (await listFolders(on)).sort((one, other) => urgency(one) - urgency(other))
    let fresh = 0
    for (const folder of stale) {
      if (ending) break
      fresh += await syncOne(on, folder)
    }
    tell({ syncing: null })
    return { folders: stale.length, fresh }
  }

  /** One at a time; what comes meanwhile is fetched after it. */
  const ahead = (): Promise<void> => {
    more = true
    fetching ??= (async () => {
      while (more && !ending) {
        more = false
        await fetchNewest()
      }
    })().finally(() => {
      fetching = null
    })
    return fetching
  }

  /** What just came is read next; an invitation in it takes effect without a person reading it. */
  const aheadSoon = (): void => {
    clearTimeout(reading)
    reading = setTimeout(() => {
      void working.then(ahead).catch(error => {
        if (live && !ending) deps.report(error)
      })
    }, AHEAD_AFTER).unref()
  }

  const fetchNewest = async (): Promise<void> => {
    const inbox = store.folders(account.id).find(folder => folder.role === 'inbox')
    if (inbox) await fetchAhead(deps, await connected(), account, inbox, () => ending)
  }

  /** Back to where news is told by itself; what came while another folder was open is found by looking. */
  const rest = async (): Promise<void> => {
    const inbox = store.folders(account.id).find(folder => folder.role === 'inbox')
    if (inbox) await syncOne(await connected(), inbox)
  }

  /** Whoever looked into another folder is done there: news is told of the one that is open. */
  const homeSoon = (): void => {
    if (!started || ending || homing) return
    homing = setTimeout(() => {
      homing = undefined
      void inTurn(async () => {
        const open = live?.mailbox
        const inbox = store.folders(account.id).find(folder => folder.role === 'inbox')
        if (!ending && inbox?.complete && !(open && open.path === inbox.path)) await rest()
      }).catch(error => {
        if (live && !ending) deps.report(error)
      })
    }, HOME_AFTER).unref()
  }

  const round = async (): Promise<void> => {
    clearTimeout(timer)
    try {
      await inTurn(async () => {
        await everything()
        await rest()
      })
      // Not in turn: news that comes meanwhile goes first.
      await ahead()
      if (started && !ending) later(ROUND)
    } catch (error) {
      // A lost connection has said so itself, and set the next try.
      if (live && !ending) {
        deps.report(error)
        later(ROUND)
      }
    }
  }

  const news = (path: string): void => {
    if (!started || ending || looking) return
    looking = true
    void inTurn(async () => {
      looking = false
      const on = await connected()
      const folder = store.folders(account.id).find(each => each.path === path)
      // While the first sync runs, the round itself comes to it.
      if (folder?.complete) await syncOne(on, folder, true)
    }).catch(error => {
      if (live && !ending) deps.report(error)
    })
  }

  return {
    account,
    reach: () => reach,
    start() {
      if (started) return
      started = true
      void round()
    },
    async use(work) {
      if (ending) throw new Problem('unavailable', `${account.name} is being closed.`)
      if (refused !== null && reach.retry_at !== null && reach.retry_at > deps.now())
        throw new Problem('upstream', refused)
      const on = await connected()
      try {
        return await work(on)
      } catch (error) {
        if (error instanceof Problem) throw error
        throw new Problem('upstream', `${account.name}: ${saidBy(error)}.`)
      } finally {
        homeSoon()
      }
    },
    sync: path =>
      inTurn(async () => {
        if (path === undefined) return everything()
        const on = await connected()
        const known = (): KeptFolder | undefined =>
          store.folders(account.id).find(each => each.path === path || each.role === path.toLowerCase())
        if (!known()) await listFolders(on)
        const folder = known()
        if (!folder) throw new Problem('not_found', `Folder not found: ${path}`)
        return { folders: 1, fresh: await syncOne(on, folder) }
      })
        .catch(error => {
          if (error instanceof Problem) throw error
          throw new Problem('upstream', `${account.name}: ${saidBy(error)}.`)
        })
        .finally(homeSoon),
    poke() {
      // The next try to connect tells everything; one more just now would only put that off.
      if (started && !live && reach.state === 'waiting') return
      untold += 1
      void inTurn(async () => {
        const on = await connected()
        const touched = await tellServer({ ...deps.actions, store, outbox }, on, account.id)
        const filed = await deps.file(on, account)
        for (const folder of store.folders(account.id))
          if ((touched.has(folder.path) || folder.path === filed) && folder.complete)
            await syncOne(on, folder)
        if (started) await rest()
      })
        .catch(error => {
          if (live && !ending) deps.report(error)
        })
        .finally(() => {
          untold -= 1
        })
    },
    async close() {
      const reachable = reach.state !== 'waiting'
      tell({ state: 'off', reason: null, retry_at: null, syncing: null })
      over = true
      // Whoever did something and leaves at once, as a command does, has told the server of it.
      if (untold > 0 && reachable)
        await Promise.race([working, new Promise(resolve => setTimeout(resolve, LAST_WORD).unref())])
      ending = true
      clearTimeout(timer)
      clearTimeout(homing)
      clearTimeout(reading)
      const opening = client
      live?.close()
      // A command of the user's that is asked for a password may take its time; nobody waits for it to be told no.
      const closing = opening?.then(made => made.close()).catch(() => undefined)
      const ended = Promise.all([closing, working, fetching?.catch(() => undefined)])
      await Promise.race([ended, new Promise(resolve => setTimeout(resolve, LAST).unref())])
    },
  }
}
