import { Todo } from '../src/contract/todos.ts'
import { matchWords, type Row, type Tx } from './changes.ts'
import type { Store } from './database.ts'
import { listPage, noneLast, type Order, orderBy } from './page.ts'

export interface TodoQuery {
  archived: boolean
  label?: string
  search?: string
  due?: { from?: number; before?: number; daysBefore?: string } | 'none'
  sort: 'recent' | 'due' | 'title' | 'created'
  limit: number
  cursor?: string
}

/** A todo as it is kept: with the anchor from which its repeats are counted. */
export interface KeptTodo extends Todo {
  repeat_from: string | null
}

type TodoRow = Record<string, string | number | null> & { id: string }

const ORDERS: Record<TodoQuery['sort'], Order> = {
  recent: { by: ['pinned', 'updated_at'], down: true },
  due: { by: [noneLast('due_at')], down: false },
  title: { by: ['title COLLATE NOCASE'], down: false },
  created: { by: ['created_at'], down: true },
}

const KEPT = [...Object.keys(Todo.shape), 'repeat_from'].join(', ')

export const openTodos = (store: Store) => ({
  find: (query: TodoQuery): { items: Todo[]; next: string | null } => {
    const wheres = ['archived = ?']
    const values: unknown[] = [query.archived ? 1 : 0]
    const where = (text: string, ...more: unknown[]): void => {
      wheres.push(text)
      values.push(...more)
    }
    if (query.label) where('label = ?', query.label)
    if (query.search)
      where('n IN (SELECT rowid FROM todos_text WHERE todos_text MATCH ?)', matchWords(query.search))
    if (query.due === 'none') where('due_at IS NULL')
    else if (query.due) {
      where('due_at >= ?', query.due.from ?? 0)
      if (query.due.before !== undefined) where('due_at < ?', query.due.before)
      if (query.due.daysBefore !== undefined) where('(length(due) > 10 OR due < ?)', query.due.daysBefore)
    }
    const { rows, next } = listPage(store, {
      table: 'todos',
      name: query.sort,
      order: ORDERS[query.sort],
      wheres,
      values,
      limit: query.limit,
      cursor: query.cursor,
    })
    return { items: rows.map(toShown), next }
  },

  /** All whose text contains this, any case: what the codex search promises. */
  containing: (text: string, archived: boolean, label?: string): KeptTodo[] =>
    store
      .sql<TodoRow>(
        `SELECT ${KEPT} FROM todos WHERE archived = ? AND (? IS NULL OR label = ?)
         AND (instr(lower(title), lower(?)) OR instr(lower(content), lower(?)) OR instr(lower(coalesce(label, '')), lower(?))
              OR instr(lower(items), lower(?)))
         ORDER BY ${orderBy(ORDERS.recent)}`,
      )
      .all(archived ? 1 : 0, label ?? null, label ?? null, text, text, text, text)
      .map(toTodo),

  get: (id: string): KeptTodo | undefined => {
    const row = store.sql<TodoRow>(`SELECT ${KEPT} FROM todos WHERE id = ?`).get(id)
    return row && toTodo(row)
  },

  /** Those whose id begins so; two are enough to know that it is not one. */
  startingWith: (prefix: string): KeptTodo[] =>
    store
      .sql<TodoRow>(
        `SELECT ${KEPT} FROM todos WHERE id >= ? AND id < ? ORDER BY pinned DESC, updated_at DESC LIMIT 2`,
      )
      .all(prefix, `${prefix}\u{10ffff}`)
      .map(toTodo),

  twin: (title: string, dueAt: number): KeptTodo | undefined =>
    store
      .sql<TodoRow>(`SELECT ${KEPT} FROM todos WHERE archived = 0 AND due_at = ?`)
      .all(dueAt)
      .map(toTodo)
      .find(todo => plain(todo.title) === plain(title)),

  /** What may have to ring: everything due, or snoozed, up to this moment. */
  ringing: (until: number): KeptTodo[] =>
    store
      .sql<TodoRow>(
        `SELECT ${KEPT} FROM todos WHERE archived = 0 AND due_at IS NOT NULL AND coalesce(snoozed_until, due_at) <= ? ORDER BY due_at`,
      )
      .all(until)
      .map(toTodo),

  nextDue: (after: number): KeptTodo | undefined => {
    const row = store
      .sql<TodoRow>(
        `SELECT ${KEPT} FROM todos WHERE archived = 0 AND due_at IS NOT NULL AND coalesce(snoozed_until, due_at) > ? ORDER BY coalesce(snoozed_until, due_at) LIMIT 1`,
      )
      .get(after)
    return row && toTodo(row)
  },

  put: (tx: Tx, todo: KeptTodo): void => tx.put('todos', toRow(todo)),
  remove: (tx: Tx, id: string): void => tx.remove('todos', id),
})

export type TodoStore = ReturnType<typeof openTodos>

const plain = (title: string): string =>
  title
    .toLowerCase()
    .replace(/^\s*reminder:/, '')
    .replace(/\s+/g, ' ')
    .trim()

const NO_ITEMS: Todo['items'] = []

/** The row itself becomes the todo: it was made for this query, and copying fifty of them costs as much as reading them. */
const toTodo = (row: TodoRow): KeptTodo => {
  const todo = row as unknown as KeptTodo
  todo.items = row.items === '[]' ? NO_ITEMS : JSON.parse(row.items as string)
  todo.channels = row.channels === null ? null : JSON.parse(row.channels as string)
  todo.pinned = row.pinned === 1
  todo.archived = row.archived === 1
  return todo
}

/** As a list shows it: what is for the store alone is left out of the answer in place. */
const toShown = (row: TodoRow): Todo => {
  row.n = undefined as never
  row.repeat_from = undefined as never
  return toTodo(row)
}

const toRow = (todo: KeptTodo): Row & { id: string } => ({
  ...todo,
  items: JSON.stringify(todo.items),
  channels: todo.channels === null ? null : JSON.stringify(todo.channels),
  pinned: todo.pinned ? 1 : 0,
  archived: todo.archived ? 1 : 0,
})
