import type { FetchMessageObject, ImapFlow, MailboxObject } from 'imapflow'
import type { Changes } from '../../store/changes.ts'
import type { KeptFolder, MailStore } from '../../store/mail.ts'
import { described } from './described.ts'
import { flagsOf, HEADER_QUERY, headerOf } from './header.ts'
import { allNumbers, difference, ranges } from './numbers.ts'
import { breath, gently } from './slices.ts'

export interface Synced {
  /** Ids of messages that were not here before. */
  fresh: string[]
  changed: number
  gone: number
  /** The server numbered the folder anew: everything was read again. */
  renumbered: boolean
}

export interface SyncDeps {
  store: MailStore
  changes: Changes
  now: () => number
  progress(folder: KeptFolder, done: number, total: number): void
  /** New mail, in a folder that was read whole before. */
  came(folder: KeptFolder, ids: readonly string[]): void
  /** Whether the rest can wait: nothing more is begun. */
  ending(): boolean
  /** Folders of which the server said something that was not looked at yet. */
  spoken: Set<string>
  /** Openings of folders that were looked at whole: since then the server says itself what changes. */
  looked: WeakSet<MailboxObject>
}

/** Messages fetched and stored at once: a stretch short enough for others to get in between. */
const STRETCH = 80
const MOST_NEWS = 500

/** Brings the cache of one folder to where the server is; `told`: because it just said that there is news. What is unchanged costs no more than opening it. */
export const syncFolder = async (
  deps: SyncDeps,
  client: ImapFlow,
  known: KeptFolder,
  told = false,
): Promise<Synced> => {
  const { store } = deps
  const write = deps.changes.cache
  const synced: Synced = { fresh: [], changed: 0, gone: 0, renumbered: false }
  let folder = known
  const selected = client.mailbox && client.mailbox.path === folder.path
  await within(client, folder.path, async mailbox => {
    // An open folder is as it was when the server spoke last: until asked, new mail is not in it.
    if (selected && !told) await client.noop()
    const silent = !told && !deps.spoken.has(folder.path) && deps.looked.has(mailbox)
    deps.spoken.delete(folder.path)
    const uidvalidity = String(mailbox.uidValidity)
    if (folder.uidvalidity !== null && folder.uidvalidity !== uidvalidity) {
      synced.renumbered = true
      await dropGently(deps, folder.id, store.uids(folder.id))
    }
    if (folder.uidvalidity !== uidvalidity)
      folder = { ...folder, uidvalidity, uidnext: 0, modseq: null, complete: false }
    const still =
      folder.complete &&
      (silent ||
        (!selected &&
          folder.uidnext === mailbox.uidNext &&
          folder.modseq !== null &&
          folder.modseq === modseqOf(mailbox))) &&
      expected(store, folder.id) === mailbox.exists
    // After a long absence it is read in stretches, like the first time.
    if (mailbox.uidNext - folder.uidnext > MOST_NEWS) folder = { ...folder, complete: false }
    if (still) deps.looked.add(mailbox)
    if (still || !folder.complete) return
    folder = await catchUp(deps, client, folder, synced)
    deps.looked.add(mailbox)
  })
  if (!folder.complete) {
    const resumed = folder.modseq !== null
    folder = await readWhole(deps, client, folder, synced)
    if (resumed && folder.complete)
      folder = await within(client, folder.path, () => catchUp(deps, client, folder, synced))
  }
  const counts = store.counted(folder.id)
  const saved = { ...folder, ...counts, synced_at: deps.now() }
  write(tx => store.putFolder(tx, saved))
  return synced
}

/** The selected folder, held for as long as the work takes. */
export const within = async <T>(
  client: ImapFlow,
  path: string,
  work: (mailbox: MailboxObject) => Promise<T>,
): Promise<T> => {
  const lock = await client.getMailboxLock(path)
  try {
    return await work(client.mailbox as MailboxObject)
  } finally {
    lock.release()
  }
}

const modseqOf = (mailbox: MailboxObject): string | null =>
  mailbox.noModseq || mailbox.highestModseq === undefined ? null : String(mailbox.highestModseq)

const greater = (one: string | null, other: bigint | undefined): string | null =>
  other === undefined ? one : one === null || BigInt(one) < other ? String(other) : one

/** What came, changed and went since the last time. */
const catchUp = async (
  deps: SyncDeps,
  client: ImapFlow,
  folder: KeptFolder,
  synced: Synced,
): Promise<KeptFolder> => {
  const { store } = deps
  const write = deps.changes.cache
  const mailbox = client.mailbox as MailboxObject
  let { uidnext, modseq } = folder
  // Taken before anything is asked: what changes meanwhile is news for the next time.
  const { highestModseq, noModseq } = mailbox
  const news = async (): Promise<number> => {
    const from = uidnext
    const known = synced.fresh.length
    for await (const came of described(client, `${Math.max(1, from)}:*`)) {
      // `4712:*` names the last message even when its number is smaller.
      const fresh = came.filter(message => message.uid >= from)
      for (const message of fresh) modseq = greater(modseq, message.modseq)
      write(() => synced.fresh.push(...store.add(folder.account, folder.id, fresh.map(headerOf))))
      uidnext = Math.max(uidnext, ...fresh.map(message => message.uid + 1))
    }
    // Told before anything else is asked for: whoever waits for mail does not wait for that.
    const fresh = synced.fresh.slice(known)
    if (fresh.length > 0) deps.came(folder, fresh)
    return fresh.length
  }
  if (mailbox.exists > 0) await news()
  const since = folder.modseq
  if (mailbox.exists > 0 && (since !== null || modseqOf(mailbox) === null))
    for await (const changed of gently(flagsSince(client, since)))
      write(() => {
        const said = changed.map(({ uid, flags }) => ({ uid, flags: flagsOf(flags ?? new Set()) }))
        synced.changed += store.setFlags(folder.id, said)
        for (const { modseq: seen } of changed) modseq = greater(modseq, seen)
      })
  // What came while all this was asked is news like any other.
  while (expected(store, folder.id) < mailbox.exists && (await news()) > 0);
  if (expected(store, folder.id) !== mailbox.exists) await compare(deps, client, folder, synced, uidnext)
  const newest = noModseq ? null : greater(modseq, highestModseq)
  return { ...folder, uidnext: Math.max(uidnext, mailbox.uidNext ?? 0), modseq: newest }
}

/** How many the server should have: what is here, and what it does not know yet that it is gone. */
const expected = (store: MailStore, folder: string): number =>
  store.counted(folder).total + store.leaving(folder).size

/** Where the counts differ, number by number. */
const compare = async (
  deps: SyncDeps,
  client: ImapFlow,
  folder: KeptFolder,
  synced: Synced,
  newFrom: number,
): Promise<void> => {
  const { store } = deps
  const there = await allNumbers(client, client.mailbox as MailboxObject)
  const { gone, missing } = await difference(store, folder.id, there)
  synced.gone += await dropGently(deps, folder.id, gone)
  const leaving = store.leaving(folder.id)
  const wanted = missing.filter(uid => !leaving.has(uid))
  const late: string[] = []
  for (let at = 0; at < wanted.length; at += STRETCH)
    for await (const found of headersOf(client, wanted.slice(at, at + STRETCH))) {
      const added = deps.changes.cache(() => store.add(folder.account, folder.id, found.map(headerOf)))
      synced.fresh.push(...added)
      late.push(...added.filter(id => Number(id.slice(id.lastIndexOf('-') + 1)) >= newFrom))
    }
  if (late.length > 0) deps.came(folder, late)
}

/** A message too odd to be described is left out by the library without a word: it is asked for again, with less. */
async function* headersOf(client: ImapFlow, uids: readonly number[]): AsyncGenerator<FetchMessageObject[]> {
  if (uids.length === 0) return
  const odd = new Set(uids)
  for await (const messages of described(client, ranges(uids))) {
    for (const { uid } of messages) odd.delete(uid)
    yield messages
  }
  if (odd.size === 0) return
  const less = { ...HEADER_QUERY, bodyStructure: false }
  yield* described(client, ranges([...odd]), less)
}

const flagsSince = (client: ImapFlow, since: string | null) =>
  client.fetch(
    '1:*',
    { uid: true, flags: true },
    { uid: true, ...(since === null ? {} : { changedSince: BigInt(since) }) },
  )

/** So many rows go at once. */
const DROPPED = 25

const dropGently = async (
  { store, changes }: SyncDeps,
  folder: string,
  uids: readonly number[],
): Promise<number> => {
  let gone = 0
  for (let at = 0; at < uids.length; at += DROPPED) {
    gone += changes.cache(() => store.drop(folder, uids.slice(at, at + DROPPED)))
    await breath()
  }
  return gone
}

/** Every header of a folder, the newest first, in stretches that are each kept: what was read is read once. */
const readWhole = async (
  deps: SyncDeps,
  client: ImapFlow,
  known: KeptFolder,
  synced: Synced,
): Promise<KeptFolder> => {
  const { store } = deps
  const write = deps.changes.cache
  let folder = known
  let missing: number[] = []
  await within(client, folder.path, async mailbox => {
    const found = await difference(store, folder.id, await allNumbers(client, mailbox))
    missing = found.missing.reverse()
    // The first time's point is the one from which flags are caught up, however often this is interrupted.
    folder = { ...folder, uidnext: mailbox.uidNext, modseq: folder.modseq ?? modseqOf(mailbox) }
    await dropGently(deps, folder.id, found.gone)
    write(tx => store.putFolder(tx, folder))
  })
  const total = missing.length
  for (let at = 0; at < total; at += STRETCH) {
    if (deps.ending()) return folder
    const stretch = missing.slice(at, at + STRETCH)
    const renumbered = await within(client, folder.path, async mailbox => {
      if (String(mailbox.uidValidity) !== folder.uidvalidity) return true
      for await (const messages of headersOf(client, stretch))
        write(() => synced.fresh.push(...store.add(folder.account, folder.id, messages.map(headerOf))))
      return false
    })
    if (renumbered) return folder
    deps.progress(folder, Math.min(total, at + STRETCH), total)
  }
  return { ...folder, complete: true }
}
