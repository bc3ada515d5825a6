import { Problem } from '../src/contract/problem.ts'
import type { Store } from './database.ts'

/** A place in a sorted list: the sort values of its last row, so that what is added meanwhile shifts nothing. */
export type Place = (string | number)[]

/** It says for which order it was made: in another it would mean nothing. */
export const toCursor = (order: string, place: Place): string =>
  Buffer.from(JSON.stringify([order, ...place])).toString('base64url')

export const fromCursor = (order: string, width: number, cursor: string | undefined): Place | undefined => {
  if (cursor === undefined) return undefined
  const [made, ...place] = parts(cursor)
  const fits = place.length === width && place.every(value => ['string', 'number'].includes(typeof value))
  if (made !== order || !fits) throw foreign()
  return place as Place
}

/** The cursor of a list that is counted from its start, or from a number of its own. */
export const countOf = (cursor: string | undefined): number => {
  if (cursor === undefined) return 0
  if (!/^\d{1,15}$/.test(cursor)) throw foreign()
  return Number(cursor)
}

const foreign = (): Problem =>
  new Problem('invalid', 'This cursor was not given for this list and order: ask for the first page again.')

const parts = (cursor: string): unknown[] => {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}

/** An order of a list: what it sorts by, the same way round for all of it, with the order of arrival as the last word. */
export interface Order {
  readonly by: readonly string[]
  readonly down: boolean
  /** The last word where the table has no `n`. */
  readonly last?: string
}

/** What sorts behind everything there is. */
const BEHIND = Number.MAX_SAFE_INTEGER

/** A column to sort by whose rows without a value come last. */
export const noneLast = (column: string): string => `ifnull(${column}, ${BEHIND})`

/** How many matches of a search one page looks at; a page may come short, with the next one's cursor. */
const LOOK = 2000

export interface Listing {
  table: string
  order: Order
  name: string
  wheres: readonly string[]
  values: readonly unknown[]
  limit: number
  cursor: string | undefined
  /** Words as FTS5 wants them, and the index to ask; matches come newest first. */
  match?: { index: string; words: string }
}

type Listed = Record<string, string | number | null> & { id: string; n: number }

/** One page of rows of a table, found by key and not by counting. */
export const listPage = (store: Store, asked: Listing): { rows: Listed[]; next: string | null } =>
  asked.match ? matchPage(store, asked, asked.match) : orderPage(store, asked)

const orderPage = (store: Store, { table, order, name, wheres, values, limit, cursor }: Listing) => {
  const columns = keysOf(order)
  const place = fromCursor(name, columns.length, cursor)
  const after = place
    ? [`(${columns.join(', ')}) ${order.down ? '<' : '>'} (${columns.map(() => '?').join(', ')})`]
    : []
  const filter = [...wheres, ...after]
  const rows = store
    .sql<Listed>(
      `SELECT * FROM ${table} ${filter.length > 0 ? `WHERE ${filter.join(' AND ')}` : ''}
       ORDER BY ${orderBy(order)} LIMIT ?`,
    )
    .all(...values, ...(place ?? []), limit + 1)
  const last = rows[limit - 1]
  return {
    rows: rows.slice(0, limit),
    next:
      rows.length > limit && last
        ? toCursor(
            name,
            columns.map(column => last[bare(column)] ?? BEHIND),
          )
        : null,
  }
}

const keysOf = ({ by, last = 'n' }: Order): string[] => [...by, last]

export const orderBy = (order: Order): string =>
  keysOf(order)
    .map(column => `${column} ${order.down ? 'DESC' : 'ASC'}`)
    .join(', ')

const bare = (column: string): string => /^(?:ifnull\()?(\w+)/.exec(column)![1]!

const matchPage = (
  store: Store,
  { table, wheres, values, limit, cursor }: Listing,
  { index, words }: { index: string; words: string },
) => {
  const from = Number(fromCursor('search', 1, cursor)?.[0] ?? Number.MAX_SAFE_INTEGER)
  const looked = `SELECT rowid AS hit FROM ${index} WHERE ${index} MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ${LOOK}`
  const rows = store
    .sql<Listed>(
      `SELECT ${table}.* FROM (${looked}) JOIN ${table} ON n = hit
       ${wheres.length > 0 ? `WHERE ${wheres.join(' AND ')}` : ''} ORDER BY hit DESC LIMIT ?`,
    )
    .all(words, from, ...values, limit + 1)
  if (rows.length > limit)
    return { rows: rows.slice(0, limit), next: toCursor('search', [rows[limit - 1]!.n]) }
  const edge = store.sql<{ hit: number }>(`${looked} OFFSET ${LOOK - 1}`).get(words, from)
  return { rows, next: edge ? toCursor('search', [edge.hit]) : null }
}
