import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { Author, Changes } from '../../store/changes.ts'
import type { Body, KeptAccount, KeptFolder, KeptMail, MailStore } from '../../store/mail.ts'
import type { MailQuery } from '../../store/mail-query.ts'
import type { OutboxStore } from '../../store/outbox.ts'
import type { Attachment, Mail, MailText } from '../contract/mail-words.ts'
import { notFound, Problem } from '../contract/problem.ts'
import { flagChanges, type Marks, markedAs, queue } from './actions.ts'
import { type Back, flagsAs, type MoveBack } from './back.ts'
import { type Carried, carriedBy, fetchBody, UNSEEN } from './body.ts'
import { findFolder } from './folders.ts'
import { agreed } from './said.ts'
import { within } from './sync.ts'
import type { Watcher } from './watcher.ts'

export interface ReadingDeps {
  store: MailStore
  outbox: OutboxStore
  changes: Changes
  now: () => number
  watcher(account: string): Watcher | undefined
  /** A mail whose text is here now carries a calendar; whether that was heard. */
  invited(mail: KeptMail, carried: Carried): Promise<boolean>
}

export interface Place {
  account: KeptAccount
  folder: KeptFolder
}

export interface Question {
  filter: string
  from?: string
  attachments?: boolean
  search?: string
}

export interface Reading {
  folder(account: KeptAccount, name: string): KeptFolder | undefined
  page(
    places: readonly KeptFolder[],
    question: Question,
    limit: number,
    cursor?: string,
  ): { items: Mail[]; next: string | null }
  slice(
    folder: KeptFolder,
    question: Question,
    offset: number,
    limit: number,
  ): { items: KeptMail[]; total: number }
  /** What the server finds in a folder, of what is in the cache. */
  onServer(place: Place, words: string, limit: number): Promise<Mail[]>
  get(id: string): KeptMail
  at(folder: KeptFolder, uid: number): KeptMail | undefined
  thread(id: string): Mail[]
  text(author: Author, id: string, mark: boolean): Promise<MailText>
  /** The calendar a mail carries, as it came. */
  calendar(id: string): Promise<Carried | null>
  attachment(id: string, part: string): Promise<{ attachment: Attachment; content: Readable }>
  mark(author: Author, ids: readonly string[], marks: Marks, undoable?: boolean): Mail[]
  move(author: Author, ids: readonly string[], to: string): { moved: number; to: string }
  remove(author: Author, ids: readonly string[]): { trashed: number; deleted: number }
}

const LONGEST_THREAD = 500

export const openReading = (deps: ReadingDeps): Reading => {
  const { store, outbox, changes, now } = deps

  const get = (id: string): KeptMail => {
    const found = store.get(id)
    if (!found) throw notFound('mail', id)
    return found
  }
  const folderOf = (mail: KeptMail): KeptFolder => store.folder(mail.id.slice(0, mail.id.lastIndexOf('-')))!
  /** What a calendar has not heard is not kept: it is fetched, and told, once more. */
  const bodyOf = async (mail: KeptMail): Promise<Body> => {
    const kept = store.body(mail.id)
    if (kept) return kept
    const { account, use } = watcherOf(mail.account)
    const body = await use(client => onServerMessage(mail, () => fetchBody(client, mail, account), client))
    const carried = carriedBy(body)
    if (!carried || (await deps.invited(mail, carried))) changes.cache(() => store.putBody(mail.id, body))
    return body
  }
  const watcherOf = (account: string): Watcher => {
    const found = deps.watcher(account)
    if (!found) throw new Problem('conflict', 'This account only sends: it has no mailbox.')
    return found
  }
  const asked = (question: Question, folders: readonly KeptFolder[]): MailQuery => ({
    ...question,
    folders: folders.map(each => each.id),
    now: now(),
  })

  const onServerMessage = <T>(
    mail: KeptMail,
    work: Parameters<typeof within<T>>[2],
    client: Parameters<typeof within<T>>[0],
  ) =>
    within(client, mail.folder, async mailbox => {
      if (String(mailbox.uidValidity) !== folderOf(mail).uidvalidity)
        throw new Problem('conflict', `The server numbered ${mail.folder} anew: read the list again.`)
      return work(mailbox)
    })

  /** Changes here at once, and writes down what the server has to hear, folder by folder. */
  const change = (
    author: Author,
    mails: readonly KeptMail[],
    said: { action: string; summary: string; back?: () => Back },
    each: (
      folder: KeptFolder,
      mails: readonly KeptMail[],
      tx: Parameters<Parameters<Changes['write']>[1]>[0],
    ) => void,
  ): void => {
    const { back, ...words } = said
    const groups = new Map<string, KeptMail[]>()
    for (const mail of mails) {
      const folder = folderOf(mail).id
      groups.set(folder, [...(groups.get(folder) ?? []), mail])
    }
    changes.write(author, tx => {
      for (const [id, group] of groups) {
        each(store.folder(id)!, group, tx)
        store.putFolder(tx, { ...store.folder(id)!, ...store.counted(id) })
      }
      tx.say({
        ...words,
        noun: 'email',
        id: mails[0]!.id,
        data: { ids: mails.map(mail => mail.id) },
        ...(back ? { back: back() } : {}),
      })
    })
    for (const account of new Set(mails.map(mail => mail.account))) deps.watcher(account)?.poke()
  }
  const several = (mails: readonly KeptMail[]): string =>
    mails.length === 1 ? `"${mails[0]!.subject.slice(0, 80)}"` : `${mails.length} mails`

  /** One change, whatever accounts they are of: one undo takes all of it back. */
  const moveTo = (
    author: Author,
    mails: readonly KeptMail[],
    folders: ReadonlyMap<string, KeptFolder>,
    verb: string,
  ): void => {
    const moves: MoveBack[] = []
    change(
      author,
      mails,
      { action: 'mail.move', summary: `${verb} ${several(mails)}`, back: () => moves },
      (folder, group, tx) => {
        const to = folders.get(folder.account)!
        const uids = group.map(mail => mail.uid)
        const rows = store.rows(group.map(mail => mail.id))
        store.drop(folder.id, uids)
        const { id } = queue(outbox, tx, now(), folder, { kind: 'move', uids, detail: { to: to.path } })
        moves.push({ action: id, from: folder.id, to: to.id, rows })
      },
    )
  }

  const destination = (account: string, to: string): KeptFolder => {
    const found = findFolder(store.folders(account), to)
    if (!found?.selectable)
      throw new Problem(
        'not_found',
        `Folder not found: ${to}. Name one of: ithaca mail folders, or set --${to} of the account.`,
      )
    return found
  }

  const destinations = (mails: readonly KeptMail[], to: string): Map<string, KeptFolder> =>
    new Map(mails.map(({ account }) => [account, destination(account, to)]))

  const reading: Reading = {
    folder: (account, name) => findFolder(store.folders(account.id), name),
    page(places, question, limit, cursor) {
      const { items, next } = store.page(asked(question, places), limit, cursor)
      return { items: items.map(shown), next }
    },
    slice: (folder, question, offset, limit) => store.slice(asked(question, [folder]), offset, limit),

    async onServer({ account, folder }, words, limit) {
      const uids = await watcherOf(account.id).use(client =>
        within(client, folder.path, async () =>
          agreed(client, await client.search({ text: words }, { uid: true })),
        ),
      )
      return uids
        .sort((one, other) => other - one)
        .slice(0, limit)
        .flatMap(uid => {
          const found = store.at(folder.id, uid)
          return found ? [shown(found)] : []
        })
    },

    get,
    at: (folder, uid) => store.at(folder.id, uid),
    thread(id) {
      const mail = get(id)
      const seen = new Set<string>()
      // One mail that lies in several folders is one turn of the conversation.
      return store
        .thread(mail.account, mail.thread, LONGEST_THREAD)
        .filter(each => !seen.has(each.message_id) && seen.add(each.message_id))
        .map(shown)
    },

    async text(author, id, mark) {
      const mail = get(id)
      const body = await bodyOf(mail)
      if (mark && !mail.read) reading.mark(author, [id], { read: true }, false)
      const { calendar: _calendar, sender: _sender, ...words } = body
      return { ...mail, ...words, read: mark || mail.read }
    },

    async calendar(id) {
      const body = await bodyOf(get(id))
      const kept = carriedBy(body)
      const part = kept === null ? body.attachments.find(isCalendar) : undefined
      if (!part || part.size > LARGEST_CALENDAR) return kept
      // It was read before calendars were looked at.
      const { content } = await reading.attachment(id, part.part)
      const text = (await buffer(content)).toString('utf8')
      changes.write({ actor: 'ithaca' }, () => store.putCalendar(id, text))
      return { text, sender: UNSEEN }
    },

    async attachment(id, part) {
      const mail = get(id)
      const { attachments } = await reading.text({ actor: 'ithaca' }, id, false)
      const attachment = attachments.find(each => each.part === part)
      if (!attachment) throw notFound('attachment', part)
      const content = await watcherOf(mail.account).use(client =>
        onServerMessage(
          mail,
          async () => {
            const { content } = await client.download(String(mail.uid), part, { uid: true })
            if (!content) throw new Problem('gone', `"${mail.subject}" is not on the server any more.`)
            return content
          },
          client,
        ),
      )
      return { attachment, content }
    },

    mark(author, ids, marks, undoable = true) {
      const mails = ids.map(get)
      const { add, remove } = flagChanges(marks)
      if (add.length + remove.length === 0)
        throw new Problem('invalid', 'Say what to change: read, flagged, answered, tag or untag.')
      for (const tag of [marks.tag, marks.untag])
        if (tag !== undefined && !/^[!#$&'+,.0-9:;<=>?@A-Z^_`a-z|~-]+$/.test(tag))
          throw new Problem(
            'invalid',
            `'${tag}' cannot be a tag: a tag is one word of plain letters, digits and - _ .`,
          )
      const marked = mails.map(mail => ({
        id: mail.id,
        before: flagsAs(mail),
        after: markedAs(mail, marks),
      }))
      // That it was read by being opened is nothing a person would take back.
      const back = undoable ? { back: (): Back => ({ marked }) } : {}
      change(
        author,
        mails,
        { action: 'mail.mark', summary: `Marked ${several(mails)}`, ...back },
        (folder, group, tx) => {
          for (const mail of group) store.mark(mail.id, markedAs(mail, marks))
          queue(outbox, tx, now(), folder, {
            kind: 'flags',
            uids: group.map(mail => mail.uid),
            detail: { add, remove },
          })
        },
      )
      return ids.map(id => shown(get(id)))
    },

    move(author, ids, to) {
      const mails = ids.map(get)
      const folders = destinations(mails, to)
      const moving = mails.filter(mail => mail.folder !== folders.get(mail.account)!.path)
      const paths = [...new Set([...folders.values()].map(({ path }) => path))]
      if (moving.length > 0) moveTo(author, moving, folders, `Moved to ${paths.join(' and ')}:`)
      return { moved: moving.length, to: paths[0]! }
    },

    remove(author, ids) {
      const mails = ids.map(get)
      const binned: KeptMail[] = []
      const ended: KeptMail[] = []
      for (const mail of mails) (folderOf(mail).role === 'trash' ? ended : binned).push(mail)
      if (binned.length > 0) moveTo(author, binned, destinations(binned, 'trash'), 'Deleted')
      if (ended.length > 0)
        change(
          author,
          ended,
          { action: 'mail.rm', summary: `Deleted ${several(ended)} for good` },
          (folder, group, tx) => {
            const uids = group.map(mail => mail.uid)
            store.drop(folder.id, uids)
            queue(outbox, tx, now(), folder, { kind: 'delete', uids, detail: {} })
          },
        )
      return { trashed: binned.length, deleted: ended.length }
    },
  }
  return reading
}

const LARGEST_CALENDAR = 512 * 1024
const isCalendar = ({ type, name }: Attachment): boolean =>
  type === 'text/calendar' || type === 'application/ics' || /\.ics$/i.test(name)

/** A mail as lists show it. */
export const shown = ({
  bcc: _bcc,
  reply_to: _reply,
  in_reply_to: _in,
  references: _refs,
  ...mail
}: KeptMail): Mail => mail
