import { textWidth } from '../../terminal/width.ts'
import { LogBytes } from './bytes.ts'
import { Missing, previousLine } from './lines.ts'
import { ends, type LineNumber, LineNumbers } from './numbers.ts'
import { type Fold, LogRows, type Place, type Row } from './rows.ts'
import { type LogSource, pageSize } from './source.ts'
import { type Clock, clocks, stampOf, timeIn } from './stamps.ts'

/** Between two questions about new lines; a log that rests is asked less often. */
const pullEvery = 100
const pullAtRest = 250
/** What a row of a long line may need of the log's end. */
const bytesPerRow = 512

/** How far a line that tells a time is looked for: in bytes on the way to one, in lines above one that is shown. */
const searched = 65_536
const nearLines = 20

/** Places worth jumping to, by the letter that stands for them on the scrollbar: cause, error, match, mark. */
export type TickKind = 'C' | 'e' | '/' | 'm'

export interface LogStatus {
  size: number
  following: boolean
  /** What arrived since following stopped; lines are known only while little enough arrives to see all of it. */
  arrived: { bytes: number; lines: number | null }
  /** Byte offset of the line jumped to, else of the first one shown. */
  at: number
  column: number
  wrap: boolean
  clock: Clock
  /** Why the log cannot be read now. */
  error: string | null
}

/** A change that a key made is shown at once; what the log did may wait for the pace. */
type Listener = (cause: 'key' | 'log') => void

/** What of a log is on the screen, for a log of any length: a place in it, and the rows from there. */
export class LogModel {
  /** What to show inverted wherever it occurs. */
  highlight: RegExp | null = null
  readonly #log: LogBytes
  readonly #rows: LogRows
  readonly #numbers: LineNumbers
  readonly #listeners = new Set<Listener>()
  readonly #ticks = new Map<TickKind, readonly number[]>()
  #clock: Clock = 'off'
  #first: number | undefined
  #height = 24
  #top: Place = { offset: 0, row: 0 }
  #current: number | undefined
  #following = true
  #arrived: LogStatus['arrived'] = { bytes: 0, lines: 0 }
  #error: string | null = null
  #motions: Promise<void> = Promise.resolve()
  #timer: NodeJS.Timeout | undefined
  #running = false

  constructor(source: LogSource) {
    this.#log = new LogBytes(source)
    this.#rows = new LogRows(this.#log)
    this.#numbers = new LineNumbers(this.#log)
  }

  get status(): LogStatus {
    return {
      size: this.#log.size,
      following: this.#following,
      arrived: this.#arrived,
      at: this.#at,
      column: this.#rows.column,
      wrap: this.#rows.wrap,
      clock: this.#clock,
      error: this.#error,
    }
  }

  /** The number of the line looked at, or of the last while following, and of how many. */
  get numbers(): { at: LineNumber; last: LineNumber } {
    const { last } = this.#numbers
    return { at: this.#following ? last : this.#numbers.at(this.#at), last }
  }

  /** The line a jump ended on. */
  get current(): number | undefined {
    return this.#current
  }

  onChange(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Begins asking for new lines; `stop` ends it, and what is shown stays. */
  start(): void {
    if (this.#running) return
    this.#running = true
    void this.#pull()
  }

  stop(): void {
    this.#running = false
    clearTimeout(this.#timer)
  }

  resize(width: number, height: number): void {
    if (width === this.#rows.width && height === this.#height) return
    this.#rows.width = width
    this.#height = height
    this.#act(() => this.#settle())
  }

  follow(): void {
    this.#current = undefined
    this.#following = true
    this.#arrived = { bytes: 0, lines: 0 }
    this.#act(() => this.#settle())
  }

  /** Moves by rows; downwards past the end begins to follow. */
  scroll(rows: number): void {
    if (rows < 0) this.#pause()
    this.#act(() => (rows < 0 ? this.#place(this.#rows.above(this.#top, -rows)) : this.#down(rows)))
  }

  page(pages: number): void {
    this.scroll(Math.round(pages * Math.max(1, this.#height - 1)))
  }

  home(): void {
    this.#pause()
    this.#act(() => this.#place({ offset: 0, row: 0 }))
  }

  /** Shows the line that holds this offset, a third down the page. */
  jump(offset: number): void {
    this.#pause()
    this.#act(() => this.#show(offset))
  }

  /** Jumps to the next (1) or previous (-1) of these places; false where there is none. */
  next(kind: TickKind, direction: 1 | -1): boolean {
    const places = this.ticks(kind)
    const from = this.#current ?? this.#top.offset - (direction === 1 ? 1 : 0)
    const found =
      direction === 1 ? places.find(place => place > from) : places.findLast(place => place < from)
    if (found === undefined) return false
    this.jump(found)
    return true
  }

  ticks(kind: TickKind): readonly number[] {
    return this.#ticks.get(kind) ?? []
  }

  setTicks(kind: TickKind, places: readonly number[]): void {
    this.#ticks.set(kind, places)
    this.#tell('log')
  }

  toggleMark(): void {
    const marked = this.ticks('m')
    const others = marked.filter(mark => mark !== this.#at)
    this.#ticks.set('m', others.length < marked.length ? others : [...marked, this.#at].sort((a, b) => a - b))
    this.#tell('key')
  }

  /** Shows only the lines at these offsets; null shows all. */
  showOnly(offsets: readonly number[] | null): void {
    const at = this.#at
    this.#rows.setOnly(offsets)
    this.#act(() => (this.#following ? this.#settle() : this.#show(at)))
  }

  /** Shows only the lines that do not match; null shows all. */
  showExcept(pattern: RegExp | null): void {
    const at = this.#at
    this.#rows.setExcept(pattern)
    this.#act(() => (this.#following ? this.#settle() : this.#show(at)))
  }

  setFolds(folds: readonly Fold[]): void {
    this.#rows.setFolds(folds)
    this.#act(() => this.#settle())
  }

  /** Opens or closes the fold that holds the current line; false where there is none. */
  toggleFold(): boolean {
    const start = this.#rows.toggleFold(this.#at)
    if (start !== undefined) this.jump(start)
    return start !== undefined
  }

  /** Moves sideways by cells; -Infinity is the very left. A wrapped log has no sides. */
  sideways(cells: number): void {
    if (this.#rows.wrap) return
    this.#rows.column = Math.max(0, cells === Number.NEGATIVE_INFINITY ? 0 : this.#rows.column + cells)
    this.#tell('key')
  }

  /** Moves so far that the longest line shown ends at the right edge. */
  toLineEnd(): void {
    const widest = Math.max(0, ...this.rows().map(({ text }) => textWidth(text)))
    this.#rows.column = 0
    this.sideways(Math.max(0, widest - this.#rows.width))
  }

  /** The next of the clocks there are. */
  turnClock(): void {
    this.#clock = clocks[(clocks.indexOf(this.#clock) + 1) % clocks.length]!
    if (this.#clock === 'start' && this.#first === undefined) void this.#begin()
    this.#tell('key')
  }

  /** When the first line that tells a time was written; undefined until it is known. */
  get began(): number | undefined {
    return this.#first
  }

  /** When the line before this one was written, of those close by that tell a time. */
  stampBefore(offset: number): number | undefined {
    let at: number | undefined | Missing = offset
    for (let lines = 0; lines < nearLines; lines++) {
      at = previousLine(this.#log, at)
      if (typeof at !== 'number') return undefined
      const stamp = stampOf(this.line(at))
      if (stamp !== undefined) return stamp
    }
    return undefined
  }

  /** Jumps to the first line written at this time or after; answers what is wrong where it cannot. */
  async toTime(said: string): Promise<string | null> {
    await this.#begin()
    const last = await this.#stampFrom(Math.max(0, this.#log.size - searched))
    if (this.#first === undefined || last === undefined) return 'No line of this log tells a time.'
    const end = (await this.#lastStamp()) ?? last
    const wanted = timeIn(said, this.#first, end)
    if (wanted === undefined) return `'${said}' is not a time such as 02:09, +5m or -10m.`
    this.jump(await this.#offsetOf(wanted))
    return null
  }

  toggleWrap(): void {
    this.#rows.wrap = !this.#rows.wrap
    this.#rows.column = 0
    this.#top = { ...this.#top, row: 0 }
    this.#act(() => this.#settle())
  }

  /** The rows to show now; what they lack is asked for, and told of once it is there. */
  rows(): Row[] {
    const rows = this.#rows.from(this.#top, this.#height)
    if (!(rows instanceof Missing)) return rows
    if (this.#error === null) this.#act(() => undefined, rows)
    return []
  }

  /** The line at an offset as text, for copying; empty where it is not at hand. */
  line(offset: number): string {
    const text = this.#rows.text(offset)
    return text instanceof Missing ? '' : text
  }

  async #begin(): Promise<void> {
    this.#first ??= await this.#stampFrom(0)
    this.#tell('key')
  }

  /** The bytes between two places, loaded where they are not at hand. */
  async #bytes(from: number, to: number): Promise<Uint8Array> {
    const end = Math.min(to, this.#log.size)
    if (!this.#log.slice(from, end)) await this.#log.load(from, end)
    return this.#log.slice(from, end) ?? new Uint8Array()
  }

  async #stampFrom(offset: number): Promise<number | undefined> {
    return (await this.#stamped(offset))?.stamp
  }

  /** The first line behind this place that tells a time. */
  async #stamped(offset: number): Promise<{ at: number; stamp: number } | undefined> {
    const text = Buffer.from(await this.#bytes(offset, offset + searched)).toString('latin1')
    // What is before the first end of line is part of another line.
    let at = offset === 0 ? 0 : text.indexOf('\n') + 1
    if (offset > 0 && at === 0) return undefined
    while (at < text.length) {
      const end = text.indexOf('\n', at)
      const stamp = stampOf(text.slice(at, end < 0 ? undefined : end))
      if (stamp !== undefined) return { at: offset + at, stamp }
      if (end < 0) return undefined
      at = end + 1
    }
    return undefined
  }

  async #lastStamp(): Promise<number | undefined> {
    const from = Math.max(0, this.#log.size - searched)
    const lines = Buffer.from(await this.#bytes(from, this.#log.size))
      .toString('latin1')
      .split('\n')
    for (const line of lines.reverse()) {
      const stamp = stampOf(line)
      if (stamp !== undefined) return stamp
    }
    return undefined
  }

  /** Halves the log until the place is found: what it asks for is a few pages, however long the log. */
  async #offsetOf(wanted: number): Promise<number> {
    let low = 0
    let high = this.#log.size
    let found = high
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      const one = await this.#stamped(middle)
      if (one && one.stamp < wanted) low = Math.max(middle, one.at)
      else {
        if (one) found = Math.min(found, one.at)
        high = middle
      }
    }
    const first = await this.#stamped(0)
    return first && first.stamp >= wanted ? first.at : Math.min(found, this.#log.size)
  }

  get #at(): number {
    return this.#current ?? this.#top.offset
  }

  #pause(): void {
    if (!this.#following) return
    this.#following = false
    this.#arrived = { bytes: 0, lines: 0 }
  }

  #tell(cause: 'key' | 'log'): void {
    for (const listener of this.#listeners) listener(cause)
  }

  /** Motions happen one after the other, each tried again after what it lacked was loaded. */
  #act(motion: () => Missing | undefined, lacking?: Missing): void {
    this.#motions = this.#motions.then(async () => {
      try {
        await this.#complete(motion, lacking)
        this.#error = null
      } catch (error) {
        this.#error = reason(error)
      }
      this.#tell('key')
    })
  }

  async #complete(motion: () => Missing | undefined, lacking?: Missing): Promise<void> {
    for (let missing = lacking ?? motion(); missing; missing = motion())
      await this.#log.load(missing.from, missing.to)
  }

  async #pull(): Promise<void> {
    const before = this.#log.size
    let grew = false
    try {
      const enough = this.#height * Math.max(this.#rows.width, bytesPerRow)
      const pulled = await this.#log.pull(Math.min(pageSize, enough))
      grew = pulled.grew
      if (pulled.shrunk) this.#restart()
      if (grew || pulled.shrunk) await this.#grown(pulled.shrunk ? 0 : before)
      this.#error = null
    } catch (error) {
      this.#error = reason(error)
      this.#tell('log')
    }
    if (this.#running) this.#timer = setTimeout(() => void this.#pull(), grew ? pullEvery : pullAtRest)
  }

  /** The log was replaced by a shorter one: it is read from its end, as a new one is. */
  #restart(): void {
    this.#rows.forget()
    this.#numbers.forget()
    this.#top = { offset: 0, row: 0 }
    this.#current = undefined
    this.#following = true
  }

  async #grown(before: number): Promise<void> {
    this.#numbers.grown(before)
    const fresh = this.#log.slice(before, this.#log.size)
    const { bytes, lines } = this.#arrived
    this.#arrived = {
      bytes: bytes + this.#log.size - before,
      lines: fresh && lines !== null ? lines + ends(fresh) : null,
    }
    const unfinished = previousLine(this.#log, before)
    if (unfinished instanceof Missing) this.#rows.forget()
    else this.#rows.forget(unfinished)
    await this.#complete(() => this.#settle())
    this.#tell('log')
  }

  /** While following, the end is what is shown. */
  #settle(): Missing | undefined {
    if (!this.#following) return undefined
    const last = this.#rows.last()
    if (last === undefined || last instanceof Missing) return last
    return this.#place(this.#rows.above(last, this.#height - 1))
  }

  #show(offset: number): Missing | undefined {
    const line = this.#rows.holding(offset)
    if (line instanceof Missing) return line
    const missing = this.#place(this.#rows.above(line, Math.floor(this.#height / 3)))
    if (!missing) this.#current = line.offset
    return missing
  }

  #place(place: Place | Missing): Missing | undefined {
    if (place instanceof Missing) return place
    this.#top = place
    return undefined
  }

  #down(rows: number): Missing | undefined {
    const ahead = this.#rows.from(this.#top, this.#height + rows)
    if (ahead instanceof Missing) return ahead
    const steps = Math.min(rows, Math.max(0, ahead.length - this.#height))
    if (steps < rows && this.#running) {
      this.#following = true
      this.#current = undefined
      return this.#settle()
    }
    const { offset } = ahead[steps] ?? this.#top
    const sameLine = ahead.slice(0, steps).filter(row => row.offset === offset).length
    return this.#place({ offset, row: sameLine + (offset === this.#top.offset ? this.#top.row : 0) })
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
