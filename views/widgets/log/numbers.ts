import type { LogBytes } from './bytes.ts'
import { pageSize } from './source.ts'

/** The number of a line, counted from 1; `exact` only where every line before it was counted. */
export interface LineNumber {
  line: number
  exact: boolean
}

/** How many lines end before a place in a log. */
export interface Counted {
  offset: number
  lines: number
}

/** Which line a place in a log is on, from the places next to it that somebody counted: the pages at hand, whoever searched it. */
export class LineNumbers {
  readonly #log: LogBytes
  /** Ends of line before each page, up to the first page that was never at hand. */
  #before = [0]
  /** What was counted elsewhere, in order. */
  #known: readonly Counted[] = []
  /** The last place that was counted here: what is next to it is counted from there. */
  #recent: Counted = { offset: 0, lines: 0 }
  /** Ends of line before the end, where all of the log went by. */
  #end: Counted | null = { offset: 0, lines: 0 }

  constructor(log: LogBytes) {
    this.#log = log
  }

  forget(): void {
    this.#before = [0]
    this.#known = []
    this.#recent = { offset: 0, lines: 0 }
    this.#end = { offset: 0, lines: 0 }
  }

  know(places: readonly Counted[]): void {
    const all = new Map([...this.#known, ...places].map(one => [one.offset, one]))
    this.#known = [...all.values()].sort((a, b) => a.offset - b.offset)
  }

  /** The log grew from here: what came is counted while it is at hand. */
  grown(from: number): void {
    const fresh = this.#end?.offset === from ? this.#log.slice(from, this.#log.size) : undefined
    this.#end = fresh && this.#end ? { offset: this.#log.size, lines: this.#end.lines + ends(fresh) } : null
  }

  at(offset: number): LineNumber {
    this.#advance()
    const { below, above } = this.#around(offset)
    for (const one of [this.#recent, below, above]) {
      const lines = one && this.#linesBefore(offset, one)
      if (lines === undefined) continue
      this.#recent = { offset, lines }
      return { line: lines + 1, exact: true }
    }
    const density = above ? (above.lines - below.lines) / (above.offset - below.offset) : this.#density()
    return { line: Math.round(below.lines + (offset - below.offset) * density) + 1, exact: false }
  }

  /** The last line there is. */
  get last(): LineNumber {
    const { size } = this.#log
    if (size === 0) return { line: 0, exact: true }
    const end = this.#end
    const final = this.#log.slice(size - 1, size)
    if (end?.offset === size && final) return { line: end.lines + (ends(final) > 0 ? 0 : 1), exact: true }
    const recent = this.#recent
    const found = this.at(size - 1)
    this.#recent = recent
    // From here on what arrives is counted on.
    if (found.exact && final) this.#end = { offset: size, lines: found.line - 1 + ends(final) }
    return found
  }

  /** The nearest places whose number is known. */
  #around(offset: number): { below: Counted; above: Counted | undefined } {
    const page = Math.min(this.#before.length - 1, Math.floor(offset / pageSize))
    const paged = { offset: page * pageSize, lines: this.#before[page]! }
    const index = firstAfter(this.#known, offset)
    const known = this.#known[index - 1]
    const ahead = [this.#known[index], this.#end?.offset ? this.#end : undefined, this.#recent]
      .filter(one => one !== undefined)
      .filter(one => one.offset > offset)
      .sort((a, b) => a.offset - b.offset)
    return { below: known && known.offset > paged.offset ? known : paged, above: ahead[0] }
  }

  /** Lines that end before one place, counted from another if all between them is at hand. */
  #linesBefore(offset: number, from: Counted): number | undefined {
    if (offset === from.offset) return from.lines
    if (Math.abs(offset - from.offset) > pageSize) return undefined
    const between = this.#log.slice(Math.min(offset, from.offset), Math.max(offset, from.offset))
    return between && from.lines + (offset < from.offset ? -1 : 1) * ends(between)
  }

  /** Goes on counting as long as the next page is at hand. */
  #advance(): void {
    for (;;) {
      const page = this.#before.length - 1
      const bytes =
        (page + 1) * pageSize <= this.#log.size && this.#log.slice(page * pageSize, (page + 1) * pageSize)
      if (!bytes) return
      this.#before.push(this.#before[page]! + ends(bytes))
    }
  }

  /** Lines a byte, of what was counted, else of the log's end. */
  #density(): number {
    const pages = this.#before.length - 1
    if (pages > 0) return this.#before[pages]! / (pages * pageSize)
    const { size } = this.#log
    for (let length = Math.min(size, pageSize); length > 64; length = Math.floor(length / 2)) {
      const bytes = this.#log.slice(size - length, size)
      if (bytes) return ends(bytes) / length
    }
    return 1 / 100
  }
}

/** Where in this order the first place behind an offset stands. */
function firstAfter(places: readonly Counted[], offset: number): number {
  let low = 0
  let high = places.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (places[middle]!.offset > offset) high = middle
    else low = middle + 1
  }
  return low
}

export function ends(bytes: Uint8Array): number {
  let lines = 0
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines++
  return lines
}
