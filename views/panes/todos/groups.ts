import type { Todo } from '../../../src/contract/todos.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { dayOf, plusDays } from '../days.ts'
import type { Group } from '../grouped.ts'

export interface Now {
  at: number
  zone: string
}

/** When it wants attention: where it was put off to, else where it is due. */
export const dueAt = (todo: Todo): number | null => todo.snoozed_until ?? todo.due_at

/** A due day is over at its end, a due time when it has come. */
export function isOverdue(todo: Todo, { at, zone }: Now): boolean {
  const due = dueAt(todo)
  if (due === null) return false
  const wholeDay = todo.snoozed_until === null && todo.due?.length === 10
  return wholeDay ? todo.due! < dayOf(at, zone) : due < at
}

const titles = { overdue: 'Overdue', today: 'Today', week: 'This week', later: 'Later', none: 'No date' }
type Kind = keyof typeof titles

const byDue = (a: Todo, b: Todo): number =>
  Number(b.pinned) - Number(a.pinned) ||
  (dueAt(a) ?? Number.POSITIVE_INFINITY) - (dueAt(b) ?? Number.POSITIVE_INFINITY) ||
  b.updated_at - a.updated_at

/** The open ones by when they are due, the pinned first in each group. */
export function dueGroups(todos: readonly Todo[], now: Now): Group<Todo>[] {
  const today = dayOf(now.at, now.zone)
  const lastOfWeek = plusDays(today, 6)
  const kindOf = (todo: Todo): Kind => {
    const due = dueAt(todo)
    if (due === null) return 'none'
    if (isOverdue(todo, now)) return 'overdue'
    const day = dayOf(due, now.zone)
    return day <= today ? 'today' : day <= lastOfWeek ? 'week' : 'later'
  }
  const groups = new Map<Kind, Todo[]>((Object.keys(titles) as Kind[]).map(kind => [kind, []]))
  for (const todo of todos) groups.get(kindOf(todo))!.push(todo)
  return [...groups].map(([kind, items]) => ({
    id: kind,
    title: titles[kind],
    counted: true,
    items: items.sort(byDue),
  }))
}

export const orders = [
  ['due', 'by when it is due'],
  ['label', 'by label'],
  ['recent', 'newest change first'],
  ['created', 'newest first'],
  ['title', 'by title'],
] as const
export type Order = (typeof orders)[number][0]

/** The open ones in the order that was chosen. */
export function groupsOf(todos: readonly Todo[], order: Order, now: Now): Group<Todo>[] {
  if (order === 'due') return dueGroups(todos, now)
  if (order === 'label') return labelGroups(todos)
  const by = {
    recent: (a: Todo, b: Todo) => b.updated_at - a.updated_at,
    created: (a: Todo, b: Todo) => b.created_at - a.created_at,
    title: (a: Todo, b: Todo) => a.title.localeCompare(b.title),
  }[order]
  const title = orders.find(([one]) => one === order)![1]
  return [{ id: order, title: `Open, ${title}`, counted: true, items: [...todos].sort(by) }]
}

function labelGroups(todos: readonly Todo[]): Group<Todo>[] {
  const groups = new Map<string, Todo[]>()
  for (const todo of todos) {
    const label = todo.label ?? ''
    const group = groups.get(label) ?? []
    groups.set(label, group)
    group.push(todo)
  }
  return [...groups]
    .sort(([a], [b]) => Number(a === '') - Number(b === '') || a.localeCompare(b))
    .map(([label, items]) => ({
      id: `label ${label}`,
      title: label === '' ? 'No label' : sanitiseText(`#${label}`),
      counted: true,
      items: items.sort(byDue),
    }))
}
