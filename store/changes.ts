import type { AuditRow, Event } from '../src/contract/events.ts'
import { Problem } from '../src/contract/problem.ts'
import { type Answers, type Once, openAnswers } from './answers.ts'
import { openCommits } from './commits.ts'
import type { Store } from './database.ts'
import { countOf } from './page.ts'
import { type AuditRecord, openTrail, toAuditRow, toEvent, type UndoAsked, type Undoer } from './trail.ts'

/** On whose behalf something is written, and what the answer's header will say of it. */
export interface Author {
  readonly actor: string
  /** The token that acts, where it is one: its name may be given again. */
  readonly token?: string | null
  /** Present where the caller named the request, so that doing it twice does it once. */
  readonly once?: Once
  /** May share its commit with others: whoever answers waits for `settled` first. */
  readonly shares?: boolean
  /** The newest change written for this author: set by `write`. */
  seq?: number
  /** When everything that shared a commit is on the disk, or why it is not: set by `write`. */
  settled?: Promise<void>
}

export interface Said {
  action: string
  noun: string
  id: string
  summary: string
  /** What subscribers see; keep it as small as a screen needs. */
  data?: unknown
  /** What its noun takes it back by, where rows alone cannot: something else has to hear of it. */
  back?: unknown
}

export type Row = Record<string, string | number | bigint | Buffer | null>

interface Image {
  table: string
  id: string
  before: Row | null
  after: Row | null
}

/** What may be done inside one write. Rows are addressed by their `id` column. */
export interface Tx {
  put(table: string, row: Row & { id: string }): void
  remove(table: string, id: string): void
  /** The same, for rows that undo must not bring back and the trail must not hold (secrets, deliveries). */
  quietly: { put(table: string, row: Row & { id: string }): void; remove(table: string, id: string): void }
  say(said: Said): void
}

/** What may be written into a cache: nothing that is said. */
export type Quiet = Pick<Tx, 'quietly'>

export type Listener = (events: readonly Event[]) => void

/** The one door for writing: rows, before-images, the remembered answer and the audit row, in one transaction. */
export interface Changes {
  write<T>(author: Author, work: (tx: Tx) => T): T
  /** For what can be read again from where it came: a commit of its own that nothing else can ride in, not waited for by the disk, told to nobody. */
  cache<T>(work: (quiet: Quiet) => T): T
  /** Commits now what writers who share have written. */
  settle(): void
  /** While a shared commit is open: when it is done. */
  settled(): Promise<void> | undefined
  /** Tells subscribers something that is never stored. */
  mention(said: Said & { actor: string }): void
  /** A `reader` is somebody outside; the parts of this house listen too. */
  subscribe(listener: Listener, as?: 'reader'): () => void
  /** How many readers there are. */
  audience(): number
  /** Ends what readers follow: nothing more will be told. */
  end(): void
  readonly ended: AbortSignal
  /** What came after, at least one where there is one; no more than `limit`, and none beyond about so many letters. */
  since(seq: number, limit: number, letters?: number): Event[]
  newest(): number
  /** What named requests were answered. */
  readonly answers: Answers
  audit(query: AuditQuery): { items: AuditRow[]; next: string | null }
  /** What is asked to be taken back, and the newest of one's own that would be left though it is newer. */
  undoable(who: Undoer, asked: UndoAsked): { target: AuditRow; left: AuditRow | null }
  undo(author: Author, who: Undoer, asked: UndoAsked): { undone: AuditRow; seq: number }
  /** How a noun takes back what it said `back` of. */
  takesBack(noun: string, how: (back: unknown, tx: Tx) => void): void
}

export interface AuditQuery {
  limit: number
  cursor?: string
  actor?: string
  noun?: string
  object?: string
  search?: string
}

export const openChanges = (store: Store, now: () => number): Changes => {
  const listeners = new Set<Listener>()
  const readers = new Set<Listener>()
  const ending = new AbortController()
  const takers = new Map<string, (back: unknown, tx: Tx) => void>()
  const tell = (events: Event[]): void => {
    if (events.length > 0) for (const listener of [...listeners]) listener(events)
  }
  const columns = new Map<string, Map<string, string | null>>()
  const shapeOf = (table: string): Map<string, string | null> => {
    let shape = columns.get(table)
    if (!shape) {
      const found = store.db.pragma(`table_info(${quoted(table)})`) as {
        name: string
        dflt_value: string | null
      }[]
      shape = new Map(
        found.filter(({ name }) => name !== 'n').map(({ name, dflt_value }) => [name, dflt_value]),
      )
      columns.set(table, shape)
    }
    return shape
  }
  const columnsOf = (table: string): string[] => [...shapeOf(table).keys()]
  /** A row as it was kept, in the columns that its table has by now. */
  const fitted = (table: string, row: Row | null): Row | null =>
    row &&
    Object.fromEntries(
      [...shapeOf(table)].map(([name, usual]) => [name, name in row ? row[name]! : usualValue(usual)]),
    )
  const read = (table: string, id: string): Row | null =>
    (store.sql<Row>(`SELECT ${columnsOf(table).join(', ')} FROM ${quoted(table)} WHERE id = ?`).get(id) as
      | Row
      | undefined) ?? null
  /** A strict table keeps what it was given, so the row need not be read again. */
  const written = (table: string, row: Row): Row =>
    Object.fromEntries(columnsOf(table).map(name => [name, row[name] ?? null]))
  const put = (table: string, row: Row): void => {
    const names = columnsOf(table)
    const list = names.join(', ')
    const marks = names.map(name => `@${name}`).join(', ')
    const sets = names.filter(name => name !== 'id').map(name => `${name} = excluded.${name}`)
    store
      .sql(
        `INSERT INTO ${quoted(table)} (${list}) VALUES (${marks}) ON CONFLICT (id) DO UPDATE SET ${sets.join(', ')}`,
      )
      .run(row as never)
  }
  const remove = (table: string, id: string): void => {
    store.sql(`DELETE FROM ${quoted(table)} WHERE id = ?`).run(id)
  }
  const record = (author: Author, said: Said, images: Image[]): Event => {
    const at = now()
    const data = said.data === undefined ? null : JSON.stringify(said.data)
    const destroys = said.back !== undefined || images.some(({ before }) => before !== null)
    const { lastInsertRowid } = store
      .sql(
        'INSERT INTO audit (at, actor, token, action, noun, object, summary, data, images, destroys) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      )
      .run(
        at,
        author.actor,
        author.token ?? null,
        said.action,
        said.noun,
        said.id,
        said.summary,
        data,
        said.back !== undefined
          ? JSON.stringify({ back: said.back })
          : images.length > 0
            ? imagesText(images)
            : null,
        destroys ? 1 : 0,
      )
    return {
      seq: Number(lastInsertRowid),
      at,
      actor: author.actor,
      action: said.action,
      noun: said.noun,
      id: said.id,
      summary: said.summary,
      data: said.data ?? null,
    }
  }

  const trail = openTrail(store)
  const commits = openCommits(store)
  const answers = openAnswers(store, now)
  let busy = false

  const transact = <T>(author: Author, shared: boolean, work: (events: Event[]) => T): T => {
    if (busy) throw new Error('a write inside a write: pass the transaction along instead')
    const events: Event[] = []
    if (!shared) commits.settle()
    busy = true
    let value: T
    try {
      value = commits.write(shared, () => {
        const result = work(events)
        const seq = events.at(-1)?.seq
        if (author.once && seq) answers.keep(author.once, seq, result)
        return result
      })
    } finally {
      busy = false
    }
    author.seq = events.at(-1)?.seq ?? author.seq
    if (shared) author.settled = bothOf(author.settled, commits.settled())
    commits.afterwards(() => tell(events))
    return value
  }

  const txOf = (author: Author, events: Event[]): Tx => {
    let images: Image[] = []
    return {
      put(table, row) {
        const before = read(table, row.id)
        put(table, row)
        images.push({ table, id: row.id, before, after: written(table, row) })
      },
      remove(table, id) {
        const before = read(table, id)
        if (!before) return
        remove(table, id)
        images.push({ table, id, before, after: null })
      },
      quietly: { put, remove },
      say(said) {
        events.push(record(author, said, images))
        images = []
      },
    }
  }
  const putBack = (images: Image[], summary: string): Image[] =>
    images.reverse().map(({ table, id, ...kept }) => {
      const image = { table, id, before: fitted(table, kept.before), after: fitted(table, kept.after) }
      if (!same(read(image.table, image.id), image.after))
        throw new Problem('conflict', `"${summary}" cannot be undone: it was changed again since.`)
      if (image.before) put(image.table, image.before)
      else remove(image.table, image.id)
      return { table: image.table, id: image.id, before: image.after, after: image.before }
    })

  return {
    write: (author, work) => transact(author, author.shares ?? false, events => work(txOf(author, events))),
    cache(work) {
      if (busy) throw new Error('a write inside a write: pass the transaction along instead')
      busy = true
      try {
        return commits.lightly(() => work({ quietly: { put, remove } }))
      } finally {
        busy = false
      }
    },
    takesBack: (noun, how) => void takers.set(noun, how),

    mention(said) {
      const { actor, action, noun, id, summary, data } = said
      tell([{ seq: null, at: now(), actor, action, noun, id, summary, data: data ?? null }])
    },

    subscribe(listener, as) {
      listeners.add(listener)
      if (as === 'reader') readers.add(listener)
      return () => {
        listeners.delete(listener)
        readers.delete(listener)
      }
    },

    audience: () => readers.size,

    end: () => ending.abort(),
    ended: ending.signal,

    settle: commits.settle,
    settled: commits.settled,

    since(seq, limit, letters = Number.POSITIVE_INFINITY) {
      // What is not committed yet was not told to subscribers either: it would be heard twice.
      commits.settle()
      const found: Event[] = []
      let left = letters
      for (const row of store
        .sql<AuditRecord>('SELECT * FROM audit WHERE seq > ? ORDER BY seq LIMIT ?')
        .iterate(seq, limit)) {
        found.push(toEvent(row))
        left -= row.data?.length ?? 0
        if (left <= 0) break
      }
      return found
    },

    newest: () =>
      store.sql<{ seq: number }>('SELECT coalesce(max(seq), 0) AS seq FROM audit').get()?.seq ?? 0,

    answers,

    audit(query) {
      const wheres: string[] = []
      const values: unknown[] = []
      const where = (text: string, value: unknown): void => {
        wheres.push(text)
        values.push(value)
      }
      if (query.cursor) where('seq < ?', countOf(query.cursor))
      if (query.actor) where('actor = ?', query.actor)
      if (query.noun) where('noun = ?', query.noun)
      if (query.object) where('object = ?', query.object)
      if (query.search)
        where('seq IN (SELECT rowid FROM audit_text WHERE audit_text MATCH ?)', matchWords(query.search))
      const rows = store
        .sql<AuditRecord>(
          `SELECT * FROM audit ${wheres.length > 0 ? `WHERE ${wheres.join(' AND ')}` : ''} ORDER BY seq DESC LIMIT ?`,
        )
        .all(...values, query.limit + 1)
      const items = rows.slice(0, query.limit).map(toAuditRow)
      return { items, next: rows.length > query.limit ? String(items.at(-1)?.seq) : null }
    },

    undoable(who, asked) {
      const target = toAuditRow(trail.target(who, asked))
      const newest = asked.seq === undefined ? trail.newest(who, 'any') : undefined
      return { target, left: newest && newest.seq > target.seq ? toAuditRow(newest) : null }
    },

    undo: (author, who, asked) => {
      const undone = trail.target(who, asked)
      const kept = JSON.parse(undone.images, decodeBytes) as Image[] | { back: unknown }
      transact(author, false, events => {
        const back = Array.isArray(kept) ? putBack(kept, undone.summary) : []
        if (!Array.isArray(kept)) takers.get(undone.noun)?.(kept.back, txOf(author, events))
        const event = record(
          author,
          {
            action: 'audit.undo',
            noun: undone.noun,
            id: undone.object,
            summary: `Undid: ${undone.summary}`,
            data: { undone: undone.seq },
          },
          back,
        )
        store.sql('UPDATE audit SET undone_by = ? WHERE seq = ?').run(event.seq, undone.seq)
        events.push(event)
      })
      return { undone: toAuditRow({ ...undone, undone_by: author.seq ?? null }), seq: author.seq ?? 0 }
    },
  }
}

/** Words of a person as an FTS5 query: each a literal, all wanted, the last one as a prefix. */
export const matchWords = (text: string): string => {
  const words = text.match(/[\p{L}\p{N}_]+/gu) ?? []
  if (words.length === 0) return '""'
  return words.map((word, index) => `"${word}"${index === words.length - 1 ? '*' : ''}`).join(' ')
}

/** A failure of either is one of both, and nobody has to listen for it. */
const bothOf = (
  one: Promise<void> | undefined,
  other: Promise<void> | undefined,
): Promise<void> | undefined => {
  if (!one || !other || one === other) return other ?? one
  const both = one.then(() => other)
  both.catch(() => undefined)
  return both
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** A column's default as its table spells it: a number, a quoted text, or none. */
const usualValue = (usual: string | null): string | number | null =>
  usual === null ? null : usual.startsWith("'") ? usual.slice(1, -1) : Number(usual)

const encodeBytes = (_key: string, value: unknown): unknown =>
  value && typeof value === 'object' && (value as { type?: string }).type === 'Buffer'
    ? { $bytes: Buffer.from((value as { data: number[] }).data).toString('base64') }
    : value

const decodeBytes = (_key: string, value: unknown): unknown =>
  value && typeof value === 'object' && typeof (value as { $bytes?: string }).$bytes === 'string'
    ? Buffer.from((value as { $bytes: string }).$bytes, 'base64')
    : value

/** Being asked about every value costs as much as the rest of a write, and few rows hold bytes. */
const imagesText = (images: Image[]): string => {
  const bytes = images.some(({ before, after }) =>
    [before, after].some(row => row !== null && Object.values(row).some(Buffer.isBuffer)),
  )
  return JSON.stringify(images, bytes ? encodeBytes : undefined)
}

const same = (left: Row | null, right: Row | null): boolean =>
  JSON.stringify(left, encodeBytes) === JSON.stringify(right, encodeBytes)
