import { Grid, type Means } from './grid.ts'

export interface Rect {
  x: number
  y: number
  width: number
  height: number
}

/** Draws the whole of a region; the grid comes blank and in the region's size. */
export type Paint = (canvas: Grid) => void

/** A rectangle Ink reserves and the compositor fills. */
export interface Region {
  /** The character Ink draws in every cell of it. */
  readonly mark: string
  /** Its content changed; shown at the next frame the pace allows. */
  refresh(): void
  /** Its content changed because of a key; shown at once. */
  refreshNow(): void
  release(): void
}

/** A region as the compositor holds it: its canvas is painted again only when its content or its size changed. */
export class RegionCanvas {
  #canvas: Grid | undefined
  #stale = true
  readonly #rect: () => Rect | undefined
  readonly #paint: Paint
  readonly #means: Means

  constructor(rect: () => Rect | undefined, paint: Paint, means: Means) {
    this.#rect = rect
    this.#paint = paint
    this.#means = means
  }

  stale(): void {
    this.#stale = true
  }

  painted(): { rect: Rect; canvas: Grid } | undefined {
    const rect = this.#rect()
    if (!rect || rect.width < 1 || rect.height < 1) return undefined
    const canvas = this.#sized(rect)
    if (this.#stale) {
      for (let y = 0; y < canvas.rows; y++) canvas.clearRow(y)
      this.#stale = false
      this.#paint(canvas)
    }
    return { rect, canvas }
  }

  #sized({ width, height }: Rect): Grid {
    if (!this.#canvas || this.#canvas.cols !== width || this.#canvas.rows !== height) {
      this.#canvas = new Grid(width, height, this.#means)
      this.#stale = true
    }
    return this.#canvas
  }
}
