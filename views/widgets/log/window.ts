import { textWidth } from '../../terminal/width.ts'
import type { LogBytes } from './bytes.ts'
import { Missing } from './lines.ts'
import type { LogRows, Place, Row } from './rows.ts'

/** A place in a log that one comes back to. */
interface Left {
  following: boolean
  current: number | undefined
  heading: number | undefined
  offset: number
  cell: number
  column: number
}

/** Which rows of a log are in view: the place at their top, and how it moves. A motion answers what it lacks, and has done nothing then. */
export class LogWindow {
  height = 24
  following = true
  /** The line a jump ended on, while it is in view. */
  current: number | undefined
  /** Where a jump that has not come there yet leads. */
  heading: number | undefined
  readonly #log: LogBytes
  readonly #rows: LogRows
  #top: Place = { offset: 0, row: 0 }
  /** Where somebody was who reads it, while the end is only glanced at. */
  #left: Left | null = null

  constructor(log: LogBytes, rows: LogRows) {
    this.#log = log
    this.#rows = rows
  }

  get isGlance(): boolean {
    return this.#left !== null
  }

  /** The end, as it is seen in passing; after that what was in view comes back, unless somebody moved meanwhile. */
  glance(is: boolean): void {
    if (is === this.isGlance) return
    const left = this.#left
    this.#left = is ? this.#place() : null
    this.#rows.glance(is)
    if (is) this.#go({ following: true, current: undefined, heading: undefined, column: 0 })
    else if (left && this.following) {
      this.#go(left)
      this.#top = { offset: left.offset, row: this.#rows.rowOf(left.offset, left.cell) }
    }
  }

  #place(): Left {
    const { following, current, heading } = this
    const { offset } = this.#top
    return {
      following,
      current,
      heading,
      offset,
      cell: this.#rows.cellOf(this.#top),
      column: this.#rows.column,
    }
  }

  #go({ following, current, heading, column }: Omit<Left, 'offset' | 'cell'>): void {
    Object.assign(this, { following, current, heading })
    this.#rows.column = column
  }

  /** The line looked at: the one jumped to, else the first in view. */
  get at(): number {
    return this.current ?? this.#top.offset
  }

  /** What is next is next to the line jumped to, else to the first in view, or to the end that is followed. */
  from(direction: 1 | -1): number {
    const at = this.heading ?? this.current
    if (at !== undefined) return at
    if (direction === 1) return this.#top.offset - 1
    return this.following ? this.#log.size : this.#top.offset
  }

  /** The lines in view, the nearest to the one looked at first. */
  nearby(): number[] {
    const offsets = this.#offsets()
    const at = Math.max(0, offsets.indexOf(this.at))
    return offsets
      .map((offset, row) => ({ offset, far: Math.abs(row - at) }))
      .sort((a, b) => a.far - b.far)
      .map(({ offset }) => offset)
  }

  shown(): Row[] | Missing {
    return this.#rows.from(this.#top, this.height)
  }

  /** Nothing known of the log holds any more. */
  restart(): void {
    if (this.#left) this.#left = { ...this.#left, current: undefined, heading: undefined, offset: 0, cell: 0 }
    this.current = undefined
    this.heading = undefined
    this.#top = { offset: 0, row: 0 }
  }

  /** Other measures; the text at the top stays there. */
  resize(width: number, height: number): void {
    const cell = this.#rows.cellOf(this.#top)
    this.#rows.width = width
    this.height = height
    this.#top = { ...this.#top, row: this.#rows.rowOf(this.#top.offset, cell) }
  }

  turnWrap(): void {
    this.#rows.wrap = !this.#rows.wrap
    this.#rows.column = 0
    this.#top = { ...this.#top, row: 0 }
  }

  sideways(cells: number): void {
    if (this.#rows.wrap) return
    this.#rows.column = Math.max(0, cells === Number.NEGATIVE_INFINITY ? 0 : this.#rows.column + cells)
  }

  toLineEnd(): void {
    const rows = this.shown()
    const widths = rows instanceof Missing ? [] : rows.map(({ text }) => textWidth(text))
    if (!this.#rows.wrap) this.#rows.column = Math.max(0, ...widths.map(width => width - this.#rows.width))
  }

  /** While following, the end is what is shown. */
  settle(): Missing | undefined {
    if (!this.following) return undefined
    const lowest = this.#lowest()
    if (lowest instanceof Missing) return lowest
    this.#top = lowest ?? { offset: this.#log.size, row: 0 }
    return undefined
  }

  home(): Missing | undefined {
    return this.#move({ offset: 0, row: 0 })
  }

  up(rows: number): Missing | undefined {
    return this.#move(this.#rows.above(this.#top, rows))
  }

  /** Past the end it follows, where there is more to come. */
  down(rows: number, more: boolean): Missing | undefined {
    const ahead = this.#rows.from(this.#top, this.height + rows)
    if (ahead instanceof Missing) return ahead
    const steps = Math.min(rows, Math.max(0, ahead.length - this.height))
    if (steps < rows && more) {
      this.following = true
      this.current = undefined
      return this.settle()
    }
    const { offset } = ahead[steps] ?? this.#top
    const sameLine = ahead.slice(0, steps).filter(row => row.offset === offset).length
    return this.#move({ offset, row: sameLine + (offset === this.#top.offset ? this.#top.row : 0) })
  }

  /** The line that holds this offset, a third down the page, and of a long one the part that matches. */
  show(offset: number, sought: RegExp | null = null): Missing | undefined {
    const line = this.#rows.holding(offset)
    if (line instanceof Missing) return line
    const part = sought ? this.#rows.matching(line.offset, sought) : { offset: line.offset, cell: 0, end: 0 }
    if (part instanceof Missing) return part
    const row = this.#rows.rowOf(part.offset, part.cell)
    const top = this.#rows.above({ offset: part.offset, row }, Math.floor(this.height / 3))
    if (top instanceof Missing) return top
    const lowest = this.#lowest()
    if (lowest instanceof Missing) return lowest
    this.#top = lowest && isAfter(top, lowest) ? lowest : top
    this.current = part.offset
    if (this.heading === offset) this.heading = undefined
    if (sought) this.#rows.reveal(part)
    return undefined
  }

  #offsets(): number[] {
    const rows = this.shown()
    return rows instanceof Missing ? [] : rows.map(({ offset }) => offset)
  }

  /** The top of the last page. */
  #lowest(): Place | undefined | Missing {
    const last = this.#rows.last()
    return last === undefined || last instanceof Missing ? last : this.#rows.above(last, this.height - 1)
  }

  #move(place: Place | Missing): Missing | undefined {
    if (place instanceof Missing) return place
    this.heading = undefined
    const rows = this.current === undefined ? [] : this.#rows.from(place, this.height)
    if (rows instanceof Missing) return rows
    this.#top = place
    if (!rows.some(({ offset }) => offset === this.current)) this.current = undefined
    return undefined
  }
}

const isAfter = (one: Place, other: Place): boolean =>
  one.offset > other.offset || (one.offset === other.offset && one.row > other.row)
