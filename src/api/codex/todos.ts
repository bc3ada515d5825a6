import { todos as routes, type TodoAnswer } from '../../contract/codex/todos.ts'
import { Problem } from '../../contract/problem.ts'
import type { Todo } from '../../contract/todos.ts'
import type { Workspace } from '../../workspace/workspace.ts'
import type { Bind } from '../bind.ts'
import { fieldsOf, plain } from './fields.ts'
import { actionIn } from './todo-action.ts'
import { type TodoAction, writing } from './todo-actions.ts'
import { asCodexTodo, listing } from './todo-text.ts'

export const bindTodos = (bind: Bind, workspace: Workspace): void => {
  const { todos } = workspace
  bind(routes.list, ({ archived, label }) => listed(todos.containing('', archived, wantedLabel(label))))
  bind(routes.act, async (body, call) => {
    const { sent, action } = actionIn(body.action)
    const write = own(writing, action)
    await call.need(write ? ['todos:write'] : ['todos:read', 'todos:write'])
    return outcome(body, write ?? own(reading, action) ?? unknownAction(action), {
      workspace,
      author: call.author,
      fields: fieldsOf(body),
      sent,
    })
  })
}

const own = <T>(table: Record<string, T>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined

const reading: Record<string, TodoAction> = {
  list: ({ workspace, fields }) =>
    listed(workspace.todos.containing('', fields.flag('archived') ?? false, labelOf(fields.text('label')))),
  search: ({ workspace, fields }) =>
    listed(
      workspace.todos.containing(
        fields.text('query', 'text', 'title', 'content') ?? '',
        fields.flag('archived') ?? false,
        labelOf(fields.text('label')),
      ),
    ),
  view: ({ workspace, fields }) => listed([workspace.todos.get(fields.text('id')?.trim() ?? '')]),
}

const unknownAction =
  (action: string): TodoAction =>
  () => {
    throw new Problem(
      'bad_request',
      `Unknown action: ${action.slice(0, 100)}. Use list/search/view/add/update/delete/toggle_item`,
    )
  }

const labelOf = (label: string | undefined): string | undefined => wantedLabel(label ?? '')
const wantedLabel = (label: string): string | undefined =>
  label === '' || label.toLowerCase() === 'default' ? undefined : label

const listed = (todos: readonly Todo[]): TodoAnswer =>
  todos.length === 0
    ? { response: 'No notes found.', exit_code: 0, todos: [] }
    : { results: listing(todos), exit_code: 0, todos: todos.map(asCodexTodo) }

/** What went wrong with a todo is said inside a 200; what went wrong with Ithaca is not. */
const BUSINESS = new Set(['invalid', 'bad_request', 'not_found', 'conflict'])

const outcome = async (
  body: Readonly<Record<string, unknown>>,
  action: TodoAction,
  asked: Parameters<TodoAction>[0],
): Promise<TodoAnswer> => {
  try {
    return await action(asked)
  } catch (error) {
    if (!(error instanceof Problem) || !BUSINESS.has(error.code)) throw error
    const id = plain(body.id ?? body.note_id ?? '').slice(0, 200)
    const unknown = error.code === 'not_found' && error.details?.id !== undefined
    return { error: unknown ? `Note '${id}' not found` : error.message, exit_code: 1 }
  }
}
