import { Box as Column } from 'ink'
import type { ReactNode } from 'react'
import type { Todo } from '../../../src/contract/todos.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { textWidth } from '../../terminal/width.ts'
import { Rows } from '../../widgets/rows.tsx'
import { wrapText } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'
import { ListSide } from '../list-side.tsx'
import type { Box, Motion, Picked } from '../pane.ts'
import { TextSide } from '../text-side.tsx'
import type { Now } from './groups.ts'
import { headRows } from './rows.ts'

/** An item, held by what it says: a list that an agent changes meanwhile cannot redirect a key. */
export interface Item {
  id: string
  index: number
  text: string
  done: boolean
}

export function itemsOf(todo: Todo): Item[] {
  const seen = new Map<string, number>()
  return todo.items.map(({ text, done }, index) => {
    const times = (seen.get(text) ?? 0) + 1
    seen.set(text, times)
    return { id: `${times}:${text}`, index, text, done }
  })
}

/** The selected todo: its text, and its checklist as a list of its own. */
export class TodoDetail {
  readonly items: ListSide<Item>
  readonly #text = new TextSide()
  readonly #todo: () => Todo | undefined
  #shown: string | null = null
  /** Rows over the checklist. */
  #head = 0

  constructor(todo: () => Todo | undefined, changed: () => void) {
    this.#todo = todo
    this.items = new ListSide<Item>({
      items: () => {
        const now = todo()
        return now ? itemsOf(now) : []
      },
      idOf: ({ id }) => id,
      row: ({ text, done }) =>
        done ? toned(`[x] ${sanitiseText(text)}`, 'quiet') : `[ ] ${sanitiseText(text)}`,
      words: ({ text }) => text,
      empty: () => '',
      changed,
    })
  }

  move(motion: Motion): void {
    if (this.#todo()?.items.length) this.items.move(motion)
    else this.#text.move(motion)
  }

  pick(y: number): Picked {
    return this.#todo()?.items.length ? this.items.pick(y - this.#head) : null
  }

  /** The selected item in full where its row cuts it. */
  #whole(width: number): string[] {
    const text = sanitiseText(this.items.selected?.text ?? '')
    return textWidth(text) <= width - 6 ? [] : wrapText(text, width).map(row => toned(row, 'accent'))
  }

  view(box: Box, now: Now): ReactNode {
    const todo = this.#todo()
    if (todo?.id !== this.#shown) {
      this.#shown = todo?.id ?? null
      this.#text.top = 0
      this.items.clear()
    }
    if (!todo) return this.#text.view([], box)
    const rows = headRows(todo, box.width, now)
    if (todo.items.length === 0) return this.#text.view(rows, box)
    const head = Math.min(rows.length, Math.max(1, Math.floor(box.height / 2)))
    this.#head = head
    const shown = head < rows.length ? [...rows.slice(0, head - 1), toned('E opens the rest', 'quiet')] : rows
    const whole = box.focused ? this.#whole(box.width).slice(0, Math.max(0, box.height - head - 1)) : []
    return (
      <Column flexDirection="column" width={box.width} height={box.height} overflow="hidden">
        <Rows rows={shown} width={box.width} height={head} />
        {this.items.view({ ...box, height: Math.max(1, box.height - head - whole.length) })}
        <Rows rows={whole} width={box.width} height={whole.length} />
      </Column>
    )
  }
}
