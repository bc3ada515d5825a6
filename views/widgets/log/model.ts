import { textWidth } from '../../terminal/width.ts'
import { LogBytes } from './bytes.ts'
import { Missing, previousLine } from './lines.ts'
import { ends, type LineNumber, LineNumbers } from './numbers.ts'
import { type Fold, LogRows, type Place, type Row } from './rows.ts'
import { type LogSource, pageSize } from './source.ts'
import { type Clock, clocks } from './stamps.ts'
import { type TickKind, Ticks } from './ticks.ts'
import { LogTimes } from './times.ts'

/** Between two questions about new lines; a log that rests is asked less often. */
const pullEvery = 100
const pullAtRest = 250
/** What a row of a long line may need of the log's end. */
const bytesPerRow = 512

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
  readonly #ticks = new Ticks()
  readonly #times: LogTimes
  #clock: Clock = 'off'
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
    this.#times = new LogTimes(this.#log)
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
    const from = this.#current ?? this.#top.offset - (direction === 1 ? 1 : 0)
    const found = this.#ticks.next(kind, from, direction)
    if (!found || found.round) return false
    this.jump(found.at)
    return true
  }

  ticks(kind: TickKind): readonly number[] {
    return this.#ticks.of(kind)
  }

  setTicks(kind: TickKind, places: readonly number[]): void {
    this.#ticks.set(kind, places)
    this.#tell('log')
  }

  toggleMark(): void {
    this.#ticks.toggle('m', this.#at)
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
    if (this.#clock === 'start') void this.#times.begin().then(() => this.#tell('key'))
    this.#tell('key')
  }

  /** When the first line that tells a time was written; undefined until it is known. */
  get began(): number | undefined {
    return this.#times.began
  }

  /** When the line before this one was written, of those close by that tell a time. */
  stampBefore(offset: number): number | undefined {
    return this.#times.before(offset, at => this.line(at))
  }

  /** Jumps to the first line written at this time or after; answers what is wrong where it cannot. */
  async toTime(said: string): Promise<string | null> {
    const found = await this.#times.find(said)
    if (typeof found === 'string') return found
    this.jump(found)
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
