import type { Stroke } from '../keys/decode.ts'

/** What a field takes of a paste: it is drawn anew with every key. */
interface Takes {
  characters: number
  /** What parts the lines of the paste there. */
  between: ' ' | '\n'
  words: string
}

export const intoLine: Takes = { characters: 10_000, between: ' ', words: 'fit into a line.' }
export const intoLines: Takes = {
  characters: 100_000,
  between: '\n',
  words: 'fit into this field; ^E opens $EDITOR, which takes more.',
}

/** A stroke without what nobody can mean to put into a field; what is cut is said. */
export function cutPaste(
  stroke: Stroke,
  { characters, between, words }: Takes,
  say: (words: string) => void,
): Stroke {
  if (!('paste' in stroke)) return stroke
  const text = stroke.paste.join(between)
  if (text.length <= characters) return stroke
  say(`Only the first ${characters} characters of what was pasted ${words}`)
  return { paste: text.slice(0, characters).toWellFormed().split(between) }
}
