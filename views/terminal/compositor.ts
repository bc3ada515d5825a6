import { difference } from './diff.ts'
import { Grid, isWideLead, type Means, unknown } from './grid.ts'
import { InkStream } from './ink-stream.ts'
import { isMarkCode, marks } from './marks.ts'
import { type Paint, type Rect, type Region, RegionCanvas } from './region.ts'
import { scroll } from './scroll.ts'

/** Where bytes go. `done` is called when the terminal has taken them, so that a slow one is never written ahead of. */
export interface Sink {
  write(bytes: string, done: () => void): void
}

export interface Pace {
  /** Milliseconds between frames nobody pressed a key for. */
  interval: number
  /** Bytes a second such frames may take; a big one puts off the next. */
  bytesPerSecond: number
}

export const localPace: Pace = { interval: 33, bytesPerSecond: Number.POSITIVE_INFINITY }
export const remotePace: Pace = { interval: 100, bytesPerSecond: 18_000 }

export interface Screen {
  columns: number
  rows: number
}

const beginFrame = '\x1b[?2026h'
const endFrame = '\x1b[?2026l'
/** No colour, no scroll margins: what the first frame after another program relies on. */
const freshStart = '\x1b[m\x1b[r'
/** A key hurries the frames of this long, for the state it changed may take several commits to settle. */
const hurryFor = 150

/** Puts Ink's frame and the painted regions together and tells the terminal only what changed. */
export class Compositor {
  /** Give this to Ink as stdout, with `debug: true`. */
  readonly ink: InkStream
  /** What was written since the start, for budgets and tests. */
  readonly written = { bytes: 0, frames: 0, dropped: 0 }
  readonly #sink: Sink
  readonly #means: Means
  readonly #pace: Pace
  readonly #regions = new Map<string, RegionCanvas>()
  readonly #listeners = new Set<(differs: boolean) => void>()
  /** Ink's last frame of the right height, as text and as cells. */
  #lines: string[] = []
  #base: Grid
  #wanted: Grid
  #shown: Grid
  #extra = ''
  #timer: NodeJS.Timeout | NodeJS.Immediate | undefined
  #immediate = false
  #due = 0
  #hurried = Number.NEGATIVE_INFINITY
  #busy = false
  #changed = false
  #paused = false
  #strange = true
  readonly #waiting: (() => void)[] = []

  constructor(sink: Sink, screen: Screen, means: Means, pace: Pace = localPace) {
    this.#sink = sink
    this.#means = means
    this.#pace = pace
    this.ink = new InkStream(screen.columns, screen.rows, text => this.frame(text))
    this.#base = new Grid(screen.columns, screen.rows, means)
    this.#wanted = new Grid(screen.columns, screen.rows, means)
    this.#shown = new Grid(screen.columns, screen.rows, means, unknown)
  }

  /** A whole frame of rows, from Ink or, before Ink is there, by hand. One of another height belongs to another size. */
  frame(text: string): void {
    const lines = text.split('\n')
    if (lines.length !== this.#base.rows) {
      // Ink also writes nothing, and what shows the cursor.
      if (lines.length > 1) this.written.dropped++
      return
    }
    let changed = false
    for (let y = 0; y < lines.length; y++) {
      if (lines[y] === this.#lines[y]) continue
      this.#base.clearRow(y)
      this.#base.put(0, y, lines[y]!)
      changed = true
    }
    this.#lines = lines
    for (const listener of this.#listeners) listener(changed)
    if (this.written.frames === 0 && !this.#paused && !this.#busy) {
      // The very first frame does not wait its turn: loading Ink would come before it.
      this.#cancel()
      this.#paint()
    } else if (changed) this.#request()
  }

  /** Told of every frame of the right height, and whether it differs from the one before. */
  onFrame(listener: (differs: boolean) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Reserves a mark for a rectangle that `paint` fills. `rect` is asked at every frame. */
  region(rect: () => Rect | undefined, paint: Paint): Region {
    const mark = this.#freeMark()
    const canvas = new RegionCanvas(rect, paint, this.#means)
    this.#regions.set(mark, canvas)
    return {
      mark,
      refresh: () => {
        canvas.stale()
        this.#request()
      },
      refreshNow: () => {
        canvas.stale()
        this.hurry()
        this.#request()
      },
      release: () => this.#regions.delete(mark),
    }
  }

  /** A key was pressed: what changes now is shown without waiting for the pace. */
  hurry(): void {
    this.#hurried = performance.now()
  }

  /** The terminal's content is not known any more: everything is written anew. */
  repaint(): void {
    this.#forget()
    this.hurry()
    this.#request()
  }

  resize({ columns, rows }: Screen): void {
    if (columns === this.#base.cols && rows === this.#base.rows) {
      this.repaint()
      return
    }
    this.#base = new Grid(columns, rows, this.#means)
    this.#wanted = new Grid(columns, rows, this.#means)
    this.#lines = []
    this.#forget()
    this.hurry()
    this.ink.resize(columns, rows)
  }

  /** Bytes that are no picture (a copy to the clipboard, the bell), written between frames. */
  send(bytes: string): void {
    this.#extra += bytes
    this.hurry()
    this.#request()
  }

  /** While another program has the terminal nothing is written. */
  pause(): void {
    this.#paused = true
    this.#cancel()
  }

  resume(): void {
    this.#paused = false
    this.repaint()
  }

  /** Resolves once the terminal has taken what there is to show now, whatever changes after. */
  settled(): Promise<void> {
    if (!this.#busy && this.#timer === undefined) return Promise.resolve()
    return new Promise(resolve => this.#waiting.push(resolve))
  }

  #forget(): void {
    this.#shown = new Grid(this.#base.cols, this.#base.rows, this.#means, unknown)
    this.#strange = true
  }

  #request(): void {
    this.#changed = true
    if (this.#paused || this.#busy) return
    const now = performance.now()
    const urgent = now - this.#hurried < hurryFor || now >= this.#due
    if (this.#timer !== undefined) {
      if (!urgent || this.#immediate) return
      this.#cancel()
    }
    this.#immediate = urgent
    this.#timer = urgent
      ? setImmediate(() => this.#paint())
      : setTimeout(() => this.#paint(), this.#due - now)
  }

  #cancel(): void {
    if (this.#timer === undefined) return
    if (this.#immediate) clearImmediate(this.#timer as NodeJS.Immediate)
    else clearTimeout(this.#timer as NodeJS.Timeout)
    this.#timer = undefined
  }

  #paint(): void {
    this.#timer = undefined
    this.#changed = false
    const bytes = this.#extra + this.#picture()
    const shown = this.#waiting.splice(0)
    this.#extra = ''
    if (bytes === '') {
      for (const tell of shown) tell()
      return
    }
    const size = Buffer.byteLength(bytes)
    this.written.bytes += size
    this.written.frames++
    this.#due = performance.now() + Math.max(this.#pace.interval, (size / this.#pace.bytesPerSecond) * 1000)
    this.#busy = true
    this.#sink.write(bytes, () => {
      this.#busy = false
      if (this.#changed) this.#request()
      else shown.push(...this.#waiting.splice(0))
      for (const tell of shown) tell()
    })
  }

  #picture(): string {
    if (this.#lines.length === 0) return ''
    this.#compose()
    const start = this.#strange ? freshStart : scroll(this.#shown, this.#wanted, this.#means)
    this.#strange = false
    const body = start + difference(this.#shown, this.#wanted)
    return body === '' ? '' : beginFrame + body + endFrame
  }

  #compose(): void {
    const { cols, rows } = this.#base
    const painted = new Map([...this.#regions].map(([mark, region]) => [mark, region.painted()]))
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < cols; x++) {
        const at = y * cols + x
        const glyph = this.#base.glyph[at]!
        if (!isMarkCode(glyph.charCodeAt(0))) {
          this.#wanted.copyCell(this.#base, at, at)
          continue
        }
        const region = painted.get(glyph)
        const inX = region ? x - region.rect.x : -1
        const inY = region ? y - region.rect.y : -1
        if (region && inX >= 0 && inX < region.canvas.cols && inY >= 0 && inY < region.canvas.rows)
          this.#wanted.copyCell(region.canvas, inY * region.canvas.cols + inX, at)
        else this.#wanted.set(at, ' ', { fg: -1, bg: -1, attrs: 0 })
      }
    if (painted.size > 0) this.#mendHalves()
  }

  /** A wide glyph half covered by a dialog becomes blanks. */
  #mendHalves(): void {
    const { cols, rows, glyph } = this.#wanted
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < cols; x++) {
        const at = y * cols + x
        const orphan = glyph[at] === '' && (x === 0 || !isWideLead(glyph[at - 1]))
        const widow = isWideLead(glyph[at]) && (x === cols - 1 || glyph[at + 1] !== '')
        if (orphan || widow) glyph[at] = ' '
      }
  }

  #freeMark(): string {
    const mark = marks.find(free => !this.#regions.has(free))
    if (mark === undefined)
      throw new Error(`All ${marks.length} painted regions are in use; release one first.`)
    return mark
  }
}
