import { createHash } from 'node:crypto'
import type { Category, Memory } from '../src/contract/memory.ts'
import { matchWords, type Row, type Tx } from './changes.ts'
import type { Store } from './database.ts'
import { listPage, type Order } from './page.ts'

export interface MemoryQuery {
  category?: Category
  source?: string
  session_id?: string
  pinned?: boolean
  search?: string
  sort: 'recent' | 'oldest' | 'uses'
  limit: number
  cursor?: string
}

type MemoryRow = Record<string, string | number | null>

const ORDERS: Record<MemoryQuery['sort'], Order> = {
  recent: { by: ['pinned', 'updated_at'], down: true },
  oldest: { by: [], down: false },
  uses: { by: ['uses'], down: true },
}

export const openMemory = (store: Store) => ({
  find: (query: MemoryQuery): { items: Memory[]; next: string | null } => {
    const given: [string, unknown][] = [
      ['category', query.category],
      ['source', query.source],
      ['session_id', query.session_id],
      ['pinned', query.pinned === undefined ? undefined : Number(query.pinned)],
    ]
    const filters = given.filter(([, value]) => value !== undefined)
    const { rows, next } = listPage(store, {
      table: 'memories',
      name: query.sort,
      order: ORDERS[query.sort],
      wheres: filters.map(([column]) => `${column} = ?`),
      values: filters.map(([, value]) => value),
      limit: query.limit,
      cursor: query.cursor,
      match: query.search ? { index: 'memories_text', words: matchWords(query.search) } : undefined,
    })
    return { items: rows.map(toMemory), next }
  },

  /** All of them, in the order in which they were told. */
  all: (): Memory[] => store.sql<MemoryRow>('SELECT * FROM memories ORDER BY n').all().map(toMemory),

  count: (): number => store.sql<{ n: number }>('SELECT count(*) AS n FROM memories').get()?.n ?? 0,

  get: (id: string): Memory | undefined => {
    const row = store.sql<MemoryRow>('SELECT * FROM memories WHERE id = ?').get(id)
    return row && toMemory(row)
  },

  /** Those whose id begins so; two are enough to know that it is not one. */
  startingWith: (prefix: string): Memory[] =>
    store
      .sql<MemoryRow>('SELECT * FROM memories WHERE id >= ? AND id < ? LIMIT 2')
      .all(prefix, `${prefix}\u{10ffff}`)
      .map(toMemory),

  /** The one that says the same, whatever its capitals. */
  twin: (text: string): Memory | undefined => {
    const row = store
      .sql<MemoryRow>('SELECT * FROM memories WHERE fingerprint = ? ORDER BY n LIMIT 1')
      .get(fingerprint(text))
    return row && toMemory(row)
  },

  put: (tx: Tx, memory: Memory): void => tx.put('memories', toRow(memory)),
  remove: (tx: Tx, id: string): void => tx.remove('memories', id),
})

export type MemoryStore = ReturnType<typeof openMemory>

const fingerprint = (text: string): string =>
  createHash('sha256').update(text.trim().toLowerCase()).digest('base64url')

const toMemory = (row: MemoryRow): Memory => {
  const { n: _n, fingerprint: _fingerprint, ...rest } = row
  return { ...(rest as unknown as Memory), pinned: row.pinned === 1 }
}

const toRow = (memory: Memory): Row & { id: string } => ({
  ...memory,
  pinned: memory.pinned ? 1 : 0,
  fingerprint: fingerprint(memory.text),
})
