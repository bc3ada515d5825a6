import { errorWords } from '../../../src/contract/replaced.ts'
import { withoutColours } from '../../terminal/sanitise.ts'
import { Absence } from './absence.ts'
import { LogBytes } from './bytes.ts'
import { Missing, previousLine } from './lines.ts'
import { type Needle, seek } from './needle.ts'
import { type Counted, ends, type LineNumber, LineNumbers } from './numbers.ts'
import { Pulling } from './pulling.ts'
import { type Fold, LogRows, type Row } from './rows.ts'
import { type LogSource, pageSize } from './source.ts'
import { type Clock, clocks } from './stamps.ts'
import type { LogStatus } from './status.ts'
import { type TickKind, Ticks } from './ticks.ts'
import { LogTimes } from './times.ts'
import { LogWindow } from './window.ts'

/** What a row of a long line may need of the log's end. */
const bytesPerRow = 512

/** A change that a key made is shown at once; what the log did may wait for the pace. */
type Listener = (cause: 'key' | 'log') => void

/** What the log did: it grew from an offset on, or was replaced by another. */
export type Growth = { replaced: boolean; from: number }

/** What of a log is on the screen, for a log of any length: a place in it, and the rows from there. */
export class LogModel {
  /** What to show inverted wherever it occurs. */
  highlight: RegExp | null = null
  readonly times: LogTimes
  readonly #log: LogBytes
  readonly #rows: LogRows
  readonly #window: LogWindow
  readonly #numbers: LineNumbers
  readonly #ticks = new Ticks()
  readonly #listeners = new Set<Listener>()
  readonly #growth = new Set<(growth: Growth) => void>()
  #clock: Clock = 'off'
  #arrived: LogStatus['arrived'] = { bytes: 0, lines: 0 }
  #error: string | null = null
  #motions: Promise<void> = Promise.resolve()
  readonly #pulling = new Pulling(() => this.#pull())
  readonly #absence = new Absence()
  #nothing = ''
  #shown: Row[] = []

  constructor(source: LogSource) {
    this.#log = new LogBytes(source)
    this.#rows = new LogRows(this.#log)
    this.#window = new LogWindow(this.#log, this.#rows)
    this.#numbers = new LineNumbers(this.#log)
    this.times = new LogTimes(this.#log)
  }

  get status(): LogStatus {
    return {
      size: this.#log.size,
      following: this.#window.following,
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
    return { at: this.#window.following ? last : this.#numbers.at(this.#at), last }
  }

  /** Somebody counted the lines that end before these places. */
  counted(places: readonly Counted[]): void {
    this.#numbers.know(places)
    this.#tell('log')
  }

  /** The line a jump ended on, while it is in view. */
  get current(): number | undefined {
    return this.#window.current
  }

  /** What to say where there are no rows. */
  get nothing(): string {
    return this.#nothing
  }

  onChange(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  onGrowth(listener: (growth: Growth) => void): void {
    this.#growth.add(listener)
  }

  /** Begins asking for new lines; `stop` ends it, and what is shown stays. */
  start(): void {
    if (this.#window.following) this.#absence.feel(() => this.#tell('log'))
    this.#pulling.start()
  }

  stop(): void {
    this.#pulling.stop()
    this.#absence.end()
  }

  /** Nobody looks at it: where one is stays known, what can be read again does not. */
  leave(): void {
    this.stop()
    this.#absence.begin()
    this.#log.letGo()
    this.#rows.forget()
  }

  resize(width: number, height: number): void {
    if (width === this.#rows.width && height === this.#window.height) return
    this.#window.resize(width, height)
    if (this.#window.settle()) this.#act(() => this.#window.settle())
  }

  get isGlance(): boolean {
    return this.#window.isGlance
  }

  /** Whether its end is only seen in passing, or it is read: then it is as whoever reads it left it. */
  glance(is: boolean): void {
    if (is === this.isGlance) return
    this.#window.glance(is)
    if (this.#window.settle()) this.#act(() => this.#window.settle())
  }

  follow(): void {
    this.#window.current = undefined
    this.#window.following = true
    this.#arrived = { bytes: 0, lines: 0 }
    this.#act(() => this.#window.settle())
  }

  /** Moves by rows; downwards past the end begins to follow. */
  scroll(rows: number): void {
    if (rows < 0) this.#pause()
    this.#act(() => (rows < 0 ? this.#window.up(-rows) : this.#window.down(rows, this.#pulling.isOn)))
  }

  page(pages: number): void {
    this.scroll(Math.round(pages * Math.max(1, this.#window.height - 1)))
  }

  home(): void {
    this.#pause()
    this.#act(() => this.#window.home())
  }

  /** Shows the line that holds this offset, a third down the page; a fold it is in is opened. */
  jump(offset: number, sought: RegExp | null = null): void {
    this.#pause()
    this.#rows.unfold(offset)
    this.#window.heading = offset
    // Who searched it may have seen more of it than was asked for here.
    const before = offset >= this.#log.size ? () => this.#pull() : undefined
    this.#act(() => this.#window.show(offset, sought), 'key', before)
  }

  /** Jumps to the next (1) or previous (-1) of these places, round from one end to the other; undefined where there is none. */
  next(kind: TickKind, direction: 1 | -1): { at: number; round: boolean } | undefined {
    const found = this.#ticks.next(kind, this.#window.from(direction), direction)
    if (found) this.jump(found.at, kind === '/' ? this.highlight : null)
    return found
  }

  /** Whether there is such a place in that direction. */
  isAhead(kind: TickKind, direction: 1 | -1): boolean {
    return this.#ticks.next(kind, this.#window.from(direction), direction)?.round === false
  }

  /** Jumps to the nearest line with this, from here or the end, that is found by reading on; false where that is too far. */
  async seek(needle: Needle, direction: 1 | -1, isFromEnd = false): Promise<boolean> {
    const from = isFromEnd ? this.#log.size : this.#window.from(direction)
    const found = await seek(this.#log, needle, from, direction)
    if (found !== undefined) this.jump(found, this.highlight)
    return found !== undefined
  }

  ticks(kind: TickKind): readonly number[] {
    return this.#ticks.of(kind)
  }

  setTicks(kind: TickKind, places: readonly number[]): void {
    this.#ticks.set(kind, places)
    this.#tell('log')
  }

  toggleMark(): void {
    this.#act(() => this.#ticks.toggle('m', this.#at))
  }

  /** Shows only the lines at these offsets; null shows all. */
  showOnly(offsets: readonly number[] | null): void {
    this.#filtered(() => this.#rows.setOnly(offsets))
  }

  /** More lines of those that are shown; what is in view stays there. */
  addOnly(offsets: readonly number[]): void {
    this.#rows.setOnly(offsets)
    this.#act(() => this.#window.settle(), 'log')
  }

  /** Shows only the lines that match, or only those that do not; null shows all. */
  showWhere(pattern: RegExp | null, matches = true): void {
    this.#filtered(() => this.#rows.setWhere(pattern && { pattern, matches }))
  }

  setFolds(folds: readonly Fold[]): void {
    this.#rows.setFolds(folds)
    this.#act(() => this.#window.settle())
  }

  /** Opens or closes the fold of the current line, else the nearest one in view; false where there is none. */
  toggleFold(): boolean {
    const start = this.#rows.toggleFold([this.#at, ...this.#window.nearby()])
    if (start !== undefined) this.jump(start)
    return start !== undefined
  }

  /** Moves sideways by cells; -Infinity is the very left. A wrapped log has no sides. */
  sideways(cells: number): void {
    this.#window.sideways(cells)
    this.#tell('key')
  }

  /** Moves so far that the longest line shown ends at the right edge. */
  toLineEnd(): void {
    this.#window.toLineEnd()
    this.#tell('key')
  }

  /** The next of the clocks there are. */
  turnClock(): void {
    this.setClock(clocks[(clocks.indexOf(this.#clock) + 1) % clocks.length]!)
  }

  setClock(clock: Clock): void {
    this.#clock = clock
    // Where its first time cannot be read, the lines themselves cannot either, and say why.
    if (clock === 'start')
      void this.times.begin().then(
        () => this.#tell('key'),
        () => undefined,
      )
    this.#tell('key')
  }

  /** Jumps to the first line written at this time or after; answers what is wrong where it cannot. */
  async toTime(said: string): Promise<string | null> {
    if (/^\s*start\s*$/i.test(said)) this.home()
    else if (/^\s*(end|now)\s*$/i.test(said)) this.follow()
    else {
      const found = await this.times.find(said)
      if (typeof found === 'string') return found
      this.jump(found)
    }
    return null
  }

  toggleWrap(): void {
    this.#window.turnWrap()
    this.#act(() => this.#window.settle())
  }

  /** The rows to show now; what they lack is asked for, and until it is there what was shown stays. */
  rows(): Row[] {
    const rows = this.#absence.isFelt ? [] : this.#window.shown()
    this.#nothing = rows instanceof Missing || rows.length > 0 ? '' : this.#whyNothing()
    if (rows instanceof Missing) {
      const load = () => this.#log.load(rows.from, rows.to)
      if (this.#error === null) this.#act(() => undefined, 'key', load)
    } else this.#shown = rows
    return this.#shown.slice(0, this.#window.height)
  }

  /** The lines at these places, else those in view, as they were written: each once, whole, and all that a fold stands for. */
  async written(
    offsets: Iterable<number> = new Set(this.rows().map(({ offset }) => offset)),
  ): Promise<string[]> {
    const all: string[] = []
    for (const offset of offsets) {
      let lines = this.#rows.written(offset)
      for (; lines instanceof Missing; lines = this.#rows.written(offset))
        await this.#log.load(lines.from, lines.to)
      all.push(...lines.map(line => withoutColours(line).trimEnd()))
    }
    return all
  }

  /** The line at an offset as text; empty where it is not at hand. */
  line(offset: number): string {
    const text = this.#rows.text(offset)
    return text instanceof Missing ? '' : text
  }

  /** The bytes from the line that holds `from` to the end, where they are at hand. */
  since(from: number): { start: number; bytes: Uint8Array } | undefined {
    const before = previousLine(this.#log, from)
    if (before instanceof Missing) return undefined
    const start = before ?? 0
    const bytes = this.#log.slice(start, this.#log.size)
    return bytes && { start, bytes }
  }

  get #at(): number {
    return this.#window.at
  }

  #whyNothing(): string {
    if (!this.#log.isKnown || this.#absence.isFelt || this.#error !== null) return ''
    if (this.#log.size > 0) return 'No line to show: what was searched for leaves none.'
    return this.#pulling.isOn ? 'Nothing is written yet.' : 'Nothing was written.'
  }

  #filtered(change: () => void): void {
    const at = this.#at
    change()
    this.#act(() => (this.#window.following ? this.#window.settle() : this.#window.show(at)))
  }

  #pause(): void {
    if (!this.#window.following) return
    this.#window.following = false
    this.#arrived = { bytes: 0, lines: 0 }
  }

  #tell(cause: 'key' | 'log'): void {
    for (const listener of this.#listeners) listener(cause)
  }

  /** Motions happen one after the other, each tried again after what it lacked was loaded. */
  #act(
    motion: () => Missing | undefined,
    cause: 'key' | 'log' = 'key',
    before?: () => Promise<unknown>,
  ): void {
    this.#motions = this.#motions.then(async () => {
      try {
        await before?.()
        await this.#complete(motion)
        this.#error = null
      } catch (error) {
        this.#error = errorWords(error)
      }
      this.#tell(cause)
    })
  }

  async #complete(motion: () => Missing | undefined): Promise<void> {
    for (let missing = motion(); missing; missing = motion()) await this.#log.load(missing.from, missing.to)
  }

  async #pull(): Promise<boolean> {
    try {
      const enough = this.#window.height * Math.max(this.#rows.width, bytesPerRow)
      // At first a whole page, since the lines of a short log are counted by it.
      const wanted = this.#log.isKnown ? Math.min(pageSize, enough) : pageSize
      const { first, from, grew, replaced } = await this.#log.pull(wanted)
      if (replaced) this.#restart()
      if (grew || replaced) await this.#grown(from, replaced)
      const isBack = this.#absence.end() || this.#error !== null
      this.#error = null
      if (isBack || first) this.#tell('log')
      return grew
    } catch (error) {
      this.#absence.end()
      this.#error = errorWords(error)
      this.#tell('log')
      return false
    }
  }

  /** The log was replaced by another: nothing that was known of the old one holds. */
  #restart(): void {
    this.#rows.restart()
    this.#numbers.forget()
    this.times.forget()
    this.#ticks.clear()
    this.#window.restart()
    this.#shown = []
    this.#arrived = { bytes: 0, lines: 0 }
  }

  async #grown(from: number, replaced: boolean): Promise<void> {
    this.#numbers.grown(from)
    const fresh = this.#log.slice(from, this.#log.size)
    const { bytes, lines } = this.#arrived
    this.#arrived = {
      bytes: bytes + this.#log.size - from,
      lines: fresh && lines !== null ? lines + ends(fresh) : null,
    }
    const unfinished = previousLine(this.#log, from)
    if (unfinished instanceof Missing) this.#rows.forget()
    else this.#rows.forget(unfinished)
    for (const listener of this.#growth) listener({ replaced, from })
    await this.#complete(() => this.#window.settle())
    this.#absence.end()
    this.#tell('log')
  }
}
