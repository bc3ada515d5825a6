/** A line of text and where in it the next letter goes, counted as JavaScript counts. */
export interface Typing {
  text: string
  cursor: number
}

let segmenter: Intl.Segmenter | undefined
/** Made for the first letter somebody types: it takes a while, and the first frame needs none. */
export const graphemesOf = (text: string): Intl.Segments => {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  return segmenter.segment(text)
}

function before({ text, cursor }: Typing): number {
  const last = [...graphemesOf(text.slice(0, cursor))].at(-1)
  return last ? last.index : 0
}

function after({ text, cursor }: Typing): number {
  const [first] = graphemesOf(text.slice(cursor))
  return cursor + (first?.segment.length ?? 0)
}

/** Where the word before the cursor begins, as readline counts words. */
function wordBefore({ text, cursor }: Typing): number {
  return Math.max(0, text.slice(0, cursor).search(/[\p{L}\p{N}_]+[^\p{L}\p{N}_]*$/u))
}

function wordAfter({ text, cursor }: Typing): number {
  const [word] = /^[^\p{L}\p{N}_]*[\p{L}\p{N}_]*/u.exec(text.slice(cursor))!
  return cursor + word.length
}

/** Where the blank-separated word before the cursor begins: what `^W` takes. */
function blankBefore({ text, cursor }: Typing): number {
  return text.slice(0, cursor).replace(/\S+\s*$/, '').length
}

const moves: Record<string, (typing: Typing) => number> = {
  left: before,
  'ctrl+b': before,
  right: after,
  'ctrl+f': after,
  home: () => 0,
  'ctrl+a': () => 0,
  end: ({ text }) => text.length,
  'ctrl+e': ({ text }) => text.length,
  'alt+b': wordBefore,
  'ctrl+left': wordBefore,
  'alt+left': wordBefore,
  'alt+f': wordAfter,
  'ctrl+right': wordAfter,
  'alt+right': wordAfter,
}

/** Each gives the other end of what is taken away. */
const cuts: Record<string, (typing: Typing) => number> = {
  backspace: before,
  delete: after,
  'ctrl+d': after,
  'ctrl+w': blankBefore,
  'alt+backspace': wordBefore,
  'alt+d': wordAfter,
  'ctrl+u': () => 0,
  'ctrl+k': ({ text }) => text.length,
}

/** Whether a key edits a line in another way than by putting in a letter. */
export const edits = (key: string): boolean => Object.hasOwn(moves, key) || Object.hasOwn(cuts, key)

/** What an editing key makes of a line. */
export function editLine(typing: Typing, key: string): Typing {
  const move = moves[key]
  if (move) return { ...typing, cursor: move(typing) }
  const end = cuts[key]?.(typing)
  if (end === undefined) return typing
  const [from, to] = [Math.min(end, typing.cursor), Math.max(end, typing.cursor)]
  return { text: typing.text.slice(0, from) + typing.text.slice(to), cursor: from }
}

/** What could be typed into an empty field: in brackets, since not every terminal and theme draws it dim. */
export const hintOf = (placeholder: string | undefined): string => (placeholder ? `(${placeholder})` : '')
