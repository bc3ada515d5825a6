import { sanitiseLine, withoutColours } from '../../terminal/sanitise.ts'
import { textWidth } from '../../terminal/width.ts'
import type { LogBytes } from './bytes.ts'
import { lineBytes, lineHolding, Missing, maxLine, nextLine, previousLine, shownLine } from './lines.ts'
import { rowStarts } from './wrap.ts'

const maxCached = 1024
/** So many lines are left out in one step, then a row says so: the next step goes on from there. */
const maxPassed = 20_000
const leftOut = `(${maxPassed.toLocaleString('en')} lines are left out here)`
/** A line without an end is searched for what was found in it up to so many of its pieces. */
const maxPieces = 64

/** Lines that one line stands for until it is opened: a traceback. */
export interface Fold {
  from: number
  to: number
  label: string
}

export interface Row {
  /** Where its line begins in the log. */
  offset: number
  text: string
  /** Cells of the line left out before this row. */
  skip: number
}

/** A row of the log: a line, and how many of its wrapped rows come before. */
export interface Place {
  offset: number
  row: number
}

/** Part of a line, in cells. */
export interface Part {
  offset: number
  cell: number
  end: number
}

/** The log as rows on a screen: wrapped or cut, tracebacks folded, perhaps only some of its lines. */
export class LogRows {
  width = 80
  wrap = false
  column = 0
  readonly #log: LogBytes
  readonly #texts = new Map<number, string>()
  readonly #unfolded = new Set<number>()
  /** Lines that stand for many that are left out. */
  readonly #gaps = new Set<number>()
  #folds: readonly Fold[] = []
  #chosen: readonly number[] | null = null
  #told: { pattern: RegExp; matches: boolean } | null = null
  #isGlance = false

  constructor(log: LogBytes) {
    this.#log = log
  }

  /** All lines, whatever is left out for somebody who reads. */
  glance(is: boolean): void {
    this.#isGlance = is
    if (this.#chosen || this.#told) this.#texts.clear()
  }

  get #only(): readonly number[] | null {
    return this.#isGlance ? null : this.#chosen
  }

  get #where(): { pattern: RegExp; matches: boolean } | null {
    return this.#isGlance ? null : this.#told
  }

  setFolds(folds: readonly Fold[]): void {
    this.#folds = folds
    this.#texts.clear()
  }

  /** Shows only the lines at these offsets; null shows all. */
  setOnly(offsets: readonly number[] | null): void {
    this.#chosen = offsets
    this.#texts.clear()
  }

  /** Shows only lines that match, or only those that do not; null shows all. */
  setWhere(where: { pattern: RegExp; matches: boolean } | null): void {
    this.#told = where
    this.#gaps.clear()
    this.#texts.clear()
  }

  /** Opens or closes the fold that holds the first of these lines that is in one or ends one; answers where it begins. */
  toggleFold(lines: readonly number[]): number | undefined {
    const fold = lines.map(line => this.#foldOf(line)).find(one => one !== undefined)
    if (!fold) return undefined
    if (!this.#unfolded.delete(fold.from)) this.#unfolded.add(fold.from)
    this.#texts.delete(fold.from)
    return fold.from
  }

  /** Opens the fold this place is hidden in. */
  unfold(offset: number): void {
    const fold = this.#closedFold(offset)
    if (!fold || fold.from === offset) return
    this.#unfolded.add(fold.from)
    this.#texts.delete(fold.from)
  }

  /** Another log: its lines are elsewhere. */
  restart(): void {
    this.#folds = []
    this.#unfolded.clear()
    this.#gaps.clear()
    if (this.#chosen) this.#chosen = []
    this.forget()
  }

  forget(offset?: number): void {
    if (offset === undefined) this.#texts.clear()
    else this.#texts.delete(offset)
  }

  last(): Place | undefined | Missing {
    const end = this.#only ? this.#only.at(-1) : previousLine(this.#log, this.#log.size)
    const last = this.#kept(end, at => this.#step(at, -1))
    if (last === undefined || last instanceof Missing) return last
    const offset = this.#foldedStart(last)
    const count = this.#rowCount(offset)
    return count instanceof Missing ? count : { offset, row: count - 1 }
  }

  holding(offset: number): Place | Missing {
    const held = this.#only ? nearest(this.#only, offset) : lineHolding(this.#log, offset)
    const start = this.#kept(held, at => this.#step(at, 1)) ?? this.#kept(held, at => this.#step(at, -1))
    if (start instanceof Missing) return start
    return { offset: this.#foldedStart(start ?? 0), row: 0 }
  }

  /** The place `rows` above this one, or the first. */
  above(place: Place, rows: number): Place | Missing {
    let { offset, row } = place
    for (let left = rows; left > 0; left -= 1) {
      if (row > 0) {
        row--
        continue
      }
      const before = this.#before(offset)
      if (before instanceof Missing) return before
      if (before === undefined) break
      const count = this.#rowCount(before)
      if (count instanceof Missing) return count
      offset = before
      row = count - 1
    }
    return { offset, row }
  }

  /** At most `count` rows from this place on. */
  from(place: Place, count: number): Row[] | Missing {
    const rows: Row[] = []
    if (place.offset >= this.#log.size) return rows
    const start = this.#shownFrom(place.offset)
    if (start instanceof Missing) return start
    let offset: number | undefined = start
    let first = start === place.offset ? place.row : 0
    while (offset !== undefined && rows.length < count) {
      const text = this.text(offset)
      if (text instanceof Missing) return text
      for (const skip of this.#starts(text).slice(first))
        if (rows.length < count) rows.push({ offset, text, skip })
      first = 0
      const next = this.#after(offset)
      if (next instanceof Missing) return next
      offset = next
    }
    return rows
  }

  text(offset: number): string | Missing {
    const known = this.#texts.get(offset)
    if (known !== undefined) return known
    const label = !this.#isGlance && this.#gaps.has(offset) ? leftOut : this.#closedFold(offset)?.label
    const bytes = label === undefined ? lineBytes(this.#log, offset) : undefined
    if (bytes instanceof Missing) return bytes
    const text = label ?? textOf(bytes!)
    if (this.#texts.size >= maxCached) this.#texts.clear()
    this.#texts.set(offset, text)
    return text
  }

  /** A line as it was written; all of them where it stands for several. */
  written(offset: number): string[] | Missing {
    const lines: string[] = []
    const end = this.#closedFold(offset)?.to ?? offset + 1
    for (let at: number | undefined = offset; at !== undefined && at < end; ) {
      const bytes = lineBytes(this.#log, at)
      if (bytes instanceof Missing) return bytes
      lines.push(textOf(bytes))
      const next = nextLine(this.#log, at)
      if (next instanceof Missing) return next
      at = next
    }
    return lines
  }

  /** How many cells of its line come before this place. */
  cellOf({ offset, row }: Place): number {
    const text = this.wrap && row > 0 ? this.text(offset) : ''
    return text instanceof Missing ? 0 : (this.#starts(text)[row] ?? 0)
  }

  /** The row of a line that holds this cell. */
  rowOf(offset: number, cell: number): number {
    const text = this.wrap && cell > 0 ? this.text(offset) : ''
    return text instanceof Missing
      ? 0
      : Math.max(
          0,
          this.#starts(text).findLastIndex(start => start <= cell),
        )
  }

  /** Moves sideways where these cells are out of view. */
  reveal({ cell, end }: Part): void {
    if (this.wrap || (cell >= this.column && end <= this.column + this.width)) return
    this.column = end <= this.width ? 0 : Math.max(0, cell - Math.floor(this.width / 3))
  }

  /** Where a line matches: which piece of it where it is one without an end, and the cells in that. */
  matching(line: number, pattern: RegExp): Part | Missing {
    let offset = line
    for (let pieces = 0; pieces < maxPieces; pieces++) {
      const text = this.text(offset)
      if (text instanceof Missing) return text
      const plain = withoutColours(text)
      const hit = new RegExp(pattern.source, pattern.flags.replace('g', '')).exec(plain)
      if (hit) {
        const cell = textWidth(plain.slice(0, hit.index))
        return { offset, cell, end: cell + textWidth(hit[0]) }
      }
      const next = nextLine(this.#log, offset)
      if (next instanceof Missing) return next
      if (next === undefined || next % maxLine !== 0) break
      offset = next
    }
    return { offset: line, cell: 0, end: 0 }
  }

  #starts(text: string): number[] {
    return this.wrap ? rowStarts(text, this.width) : [this.column]
  }

  #rowCount(offset: number): number | Missing {
    if (!this.wrap) return 1
    const text = this.text(offset)
    return text instanceof Missing ? text : this.#starts(text).length
  }

  /** The first line from this place on that is not left out. */
  #shownFrom(offset: number): number | undefined | Missing {
    const start = this.#only ? (this.#only.find(other => other >= offset) ?? this.#only.at(-1)) : offset
    return this.#kept(start, at => this.#step(at, 1))
  }

  #after(offset: number): number | undefined | Missing {
    return this.#kept(this.#step(offset, 1), at => this.#step(at, 1))
  }

  #before(offset: number): number | undefined | Missing {
    return this.#kept(this.#step(offset, -1), at => this.#step(at, -1))
  }

  #step(offset: number, by: 1 | -1): number | undefined | Missing {
    if (this.#only)
      return by === 1
        ? this.#only.find(other => other > offset)
        : this.#only.findLast(other => other < offset)
    if (by === 1) {
      const fold = this.#closedFold(offset)
      if (fold) return fold.to < this.#log.size ? fold.to : undefined
      return shownLine(this.#log, nextLine(this.#log, offset), nextLine)
    }
    const before = shownLine(this.#log, previousLine(this.#log, offset), previousLine)
    return typeof before === 'number' ? this.#foldedStart(before) : before
  }

  /** The first of these lines that is not left out. */
  #kept(
    from: number | undefined | Missing,
    step: (at: number) => number | undefined | Missing,
  ): number | undefined | Missing {
    let at = from
    for (let passed = 0; this.#where && typeof at === 'number'; passed++) {
      const text = this.text(at)
      if (text instanceof Missing) return text
      if (this.#gaps.has(at) || this.#where.pattern.test(withoutColours(text)) === this.#where.matches)
        return at
      if (passed === maxPassed) {
        this.#gaps.add(at)
        this.#texts.delete(at)
        return at
      }
      at = step(at)
    }
    return at
  }

  #foldOf(offset: number): Fold | undefined {
    return (
      this.#folds.find(({ from, to }) => offset >= from && offset < to) ??
      this.#folds.find(({ to }) => offset === to)
    )
  }

  #closedFold(offset: number): Fold | undefined {
    if (this.#only || this.#where) return undefined
    return this.#folds.find(({ from, to }) => offset >= from && offset < to && !this.#unfolded.has(from))
  }

  #foldedStart(offset: number): number {
    return this.#closedFold(offset)?.from ?? offset
  }
}

/** The last of these sorted offsets at or before one, else the first. */
function nearest(offsets: readonly number[], offset: number): number | undefined {
  return offsets.findLast(other => other <= offset) ?? offsets[0]
}

const textOf = (bytes: Uint8Array): string => sanitiseLine(Buffer.from(bytes).toString('utf8'))
