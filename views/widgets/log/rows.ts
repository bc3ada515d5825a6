import { sanitiseLine } from '../../terminal/sanitise.ts'
import type { LogBytes } from './bytes.ts'
import { lineBytes, lineHolding, Missing, nextLine, previousLine } from './lines.ts'
import { rowStarts } from './wrap.ts'

const maxCached = 1024

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

/** The log as rows on a screen: wrapped or cut, tracebacks folded, perhaps only some of its lines. */
export class LogRows {
  width = 80
  wrap = false
  column = 0
  readonly #log: LogBytes
  readonly #texts = new Map<number, string>()
  readonly #unfolded = new Set<number>()
  #folds: readonly Fold[] = []
  #only: readonly number[] | null = null

  constructor(log: LogBytes) {
    this.#log = log
  }

  setFolds(folds: readonly Fold[]): void {
    this.#folds = folds
    this.#texts.clear()
  }

  /** Shows only the lines at these offsets; null shows all. */
  setOnly(offsets: readonly number[] | null): void {
    this.#only = offsets
    this.#texts.clear()
  }

  /** Opens or closes the fold that holds this line, and answers where it begins. */
  toggleFold(offset: number): number | undefined {
    const fold = this.#folds.find(({ from, to }) => offset >= from && offset < to)
    if (!fold) return undefined
    if (!this.#unfolded.delete(fold.from)) this.#unfolded.add(fold.from)
    this.#texts.delete(fold.from)
    return fold.from
  }

  forget(offset?: number): void {
    if (offset === undefined) this.#texts.clear()
    else this.#texts.delete(offset)
  }

  last(): Place | undefined | Missing {
    const last = this.#only ? this.#only.at(-1) : previousLine(this.#log, this.#log.size)
    if (last === undefined || last instanceof Missing) return last
    const offset = this.#foldedStart(last)
    const count = this.#rowCount(offset)
    return count instanceof Missing ? count : { offset, row: count - 1 }
  }

  holding(offset: number): Place | Missing {
    const start = this.#only ? nearest(this.#only, offset) : lineHolding(this.#log, offset)
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
    let offset: number | undefined = this.#log.size === 0 ? undefined : place.offset
    let first = place.row
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
    const fold = this.#closedFold(offset)
    const bytes = fold ? undefined : lineBytes(this.#log, offset)
    if (bytes instanceof Missing) return bytes
    const text = fold ? fold.label : sanitiseLine(Buffer.from(bytes!).toString('utf8'))
    if (this.#texts.size >= maxCached) this.#texts.clear()
    this.#texts.set(offset, text)
    return text
  }

  #starts(text: string): number[] {
    return this.wrap ? rowStarts(text, this.width) : [this.column]
  }

  #rowCount(offset: number): number | Missing {
    if (!this.wrap) return 1
    const text = this.text(offset)
    return text instanceof Missing ? text : this.#starts(text).length
  }

  #after(offset: number): number | undefined | Missing {
    if (this.#only) return this.#only.find(other => other > offset)
    const fold = this.#closedFold(offset)
    if (fold) return fold.to < this.#log.size ? fold.to : undefined
    return nextLine(this.#log, offset)
  }

  #before(offset: number): number | undefined | Missing {
    if (this.#only) return this.#only.findLast(other => other < offset)
    const before = previousLine(this.#log, offset)
    return typeof before === 'number' ? this.#foldedStart(before) : before
  }

  #closedFold(offset: number): Fold | undefined {
    if (this.#only) return undefined
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
