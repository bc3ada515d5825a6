import { sanitiseLine, withoutColours } from '../../terminal/sanitise.ts'
import type { LogBytes } from './bytes.ts'
import { lineBytes, lineHolding, Missing, nextLine, previousLine, shownLine } from './lines.ts'
import { rowStarts } from './wrap.ts'

const maxCached = 1024
/** So many lines are passed over in one step, then one is shown although it should not be. */
const maxPassed = 20_000

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
  #except: RegExp | null = null

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

  /** Shows only lines that do not match; null shows all. */
  setExcept(pattern: RegExp | null): void {
    this.#except = pattern
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
    const end = this.#only ? this.#only.at(-1) : previousLine(this.#log, this.#log.size)
    const last = this.#kept(end, at => this.#step(at, -1))
    if (last === undefined || last instanceof Missing) return last
    const offset = this.#foldedStart(last)
    const count = this.#rowCount(offset)
    return count instanceof Missing ? count : { offset, row: count - 1 }
  }

  holding(offset: number): Place | Missing {
    const held = this.#only ? nearest(this.#only, offset) : lineHolding(this.#log, offset)
    const start = this.#kept(held, at => this.#step(at, 1))
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
    const start = this.#shownFrom(place.offset)
    if (start instanceof Missing) return start
    let offset: number | undefined = this.#log.size === 0 ? undefined : start
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
    for (let passed = 0; this.#except && typeof at === 'number' && passed < maxPassed; passed++) {
      const text = this.text(at)
      if (text instanceof Missing) return text
      if (!this.#except.test(withoutColours(text))) return at
      at = step(at)
    }
    return at
  }

  #closedFold(offset: number): Fold | undefined {
    if (this.#only || this.#except) return undefined
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
