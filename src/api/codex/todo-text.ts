import type { CodexTodo } from '../../contract/codex/todos.ts'
import type { Todo } from '../../contract/todos.ts'

const PREVIEW = 80

/** The lines that existing clients read ids and item numbers from. */
export const listing = (todos: readonly Todo[]): string => todos.map(lines).join('\n')

const lines = (todo: Todo): string => {
  const marks = [
    todo.pinned ? ' [PINNED]' : '',
    todo.type === 'checklist' ? ' [checklist]' : '',
    todo.label ? ` #${oneLine(todo.label)}` : '',
  ].join('')
  const head = `- [${shortId(todo.id)}] **${oneLine(todo.title) || '(untitled)'}**${marks}`
  const below =
    todo.type === 'checklist'
      ? todo.items.map((item, index) => `  [${item.done ? 'x' : ' '}] ${index}: ${oneLine(item.text)}`)
      : todo.content
        ? [`  ${firstOf(oneLine(todo.content.slice(0, PREVIEW * 2)), PREVIEW)}`]
        : []
  return [head, ...below].join('\n')
}

export const shortId = (id: string): string => id.slice(0, 8)

const oneLine = (text: string): string => text.replace(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/g, ' ')

const firstOf = (text: string, characters: number): string => [...text].slice(0, characters).join('')

export const asCodexTodo = (todo: Todo): CodexTodo => ({
  id: todo.id,
  short_id: shortId(todo.id),
  title: todo.title,
  content: todo.content,
  note_type: todo.type,
  items: todo.items.map((item, index) => ({ index, ...item })),
  due_date: todo.due,
  repeat: todo.repeat,
  snoozed_until: isoOrNull(todo.snoozed_until),
  label: todo.label,
  color: todo.color,
  pinned: todo.pinned,
  archived: todo.archived,
  done_at: isoOrNull(todo.done_at),
  session_id: todo.session_id,
  source: todo.source,
  created_at: iso(todo.created_at),
  updated_at: iso(todo.updated_at),
})

const iso = (at: number): string => new Date(at).toISOString()
const isoOrNull = (at: number | null): string | null => (at === null ? null : iso(at))
