import { setImmediate as turn } from 'node:timers/promises'
import { type DocumentStore, type Holding, isDown, type LibraryQuery } from '../../store/documents.ts'
import type { Entry } from '../contract/documents.ts'

/** How many documents are read through before anything else gets its turn. */
const STRETCH = 2000

/**
 * The library as existing clients page through it: by offset, every word anywhere in title or text. No index knows
 * where a word is a part of another, so it reads everything, but never long at a time.
 */
export const pageOfLibrary = async (
  store: DocumentStore,
  query: LibraryQuery,
): Promise<{ items: Entry[]; total: number }> => {
  if (query.words.length === 0) return store.library(query)
  const found: Holding[] = []
  const end = store.newest()
  for (let after = 0; after < end; after += STRETCH) {
    found.push(...store.holding(query, after, after + STRETCH))
    await turn()
  }
  const sign = isDown(query.sort) ? -1 : 1
  found.sort((one, other) => sign * (order(one.key, other.key) || one.n - other.n))
  const items = found.slice(query.offset, query.offset + query.limit).flatMap(({ n }) => store.at(n) ?? [])
  return { items, total: found.length }
}

const order = (one: string | number, other: string | number): number =>
  one < other ? -1 : one > other ? 1 : 0
