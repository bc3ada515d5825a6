import type { Todo } from '../contract/todos.ts'
import type { Todos } from './todos.ts'

/** The reminders of todos, as the bell wants them. A due date that was past when it was written does not ring. */
export const todoRings = (todos: Todos, told: (key: string) => boolean) => ({
  ringing: (until: number) =>
    todos
      .ringing(until)
      .filter(todo => momentOf(todo) >= todo.created_at)
      .map(todo => ({
        key: `todo:${todo.id}:${momentOf(todo)}`,
        noun: 'todo',
        object: todo.id,
        title: todo.title || 'Reminder',
        body: bodyOf(todo),
        due_at: momentOf(todo),
        channels: todo.channels,
      }))
      .filter(ring => !told(ring.key) || todos.waitsToMove(ring.object)),
  rang: ({ object, due_at }: { object: string; due_at: number }) =>
    todos.advance({ actor: 'ithaca' }, object, due_at),
})

const momentOf = (todo: Todo): number => todo.snoozed_until ?? todo.due_at ?? 0

const bodyOf = (todo: Todo): string => {
  if (todo.content) return todo.content.slice(0, 400)
  return todo.items
    .filter(item => !item.done)
    .slice(0, 8)
    .map(item => `• ${item.text}`)
    .join('\n')
}
