import type { Sending } from '../src/contract/mail-words.ts'
import type { Row, Tx } from './changes.ts'
import type { Store } from './database.ts'
import { fromCursor, toCursor } from './page.ts'

/** A mail on its way: with its bytes until it has arrived, and the mail it answers. */
export interface KeptSending extends Sending {
  sender: string
  source: string | null
  /** `handed`: the data is on its way, and only the answer can tell whether it arrived. */
  step: 'waiting' | 'handed' | 'over'
}

/** Something done here that the server has to hear of. */
export interface MailAction {
  id: string
  account: string
  kind: 'flags' | 'move' | 'delete' | 'append'
  folder: string
  uidvalidity: string | null
  uids: number[]
  detail: {
    add?: string[]
    remove?: string[]
    to?: string
    flags?: string[]
    message_id?: string
    /** Looked for by these, where their numbers in the folder are not known yet. */
    message_ids?: string[]
  }
  attempts: number
  reason: string | null
  created_at: number
}

export interface Upload {
  id: string
  name: string
  type: string
  content: Buffer
  actor: string
  created_at: number
}

type Raw = Record<string, string | number | Buffer | null> & { id: string }

const COLUMNS = `id, account, message_id, state, sender, recipients, refused, subject, size, source, attempts, reason,
  filed, sent_folder, sent_uid, actor, created_at, next_at, sent_at`

export const openOutbox = (store: Store) => ({
  get: (id: string): KeptSending | undefined => {
    const row = store.sql<Raw>(`SELECT ${COLUMNS} FROM mail_outbox WHERE id = ?`).get(id)
    return row && toSending(row)
  },
  raw: (id: string): Buffer | null =>
    store.sql<{ raw: Buffer | null }>('SELECT raw FROM mail_outbox WHERE id = ?').get(id)?.raw ?? null,
  list(query: { state: string; limit: number; cursor?: string }): {
    items: KeptSending[]
    next: string | null
  } {
    const place = fromCursor('outbox', 2, query.cursor)
    const rows = store
      .sql<Raw>(
        `SELECT ${COLUMNS} FROM mail_outbox
         WHERE (@state = 'all' OR state = @state OR (@state = 'sending' AND state = 'handed'))
           AND (@at IS NULL OR (created_at, id) < (@at, @id)) ORDER BY created_at DESC, id DESC LIMIT @limit`,
      )
      .all({ state: query.state, at: place?.[0] ?? null, id: place?.[1] ?? null, limit: query.limit + 1 })
    const items = rows.slice(0, query.limit).map(toSending)
    const last = items.at(-1)
    return {
      items,
      next: rows.length > query.limit && last ? toCursor('outbox', [last.created_at, last.id]) : null,
    }
  },
  /** What nobody would wait for so long was put off by a clock that was set back since: it is due. */
  due: (now: number, longest: number): KeptSending[] =>
    store
      .sql<Raw>(
        `SELECT ${COLUMNS} FROM mail_outbox WHERE (next_at <= ? OR next_at > ?) AND state = 'queued'
         ORDER BY created_at, id`,
      )
      .all(now, now + longest)
      .map(toSending),
  /** Sent, but the copy is not in Sent yet; or perhaps sent, and Sent may know. */
  unfiled: (account: string): KeptSending[] =>
    store
      .sql<Raw>(
        `SELECT ${COLUMNS} FROM mail_outbox WHERE account = ?
         AND ((state = 'sent' AND filed = 'waiting') OR state = 'unknown') ORDER BY created_at, id`,
      )
      .all(account)
      .map(toSending),
  interrupted: (): KeptSending[] =>
    store
      .sql<Raw>(`SELECT ${COLUMNS} FROM mail_outbox WHERE state IN ('sending', 'handed')`)
      .all()
      .map(toSending),
  add: (tx: Tx, sending: KeptSending, raw: Buffer): void =>
    tx.quietly.put('mail_outbox', { ...fromSending(sending), raw }),
  put(sending: KeptSending): void {
    const { account: _account, message_id: _message, ...row } = fromSending(sending)
    const sets = Object.keys(row).filter(name => name !== 'id')
    store
      .sql(`UPDATE mail_outbox SET ${sets.map(name => `${name} = @${name}`).join(', ')} WHERE id = @id`)
      .run(row as never)
  },
  /** What has arrived needs no copy here. */
  forgetBytes: (id: string): void => void store.sql('UPDATE mail_outbox SET raw = NULL WHERE id = ?').run(id),
  remove: (tx: Tx, id: string): void => tx.quietly.remove('mail_outbox', id),

  actions: (account: string): MailAction[] =>
    store
      .sql<Raw>(
        `SELECT id, account, kind, folder, uidvalidity, uids, detail, attempts, reason, created_at
         FROM mail_actions WHERE account = ? ORDER BY created_at, rowid`,
      )
      .all(account)
      .map(toAction),
  waiting: (account: string): number =>
    store.sql<{ n: number }>('SELECT count(*) AS n FROM mail_actions WHERE account = ?').get(account)?.n ?? 0,
  actionBytes: (id: string): Buffer | null =>
    store.sql<{ raw: Buffer | null }>('SELECT raw FROM mail_actions WHERE id = ?').get(id)?.raw ?? null,
  addAction: (tx: Tx, action: MailAction, raw: Buffer | null): void =>
    tx.quietly.put('mail_actions', {
      ...action,
      uids: JSON.stringify(action.uids),
      detail: JSON.stringify(action.detail),
      raw,
    }),
  action: (id: string): MailAction | undefined => {
    const row = store
      .sql<Raw>(
        `SELECT id, account, kind, folder, uidvalidity, uids, detail, attempts, reason, created_at
         FROM mail_actions WHERE id = ?`,
      )
      .get(id)
    return row && toAction(row)
  },
  removeAction: (id: string): void => void store.sql('DELETE FROM mail_actions WHERE id = ?').run(id),
  failAction: (id: string, reason: string): void =>
    void store
      .sql('UPDATE mail_actions SET attempts = attempts + 1, reason = ? WHERE id = ?')
      .run(reason, id),

  upload: (id: string): Upload | undefined =>
    store.sql<Upload>('SELECT * FROM mail_uploads WHERE id = ?').get(id),
  putUpload: (upload: Upload): void =>
    void store
      .sql(
        `INSERT INTO mail_uploads (id, name, type, content, actor, created_at) VALUES (@id, @name, @type, @content, @actor, @created_at)
         ON CONFLICT (id) DO UPDATE SET content = excluded.content`,
      )
      .run(upload as never),
  forgetUploads: (before: number): void =>
    void store.sql('DELETE FROM mail_uploads WHERE created_at < ?').run(before),
})

export type OutboxStore = ReturnType<typeof openOutbox>

const toSending = (row: Raw): KeptSending => {
  const { recipients, refused, state, ...rest } = row
  return {
    ...(rest as unknown as KeptSending),
    state: state === 'handed' ? 'sending' : (state as Sending['state']),
    step: state === 'handed' ? 'handed' : state === 'queued' || state === 'sending' ? 'waiting' : 'over',
    to: JSON.parse(recipients as string),
    refused: JSON.parse(refused as string),
  }
}

const fromSending = (sending: KeptSending): Row & { id: string } => {
  const { to, refused, step, state, ...rest } = sending
  return {
    ...rest,
    state: state === 'sending' && step === 'handed' ? 'handed' : state,
    recipients: JSON.stringify(to),
    refused: JSON.stringify(refused),
  }
}

const toAction = (row: Raw): MailAction => ({
  ...(row as unknown as MailAction),
  uids: JSON.parse(row.uids as string),
  detail: JSON.parse(row.detail as string),
})
