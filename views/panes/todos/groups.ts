import type { Todo } from '../../../src/contract/todos.ts'
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
    items: items.sort(
      (a, b) =>
        Number(b.pinned) - Number(a.pinned) ||
        (dueAt(a) ?? 0) - (dueAt(b) ?? 0) ||
        b.updated_at - a.updated_at,
    ),
  }))
}

/** The archive: what was done last first. */
export function archiveGroups(todos: readonly Todo[]): Group<Todo>[] {
  const ended = (todo: Todo) => todo.done_at ?? todo.updated_at
  return [
    { id: 'archive', title: 'Archive', counted: true, items: [...todos].sort((a, b) => ended(b) - ended(a)) },
  ]
}
