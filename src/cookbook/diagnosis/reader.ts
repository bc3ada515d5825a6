import { type Line, readLine, withoutEscapes } from './lines.ts'
import type { Vocabulary } from './vocabulary.ts'

const newline = 10
const carriageReturn = 13

const windowBytes = 1 << 20
/** What stays in reach behind the part being read: stacks and excerpts look back into it. */
const reach = 96 * 1024
const mostPlaces = 400
/** A longer line is read in pieces. */
const longestLine = 256 * 1024

export interface Place extends Line {
  offset: number
}

/** A line with a word of interest, taken apart only when it turns out to matter. */
export interface Hit {
  text: string
  read(): Place
}

/** Looks around a line while it is still in the window. */
export interface Surroundings {
  lineNumber(offset: number): number | null
  /** Earlier lines, nearest first, as far as they are in reach. */
  before(offset: number, most: number): Place[]
  after(offset: number, most: number): string[]
}

/**
 * Takes a log in pieces of any size and shows the lines that hold one of the words of the vocabulary.
 * Holds one window of bytes, whatever the size of the log. A carriage return ends a line too: progress bars
 * write many over each other.
 */
export class LogReader implements Surroundings {
  readonly scanned = { bytes: 0 }
  /** Lines taken apart lately: the stacks of one error after another are read again and again. */
  private readonly places = new Map<number, { place: Place; end: number }>()
  private readonly window = Buffer.allocUnsafe(windowBytes)
  /** Offset in the log of the first byte of the window. */
  private base = 0
  private filled = 0
  /** Up to where the window was searched; what lies before stays for looking back. */
  private done = 0
  /** Line number of the byte at `done`; null after a part that was not read. */
  private line: number | null = 1
  /** The line number asked for last: the next one is mostly a little further on. */
  private counted = { offset: 0, line: 1 }
  private readonly vocabulary: Vocabulary
  private readonly onLine: (hit: Hit, words: ReadonlySet<number>, around: Surroundings) => void

  constructor(vocabulary: Vocabulary, onLine: LogReader['onLine']) {
    this.vocabulary = vocabulary
    this.onLine = onLine
  }

  /** Goes on at another offset of the log: the bytes between are not seen. Overlaps are skipped by `push`. */
  seek(offset: number, whole: boolean): void {
    if (offset === this.base + this.filled) return
    this.finish()
    this.base = offset
    this.filled = 0
    this.done = 0
    this.line = offset === 0 ? 1 : null
    this.dropPartial = offset !== 0 && !whole
  }

  private dropPartial = false

  push(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; ) {
      if (this.filled === windowBytes) this.advance()
      const size = Math.min(bytes.length - from, windowBytes - this.filled)
      this.window.set(bytes.subarray(from, from + size), this.filled)
      this.filled += size
      this.scanned.bytes += size
      from += size
      if (this.filled === windowBytes) this.search(false)
    }
  }

  /** Searches what has arrived so far, up to the last whole line. */
  flush(): void {
    this.search(false)
  }

  /** The log ends here: the last line needs no newline. */
  finish(): void {
    this.search(true)
  }

  get end(): number {
    return this.base + this.filled
  }

  /** The last lines of the log, oldest first. */
  tail(most: number): Place[] {
    return this.before(this.end, most).reverse()
  }

  lineNumber(offset: number): number | null {
    if (this.line === null) return null
    const from =
      this.counted.offset <= offset && this.counted.offset >= this.base + this.done
        ? this.counted
        : { offset: this.base + this.done, line: this.line }
    const line = from.line + this.newlines(from.offset - this.base, offset - this.base)
    this.counted = { offset, line }
    return line
  }

  before(offset: number, most: number): Place[] {
    const places: Place[] = []
    let end = offset - this.base
    while (places.length < most && end > 0) {
      const last = this.lineEndBefore(end)
      const start = this.lineStart(last)
      if (last > start) places.push(this.place(start, last))
      end = start
    }
    return places
  }

  after(offset: number, most: number): string[] {
    const lines: string[] = []
    let start = this.lineEnd(offset - this.base, this.filled) + 1
    while (lines.length < most && start < this.filled) {
      const end = this.lineEnd(start, this.filled)
      if (end > start) lines.push(this.place(start, end).text)
      start = end + 1
    }
    return lines
  }

  private search(last: boolean): void {
    let to = this.filled
    if (!last) {
      to = this.window.subarray(0, this.filled).lastIndexOf(newline) + 1
      if (to <= this.done) {
        if (this.filled - this.done < longestLine) return
        to = this.filled
      }
    }
    if (this.dropPartial) {
      const first = this.window.subarray(0, this.filled).indexOf(newline)
      if (first < 0 && !last) return
      this.done = first < 0 ? this.filled : first + 1
      this.dropPartial = false
    }
    if (to <= this.done) return
    this.scan(to)
    if (this.line !== null) this.line += this.newlines(this.done, to)
    this.done = to
  }

  private scan(to: number): void {
    let start = -1
    let end = -1
    const words = new Set<number>()
    const show = () => {
      if (start < 0 || end <= start) return
      const [from, upTo] = [start, end]
      this.onLine({ text: this.text(from, upTo), read: () => this.place(from, upTo) }, words, this)
    }
    this.vocabulary.needles.scan(this.window, this.done, to, (word, at) => {
      if (at >= end) {
        show()
        start = this.lineStart(at)
        end = this.lineEnd(at, to)
        words.clear()
      }
      words.add(word)
      return at + 1
    })
    show()
  }

  /** Makes room: keeps what is unsearched and what lies in reach behind it. */
  private advance(): void {
    const keep = Math.max(0, Math.min(this.done - reach, this.done))
    this.window.copyWithin(0, keep, this.filled)
    this.base += keep
    this.filled -= keep
    this.done -= keep
  }

  private place(start: number, end: number): Place {
    const offset = this.base + start
    const known = this.places.get(offset)
    if (known !== undefined && known.end === end - start) return known.place
    const place = { ...readLine(this.text(start, end)), offset }
    if (this.places.size >= mostPlaces) this.places.clear()
    this.places.set(offset, { place, end: end - start })
    return place
  }

  private text(start: number, end: number): string {
    return withoutEscapes(this.window.toString('utf8', start, end))
  }

  private newlines(from: number, to: number): number {
    let count = 0
    for (
      let at = this.window.indexOf(newline, from);
      at !== -1 && at < to;
      at = this.window.indexOf(newline, at + 1)
    )
      count++
    return count
  }

  private lineStart(at: number): number {
    let start = at
    while (start > 0 && !isBreak(this.window[start - 1]!)) start--
    return start
  }

  private lineEnd(at: number, to: number): number {
    let end = at
    while (end < to && !isBreak(this.window[end]!)) end++
    return end
  }

  private lineEndBefore(at: number): number {
    let end = at
    while (end > 0 && isBreak(this.window[end - 1]!)) end--
    return end
  }
}

const isBreak = (byte: number): boolean => byte === newline || byte === carriageReturn
