import type { ReactNode } from 'react'
import { type Todo, todos } from '../../../src/contract/todos.ts'
import type { Shell } from '../../shell/shell.ts'
import type { Collection } from '../../store/collection.ts'
import { whole } from '../../store/world.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { dayOf, zoneOf } from '../days.ts'
import { type Group, GroupedSide } from '../grouped.ts'
import type { Box, Motion } from '../pane.ts'
import { Searched } from '../searched.ts'
import { groupsOf, isOverdue, type Now, type Order } from './groups.ts'
import { todoRow } from './rows.ts'

/** As many as a person could ever leave open. */
const most = 10_000

/** The open todos in groups, or the archive; of one label, or of all. */
export class TodoList {
  archive = false
  label: string | null = null
  order: Order = 'due'
  readonly todos: Collection<Todo>
  readonly open: GroupedSide<Todo>
  readonly shelf: Searched<Todo>
  readonly #shell: Shell
  #grouped: { of: readonly Todo[]; key: string; groups: readonly Group<Todo>[] } | null = null

  constructor(shell: Shell) {
    this.#shell = shell
    this.todos = shell.live.collection<Todo>({
      noun: 'todo',
      idOf: ({ id }) => id,
      read: () => this.#read(),
      keeps: ({ archived }) => !archived,
      from: whole(data => 'due_at' in data && 'archived' in data),
    })
    const row = (todo: Todo, width: number) => todoRow(todo, width, this.now)
    const notes = () => (this.label === null ? [] : [sanitiseText(`#${this.label}`)])
    this.open = new GroupedSide<Todo>({
      groups: () => this.#groups(),
      idOf: ({ id }) => id,
      row,
      words: ({ title, content, label, items }) =>
        `${title} ${content} ${label ? `#${label}` : ''} ${items.map(({ text }) => text).join(' ')}`,
      empty: () => this.#empty(),
      notes,
      changed: shell.signal.now,
    })
    this.shelf = new Searched<Todo>(shell, {
      nouns: ['todo'],
      idOf: ({ id }) => id,
      row,
      empty: () => 'The archive is empty. . shows what is open.',
      notes: () => ['archive', ...notes()],
      page: query => {
        const label = this.label === null ? {} : { label: this.label }
        const sort = this.order === 'label' || this.order === 'due' ? 'recent' : this.order
        return shell.client.call(todos.list, { ...query, ...label, sort, archived: true })
      },
      get: id => shell.client.call(todos.get, { id }),
    })
  }

  get now(): Now {
    return { at: Date.now(), zone: zoneOf(this.#shell) }
  }

  get overdue(): number {
    const { now } = this
    return this.todos.items.filter(todo => isOverdue(todo, now)).length
  }

  get side(): GroupedSide<Todo> | Searched<Todo> {
    return this.archive ? this.shelf : this.open
  }

  get selected(): Todo | undefined {
    return this.side.selected
  }

  /** The marked ones, else the selected one. */
  get chosen(): readonly Todo[] {
    return this.side.chosen
  }

  move(motion: Motion): void {
    this.side.move(motion)
  }

  select(id: string): void {
    this.side.select(id)
  }

  unmark(): boolean {
    return this.side.unmark()
  }

  view(box: Box): ReactNode {
    return this.side.view(box)
  }

  get(id: string): Todo | undefined {
    return this.todos.get(id) ?? this.shelf.items.find(todo => todo.id === id)
  }

  /** What an answer said of one. */
  put(todo: Todo, seq: number | null): void {
    this.todos.put(todo, seq)
  }

  turn(): void {
    this.side.unmark()
    this.archive = !this.archive
    if (this.archive) this.shelf.look()
    this.#shell.signal.now()
  }

  /** Shows only what has this label; null: everything. */
  only(label: string | null): void {
    this.label = label
    this.shelf.turn()
  }

  sort(order: Order): void {
    this.order = order
    this.shelf.turn()
  }

  /** One level up: marks, then a label, then the archive. */
  up(): boolean {
    if (this.side.unmark()) return true
    if (this.side.filter.text !== '') return false
    if (this.label !== null) this.only(null)
    else if (this.archive) this.turn()
    else return false
    return true
  }

  /** Selects one wherever it lies. */
  async find(id: string): Promise<void> {
    this.label = null
    this.open.filter.text = ''
    const todo = this.todos.get(id) ?? (await this.#shell.client.call(todos.get, { id }))
    this.archive = todo.archived
    if (todo.archived) await this.shelf.reveal(id)
    else {
      this.todos.put(todo)
      this.open.select(id)
    }
  }

  #empty(): string {
    if (this.todos.error !== null) return this.todos.error
    if (!this.todos.isRead) return 'reading'
    return this.label === null
      ? 'Nothing to do. a adds: "tomorrow 5pm call the dentist".'
      : sanitiseText(`Nothing has the label ${this.label}. Esc shows all.`)
  }

  async #read(): Promise<Todo[]> {
    const items: Todo[] = []
    let cursor: string | undefined
    do {
      const more = cursor === undefined ? {} : { cursor }
      const page = await this.#shell.client.call(todos.list, { archived: false, limit: 500, ...more })
      items.push(...page.items)
      cursor = page.next ?? undefined
    } while (cursor !== undefined && items.length < most)
    return items
  }

  #groups(): readonly Group<Todo>[] {
    const { now, label, order } = this
    const of = this.todos.items
    // What is due moves between the groups as time goes by.
    const key = JSON.stringify([Math.floor(now.at / 60_000), now.zone, dayOf(now.at, now.zone), label, order])
    if (this.#grouped?.of === of && this.#grouped.key === key) return this.#grouped.groups
    const shown = label === null ? of : of.filter(todo => todo.label === label)
    const groups = groupsOf(shown, order, now)
    this.#grouped = { of, key, groups }
    return groups
  }
}
