import { isMarkCode } from './marks.ts'
import { applyColours, type Depth, type Pen, visibleOnBlank } from './style.ts'
import { codeWidth, sequenceEnd } from './width.ts'

/** Parts letters that Ink would count as one; nothing a terminal has to see. */
const parting = 0x200c

/** What a grid needs to know of the terminal to hold only what that terminal can show. */
export interface Means {
  depth: Depth
  unicode: boolean
}

/** Whether this glyph fills two cells. */
export function isWideLead(glyph: string | undefined): boolean {
  return glyph !== undefined && glyph.charCodeAt(0) >= 0x1100 && codeWidth(glyph.codePointAt(0)!) === 2
}

/** A cell nobody knows the content of: it differs from everything. */
export const unknown = '\0'
const maxMarks = 3

/** What a terminal without Unicode shows for signs of ours and of ordinary texts. */
const likeness: Readonly<Record<string, string>> = {
  '…': '~',
  '↑': '^',
  '↓': 'v',
  '←': '<',
  '→': '>',
  '•': '*',
  '·': '.',
  '–': '-',
  '—': '-',
  '‘': "'",
  '’': "'",
  '“': '"',
  '”': '"',
  '\u00a0': ' ',
  '×': 'x',
  '░': '.',
  '▒': ':',
}

/** What is drawn for a character in ASCII: bars and frames of a log stay bars and frames, a letter loses its accent. */
function likenessOf(glyph: string): string {
  if (likeness[glyph] !== undefined) return likeness[glyph]
  if (/[─━┄┅┈┉╌╍═╴╶╸╺]/.test(glyph)) return '-'
  if (/[│┃┆┇┊┋╎╏║╵╷╹╻]/.test(glyph)) return '|'
  if (/[\u2500-\u257f]/.test(glyph)) return '+'
  if (/[\u2580-\u259f]/.test(glyph)) return '#'
  const letter = glyph.normalize('NFD')[0]!
  return letter < '\x7f' ? letter : '?'
}

/** Rows of cells. A wide glyph is followed by a cell holding ''. */
export class Grid {
  readonly cols: number
  readonly rows: number
  readonly glyph: string[]
  readonly fg: Int32Array
  readonly bg: Int32Array
  readonly attrs: Uint8Array
  readonly #means: Means

  constructor(cols: number, rows: number, means: Means, fill = ' ') {
    this.cols = cols
    this.rows = rows
    this.#means = means
    this.glyph = new Array<string>(cols * rows).fill(fill)
    this.fg = new Int32Array(cols * rows).fill(-1)
    this.bg = new Int32Array(cols * rows).fill(-1)
    this.attrs = new Uint8Array(cols * rows)
  }

  /** A blank keeps only what can be seen of its style, so that blanks compare equal. */
  set(at: number, glyph: string, pen: Readonly<Pen>): void {
    const bare = glyph === ' ' && (pen.attrs & visibleOnBlank) === 0
    this.glyph[at] = glyph
    this.fg[at] = bare ? -1 : pen.fg
    this.bg[at] = pen.bg
    this.attrs[at] = bare ? 0 : pen.attrs
  }

  clearRow(y: number): void {
    const from = y * this.cols
    const to = from + this.cols
    this.glyph.fill(' ', from, to)
    this.fg.fill(-1, from, to)
    this.bg.fill(-1, from, to)
    this.attrs.fill(0, from, to)
  }

  copyCell(from: Grid, source: number, at: number): void {
    this.glyph[at] = from.glyph[source]!
    this.fg[at] = from.fg[source]!
    this.bg[at] = from.bg[source]!
    this.attrs[at] = from.attrs[source]!
  }

  copyRow(from: Grid, source: number, y: number): void {
    const start = source * from.cols
    const end = start + this.cols
    const at = y * this.cols
    for (let x = 0; x < this.cols; x++) this.glyph[at + x] = from.glyph[start + x]!
    this.fg.set(from.fg.subarray(start, end), at)
    this.bg.set(from.bg.subarray(start, end), at)
    this.attrs.set(from.attrs.subarray(start, end), at)
  }

  /** Adds an attribute to a stretch of one row: a search hit, a selection. */
  emphasise(y: number, from: number, to: number, bit: number): void {
    const end = y * this.cols + Math.min(to, this.cols)
    for (let at = y * this.cols + Math.max(0, from); at < end; at++) this.attrs[at]! |= bit
  }

  /** Writes one line with colours at (x, y), at most `width` cells of it after leaving out the first `skip`. Answers the cells it has in all, as far as it was read. */
  put(x: number, y: number, line: string, width = this.cols - x, skip = 0): number {
    const start = y * this.cols + x
    const room = Math.min(width, this.cols - x)
    const pen: Pen = { fg: -1, bg: -1, attrs: 0 }
    let column = -skip
    let last = -1
    for (let i = 0; i < line.length; i++) {
      const code = line.charCodeAt(i)
      if (code >= 0x20 && code < 0x7f) {
        if (column >= room) break
        last = column
        if (column >= 0) this.set(start + column, line[i]!, pen)
        column++
        continue
      }
      if (code === 0x1b) {
        const end = sequenceEnd(line, i)
        if (line[end] === 'm') applyColours(pen, line.slice(i + 2, end), this.#means.depth)
        i = end
        continue
      }
      const point = line.codePointAt(i)!
      if (point > 0xffff) i++
      const cells = codeWidth(point)
      if (cells === 0) {
        this.#mark(start, last, point)
        continue
      }
      if (column >= room) break
      last = column
      this.#place(start, column, room, point, cells, pen)
      column += cells
    }
    return column + skip
  }

  #place(start: number, column: number, room: number, point: number, cells: number, pen: Pen): void {
    if (column + cells <= 0) return
    const whole = column >= 0 && column + cells <= room
    const legible = this.#means.unicode || isMarkCode(point)
    const glyph = legible ? String.fromCodePoint(point) : likenessOf(String.fromCodePoint(point))
    for (let n = 0; n < cells; n++) {
      const at = column + n
      if (at < 0 || at >= room) continue
      const shown = !whole ? ' ' : n === 0 ? glyph : legible ? '' : '?'
      this.set(start + at, shown, pen)
    }
  }

  #mark(start: number, last: number, point: number): void {
    if (point < 0x300 || point === parting || last < 0 || !this.#means.unicode) return
    const base = this.glyph[start + last]!
    if (base !== '' && [...base].length <= maxMarks)
      this.glyph[start + last] = base + String.fromCodePoint(point)
  }

  /** The row as plain text, blanks at its end left out. */
  text(y: number): string {
    return this.glyph
      .slice(y * this.cols, (y + 1) * this.cols)
      .join('')
      .trimEnd()
  }
}
