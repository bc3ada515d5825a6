import { todos as routes } from '../../contract/todos.ts'
import type { Workspace } from '../../workspace/workspace.ts'
import type { Bind } from '../bind.ts'

export const bindTodos = (bind: Bind, { todos }: Workspace): void => {
  bind(routes.list, input => todos.list(input))
  bind(routes.when, asked => todos.when(asked))
  bind(routes.get, ({ id }) => todos.get(id))
  bind(routes.add, (input, { author }) => todos.add(author, input))
  bind(routes.edit, (input, { author }) => todos.edit(author, input))
  bind(routes.done, ({ id, done }, { author }) => todos.done(author, id, done))
  bind(routes.snooze, ({ id, until }, { author }) => todos.snooze(author, id, until))
  bind(routes.item, (input, { author }) => todos.item(author, input))
  bind(routes.remove, ({ id }, { author }) => {
    todos.remove(author, id)
    return { ok: true }
  })
}
