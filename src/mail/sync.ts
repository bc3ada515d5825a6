import type { FetchMessageObject, ImapFlow, MailboxObject } from 'imapflow'
import type { Changes } from '../../store/changes.ts'
import type { KeptFolder, MailStore } from '../../store/mail.ts'
import { flagsOf, HEADER_QUERY, headerOf } from './header.ts'
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
      store.counted(folder.id).total === mailbox.exists
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
  if (mailbox.exists > 0) {
    const from = uidnext
    for await (const came of gently(client.fetch(`${Math.max(1, from)}:*`, HEADER_QUERY, { uid: true }))) {
      // `4712:*` names the last message even when its number is smaller.
      const fresh = came.filter(message => message.uid >= from)
      for (const message of fresh) modseq = greater(modseq, message.modseq)
      write(() => synced.fresh.push(...store.add(folder.account, folder.id, fresh.map(headerOf))))
      uidnext = Math.max(uidnext, ...fresh.map(message => message.uid + 1))
    }
    // Told before flags are asked for: whoever waits for mail does not wait for those.
    if (synced.fresh.length > 0) deps.came(folder, synced.fresh)
  }
  const since = folder.modseq
  if (since !== null || modseqOf(mailbox) === null) {
    if (mailbox.exists > 0)
      for await (const changed of gently(flagsSince(client, since)))
        write(() => {
          for (const { uid, flags, modseq: seen } of changed) {
            if (store.setFlags(folder.id, uid, flagsOf(flags ?? new Set()))) synced.changed += 1
            modseq = greater(modseq, seen)
          }
        })
  }
  if (store.counted(folder.id).total !== mailbox.exists) {
    const there = new Set(await allUids(client, mailbox))
    const here = new Set(store.uids(folder.id))
    const gone = [...here].filter(uid => !there.has(uid))
    const missing = [...there].filter(uid => !here.has(uid))
    synced.gone += await dropGently(deps, folder.id, gone)
    const known = synced.fresh.length
    for await (const found of headersOf(client, missing.slice(0, STRETCH)))
      write(() => synced.fresh.push(...store.add(folder.account, folder.id, found.map(headerOf))))
    // What came while all this was asked is news like any other.
    const late = synced.fresh.slice(known).filter(id => Number(id.slice(id.lastIndexOf('-') + 1)) >= uidnext)
    if (late.length > 0) deps.came(folder, late)
  }
  const newest = noModseq ? null : greater(modseq, highestModseq)
  return { ...folder, uidnext: Math.max(uidnext, mailbox.uidNext ?? 0), modseq: newest }
}

/** A message too odd to be described is left out by the library without a word: it is asked for again, with less. */
async function* headersOf(client: ImapFlow, uids: readonly number[]): AsyncGenerator<FetchMessageObject[]> {
  if (uids.length === 0) return
  const odd = new Set(uids)
  for await (const messages of gently(client.fetch(ranges(uids), HEADER_QUERY, { uid: true }))) {
    for (const { uid } of messages) odd.delete(uid)
    yield messages
  }
  if (odd.size === 0) return
  const less = { ...HEADER_QUERY, bodyStructure: false }
  yield* gently(client.fetch(ranges([...odd]), less, { uid: true }))
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

const allUids = async (client: ImapFlow, mailbox: MailboxObject): Promise<number[]> =>
  mailbox.exists === 0 ? [] : (await client.search({ all: true }, { uid: true })) || []

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
    const there = await allUids(client, mailbox)
    const here = new Set(store.uids(folder.id))
    missing = there.filter(uid => !here.has(uid)).sort((one, other) => other - one)
    const left = new Set(there)
    const gone = [...here].filter(uid => !left.has(uid))
    // The first time's point is the one from which flags are caught up, however often this is interrupted.
    folder = { ...folder, uidnext: mailbox.uidNext, modseq: folder.modseq ?? modseqOf(mailbox) }
    await dropGently(deps, folder.id, gone)
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

/** Numbers as the protocol writes them: `1:5,9`. */
export const ranges = (uids: readonly number[]): string => {
  const parts: string[] = []
  const sorted = [...uids].sort((one, other) => one - other)
  for (let at = 0; at < sorted.length; ) {
    let end = at
    while (sorted[end + 1] === sorted[end]! + 1) end += 1
    parts.push(end === at ? String(sorted[at]) : `${sorted[at]}:${sorted[end]}`)
    at = end + 1
  }
  return parts.join(',')
}
