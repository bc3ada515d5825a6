export interface Snippet {
  snippet: string
  marks: [number, number][]
}

const BEFORE = 40
const LENGTH = 200

/** A piece of a text around the first of the words, and where the words are in it. */
export const snippetOf = (text: string, words: readonly string[]): Snippet => {
  const plain = folded(text)
  const sought = new RegExp(`(?<![\\p{L}\\p{N}])(?:${words.map(folded).join('|')})`, 'gu')
  const first = Math.max(0, plain.search(sought))
  const from = first <= BEFORE ? 0 : wordStart(text, first - BEFORE)
  const shown = text.slice(from, from + LENGTH).toWellFormed()
  const [head, tail] = [from > 0 ? '…' : '', from + LENGTH < text.length ? '…' : '']
  const marks = [...plain.slice(from, from + LENGTH).matchAll(sought)].map((hit): [number, number] => [
    head.length + hit.index,
    head.length + hit.index + hit[0].length,
  ])
  return { snippet: head + shown + tail, marks }
}

/** As the index reads letters: no capitals, no accents. Only where that moves nothing, so that places stay true. */
const folded = (text: string): string => {
  const lower = text.toLowerCase()
  if (/^[\x00-\x7f]*$/.test(lower)) return lower
  const bare = lower.normalize('NFD').replace(/\p{M}/gu, '')
  return bare.length === text.length ? bare : lower.length === text.length ? lower : text
}

const wordStart = (text: string, near: number): number => {
  const space = text.slice(near, near + BEFORE).search(/\s/)
  return space === -1 ? near : near + space + 1
}
