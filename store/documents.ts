import type { Document, Entry, Version } from '../src/contract/documents.ts'
import { matchWords, type Row, type Tx } from './changes.ts'
import type { Store } from './database.ts'
import { fromCursor, listPage, type Order, toCursor } from './page.ts'

export type DocumentSort = 'recent' | 'oldest' | 'edits' | 'alpha'

export interface DocumentQuery {
  language?: string
  session_id?: string
  archived: boolean
  deleted: boolean
  search?: string
  sort: DocumentSort
  limit: number
  cursor?: string
}

/** A page of the library counted from its start, with every word found anywhere in title or text. */
export interface LibraryQuery {
  words: readonly string[]
  language?: string
  archived: boolean
  sort: DocumentSort
  offset: number
  limit: number
}

export interface Holding {
  n: number
  key: string | number
}

type DocumentRow = Record<string, string | number | null>

const ORDERS: Record<DocumentSort, Order> = {
  recent: { by: ['updated_at'], down: true },
  oldest: { by: ['created_at'], down: false },
  edits: { by: ['version'], down: true },
  alpha: { by: ['title COLLATE NOCASE'], down: false },
}

const KEYS: Record<DocumentSort, string> = {
  recent: 'updated_at',
  oldest: 'created_at',
  edits: 'version',
  alpha: 'lower(title)',
}

/** Which way round an order goes. */
export const isDown = (sort: DocumentSort): boolean => ORDERS[sort].down

export const openDocuments = (store: Store) => {
  store.db.function('folded', { deterministic: true }, text => String(text).toLowerCase())
  const textOf = (id: string, version: number): string | undefined =>
    store
      .sql<{ content: string }>('SELECT content FROM document_versions WHERE document = ? AND version = ?')
      .get(id, version)?.content

  return {
    find: (query: DocumentQuery): { items: Entry[]; next: string | null } => {
      const given: [string, unknown][] = [
        ['active', query.deleted ? 0 : 1],
        ['archived', query.deleted ? undefined : Number(query.archived)],
        ['language', query.language],
        ['session_id', query.session_id],
      ]
      const filters = given.filter(([, value]) => value !== undefined)
      const { rows, next } = listPage(store, {
        table: 'documents',
        name: query.sort,
        order: ORDERS[query.sort],
        wheres: filters.map(([column]) => `${column} = ?`),
        values: filters.map(([, value]) => value),
        limit: query.limit,
        cursor: query.cursor,
        match: query.search ? { index: 'documents_text', words: matchWords(query.search) } : undefined,
      })
      return { items: rows.map(toEntry), next }
    },

    /** One page of the whole library, as far as it is active. */
    library: (query: LibraryQuery): { items: Entry[]; total: number } => {
      const { where, values } = shelf(query)
      const { by, down } = ORDERS[query.sort]
      const order = [...by, 'n'].map(column => `${column} ${down ? 'DESC' : 'ASC'}`).join(', ')
      const rows = store
        .sql<DocumentRow>(`SELECT * FROM documents WHERE ${where} ORDER BY ${order} LIMIT ? OFFSET ?`)
        .all(...values, query.limit, query.offset)
      const total = store
        .sql<{ n: number }>(`SELECT count(*) AS n FROM documents WHERE ${where}`)
        .get(...values)
      return { items: rows.map(toEntry), total: total?.n ?? 0 }
    },

    /** The end of the shelf that `holding` walks along. */
    newest: (): number =>
      store.sql<{ n: number }>('SELECT coalesce(max(n), 0) AS n FROM documents').get()?.n ?? 0,

    /** Those of a stretch of the shelf that hold every word, with what they are sorted by. */
    holding: (query: LibraryQuery, after: number, until: number): Holding[] => {
      const { where, values } = shelf(query)
      const wheres = [where, 'n > ?', 'n <= ?']
      values.push(after, until)
      for (const word of query.words) {
        const [fold, folded] = folding(word)
        wheres.push(
          `(instr(${fold}(title), ?) OR EXISTS (SELECT 1 FROM document_versions AS text
            WHERE text.document = documents.id AND text.version = documents.version AND instr(${fold}(text.content), ?)))`,
        )
        values.push(folded, folded)
      }
      return store
        .sql<Holding>(`SELECT n, ${KEYS[query.sort]} AS key FROM documents WHERE ${wheres.join(' AND ')}`)
        .all(...values)
    },

    at: (n: number): Entry | undefined => {
      const row = store.sql<DocumentRow>('SELECT * FROM documents WHERE n = ?').get(n)
      return row && toEntry(row)
    },

    languages: (): { language: string; count: number }[] =>
      store
        .sql<{ language: string; count: number }>(
          `SELECT language, count(*) AS count FROM documents WHERE active = 1 AND archived = 0
           GROUP BY language ORDER BY count DESC, language`,
        )
        .all(),

    sessions: (): number =>
      store
        .sql<{ n: number }>(
          'SELECT count(DISTINCT session_id) AS n FROM documents WHERE active = 1 AND archived = 0',
        )
        .get()?.n ?? 0,

    get: (id: string): Entry | undefined => {
      const row = store.sql<DocumentRow>('SELECT * FROM documents WHERE id = ?').get(id)
      return row && toEntry(row)
    },

    textOf,

    /** Those whose id begins so; two are enough to know that it is not one. */
    startingWith: (prefix: string): Entry[] =>
      store
        .sql<DocumentRow>('SELECT * FROM documents WHERE id >= ? AND id < ? LIMIT 2')
        .all(prefix, `${prefix}\u{10ffff}`)
        .map(toEntry),

    draftFor: (session: string, mail: string): Entry | undefined => {
      const row = store
        .sql<DocumentRow>(
          `SELECT * FROM documents WHERE session_id = ? AND source_email_uid = ? AND language = 'email' AND active = 1
           ORDER BY n DESC LIMIT 1`,
        )
        .get(session, mail)
      return row && toEntry(row)
    },

    versions: (id: string, limit: number, cursor?: string): { items: Version[]; next: string | null } => {
      const before = fromCursor('versions', 1, cursor)?.[0] ?? Number.MAX_SAFE_INTEGER
      const rows = store
        .sql<Version>(
          `SELECT version, size, note, author AS "by", created_at FROM document_versions
           WHERE document = ? AND version < ? ORDER BY version DESC LIMIT ?`,
        )
        .all(id, before, limit + 1)
      const items = rows.slice(0, limit)
      return { items, next: rows.length > limit ? toCursor('versions', [items.at(-1)!.version]) : null }
    },

    /** Greater than the current one after an undo: numbers are never given twice. */
    newestVersion: (id: string): number =>
      store
        .sql<{ n: number }>('SELECT coalesce(max(version), 0) AS n FROM document_versions WHERE document = ?')
        .get(id)?.n ?? 0,

    /** The text first, because the index reads it when the document points at it. Undo moves the pointer only. */
    putText: (tx: Tx, document: Document, note: string, author: string): void =>
      tx.quietly.put('document_versions', {
        id: `${document.id}:${document.version}`,
        document: document.id,
        version: document.version,
        content: document.content,
        size: document.size,
        note,
        author,
        created_at: document.updated_at,
      }),
    put: (tx: Tx, document: Entry): void => tx.put('documents', toRow(document)),
  }
}

export type DocumentStore = ReturnType<typeof openDocuments>

const shelf = ({ archived, language }: LibraryQuery): { where: string; values: unknown[] } => ({
  where: `active = 1 AND archived = ?${language === undefined ? '' : ' AND language = ?'}`,
  values: [Number(archived), ...(language === undefined ? [] : [language])],
})

/** SQLite lowers ASCII only, but much faster than a function of ours would. */
const folding = (word: string): ['lower' | 'folded', string] =>
  /^[\x20-\x7e]*$/.test(word) ? ['lower', word.toLowerCase()] : ['folded', word.toLowerCase()]

const toEntry = (row: DocumentRow): Entry => {
  const { n: _n, ...rest } = row
  return { ...(rest as unknown as Entry), active: row.active === 1, archived: row.archived === 1 }
}

const toRow = (document: Entry): Row & { id: string } => ({
  ...document,
  active: document.active ? 1 : 0,
  archived: document.archived ? 1 : 0,
})
