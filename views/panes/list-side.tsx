import { Box as Column, Text } from 'ink'
import type { ReactNode } from 'react'
import { sanitiseText } from '../terminal/sanitise.ts'
import { List } from '../widgets/list.tsx'
import {
  chosen,
  emptyList,
  type ListState,
  markRange,
  moveList,
  scrollList,
  selectAt,
  settleList,
  toggleMarked,
} from '../widgets/list-state.ts'
import { toWidth } from '../widgets/text.ts'
import { toned } from '../widgets/theme.ts'
import { Filter } from './filter.ts'
import type { Box, Motion, Picked } from './pane.ts'
import { type Slip, Slips } from './slips.ts'

export interface ListSpec<T> {
  items(): readonly T[]
  idOf(item: T): string
  /** One row, colours allowed. */
  row(item: T, width: number): string
  /** What a filter looks in. */
  words(item: T): string
  /** Where there is nothing: what is empty and the key that changes it. */
  empty(): string
  /** What else the last row says where the list is not all there is: how it is narrowed, what more there is. */
  notes?(): readonly string[]
  /** What comes into the empty list is nothing the person aimed at. */
  wary?: boolean
  changed(): void
}

/** A list with its selection, filter and marks; its last row says what is filtered and marked. */
export class ListSide<T> {
  state: ListState = emptyList
  readonly filter: Filter
  readonly #spec: ListSpec<T>
  readonly #slips: Slips
  #height = 1
  #wanted: string | null = null
  /** Whether a person wants it. */
  #asked = false
  /** The ids in the rows that were drawn. */
  #drawn: readonly string[] = []

  constructor(spec: ListSpec<T>) {
    this.#spec = spec
    this.#slips = new Slips(spec.wary)
    this.filter = new Filter(() => {
      this.expect()
      spec.changed()
    })
  }

  /** What the filter lets through: every one of its words occurs. */
  get shown(): readonly T[] {
    return this.filter.keep(this.#spec.items(), this.#spec.words)
  }

  /** Rows it has something for, and one that parts it from what is under it. */
  get wants(): number {
    return Math.max(1, this.shown.length) + (this.#status(this.#ids(this.shown)).length > 0 ? 2 : 1)
  }

  get selected(): T | undefined {
    const shown = this.shown
    const { selected } = this.#settled(this.#ids(shown))
    return shown.find(item => this.#spec.idOf(item) === selected)
  }

  get at(): string | null {
    const { selected } = this.#settled(this.#ids(this.shown))
    return this.#wanted ?? selected
  }

  get held(): readonly string[] {
    const ids = this.#ids(this.shown)
    const state = this.#settled(ids)
    return [state.selected ?? '', ...ids.filter(id => state.marked.has(id))]
  }

  get slip(): Slip | null {
    this.#settled(this.#ids(this.shown))
    return this.#slips.last
  }

  /** The marked ones, else the selected one. */
  get chosen(): readonly T[] {
    const shown = this.shown
    const all = this.#ids(shown)
    const ids = new Set(chosen(this.#settled(all), all))
    return shown.filter(item => ids.has(this.#spec.idOf(item)))
  }

  move(motion: Motion): void {
    const ids = this.#ids(this.shown)
    this.#settled(ids)
    this.#wanted = null
    if (motion === 'home') this.state = selectAt(this.state, ids, this.#height, 0)
    else if (motion === 'end') this.state = selectAt(this.state, ids, this.#height, ids.length - 1)
    else {
      const by = 'rows' in motion ? motion.rows : Math.round(motion.pages * Math.max(1, this.#height - 1))
      const move = 'rows' in motion && motion.scrolls ? scrollList : moveList
      this.state = move(this.state, ids, this.#height, by)
    }
    this.expect()
    this.#spec.changed()
  }

  /** What a row shows, as it was drawn: a list that moved since cannot redirect a press. */
  drawnAt(y: number): string | undefined {
    return this.#drawn[y]
  }

  /** Selects what a row shows. */
  pick(y: number): Picked {
    const ids = this.#ids(this.shown)
    const at = ids.indexOf(this.#drawn[y] ?? '')
    if (at < 0) return null
    const before = this.#settled(ids).selected
    this.#wanted = null
    this.state = selectAt(this.state, ids, this.#height, at)
    this.expect()
    this.#spec.changed()
    return ids[at] === before ? 'same' : 'other'
  }

  /** Of other things than before: nothing of it is selected or marked yet. */
  begin(): void {
    this.#wanted = null
    this.state = emptyList
  }

  /** Selects it, now or as soon as it is there. */
  select(id: string): void {
    this.#wanted = id
    this.#asked = true
    this.#settled(this.#ids(this.shown))
    this.#spec.changed()
  }

  /** The person asks for something else: what is selected then is no surprise. */
  expect(): void {
    this.#slips.expect()
  }

  /** Without a selection and marks: it is of something else now. */
  clear(): void {
    this.state = emptyList
    this.expect()
  }

  mark(): void {
    this.state = toggleMarked(this.#settled(this.#ids(this.shown)))
    this.move({ rows: 1 })
  }

  /** Marks everything between the last mark and the selection. */
  markRange(): void {
    const ids = this.#ids(this.shown)
    this.state = markRange(this.#settled(ids), ids)
    this.#spec.changed()
  }

  /** Marks all that is shown, or nothing where all of it is marked. */
  markAll(): void {
    const ids = this.#ids(this.shown)
    const all = ids.every(id => this.state.marked.has(id))
    this.state = { ...this.state, marked: new Set(all ? [] : ids) }
    this.#spec.changed()
  }

  unmark(): boolean {
    if (this.state.marked.size === 0) return false
    this.state = { ...this.state, marked: new Set() }
    this.#spec.changed()
    return true
  }

  /** `instead`: what is drawn, with nothing selected, until what there is to select is known. */
  view({ width, height, focused }: Box, instead?: readonly T[]): ReactNode {
    const shown = this.shown
    const ids = this.#ids(shown)
    const status = height > 2 ? this.#status(ids).join('  ') : ''
    const rows = status === '' ? height : height - 1
    this.#height = Math.max(1, rows)
    const { top } = this.#settled(ids)
    this.#drawn = ids.slice(top, top + rows)
    const list = (
      <List
        items={instead ?? shown}
        state={this.state}
        width={width}
        height={rows}
        idOf={this.#spec.idOf}
        row={this.#spec.row}
        empty={this.filter.text === '' ? this.#spec.empty() : nothingMatches(this.filter.text)}
        focused={focused}
      />
    )
    if (status === '') return list
    return (
      <Column flexDirection="column" width={width} height={height} overflow="hidden">
        {list}
        <Text wrap="truncate">{toned(toWidth(`-- ${status}`, width), 'quiet')}</Text>
      </Column>
    )
  }

  #status(ids: readonly string[]): string[] {
    const { marked } = this.state
    const here = ids.filter(id => marked.has(id)).length
    const hidden = marked.size > here ? `, ${marked.size - here} more not shown` : ''
    return [
      ...(this.filter.text === '' ? [] : [`/${sanitiseText(this.filter.text)}: ${ids.length} found`]),
      ...(marked.size === 0 ? [] : [`${here} marked${hidden}`]),
      ...(this.#spec.notes?.() ?? []),
    ]
  }

  #settled(ids: readonly string[]): ListState {
    // A list that is read anew is empty for a moment.
    if (ids.length === 0) this.#wanted ??= this.state.selected
    const wanted = this.#wanted
    if (wanted !== null && ids.includes(wanted)) {
      this.state = { ...this.state, selected: wanted }
      this.#wanted = null
      if (this.#asked) this.expect()
      this.#asked = false
    }
    this.state = settleList(this.state, ids, this.#height)
    this.#slips.see(this.state.selected)
    return this.state
  }

  #ids(items: readonly T[]): string[] {
    return items.map(this.#spec.idOf)
  }
}

export const nothingMatches = (text: string): string =>
  sanitiseText(`Nothing matches '${text}'. Esc shows all.`)
