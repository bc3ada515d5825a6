import { type Grid, unknown } from './grid.ts'
import { type Pen, plainPen, transition, visibleOnBlank } from './style.ts'
import { isCertain } from './width.ts'

/** A stretch of unchanged cells up to this long is written again rather than jumped over. */
const shortGap = 4

/** Turns what the terminal shows into what it should show; `shown` is brought up to date. */
export function difference(shown: Grid, wanted: Grid): string {
  const writer = new Writer(shown, wanted)
  for (let y = 0; y < wanted.rows; y++) writer.row(y)
  return writer.finish()
}

export function sameCell(a: Grid, i: number, b: Grid, j: number): boolean {
  return a.glyph[i] === b.glyph[j] && a.fg[i] === b.fg[j] && a.bg[i] === b.bg[j] && a.attrs[i] === b.attrs[j]
}

class Writer {
  #out = ''
  /** Where the cursor is; -1 where that cannot be known. */
  #x = -1
  #y = -1
  #pen: Pen = { ...plainPen }
  readonly #shown: Grid
  readonly #wanted: Grid

  constructor(shown: Grid, wanted: Grid) {
    this.#shown = shown
    this.#wanted = wanted
  }

  row(y: number): void {
    const { cols } = this.#wanted
    const start = y * cols
    let first = 0
    while (first < cols && sameCell(this.#shown, start + first, this.#wanted, start + first)) first++
    if (first === cols) return
    let last = cols - 1
    while (sameCell(this.#shown, start + last, this.#wanted, start + last)) last--
    const end = this.#textEnd(start, cols)
    if (this.#isFragile(start, cols)) {
      this.#erase(0, y)
      for (let x = 0; x < end; x++) this.#cell(x, y, start + x)
    } else {
      for (let x = first; x <= last && x < end; x++) x = this.#skipSame(x, last, start, y)
      if (last >= end) this.#erase(Math.max(first, end), y)
    }
    this.#shown.copyRow(this.#wanted, y, y)
  }

  finish(): string {
    return this.#out + transition(this.#pen, plainPen)
  }

  /** Writes the cell at x unless it and a long enough stretch after it are unchanged; answers the last column dealt with. */
  #skipSame(x: number, last: number, start: number, y: number): number {
    let same = x
    while (same <= last && sameCell(this.#shown, start + same, this.#wanted, start + same)) same++
    if (same - x > shortGap) return same - 1
    this.#cell(x, y, start + x)
    return x
  }

  #cell(x: number, y: number, at: number): void {
    const glyph = this.#wanted.glyph[at]!
    if (glyph === '') return
    this.#move(x, y)
    const pen = { fg: this.#wanted.fg[at]!, bg: this.#wanted.bg[at]!, attrs: this.#wanted.attrs[at]! }
    if (glyph === ' ' && pen.attrs === 0) {
      pen.fg = this.#pen.fg
      pen.attrs = this.#pen.attrs & ~visibleOnBlank
    }
    this.#out += transition(this.#pen, pen) + glyph
    this.#pen = pen
    const cells = this.#wanted.glyph[at + 1] === '' && x + 1 < this.#wanted.cols ? 2 : 1
    this.#x = isCertain(glyph) && x + cells < this.#wanted.cols ? x + cells : -1
  }

  #erase(x: number, y: number): void {
    this.#move(x, y)
    this.#out += `${transition(this.#pen, plainPen)}\x1b[K`
    this.#pen = { ...plainPen }
  }

  #move(x: number, y: number): void {
    if (y === this.#y && x === this.#x) return
    if (y === this.#y && this.#x >= 0 && x > this.#x)
      this.#out += x - this.#x === 1 ? '\x1b[C' : `\x1b[${x - this.#x}C`
    else if (y === this.#y) this.#out += `\x1b[${x + 1}G`
    else if (y === this.#y + 1 && this.#y >= 0 && x === 0) this.#out += '\r\n'
    else this.#out += x === 0 ? `\x1b[${y + 1}H` : `\x1b[${y + 1};${x + 1}H`
    this.#x = x
    this.#y = y
  }

  /** The column after the last cell that erasing to the end of the line would not give. */
  #textEnd(start: number, cols: number): number {
    let end = cols
    while (end > 0) {
      const at = start + end - 1
      if (this.#wanted.glyph[at] !== ' ' || this.#wanted.bg[at] !== -1 || this.#wanted.attrs[at] !== 0) break
      end--
    }
    return end
  }

  /** A row holding a glyph terminals disagree about, or of unknown content, is written whole. */
  #isFragile(start: number, cols: number): boolean {
    for (let at = start; at < start + cols; at++) {
      const before = this.#shown.glyph[at]!
      if (before === unknown || !isCertain(before) || !isCertain(this.#wanted.glyph[at]!)) return true
    }
    return false
  }
}
