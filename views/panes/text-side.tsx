import type { ReactNode } from 'react'
import { Rows } from '../widgets/rows.tsx'
import type { Box, Motion } from './pane.ts'

/** Rows of text longer than the place for them. */
export class TextSide {
  top = 0
  #height = 1
  #length = 0

  move(motion: Motion): void {
    const last = Math.max(0, this.#length - this.#height)
    const by =
      motion === 'home'
        ? Number.NEGATIVE_INFINITY
        : motion === 'end'
          ? Number.POSITIVE_INFINITY
          : 'rows' in motion
            ? motion.rows
            : Math.round(motion.pages * Math.max(1, this.#height - 1))
    this.top = Math.max(0, Math.min(last, this.top + by))
  }

  view(rows: readonly string[], { width, height }: Box): ReactNode {
    this.#height = Math.max(1, height)
    this.#length = rows.length
    this.top = Math.max(0, Math.min(this.top, rows.length - this.#height))
    return <Rows rows={rows.slice(this.top, this.top + height)} width={width} height={height} />
  }
}
