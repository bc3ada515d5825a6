import type { ReactNode } from 'react'
import type { Action } from '../actions/registry.ts'
import type { Bindings } from '../keys/bindings.ts'
import type { Shell } from '../shell/shell.ts'
import { withoutColours } from '../terminal/sanitise.ts'
import { Rows } from '../widgets/rows.tsx'
import { toned } from '../widgets/theme.ts'
import type { Box, Motion } from './pane.ts'

/** Rows of text longer than the place for them, to scroll and to search. */
export class TextSide {
  top = 0
  #height = 1
  #rows: readonly string[] = []
  #of: string | undefined
  #found: { text: string; at: number } | null = null

  move(motion: Motion): void {
    const last = Math.max(0, this.#rows.length - this.#height)
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

  /** `of` names what the rows are of: another thing is read from its beginning. */
  view(rows: readonly string[], { width, height }: Box, of?: string): ReactNode {
    if (of !== this.#of) {
      this.top = 0
      this.#found = null
    }
    this.#of = of
    this.#height = Math.max(1, height)
    this.#rows = rows
    this.top = Math.max(0, Math.min(this.top, rows.length - this.#height))
    const shown = rows.slice(this.top, this.top + height)
    const found = this.#found
    return (
      <Rows
        rows={found === null ? shown : shown.map((row, y) => lit(row, found, this.top + y))}
        width={width}
        height={height}
      />
    )
  }

  /** Goes to the first row from here on that holds the words, or on to the next; false where none does. */
  find(text: string, by: 1 | -1 | 0 = 0): boolean {
    const words = text.toLowerCase()
    const { length } = this.#rows
    const from = this.#found && by !== 0 ? this.#found.at + by : this.top
    for (let n = 0; n < length && words !== ''; n++) {
      const at = (((from + n * (by || 1)) % length) + length) % length
      if (!withoutColours(this.#rows[at]!).toLowerCase().includes(words)) continue
      this.#found = { text: words, at }
      if (at < this.top || at >= this.top + this.#height)
        this.top = Math.max(0, Math.min(length - this.#height, at - Math.floor(this.#height / 3)))
      return true
    }
    this.#found = null
    return false
  }

  get sought(): string | null {
    return this.#found?.text ?? null
  }

  /** Ends a search; false where there is none. */
  forget(): boolean {
    const any = this.#found !== null
    this.#found = null
    return any
  }
}

/** A row with what was found in it shown as such. */
function lit(row: string, { text, at }: { text: string; at: number }, y: number): string {
  const plain = withoutColours(row)
  const from = plain.toLowerCase().indexOf(text)
  if (from < 0) return row
  const to = from + text.length
  return (
    plain.slice(0, from) + toned(plain.slice(from, to), y === at ? 'selected' : 'title') + plain.slice(to)
  )
}

/** `/` in a text, and on to the next or back to the last that was found. */
export function searchIn(shell: Shell, text: TextSide): void {
  const before = text.top
  shell.ask({
    label: 'find: ',
    changed: words => {
      text.top = before
      text.find(words)
    },
    enter(words) {
      if (words !== '' && !text.find(words)) shell.toast('info', `'${words}' is not in it.`)
    },
    cancelled() {
      text.forget()
      text.top = before
    },
  })
}

export function searchActions(pane: string, text: TextSide): Action<Shell, never>[] {
  const step = (id: string, title: string, by: 1 | -1): Action<Shell, never> => ({
    id: `${pane}.${id}`,
    title,
    help: `Goes to the ${title} place of what was searched with / in the text.`,
    where: [`${pane}.text`],
    danger: 'none',
    disabled: () => (text.sought === null ? 'search with / first' : undefined),
    run: () => void text.find(text.sought!, by),
  })
  return [step('find-next', 'next', 1), step('find-before', 'previous', -1)]
}

export const searchKeys = (pane: string): Bindings => ({
  [`${pane}.find-next`]: ['n'],
  [`${pane}.find-before`]: ['N'],
})
