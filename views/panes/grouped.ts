import type { ReactNode } from 'react'
import { sanitiseText } from '../terminal/sanitise.ts'
import { toned } from '../widgets/theme.ts'
import { Filter } from './filter.ts'
import { ListSide, type ListSpec, nothingMatches } from './list-side.tsx'
import type { Box, Motion, Picked } from './pane.ts'
import type { Slip } from './slips.ts'

export interface Group<T> {
  id: string
  title: string
  items: readonly T[]
  /** How many it holds stands behind its title. */
  counted?: boolean
}

export type GroupedSpec<T> = Omit<ListSpec<T>, 'items'> & {
  /** The same array as long as nothing has changed. */
  groups(): readonly Group<T>[]
}

type Line<T> = { kind: 'head'; id: string; title: string } | { kind: 'item'; id: string; item: T }

/** A list under headings, which the selection passes over. */
export class GroupedSide<T> {
  readonly filter: Filter
  readonly #list: ListSide<Line<T>>
  readonly #spec: GroupedSpec<T>
  #known: { groups: readonly Group<T>[]; text: string; lines: Line<T>[] } | null = null
  #wanted: string | null = null

  constructor(spec: GroupedSpec<T>) {
    this.#spec = spec
    this.filter = new Filter(() => {
      this.#list.expect()
      spec.changed()
    })
    this.#list = new ListSide<Line<T>>({
      items: () => this.#lines(),
      idOf: ({ id }) => id,
      row: (line, width) =>
        line.kind === 'head' ? toned(line.title, 'title') : ` ${spec.row(line.item, width - 1)}`,
      words: () => '',
      empty: () => (this.filter.text === '' ? spec.empty() : nothingMatches(this.filter.text)),
      notes: () => {
        const { text } = this.filter
        const found = this.#lines().filter(({ kind }) => kind === 'item').length
        const filtered = text === '' ? [] : [sanitiseText(`/${text}: ${found} found`)]
        return [...filtered, ...(spec.notes?.() ?? [])]
      },
      changed: () => {},
    })
  }

  get selected(): T | undefined {
    this.#settle()
    const line = this.#list.selected
    return line?.kind === 'item' ? line.item : undefined
  }

  /** The marked ones, else the selected one. */
  get chosen(): readonly T[] {
    this.#settle()
    return this.#list.chosen.flatMap(line => (line.kind === 'item' ? [line.item] : []))
  }

  get at(): string | null {
    this.#settle()
    return this.#wanted ?? this.#list.at
  }

  get held(): readonly string[] {
    this.#settle()
    return this.#list.held
  }

  get slip(): Slip | null {
    this.#settle()
    return this.#list.slip
  }

  get marked(): number {
    return this.#list.state.marked.size
  }

  move(motion: Motion): void {
    this.#wanted = null
    this.#list.move(motion)
    const up = typeof motion === 'object' && ('rows' in motion ? motion.rows : motion.pages) < 0
    this.#settle(up ? -1 : 1)
    this.#spec.changed()
  }

  /** Selects what a row shows, if it is no heading. */
  pick(y: number): Picked {
    if (this.#list.drawnAt(y)?.startsWith('head:')) return null
    const picked = this.#list.pick(y)
    if (picked === null) return null
    this.#wanted = null
    this.#spec.changed()
    return picked
  }

  /** Selects it, now or as soon as it is there. */
  select(id: string): void {
    this.#wanted = id
    this.#settle()
    this.#spec.changed()
  }

  mark(): void {
    this.#settle()
    this.#list.mark()
    this.#settle()
    this.#spec.changed()
  }

  markRange(): void {
    this.#settle()
    this.#list.markRange()
    const { marked } = this.#list.state
    const items = [...marked].filter(id => !id.startsWith('head:'))
    this.#list.state = { ...this.#list.state, marked: new Set(items) }
    this.#spec.changed()
  }

  markAll(): void {
    const ids = this.#lines().flatMap(line => (line.kind === 'item' ? [line.id] : []))
    const all = ids.every(id => this.#list.state.marked.has(id))
    this.#list.state = { ...this.#list.state, marked: new Set(all ? [] : ids) }
    this.#spec.changed()
  }

  unmark(): boolean {
    const any = this.#list.unmark()
    if (any) this.#spec.changed()
    return any
  }

  view(box: Box): ReactNode {
    this.#settle()
    // The heading over the first item is shown with it.
    if (this.#list.selected?.id === this.#lines()[1]?.id) this.#list.state = { ...this.#list.state, top: 0 }
    return this.#list.view(box)
  }

  /** Leaves a heading for the nearest item. */
  #settle(by = 1): void {
    if (this.#wanted !== null && this.#lines().some(({ id }) => id === this.#wanted)) {
      this.#list.select(this.#wanted)
      this.#wanted = null
    }
    if (this.#list.selected?.kind === 'head') this.#list.move({ rows: by })
    if (this.#list.selected?.kind === 'head') this.#list.move({ rows: -by })
    if (this.#list.selected?.kind === 'head') this.#list.move({ rows: 1 })
  }

  #lines(): Line<T>[] {
    const groups = this.#spec.groups()
    const { text } = this.filter
    if (this.#known?.groups === groups && this.#known.text === text) return this.#known.lines
    const lines = groups.flatMap(({ id, title, items, counted }): Line<T>[] => {
      const kept = this.filter.keep(items, this.#spec.words)
      if (kept.length === 0) return []
      return [
        { kind: 'head', id: `head:${id}`, title: counted ? `${title} ${kept.length}` : title },
        ...kept.map((item): Line<T> => ({ kind: 'item', id: this.#spec.idOf(item), item })),
      ]
    })
    this.#known = { groups, text, lines }
    return lines
  }
}
