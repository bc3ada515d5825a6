import type { Database } from 'better-sqlite3'
import type { Sealing } from '../database.ts'

type Row = Record<string, unknown> | null
interface Image {
  table: string
  id: string
  before: Row
  after: Row
}

/** The address of a subscription may be a secret in itself: it is sealed where it stands, and in what undo remembers of it. */
export const sealedAddresses = (db: Database, { seal }: Sealing): void => {
  const known = new Map<string, Buffer>()
  // Undo compares what it remembers with what is there: the same address is sealed once.
  const sealed = (href: string): Buffer => {
    const bytes = known.get(href) ?? seal(href)
    known.set(href, bytes)
    return bytes
  }
  const secure = db.pragma('secure_delete', { simple: true })
  // What is written over must not stay readable in the file.
  db.pragma('secure_delete = ON')
  db.exec('ALTER TABLE calendar_subscriptions ADD COLUMN address BLOB')
  for (const { id, href } of db
    .prepare<[], { id: string; href: string }>(
      "SELECT id, href FROM calendars WHERE kind = 'subscription' AND href IS NOT NULL",
    )
    .all()) {
    db.prepare('UPDATE calendar_subscriptions SET address = ? WHERE id = ?').run(sealed(href), id)
    db.prepare('UPDATE calendars SET href = ? WHERE id = ?').run(hostOnly(href), id)
  }
  const trigger = db.prepare("SELECT sql FROM sqlite_master WHERE name = 'audit_stays'").pluck().get()
  db.exec('DROP TRIGGER audit_stays')
  for (const { seq, images } of db
    .prepare<[], { seq: number; images: string }>(
      `SELECT seq, images FROM audit WHERE images LIKE '%"kind":"subscription"%'`,
    )
    .all()) {
    const all = JSON.parse(images)
    if (Array.isArray(all)) withSealed(all, sealed)
    db.prepare('UPDATE audit SET images = ? WHERE seq = ?').run(JSON.stringify(all), seq)
  }
  db.exec(String(trigger))
  db.pragma(`secure_delete = ${secure}`)
}

const withSealed = (images: Image[], sealed: (href: string) => Buffer): void => {
  for (const { table, id, ...rows } of images)
    for (const side of ['before', 'after'] as const) {
      const row = rows[side]
      if (table !== 'calendars' || row?.kind !== 'subscription' || typeof row.href !== 'string') continue
      const beside = images.find(each => each.table === 'calendar_subscriptions' && each.id === id)?.[side]
      if (beside) beside.address = { $bytes: sealed(row.href).toString('base64') }
      row.href = hostOnly(row.href)
    }
}

const hostOnly = (href: string): string => {
  const url = URL.parse(href)
  return url ? `${url.protocol}//${url.host}` : ''
}
