import { randomUUID } from 'node:crypto'
import type { CopyResponseObject, ImapFlow } from 'imapflow'
import type { Tx } from '../../store/changes.ts'
import type { Flags, KeptFolder, KeptMail, MailStore } from '../../store/mail.ts'
import type { MailAction, OutboxStore } from '../../store/outbox.ts'
import type { Moved } from './landed.ts'
import { ranges } from './numbers.ts'
import { agreed, saidBy, saidNo } from './said.ts'
import { within } from './sync.ts'

/** What a person wants of flags, as the protocol names them. */
export interface Marks {
  read?: boolean
  flagged?: boolean
  answered?: boolean
  tag?: string
  untag?: string
}

const NAMES = { read: '\\Seen', flagged: '\\Flagged', answered: '\\Answered' } as const

export const flagChanges = (marks: Marks): { add: string[]; remove: string[] } => {
  const add: string[] = marks.tag === undefined ? [] : [marks.tag]
  const remove: string[] = marks.untag === undefined ? [] : [marks.untag]
  for (const [name, flag] of Object.entries(NAMES)) {
    const wanted = marks[name as keyof typeof NAMES]
    if (wanted !== undefined) (wanted ? add : remove).push(flag)
  }
  return { add, remove }
}

export const markedAs = (mail: KeptMail, marks: Marks): Flags => ({
  seen: marks.read ?? mail.read,
  flagged: marks.flagged ?? mail.flagged,
  answered: marks.answered ?? mail.answered,
  draft: mail.draft,
  tags: [...new Set([...mail.tags, ...(marks.tag === undefined ? [] : [marks.tag])])]
    .filter(tag => tag.toLowerCase() !== marks.untag?.toLowerCase())
    .sort(),
})

/** Writes down, beside the change in the cache, what the server has to be told. */
export const queue = (
  outbox: OutboxStore,
  tx: Tx,
  now: number,
  folder: KeptFolder,
  wanted: Pick<MailAction, 'kind' | 'uids' | 'detail'>,
  raw: Buffer | null = null,
): MailAction => {
  const action: MailAction = {
    id: randomUUID(),
    account: folder.account,
    folder: folder.path,
    uidvalidity: folder.uidvalidity,
    attempts: 0,
    reason: null,
    created_at: now,
    ...wanted,
  }
  outbox.addAction(tx, action, raw)
  return action
}

/** What the server answered: the number of what was filed, and those of what was moved. */
export interface Told {
  uid: number | null
  moved?: Moved
}

export interface ActionDeps {
  outbox: OutboxStore
  store: MailStore
  /** Something could not be done and will not be tried again. */
  refused(action: MailAction, reason: string): void
  done(action: MailAction, answer: Told): void
  /** What the server is being told just now: too late to take it back unsaid. */
  telling: Set<string>
}

/** Tells the server everything that was done here, in the order it was done. A lost connection leaves the rest for later. */
export const tellServer = async (
  deps: ActionDeps,
  client: ImapFlow,
  account: string,
): Promise<Set<string>> => {
  const touched = new Set<string>()
  for (const action of deps.outbox.actions(account)) {
    touched.add(action.folder)
    if (action.detail.to) touched.add(action.detail.to)
    // Taken back before the server heard of it.
    if (!deps.outbox.action(action.id)) continue
    try {
      deps.telling.add(action.id)
      const answer = await perform(deps, client, action)
      deps.outbox.removeAction(action.id)
      if (answer === 'renumbered') deps.refused(action, 'the server numbered the folder anew')
      else deps.done(action, answer)
    } catch (error) {
      if (!saidNo(error)) throw error
      const reason = saidBy(error)
      // A full mailbox may be emptied; everything else stays refused.
      if (action.kind === 'append') {
        deps.outbox.failAction(action.id, reason)
        if (action.attempts === 0) deps.refused(action, `${reason}. It is kept, and tried again`)
      } else {
        deps.outbox.removeAction(action.id)
        deps.refused(action, reason)
      }
    } finally {
      deps.telling.delete(action.id)
    }
  }
  return touched
}

const perform = async (
  deps: ActionDeps,
  client: ImapFlow,
  action: MailAction,
): Promise<Told | 'renumbered'> => {
  const { kind, detail, folder } = action
  if (kind === 'append') return { uid: await appendOnce(deps, client, action) }
  return within(client, folder, async mailbox => {
    if (action.uidvalidity !== null && String(mailbox.uidValidity) !== action.uidvalidity) return 'renumbered'
    const found = detail.message_ids ? await numbersOf(client, detail.message_ids) : action.uids
    if (found.length === 0) return { uid: null }
    const uids = ranges(found)
    if (kind === 'flags') {
      if (detail.add?.length) agreed(client, await client.messageFlagsAdd(uids, detail.add, { uid: true }))
      if (detail.remove?.length)
        agreed(client, await client.messageFlagsRemove(uids, detail.remove, { uid: true }))
    } else if (kind === 'delete') agreed(client, await client.messageDelete(uids, { uid: true }))
    else return { uid: null, moved: await moveThere(client, uids, detail.to!) }
    return { uid: null }
  })
}

const numbersOf = async (client: ImapFlow, ids: readonly string[]): Promise<number[]> => {
  const found: number[] = []
  for (const id of ids) {
    const all = agreed(client, await client.search({ header: { 'message-id': id } }, { uid: true }))
    const newest = all.at(-1)
    if (newest !== undefined) found.push(newest)
  }
  return found
}

const moveThere = async (client: ImapFlow, uids: string, to: string): Promise<Moved | undefined> => {
  try {
    const answer = await client.messageMove(uids, to, { uid: true })
    if (answer) return movedAs(answer)
  } catch (error) {
    if ((error as { serverResponseCode?: string }).serverResponseCode !== 'TRYCREATE') throw error
  }
  await client.mailboxCreate(to)
  return movedAs(agreed(client, await client.messageMove(uids, to, { uid: true })))
}

/** Servers without UIDPLUS do not say. */
const movedAs = ({ uidMap, uidValidity }: CopyResponseObject): Moved | undefined =>
  uidMap && uidValidity !== undefined ? { uids: uidMap, uidvalidity: String(uidValidity) } : undefined

/** The folder is looked through first when an earlier try may have arrived. */
const appendOnce = async (deps: ActionDeps, client: ImapFlow, action: MailAction): Promise<number | null> => {
  const raw = deps.outbox.actionBytes(action.id)
  if (!raw) return null
  if (action.detail.message_id) {
    const there = await findByMessageId(client, action.folder, action.detail.message_id)
    if (there !== null) return there
  }
  const appended = await append(client, action.folder, raw, action.detail.flags ?? [])
  return appended
}

export const append = async (
  client: ImapFlow,
  folder: string,
  raw: Buffer,
  flags: string[],
): Promise<number | null> => {
  try {
    const answer = await client.append(folder, raw, flags)
    return answer ? (answer.uid ?? null) : null
  } catch (error) {
    if ((error as { serverResponseCode?: string }).serverResponseCode !== 'TRYCREATE') throw error
  }
  await client.mailboxCreate(folder)
  const answer = await client.append(folder, raw, flags)
  return answer ? (answer.uid ?? null) : null
}

/** Null where there is no such message, or no such folder yet. */
export const findByMessageId = async (
  client: ImapFlow,
  folder: string,
  messageId: string,
): Promise<number | null> => {
  const status = await client.status(folder, { messages: true }).catch(error => {
    if (saidNo(error)) return false as const
    throw error
  })
  if (!status || status.messages === 0) return null
  return within(client, folder, async () => {
    const found = await client.search({ header: { 'message-id': messageId } }, { uid: true })
    return (found || []).at(-1) ?? null
  })
}
