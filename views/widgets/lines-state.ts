import type { Stroke } from '../keys/decode.ts'
import { sanitiseText } from '../terminal/sanitise.ts'
import { codeWidth } from '../terminal/width.ts'

/** Text of several lines with a cursor in it, which stands before the character at `at`. */
export interface Lines {
  text: string
  at: number
}

/** What a stroke does to the text; `above` and `below` leave it, null is not for it. */
export function linesStroke({ text, at }: Lines, stroke: Stroke): Lines | 'above' | 'below' | null {
  const put = (piece: string): Lines => ({
    text: text.slice(0, at) + piece + text.slice(at),
    at: at + piece.length,
  })
  if ('paste' in stroke) return put(stroke.paste.join('\n'))
  const from = text.lastIndexOf('\n', at - 1) + 1
  const next = text.indexOf('\n', at)
  const to = next < 0 ? text.length : next
  switch (stroke.key) {
    case 'enter':
      return put('\n')
    case 'backspace':
      return { text: text.slice(0, before(text, at)) + text.slice(at), at: before(text, at) }
    case 'delete':
      return { text: text.slice(0, at) + text.slice(after(text, at)), at }
    case 'left':
      return { text, at: before(text, at) }
    case 'right':
      return { text, at: after(text, at) }
    case 'home':
      return { text, at: from }
    case 'end':
      return { text, at: to }
    case 'up':
      return from === 0 ? 'above' : { text, at: beside(text, from - 1, at - from) }
    case 'down':
      return next < 0 ? 'below' : { text, at: beside(text, next + 1, at - from) }
    case 'pgup':
      return { text, at: 0 }
    case 'pgdn':
      return { text, at: text.length }
    default:
      return stroke.text === undefined ? null : put(sanitiseText(stroke.text))
  }
}

const before = (text: string, at: number): number => {
  const code = text.charCodeAt(at - 1)
  return Math.max(0, at - (code >= 0xdc00 && code < 0xe000 ? 2 : 1))
}

const after = (text: string, at: number): number =>
  Math.min(text.length, at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1))

/** The same column in the line that holds `place`, or its end. */
function beside(text: string, place: number, column: number): number {
  const from = text.lastIndexOf('\n', place - 1) + 1
  const next = text.indexOf('\n', from)
  return Math.min(from + column, next < 0 ? text.length : next)
}

/** The text in rows of a width, broken at spaces, and where the cursor stands in them. */
export function layLines(
  { text, at }: Lines,
  width: number,
): { rows: string[]; row: number; column: number } {
  const rows: string[] = []
  let [row, column] = [0, 0]
  let start = 0
  const close = (end: number, last: boolean) => {
    if (at >= start && (at < end || (last && at === end))) {
      row = rows.length
      column = at - start
    }
    rows.push(text.slice(start, end))
  }
  for (const line of text.split('\n')) {
    const end = start + line.length
    for (let cut = breakAt(text, start, end, width); cut < end; cut = breakAt(text, start, end, width)) {
      close(cut, false)
      start = cut
    }
    close(end, true)
    start = end + 1
  }
  return { rows, row, column }
}

/** Where the rows of a line of input begin, the cell for the cursor behind it counted. */
export function rowStarts(line: string, width: number): number[] {
  const text = `${line} `
  const starts = [0]
  for (let cut = breakAt(text, 0, text.length, width); cut < text.length; ) {
    starts.push(cut)
    cut = breakAt(text, cut, text.length, width)
  }
  return starts
}

/** Where a row that begins at `start` ends: after its last space that fits, or in the middle of a word. */
function breakAt(text: string, start: number, end: number, width: number): number {
  let cells = 0
  let space = 0
  for (let i = start; i < end; i++) {
    const code = text.codePointAt(i)!
    cells += codeWidth(code)
    if (cells > Math.max(2, width)) return space > start ? space : Math.max(i, start + 1)
    if (code === 0x20) space = i + 1
    if (code > 0xffff) i++
  }
  return end
}
