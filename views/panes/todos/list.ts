import { type Todo, todos } from '../../../src/contract/todos.ts'
import type { Shell } from '../../shell/shell.ts'
import type { Collection } from '../../store/collection.ts'
import { whole } from '../../store/world.ts'
import { dayOf, zoneOf } from '../days.ts'
import { type Group, GroupedSide } from '../grouped.ts'
import { archiveGroups, dueGroups, isOverdue, type Now } from './groups.ts'
import { todoRow } from './rows.ts'

/** As many as a person could ever leave open; the archive may hold more and shows its newest. */
const most = 10_000

/** The open todos by when they are due, or the archive. */
export class TodoList {
  archive = false
  readonly todos: Collection<Todo>
  readonly side: GroupedSide<Todo>
  readonly #shell: Shell
  #grouped: { of: readonly Todo[]; minute: string; groups: readonly Group<Todo>[] } | null = null

  constructor(shell: Shell) {
    this.#shell = shell
    this.todos = shell.live.collection<Todo>({
      noun: 'todo',
      idOf: ({ id }) => id,
      read: () => this.#read(),
      keeps: ({ archived }) => archived === this.archive,
      from: whole(data => 'due_at' in data && 'archived' in data),
    })
    this.side = new GroupedSide<Todo>({
      groups: () => this.#groups(),
      idOf: ({ id }) => id,
      row: (todo, width) => todoRow(todo, width, this.now),
      words: todo =>
        `${todo.title} ${todo.content} ${todo.label ?? ''} ${todo.items.map(({ text }) => text).join(' ')}`,
      empty: () =>
        this.todos.error ??
        (this.todos.isRead
          ? this.archive
            ? 'The archive is empty. . shows what is open.'
            : 'Nothing to do. a adds: "tomorrow 5pm call the dentist".'
          : 'reading'),
      changed: shell.signal.now,
    })
  }

  get now(): Now {
    return { at: Date.now(), zone: zoneOf(this.#shell) }
  }

  get overdue(): number {
    const { now } = this
    return this.archive ? 0 : this.todos.items.filter(todo => isOverdue(todo, now)).length
  }

  turn(): void {
    this.archive = !this.archive
    this.side.unmark()
    void this.todos.refresh()
    this.#shell.signal.now()
  }

  /** Shows the archive where that is where it lies, or the other way round. */
  async find(id: string): Promise<void> {
    const todo = await this.#shell.client.call(todos.get, { id })
    if (todo.archived !== this.archive) this.turn()
    this.todos.put(todo)
  }

  async #read(): Promise<Todo[]> {
    const items: Todo[] = []
    const archived = this.archive
    let cursor: string | undefined
    do {
      const page = await this.#shell.client.call(todos.list, {
        archived,
        limit: 500,
        ...(cursor === undefined ? {} : { cursor }),
      })
      items.push(...page.items)
      cursor = page.next ?? undefined
    } while (cursor !== undefined && items.length < (archived ? 500 : most))
    return items
  }

  #groups(): readonly Group<Todo>[] {
    const { now } = this
    const of = this.todos.items
    // What is due moves between the groups as time goes by.
    const minute = `${Math.floor(now.at / 60_000)} ${now.zone} ${dayOf(now.at, now.zone)} ${this.archive}`
    if (this.#grouped?.of === of && this.#grouped.minute === minute) return this.#grouped.groups
    const shown = of.filter(({ archived }) => archived === this.archive)
    const groups = this.archive ? archiveGroups(shown) : dueGroups(shown, now)
    this.#grouped = { of, minute, groups }
    return groups
  }
}
