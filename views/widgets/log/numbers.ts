import type { LogBytes } from './bytes.ts'
import { pageSize } from './source.ts'

/** The number of a line, counted from 1; `exact` only where every line before it was counted. */
export interface LineNumber {
  line: number
  exact: boolean
}

/** Which line a place in a log is on, as far as its bytes were at hand: one figure a page, however long the log. */
export class LineNumbers {
  readonly #log: LogBytes
  /** Ends of line before each page, up to the first page that was never at hand. */
  #before = [0]
  /** Ends of line before the end, where all of the log went by. */
  #end: { offset: number; lines: number } | null = { offset: 0, lines: 0 }

  constructor(log: LogBytes) {
    this.#log = log
  }

  forget(): void {
    this.#before = [0]
    this.#end = { offset: 0, lines: 0 }
  }

  /** The log grew from here: what came is counted while it is at hand. */
  grown(from: number): void {
    const fresh = this.#end?.offset === from ? this.#log.slice(from, this.#log.size) : undefined
    this.#end = fresh && this.#end ? { offset: this.#log.size, lines: this.#end.lines + ends(fresh) } : null
  }

  at(offset: number): LineNumber {
    this.#advance()
    const page = Math.min(this.#before.length - 1, Math.floor(offset / pageSize))
    const start = page * pageSize
    const upTo = offset - start <= pageSize ? this.#log.slice(start, offset) : undefined
    if (upTo) return { line: this.#before[page]! + ends(upTo) + 1, exact: true }
    const end = this.#end
    const down = end && end.offset - offset <= pageSize ? this.#log.slice(offset, end.offset) : undefined
    if (end && down) return { line: end.lines - ends(down) + 1, exact: true }
    return { line: Math.round(this.#before[page]! + (offset - start) * this.#density()) + 1, exact: false }
  }

  /** The last line there is. */
  get last(): LineNumber {
    const { size } = this.#log
    if (size === 0) return { line: 0, exact: true }
    const found = this.at(size - 1)
    const final = found.exact && this.#end?.offset !== size ? this.#log.slice(size - 1, size) : undefined
    // From here on what arrives is counted on.
    if (final) this.#end = { offset: size, lines: found.line - 1 + ends(final) }
    return found
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

export function ends(bytes: Uint8Array): number {
  let lines = 0
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines++
  return lines
}
