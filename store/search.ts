import type { Findable } from '../src/contract/search.ts'
import type { Store } from './database.ts'

/** Ranking costs by the match, so only so many are compared: the newest. */
export const RANKED = 2000
/** How much of a long text is read to show the words in it: from a little before the first one. */
const READ = 20_000
const WORDS = 8
/** A word in more texts than this tells little of which is meant, and weighing it means reading all of them. */
const COMMON = 4000

/** Where a noun's words are indexed. Another noun is another record here and another word in the contract. */
interface Indexed {
  index: string
  /** How much a word weighs in each column of the index. */
  weights: readonly number[]
  from: string
  title: string
  /** The column that is shown with the words in it. */
  body: string
}

const INDEXED: Record<Findable, Indexed> = {
  todo: {
    index: 'todos_text',
    weights: [4, 1, 1, 2],
    from: 'todos',
    title: 'title',
    body: 'content',
  },
  event: {
    index: 'events_text',
    weights: [4, 1, 2],
    from: 'events',
    title: 'summary',
    body: 'description',
  },
  memory: {
    index: 'memories_text',
    weights: [1],
    from: 'memories',
    title: 'substr(text, 1, 80)',
    body: 'text',
  },
  document: {
    index: 'documents_text',
    weights: [4, 1],
    from: '(SELECT documents.*, content FROM documents JOIN documents_current USING (n, title))',
    title: 'title',
    body: 'content',
  },
}

export interface Place {
  noun: Findable
  n: number
  /** The lower the better, as FTS5 counts. */
  score: number
}

export interface Shown {
  id: string
  title: string
  /** The text, or as much of a long one as is needed to show where the words are. */
  text: string
  updated_at: number
}

const isCommon = (store: Store, index: string, phrase: string): boolean =>
  store
    .sql<{ texts: number }>(
      `SELECT count(*) AS texts FROM (SELECT 1 FROM ${index} WHERE ${index} MATCH ? LIMIT ${COMMON})`,
    )
    .get(phrase)!.texts === COMMON

export const openSearch = (store: Store) => ({
  /** The best of the newest matches of one noun, and how many there were to choose from. */
  best: (noun: Findable, words: readonly string[], limit: number): { places: Place[]; ranked: number } => {
    const { index, weights } = INDEXED[noun]
    const all = words.map((word, at) => `"${word}"${at === words.length - 1 ? '*' : ''}`)
    const telling = all.filter(phrase => !isCommon(store, index, phrase))
    const rows = store
      .sql<{ n: number; score: number; ranked: number }>(
        `WITH looked AS MATERIALIZED (
           SELECT rowid AS n FROM ${index} WHERE ${index} MATCH @all ORDER BY rowid DESC LIMIT ${RANKED}
         )
         ${
           telling.length === 0
             ? 'SELECT n, 0.0 AS score, count(*) OVER () AS ranked FROM looked'
             : `SELECT rowid AS n, bm25(${[index, ...weights].join(', ')}) AS score, (SELECT count(*) FROM looked) AS ranked
                FROM ${index} WHERE ${index} MATCH @telling AND +rowid IN (SELECT n FROM looked)`
         } ORDER BY score, n DESC LIMIT @limit`,
      )
      .all({ all: all.join(' '), limit, ...(telling.length > 0 ? { telling: telling.join(' ') } : {}) })
    return { places: rows.map(({ n, score }) => ({ noun, n, score })), ranked: rows[0]?.ranked ?? 0 }
  },

  /** Nothing when it went away in the meantime. */
  show: ({ noun, n }: Place, words: readonly string[]): Shown | undefined => {
    const { from, title, body } = INDEXED[noun]
    return store
      .sql<Shown>(
        `SELECT id, ${title} AS title, updated_at, CASE WHEN length(${body}) <= ${READ} THEN ${body}
           ELSE substr(${body}, max(1, instr(lower(${body}), ?) - 1000), ${READ}) END AS text
         FROM ${from} WHERE n = ?`,
      )
      .get(words[0]?.toLowerCase() ?? '', n)
  },
})

export type SearchStore = ReturnType<typeof openSearch>

export const wordsOf = (text: string): string[] =>
  [...new Set(text.match(/[\p{L}\p{N}_]+/gu) ?? [])].slice(0, WORDS)
