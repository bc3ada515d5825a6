import type { Author } from '../../../store/changes.ts'
import type { TodoAnswer } from '../../contract/codex/todos.ts'
import { Problem } from '../../contract/problem.ts'
import { todos as routes, type Todo } from '../../contract/todos.ts'
import type { Workspace } from '../../workspace/workspace.ts'
import { requireChange } from './changes.ts'
import type { Fields } from './fields.ts'
import { asCodexTodo, shortId } from './todo-text.ts'

export interface Asked {
  workspace: Workspace
  author: Author
  fields: Fields
  /** The action as it was sent, before aliases. */
  sent: string
}
export type TodoAction = (asked: Asked) => TodoAnswer | Promise<TodoAnswer>

type Saved = Awaited<ReturnType<Workspace['todos']['add']>>

export const writing: Record<string, TodoAction> = {
  async add(asked) {
    const { workspace, author, fields } = asked
    const { title, content } = titleAndContent(fields)
    const items = itemsOf(fields)
    const implied = (fields.text('due_date') ?? '') === '' ? await impliedTime(asked, title, content) : null
    const due = implied ? implied.phrase : (fields.text('due_date') ?? '').trim()
    const twin = due && title ? workspace.todos.twin(title, await momentOf(workspace, due)) : undefined
    if (twin)
      return {
        response: `Reminder already exists: "${twin.title}" (id: ${shortId(twin.id)})`,
        note_id: twin.id,
        duplicate: true,
        exit_code: 0,
        todo: asCodexTodo(twin),
      }
    const wanted = parsed(routes.add.in, {
      title,
      content,
      items,
      due: due || undefined,
      repeat: fields.text('repeat'),
      label: fields.text('label'),
      color: fields.text('color'),
      pinned: fields.flag('pinned'),
      archived: fields.flag('archived'),
      session_id: fields.text('session_id'),
    })
    const type = noteType(fields)
    const saved = await workspace.todos.add(author, { ...wanted, ...(type ? { type } : {}), source: 'agent' })
    const { todo } = saved
    return {
      response: `${todo.due ? 'Reminder' : 'Note'} created: "${todo.title}" (id: ${shortId(todo.id)})`,
      note_id: todo.id,
      note_title: todo.title,
      open_url: `/#open=notes&note=${todo.id}`,
      ...shown(saved),
      ...(asked.sent === 'remind' && todo.due === null
        ? { warning: 'No time was found in it, so it will not remind: give due_date.' }
        : {}),
    }
  },

  async update({ workspace, author, fields }) {
    const type = noteType(fields)
    const id = idOf(fields)
    const given = {
      title: fields.text('title'),
      content: fields.text('content'),
      items: itemsOf(fields),
      due: fields.text('due_date'),
      repeat: fields.text('repeat'),
      label: fields.text('label'),
      color: fields.text('color'),
      pinned: fields.flag('pinned'),
      archived: fields.flag('archived'),
    }
    workspace.todos.get(id)
    requireChange({ ...given, type })
    const wanted = parsed(routes.edit.in, { id, ...given })
    const saved = await workspace.todos.edit(author, { ...wanted, ...(type ? { type } : {}) })
    return { response: `Updated note: "${saved.todo.title}"`, ...shown(saved) }
  },

  delete({ workspace, author, fields }) {
    const todo = workspace.todos.remove(author, idOf(fields))
    return { response: `Deleted note: "${todo.title}"`, note_id: todo.id, exit_code: 0 }
  },

  toggle_item(asked) {
    const { index, before } = itemAt(asked)
    const saved = step(asked, { op: 'toggle', index })
    return {
      response: `Item '${before.text}' marked ${before.done ? 'undone' : 'done'}`,
      ...shown(saved),
    }
  },

  add_item(asked) {
    const { fields } = asked
    const saved = step(asked, { op: 'add', index: fields.whole('index'), text: fields.text('text', 'item') })
    return { response: `Item added to "${saved.todo.title}"`, ...shown(saved) }
  },
  edit_item(asked) {
    const { index } = itemAt(asked)
    const saved = step(asked, { op: 'edit', index, text: asked.fields.text('text', 'item') })
    return { response: `Item ${index} is now '${saved.todo.items[index]?.text}'`, ...shown(saved) }
  },
  delete_item(asked) {
    const { index, before } = itemAt(asked)
    return { response: `Item '${before.text}' removed`, ...shown(step(asked, { op: 'remove', index })) }
  },
  move_item(asked) {
    const { index, before } = itemAt(asked)
    const saved = step(asked, { op: 'move', index, to: asked.fields.whole('to') })
    return { response: `Item '${before.text}' moved`, ...shown(saved) }
  },

  async done({ workspace, author, fields }) {
    const done = fields.flag('done') ?? true
    const saved = await workspace.todos.done(author, idOf(fields), done)
    const { title, due, archived } = saved.todo
    const how = !done ? 'Reopened' : archived ? 'Done' : `Done, next due ${due}`
    return { response: `${how}: "${title}"`, ...shown(saved) }
  },
  async snooze({ workspace, author, fields }) {
    const until = fields.text('until', 'due_date') ?? 'in 1 hour'
    const saved = await workspace.todos.snooze(author, idOf(fields), until)
    const at = asCodexTodo(saved.todo).snoozed_until
    return { response: `Snoozed until ${at}: "${saved.todo.title}"`, ...shown(saved) }
  },
}

const shown = ({ todo, understood }: Saved): Omit<TodoAnswer, 'response'> => ({
  exit_code: 0,
  note_id: todo.id,
  due_date: todo.due,
  ...(understood ? { understood } : {}),
  todo: asCodexTodo(todo),
})

const idOf = (fields: Fields): string => fields.text('id', 'note_id')?.trim() ?? ''

const titleAndContent = (fields: Fields): { title: string; content: string } => {
  const title = fields.text('title')?.trim() ?? ''
  const content = fields.text('content') ?? ''
  const text = fields.text('text', 'body') ?? ''
  if (title === '' && content === '') return { title: text.trim(), content: '' }
  return { title, content: content === '' ? text : content }
}

const itemsOf = (fields: Fields): unknown => {
  const items = fields.any('checklist_items', 'items')
  if (items === undefined || Array.isArray(items)) return items
  throw new Problem('bad_request', "'checklist_items' must be a list of {text, done}.")
}

const noteType = (fields: Fields): Todo['type'] | undefined => {
  const type = fields.any('note_type')
  return type === 'checklist' || type === 'note' ? type : undefined
}

const itemAt = ({ workspace, fields }: Asked): { index: number; before: Todo['items'][number] } => {
  const { items } = workspace.todos.get(idOf(fields))
  const index = fields.whole('index') ?? 0
  if (items.length === 0) throw new Problem('conflict', 'Note has no checklist items')
  const before = index < 0 ? undefined : items[index]
  if (!before) throw new Problem('conflict', `Item index ${index} out of range (0-${items.length - 1})`)
  return { index, before }
}

const step = ({ workspace, author, fields }: Asked, input: Record<string, unknown>): Saved =>
  workspace.todos.item(author, parsed(routes.item.in, { id: idOf(fields), ...input }))

/** The limits of the noun hold for every door. */
const parsed = <S extends (typeof routes)['add' | 'edit' | 'item']['in']>(
  schema: S,
  input: Record<string, unknown>,
): S['_zod']['output'] => {
  const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined))
  const result = schema.safeParse(given)
  if (result.success) return result.data as S['_zod']['output']
  if (result.error.issues.some(issue => issue.path[0] === 'id'))
    throw new Problem('not_found', 'There is no such todo.', { id: given.id })
  throw new Problem(
    'invalid',
    result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
  )
}

/** "Remind me to … tomorrow at 5pm" says when by itself; the words stay in the title. */
const impliedTime = async (
  { workspace, sent, fields }: Asked,
  title: string,
  content: string,
): Promise<{ phrase: string } | null> => {
  const text = fields.text('text', 'body') ?? ''
  const sentence = [...new Set([title, content, text])].filter(Boolean).join(' ')
  if (sent !== 'remind' && !/\bremind(?:er)?\b/i.test(sentence)) return null
  const { findWhen } = await import('../../time/phrase.ts')
  return (await findWhen(sentence, speaker(workspace)))?.when ?? null
}

const momentOf = async (workspace: Workspace, words: string): Promise<number> => {
  const { parseWhen } = await import('../../time/phrase.ts')
  const when = await parseWhen(words, speaker(workspace))
  if (!when.ok) throw new Problem('invalid', when.reason)
  return Date.parse(when.at)
}

const speaker = (workspace: Workspace) => ({
  now: workspace.now(),
  zone: workspace.zone(),
  dayStart: workspace.config.reminders.day_start,
})
