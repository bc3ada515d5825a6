import type { Findable } from '../src/contract/search.ts'
import { matchWords } from './changes.ts'
import type { Store } from './database.ts'

/** Ranking costs by the match, so only so many are compared: the newest. */
export const RANKED = 2000
/** Marking the words in a text reads all of it; in one longer than this only the place of the first word is shown. */
const MARKED_WHOLE = 50_000
const WORDS = 8

/** Where a noun's words are indexed. Another noun is another record here and another word in the contract. */
interface Indexed {
  index: string
  /** How much a word weighs in each column of the index. */
  weights: readonly number[]
  /** The column of the index that snippets come from, and its text. */
  body: readonly [place: number, column: string]
  from: string
  title: string
  size: string
}

const INDEXED: Record<Findable, Indexed> = {
  todo: {
    index: 'todos_text',
    weights: [4, 1, 1, 2],
    body: [1, 'content'],
    from: 'todos',
    title: 'title',
    size: 'length(content)',
  },
  memory: {
    index: 'memories_text',
    weights: [1],
    body: [0, 'text'],
    from: 'memories',
    title: 'substr(text, 1, 80)',
    size: 'length(text)',
  },
  document: {
    index: 'documents_text',
    weights: [4, 1],
    body: [1, 'content'],
    from: '(SELECT documents.*, content FROM documents JOIN documents_current USING (n, title))',
    title: 'title',
    size: 'size',
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
  snippet: string
  marks: [number, number][]
  updated_at: number
}

export const openSearch = (store: Store) => ({
  /** The best of the newest matches of one noun, and how many there were to choose from. */
  best: (noun: Findable, words: string, limit: number): { places: Place[]; ranked: number } => {
    const { index, weights } = INDEXED[noun]
    const rows = store
      .sql<{ n: number; score: number; ranked: number }>(
        `SELECT n, score, count(*) OVER () AS ranked FROM (
           SELECT rowid AS n, bm25(${[index, ...weights].join(', ')}) AS score FROM ${index}
           WHERE ${index} MATCH ? ORDER BY rowid DESC LIMIT ${RANKED}
         ) ORDER BY score, n DESC LIMIT ?`,
      )
      .all(matching(words), limit)
    return { places: rows.map(({ n, score }) => ({ noun, n, score })), ranked: rows[0]?.ranked ?? 0 }
  },

  /** Nothing when it went away in the meantime. */
  show: ({ noun, n }: Place, words: string): Shown | undefined => {
    const { index, body, from, title, size: length } = INDEXED[noun]
    const [place, column] = body
    const row = store
      .sql<{ id: string; title: string; updated_at: number; size: number }>(
        `SELECT id, ${title} AS title, updated_at, ${length} AS size FROM ${from} WHERE n = ?`,
      )

      .get(n)
    if (!row) return undefined
    const { size, ...rest } = row
    if (size > MARKED_WHOLE) return { ...rest, ...around(store, from, column, n, words) }
    const found = store
      .sql<{ text: string }>(
        `SELECT snippet(${index}, ${place}, char(${OPEN}), char(${CLOSE}), '…', 24) AS text
         FROM ${index} WHERE ${index} MATCH ? AND rowid = ?`,
      )
      .get(matching(words), n)
    return { ...rest, ...unmarked(found?.text ?? '') }
  },
})

export type SearchStore = ReturnType<typeof openSearch>

export const wordsOf = (text: string): string[] =>
  [...new Set(text.match(/[\p{L}\p{N}_]+/gu) ?? [])].slice(0, WORDS)

const matching = (text: string): string => matchWords(wordsOf(text).join(' '))

/** Private-use characters stand for the marks between SQLite and here. */
const OPEN = 0xe0f0
const CLOSE = 0xe0f1

const unmarked = (marked: string): Pick<Shown, 'snippet' | 'marks'> => {
  const marks: [number, number][] = []
  let snippet = ''
  for (const [index, part] of marked.split(String.fromCharCode(OPEN)).entries()) {
    const [hit, rest] = part.split(String.fromCharCode(CLOSE), 2) as [string, string?]
    if (index > 0 && rest !== undefined) marks.push([snippet.length, snippet.length + hit.length])
    snippet += hit + (rest ?? '')
  }
  return { snippet, marks }
}

const around = (
  store: Store,
  from: string,
  column: string,
  n: number,
  words: string,
): Pick<Shown, 'snippet' | 'marks'> => {
  const sought = wordsOf(words)
  const found = store
    .sql<{ text: string }>(
      `SELECT substr(${column}, max(1, instr(lower(${column}), ?) - 60), 200) AS text FROM ${from} WHERE n = ?`,
    )
    .get(sought[0]?.toLowerCase() ?? '', n)
  const snippet = found?.text ?? ''
  const marks = [...snippet.matchAll(new RegExp(sought.join('|'), 'giu'))].map((hit): [number, number] => [
    hit.index,
    hit.index + hit[0].length,
  ])
  return { snippet, marks }
}
