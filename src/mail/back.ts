import type { Tx } from '../../store/changes.ts'
import type { Flags, KeptFolder, KeptMail, MailRow, MailStore } from '../../store/mail.ts'
import type { OutboxStore } from '../../store/outbox.ts'
import { Problem } from '../contract/problem.ts'
import { queue } from './actions.ts'
import { isUnnamed } from './header.ts'
import type { Moved } from './landed.ts'

/** What a change of mails is taken back by. */
export type Back = MarksBack | MoveBack[]
export interface MarksBack {
  marked: { id: string; before: Flags; after: Flags }[]
}
export interface MoveBack {
  action: string
  from: string
  to: string
  rows: MailRow[]
}

export interface BackDeps {
  store: MailStore
  outbox: OutboxStore
  now: () => number
  telling: ReadonlySet<string>
  /** Where what a move took lies now. */
  landed(action: string): Moved | undefined
  poke(account: string): void
}

const NAMES = [
  ['seen', '\\Seen'],
  ['flagged', '\\Flagged'],
  ['answered', '\\Answered'],
] as const

/** Takes back what was done with mails: unsaid where the server has not heard of it, else by telling it the opposite. */
export const takeBack = (deps: BackDeps, back: Back, tx: Tx): void => {
  const touched = Array.isArray(back) ? back.map(move => moveBack(deps, move, tx)) : marksBack(deps, back, tx)
  for (const account of new Set(touched)) deps.poke(account)
}

const marksBack = ({ store, outbox, now }: BackDeps, { marked }: MarksBack, tx: Tx): string[] => {
  const groups = new Map<string, { folder: string; uids: number[]; add: string[]; remove: string[] }>()
  const accounts: string[] = []
  for (const { id, before, after } of marked) {
    const mail = store.get(id)
    if (!mail) continue
    // Only what was changed then: what somebody changed since stays.
    const differ = NAMES.filter(([name]) => before[name] !== after[name])
    const add = [
      ...differ.flatMap(([name, flag]) => (before[name] ? [flag] : [])),
      ...before.tags.filter(tag => !after.tags.includes(tag)),
    ]
    const remove = [
      ...differ.flatMap(([name, flag]) => (before[name] ? [] : [flag])),
      ...after.tags.filter(tag => !before.tags.includes(tag)),
    ]
    if (add.length + remove.length === 0) continue
    const flags = flagsAs(mail)
    for (const [name] of differ) flags[name] = before[name]
    flags.tags = [...new Set([...flags.tags, ...add])]
      .filter(tag => !remove.includes(tag) && !/^\\/.test(tag))
      .sort()
    store.mark(id, flags)
    accounts.push(mail.account)
    const folder = id.slice(0, id.lastIndexOf('-'))
    const key = JSON.stringify([folder, add, remove])
    const group = groups.get(key) ?? { folder, uids: [], add, remove }
    group.uids.push(mail.uid)
    groups.set(key, group)
  }
  for (const { folder, uids, add, remove } of groups.values()) {
    const kept = store.folder(folder)!
    queue(outbox, tx, now(), kept, { kind: 'flags', uids, detail: { add, remove } })
    store.putFolder(tx, { ...kept, ...store.counted(folder) })
  }
  return accounts
}

const moveBack = (deps: BackDeps, { action, from, to, rows }: MoveBack, tx: Tx): string => {
  const { store, outbox, now, telling, landed } = deps
  const source = store.folder(from)
  const target = store.folder(to)
  const account = String(rows[0]!.account)
  if (!source || !target) return account
  if (outbox.action(action) && !telling.has(action)) {
    outbox.removeAction(action)
    for (const row of rows) store.putBack(row)
  } else {
    const unnamed = rows.filter(row => isUnnamed(String(row.message_id)))
    if (unnamed.length > 0) unnamedBack(deps, tx, unnamed, landed(action), source, target)
    // Where the others lie now is known by their Message-ID, until that folder was read again.
    const message_ids = rows.filter(row => !unnamed.includes(row)).map(row => String(row.message_id))
    const here = message_ids.flatMap(id =>
      store.named(account, id).filter(mail => mail.id.startsWith(`${to}-`)),
    )
    store.drop(
      to,
      here.map(({ uid }) => uid),
    )
    if (message_ids.length > 0)
      queue(
        outbox,
        tx,
        now(),
        { ...target, uidvalidity: null },
        {
          kind: 'move',
          uids: [],
          detail: { to: source.path, message_ids },
        },
      )
  }
  for (const folder of [source, target]) store.putFolder(tx, { ...folder, ...store.counted(folder.id) })
  return account
}

/** Mails without a Message-ID: only the numbers they were given tell where they are. */
const unnamedBack = (
  { store, outbox, now }: BackDeps,
  tx: Tx,
  rows: readonly MailRow[],
  moved: Moved | undefined,
  source: KeptFolder,
  target: KeptFolder,
): void => {
  const uids = rows.map(row => {
    const uid = moved?.uids.get(Number(row.uid))
    if (uid === undefined)
      throw new Problem(
        'conflict',
        `"${String(row.subject)}" has no Message-ID, and its server did not say where it lies in ${target.path}: move it from there.`,
      )
    return uid
  })
  store.drop(target.id, uids)
  const there = { ...target, uidvalidity: moved!.uidvalidity }
  queue(outbox, tx, now(), there, { kind: 'move', uids, detail: { to: source.path } })
}

export const flagsAs = (mail: KeptMail): Flags => ({
  seen: mail.read,
  answered: mail.answered,
  flagged: mail.flagged,
  draft: mail.draft,
  tags: mail.tags,
})
