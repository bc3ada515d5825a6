import type { SenderProof } from '../src/contract/invitations.ts'
import type { Account } from '../src/contract/mail-accounts.ts'
import type { Folder, Mail, MailText, Role } from '../src/contract/mail-words.ts'
import { matchWords, type Quiet, type Row, type Tx } from './changes.ts'
import type { Store } from './database.ts'
import { filters, type MailQuery } from './mail-query.ts'
import { type Waiting, waitingIn } from './mail-waiting.ts'
import { listPage, toCursor } from './page.ts'

/** An account as it is kept. Its password is sealed by whoever hands it in. */
export type KeptAccount = Omit<
  Account,
  'state' | 'reason' | 'retry_at' | 'syncing' | 'waiting_actions' | 'default'
> & { secret: Buffer | null; chosen: boolean }

/** A folder as it is kept: with what the server said when it was read last. */
export interface KeptFolder extends Folder {
  selectable: boolean
  uidvalidity: string | null
  uidnext: number
  modseq: string | null
}

/** A message as the server describes it. */
export interface Header {
  uid: number
  message_id: string
  in_reply_to: string
  refs: string
  subject: string
  from_name: string
  from_address: string
  reply_to: string
  to_line: string
  cc_line: string
  bcc_line: string
  dated: string
  received: number
  size: number
  attached: boolean
  marker: string | null
  flags: Flags
}

export interface Flags {
  seen: boolean
  answered: boolean
  flagged: boolean
  draft: boolean
  tags: string[]
}

export type KeptMail = Mail & Pick<MailText, 'bcc' | 'reply_to' | 'in_reply_to' | 'references'>
export type Body = Pick<
  MailText,
  'body' | 'body_from' | 'html' | 'truncated' | 'attachments' | 'warnings'
> & {
  /** The calendar it carries, as it came; null: none. */
  calendar: string | null
  /** What was found of its sender; null: it carries no calendar, or was read before anybody looked. */
  sender: SenderProof | null
}

/** One message as its row is. */
export type MailRow = Record<string, string | number | null> & { n: number; id: string }

type Raw = Record<string, string | number | null> & { n: number }

const SELECT = 'SELECT m.*, f.path FROM mail_messages AS m JOIN mail_folders AS f ON f.id = m.folder'

export const openMail = (store: Store) => {
  const one = (row: Raw | undefined): KeptMail | undefined => row && toMail(row)
  const flagBits = (flags: Flags): (number | string)[] => [
    Number(flags.seen),
    Number(flags.answered),
    Number(flags.flagged),
    Number(flags.draft),
    JSON.stringify(flags.tags),
  ]
  const setFlags = (folder: string, uid: number, said: Flags, waiting: Waiting): boolean => {
    const flags = flagBits(waiting.marked(uid, said))
    return (
      store
        .sql(
          `UPDATE mail_messages SET seen = ?, answered = ?, flagged = ?, draft = ?, tags = ?
           WHERE folder = ? AND uid = ? AND (seen, answered, flagged, draft, tags) <> (?, ?, ?, ?, ?)`,
        )
        .run(...flags, folder, uid, ...flags).changes > 0
    )
  }
  const freePlace = (from: number): number => {
    let place = from
    while (store.sql('SELECT 1 FROM mail_messages WHERE n = ?').get(place)) place += 1
    return place
  }
  const threadOf = (account: string, header: Header): string => {
    const [root] = header.refs.split(' ')
    if (root) return root
    if (!header.in_reply_to) return header.message_id
    const parent = store
      .sql<{ thread: string }>('SELECT thread FROM mail_messages WHERE account = ? AND message_id = ?')
      .get(account, header.in_reply_to)
    return parent?.thread ?? header.in_reply_to
  }
  const onePage = (query: MailQuery, limit: number, cursor?: string) =>
    listPage(store, {
      ...{ table: 'mail_messages', order: { by: [], down: true }, name: 'mail', limit, cursor },
      ...filters(query),
      match: query.search ? { index: 'mail_text', words: matchWords(query.search) } : undefined,
    })

  return {
    accounts: (): KeptAccount[] =>
      store.sql<Raw>('SELECT * FROM mail_accounts ORDER BY created_at, id').all().map(toAccount),
    putAccount: (tx: Tx, account: KeptAccount): void => tx.quietly.put('mail_accounts', fromAccount(account)),
    removeAccount: (tx: Tx, id: string): void => tx.quietly.remove('mail_accounts', id),

    folders: (account?: string): KeptFolder[] =>
      store
        .sql<Raw>(
          `SELECT * FROM mail_folders WHERE @account IS NULL OR account = @account
           ORDER BY account, role IS NULL, role <> 'inbox', path`,
        )
        .all({ account: account ?? null })
        .map(toFolder),
    folder: (id: string): KeptFolder | undefined => {
      const row = store.sql<Raw>('SELECT * FROM mail_folders WHERE id = ?').get(id)
      return row && toFolder(row)
    },
    putFolder: (tx: Quiet, folder: KeptFolder): void => tx.quietly.put('mail_folders', fromFolder(folder)),
    removeFolder: (tx: Tx, id: string): void => tx.quietly.remove('mail_folders', id),
    /** Its counts as the cache has them. */
    counted: (folder: string): { total: number; unread: number } => ({
      total: numberOf(store.sql('SELECT count(*) AS n FROM mail_messages WHERE folder = ?').get(folder)),
      unread: numberOf(
        store.sql('SELECT count(*) AS n FROM mail_messages WHERE folder = ? AND seen = 0').get(folder),
      ),
    }),

    /** Adds what is not there yet, inside a write of the caller's; gives the ids of what is new. */
    add(account: string, folder: string, headers: readonly Header[]): string[] {
      const added: string[] = []
      const waiting = waitingIn(store, folder)
      for (const header of headers) {
        if (waiting.leaves(header.uid, header.message_id)) continue
        const id = `${folder}-${header.uid}`
        if (store.sql('SELECT 1 FROM mail_messages WHERE folder = ? AND uid = ?').get(folder, header.uid)) {
          setFlags(folder, header.uid, header.flags, waiting)
          continue
        }
        const { message_id, in_reply_to, refs, subject, from_name, from_address, reply_to } = header
        const place = freePlace(Math.floor(header.received / 1000) * 1_000_000 + (header.uid % 1_000_000))
        store
          .sql(
            `INSERT INTO mail_messages (n, id, account, folder, uid, message_id, in_reply_to, refs, thread, subject,
               from_name, from_address, reply_to, to_line, cc_line, bcc_line, dated, received, size, attached, marker,
               seen, answered, flagged, draft, tags)
             VALUES (${Array.from({ length: 26 }, () => '?').join(', ')})`,
          )
          .run(
            ...[
              place,
              id,
              account,
              folder,
              header.uid,
              message_id,
              in_reply_to,
              refs,
              threadOf(account, header),
            ],
            ...[subject, from_name, from_address, reply_to, header.to_line, header.cc_line, header.bcc_line],
            ...[header.dated, header.received, header.size, Number(header.attached), header.marker],
            ...flagBits(waiting.marked(header.uid, header.flags)),
          )
        added.push(id)
      }
      return added
    },
    /** What the server says of flags; gives how many mails it changed. */
    setFlags(folder: string, said: readonly { uid: number; flags: Flags }[]): number {
      const waiting = waitingIn(store, folder)
      return said.filter(({ uid, flags }) => setFlags(folder, uid, flags, waiting)).length
    },
    /** Those on their way out of a folder, which its server still has. */
    leaving: (folder: string): ReadonlySet<number> => waitingIn(store, folder).leaving,
    /** Changes what one person changed, whatever the server says until it hears of it. */
    mark(id: string, flags: Flags): void {
      store
        .sql('UPDATE mail_messages SET seen = ?, answered = ?, flagged = ?, draft = ?, tags = ? WHERE id = ?')
        .run(...flagBits(flags), id)
    },
    drop(folder: string, uids: readonly number[]): number {
      let gone = 0
      for (const uid of uids)
        gone += store.sql('DELETE FROM mail_messages WHERE folder = ? AND uid = ?').run(folder, uid).changes
      return gone
    },
    /** Their rows as they are, to be put back as they were. */
    rows: (ids: readonly string[]): MailRow[] =>
      ids.flatMap(id => store.sql<MailRow>('SELECT * FROM mail_messages WHERE id = ?').get(id) ?? []),
    /** Where its number is taken by another one meanwhile, that one stays. */
    putBack(row: MailRow): void {
      const n = freePlace(Number(row.n))
      const names = Object.keys(row)
      store
        .sql(
          `INSERT INTO mail_messages (${names.join(', ')}) VALUES (${names.map(name => `@${name}`).join(', ')})
           ON CONFLICT DO NOTHING`,
        )
        .run({ ...row, n } as never)
    },
    /** Their numbers, in order, so many beyond one of them. */
    uids: (folder: string, beyond = 0, limit = -1): number[] =>
      store
        .sql('SELECT uid FROM mail_messages WHERE folder = ? AND uid > ? ORDER BY uid LIMIT ?')
        .pluck()
        .all(folder, beyond, limit) as number[],

    get: (id: string): KeptMail | undefined => one(store.sql<Raw>(`${SELECT} WHERE m.id = ?`).get(id)),
    at: (folder: string, uid: number): KeptMail | undefined =>
      one(store.sql<Raw>(`${SELECT} WHERE m.folder = ? AND m.uid = ?`).get(folder, uid)),
    named: (account: string, messageId: string): KeptMail[] =>
      store
        .sql<Raw>(`${SELECT} WHERE m.account = ? AND m.message_id = ?`)
        .all(account, messageId)
        .map(toMail),
    thread: (account: string, thread: string, limit: number): KeptMail[] =>
      store
        .sql<Raw>(`${SELECT} WHERE m.account = ? AND m.thread = ? ORDER BY m.n LIMIT ?`)
        .all(account, thread, limit)
        .map(toMail),

    page(query: MailQuery, limit: number, cursor?: string): { items: KeptMail[]; next: string | null } {
      const { rows, next } = query.search
        ? onePage(query, limit, cursor)
        : mergedPages(
            query.folders.map(folder => onePage({ ...query, folders: [folder] }, limit, cursor)),
            limit,
          )
      const paths = new Map<string, string>()
      const pathOf = (id: string): string => {
        const known = paths.get(id)
        if (known !== undefined) return known
        const found = store.sql<{ path: string }>('SELECT path FROM mail_folders WHERE id = ?').get(id)
        paths.set(id, found?.path ?? '')
        return found?.path ?? ''
      }
      return { items: rows.map(row => toMail({ ...row, path: pathOf(row.folder as string) })), next }
    },
    /** A page counted from the newest, and how many there are. */
    slice(query: MailQuery, offset: number, limit: number): { items: KeptMail[]; total: number } {
      const { wheres, values } = filters(query)
      const where = wheres.join(' AND ')
      const rows = store
        .sql<Raw>(
          `SELECT m.*, f.path FROM (SELECT * FROM mail_messages WHERE ${where} ORDER BY n DESC LIMIT ? OFFSET ?) AS m
           JOIN mail_folders AS f ON f.id = m.folder ORDER BY m.n DESC`,
        )
        .all(...values, limit, offset)
      // Counting a large folder costs more than reading a page of it, and every change of it is counted anyway.
      const known =
        wheres.length === 1 && query.folders.length === 1
          ? store
              .sql<{ n: number }>('SELECT total AS n FROM mail_folders WHERE id = ? AND complete = 1')
              .get(query.folders[0])
          : undefined
      const total = numberOf(
        known ?? store.sql(`SELECT count(*) AS n FROM mail_messages WHERE ${where}`).get(...values),
      )
      return { items: rows.map(toMail), total }
    },

    body: (id: string): Body | undefined => {
      const row = store.sql<Raw>('SELECT * FROM mail_bodies WHERE id = ?').get(id)
      return row && toBody(row)
    },
    putBody(id: string, body: Body): void {
      store
        .sql(
          `INSERT INTO mail_bodies (id, text, html, made_from, truncated, attachments, warnings, calendar, sender)
           SELECT ?, ?, ?, ?, ?, ?, ?, ?, ? WHERE EXISTS (SELECT 1 FROM mail_messages WHERE id = ?)
           ON CONFLICT (id) DO NOTHING`,
        )
        .run(
          ...[id, body.body, body.html, body.body_from, Number(body.truncated)],
          ...[JSON.stringify(body.attachments), JSON.stringify(body.warnings), body.calendar],
          ...[body.sender && JSON.stringify(body.sender), id],
        )
    },
    putCalendar(id: string, text: string): void {
      store.sql('UPDATE mail_bodies SET calendar = ? WHERE id = ?').run(text, id)
    },
    /** The newest of a folder whose text is not here yet. */
    withoutBody: (folder: string, newest: number, largest: number): KeptMail[] =>
      store
        .sql<Raw>(
          `SELECT m.*, f.path FROM (SELECT * FROM mail_messages WHERE folder = ? ORDER BY n DESC LIMIT ?) AS m
           JOIN mail_folders AS f ON f.id = m.folder
           WHERE m.size <= ? AND NOT EXISTS (SELECT 1 FROM mail_bodies AS b WHERE b.id = m.id) ORDER BY m.n DESC`,
        )
        .all(folder, newest, largest)
        .map(toMail),
  }
}

type Page = ReturnType<typeof listPage>

/** Each folder is in its order already: the newest of all of them, however many they are, without sorting them. */
const mergedPages = (pages: readonly Page[], limit: number): Page => {
  const [only] = pages
  if (only && pages.length === 1) return only
  const all = pages.flatMap(page => page.rows).sort((one, other) => other.n - one.n)
  const rows = all.slice(0, limit)
  const last = rows.at(-1)
  const more = all.length > limit || pages.some(page => page.next !== null)
  return { rows, next: more && last ? toCursor('mail', [last.n]) : null }
}

export type MailStore = ReturnType<typeof openMail>

const numberOf = (row: unknown): number => (row as { n: number } | undefined)?.n ?? 0

const toAccount = (row: Raw): KeptAccount => ({
  ...(row as unknown as KeptAccount),
  imap: row.imap === null ? null : JSON.parse(row.imap as string),
  smtp: row.smtp === null ? null : JSON.parse(row.smtp as string),
  folders: JSON.parse(row.folders as string),
  chosen: row.chosen === 1,
})

const fromAccount = (account: KeptAccount): Row & { id: string } => ({
  ...account,
  imap: account.imap && JSON.stringify(account.imap),
  smtp: account.smtp && JSON.stringify(account.smtp),
  folders: JSON.stringify(account.folders),
  chosen: Number(account.chosen),
})

const toFolder = (row: Raw): KeptFolder => ({
  ...(row as unknown as KeptFolder),
  role: row.role as Role | null,
  complete: row.complete === 1,
  selectable: row.selectable === 1,
})

const fromFolder = (folder: KeptFolder): Row & { id: string } => ({
  ...folder,
  complete: Number(folder.complete),
  selectable: Number(folder.selectable),
})

const toMail = (row: Raw): KeptMail => ({
  id: row.id as string,
  account: row.account as string,
  folder: row.path as string,
  uid: row.uid as number,
  message_id: row.message_id as string,
  thread: row.thread as string,
  subject: row.subject as string,
  from_name: row.from_name as string,
  from_address: row.from_address as string,
  to: row.to_line as string,
  cc: row.cc_line as string,
  bcc: row.bcc_line as string,
  reply_to: row.reply_to as string,
  in_reply_to: row.in_reply_to as string,
  references: row.refs as string,
  date: row.dated as string,
  received_at: row.received as number,
  size: row.size as number,
  read: row.seen === 1,
  answered: row.answered === 1,
  flagged: row.flagged === 1,
  draft: row.draft === 1,
  tags: JSON.parse(row.tags as string),
  has_attachments: row.attached === 1,
})

const toBody = (row: Raw): Body => ({
  body: row.text as string,
  body_from: row.made_from as Body['body_from'],
  html: row.html as string | null,
  truncated: row.truncated === 1,
  attachments: JSON.parse(row.attachments as string),
  warnings: JSON.parse(row.warnings as string),
  calendar: row.calendar as string | null,
  sender: row.sender === null ? null : JSON.parse(row.sender as string),
})
