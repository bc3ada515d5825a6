import type { ReactNode } from 'react'
import { List } from '../widgets/list.tsx'
import {
  chosen,
  emptyList,
  type ListState,
  moveList,
  selectAt,
  settleList,
  toggleMarked,
} from '../widgets/list-state.ts'
import type { Box, Motion } from './pane.ts'

export interface ListSpec<T> {
  items(): readonly T[]
  idOf(item: T): string
  /** One row, colours allowed. */
  row(item: T, width: number): string
  /** What a filter looks in. */
  words(item: T): string
  /** Where there is nothing: what is empty and the key that changes it. */
  empty(): string
  changed(): void
}

/** A list with its selection, filter and marks. */
export class ListSide<T> {
  state: ListState = emptyList
  readonly filter: { text: string; set(text: string): void }
  readonly #spec: ListSpec<T>
  #height = 1

  constructor(spec: ListSpec<T>) {
    this.#spec = spec
    this.filter = {
      text: '',
      set: text => {
        this.filter.text = text
        spec.changed()
      },
    }
  }

  /** What the filter lets through: every one of its words occurs. */
  get shown(): readonly T[] {
    const words = this.filter.text.toLowerCase().split(/\s+/).filter(Boolean)
    const items = this.#spec.items()
    if (words.length === 0) return items
    return items.filter(item => {
      const text = this.#spec.words(item).toLowerCase()
      return words.every(word => text.includes(word))
    })
  }

  get selected(): T | undefined {
    const shown = this.shown
    const { selected } = settleList(this.state, this.#ids(shown), this.#height)
    return shown.find(item => this.#spec.idOf(item) === selected)
  }

  /** The marked ones, else the selected one. */
  get chosen(): readonly T[] {
    const shown = this.shown
    const ids = new Set(chosen(settleList(this.state, this.#ids(shown), this.#height), this.#ids(shown)))
    return shown.filter(item => ids.has(this.#spec.idOf(item)))
  }

  move(motion: Motion): void {
    const ids = this.#ids(this.shown)
    if (motion === 'home') this.state = selectAt(this.state, ids, this.#height, 0)
    else if (motion === 'end') this.state = selectAt(this.state, ids, this.#height, ids.length - 1)
    else {
      const by = 'rows' in motion ? motion.rows : Math.round(motion.pages * Math.max(1, this.#height - 1))
      this.state = moveList(this.state, ids, this.#height, by)
    }
    this.#spec.changed()
  }

  select(id: string): void {
    const ids = this.#ids(this.shown)
    this.state = settleList({ ...this.state, selected: id }, ids, this.#height)
    this.#spec.changed()
  }

  mark(): void {
    const settled = settleList(this.state, this.#ids(this.shown), this.#height)
    this.state = toggleMarked(settled)
    this.move({ rows: 1 })
  }

  unmark(): boolean {
    if (this.state.marked.size === 0) return false
    this.state = { ...this.state, marked: new Set() }
    this.#spec.changed()
    return true
  }

  view({ width, height, focused }: Box): ReactNode {
    this.#height = Math.max(1, height)
    const shown = this.shown
    this.state = settleList(this.state, this.#ids(shown), this.#height)
    const empty =
      this.filter.text === '' ? this.#spec.empty() : `Nothing matches '${this.filter.text}'. Esc shows all.`
    return (
      <List
        items={shown}
        state={this.state}
        width={width}
        height={height}
        idOf={this.#spec.idOf}
        row={this.#spec.row}
        empty={empty}
        focused={focused}
      />
    )
  }

  #ids(items: readonly T[]): string[] {
    return items.map(this.#spec.idOf)
  }
}
