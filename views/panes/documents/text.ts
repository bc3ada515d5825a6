import type { Document } from '../../../src/contract/documents.ts'
import { sanitiseBlock, sanitiseLine, withoutColours } from '../../terminal/sanitise.ts'
import { brokenRows, markdownRows } from '../../widgets/markdown.ts'
import { type Glyphs, proseRows } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'

type Text = Pick<Document, 'content' | 'language'>

/** About as much as is laid out between two keys. */
const piece = 24_000

/** A document as rows, laid out piece by piece: its beginning is there at once, the rest follows without holding up a key. */
export class LaidOut {
  readonly rows: string[] = []
  #stopped = false

  constructor({ content, language }: Text, width: number, glyphs: Glyphs, changed: () => void) {
    if (content.trim() === '') {
      this.rows.push(toned('It is empty. E writes it.', 'quiet'))
      return
    }
    const markdown = language === 'markdown'
    const pieces = piecesOf(content, markdown)
    const lay = (text: string) => {
      const rows = textRows({ content: text, language }, width, glyphs)
      if (markdown && this.rows.length > 0) this.rows.push('')
      for (const row of rows) this.rows.push(row)
    }
    const next = () => {
      if (this.#stopped) return
      const { value, done } = pieces.next()
      if (done) return changed()
      lay(value)
      setTimeout(next)
    }
    lay(pieces.next().value as string)
    setTimeout(next)
  }

  stop(): void {
    this.#stopped = true
  }
}

/** A text in parts that can be laid out one by one: cut between lines, markdown between blocks. */
function* piecesOf(content: string, markdown: boolean): Generator<string, undefined> {
  let from = 0
  while (from < content.length) {
    const to = from + piece >= content.length ? content.length : cutAfter(content, from, markdown)
    yield content.slice(from, to)
    from = to
  }
}

function cutAfter(content: string, from: number, markdown: boolean): number {
  const soon = from + piece
  if (!markdown) {
    const line = content.indexOf('\n', soon)
    // A line without end is cut where it is.
    return line < 0 || line > soon + piece ? soon : line + 1
  }
  const blank = /\n[ \t]*\n/g
  blank.lastIndex = soon
  for (let found = blank.exec(content); found; found = blank.exec(content)) {
    const at = found.index + found[0].length
    const fences = content.slice(from, at).match(/^[ \t]*(?:```|~~~)/gm)?.length ?? 0
    const inside = fences % 2 === 1 || /^[ \t]/.test(content.slice(at, at + 1))
    if (!inside || at > soon + 10 * piece) return at
    blank.lastIndex = at - 1
  }
  return content.length
}

/** Markdown as it is meant, prose broken at spaces, code as it stands. */
function textRows({ content, language }: Text, width: number, glyphs: Glyphs): string[] {
  if (language === 'markdown') return markdownRows(content, width, glyphs)
  const lines = sanitiseBlock(content.replace(/\n$/, ''))
  const prose = language === 'text' || language === 'email' || language === 'plaintext'
  return lines.flatMap(line => (prose ? proseRows(line, width) : brokenRows(line, width)))
}

/** A unified diff, its signs before every line and its colours beside them; what is too long goes on below, under its sign. */
export function diffRows(diff: string, width: number): string[] {
  return diff.split('\n').flatMap(raw => {
    const line = withoutColours(sanitiseLine(raw))
    const rows = brokenRows(line.slice(1), width - 1).map(
      (row, i) => (i === 0 ? line.slice(0, 1) : ' ') + row,
    )
    const tone = line.startsWith('+')
      ? 'good'
      : line.startsWith('-')
        ? 'bad'
        : line.startsWith('@@')
          ? 'accent'
          : null
    return tone === null ? rows : rows.map(row => toned(row, tone))
  })
}
