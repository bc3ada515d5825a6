import * as z from 'zod'
import { route } from '../route.ts'
import { Understood } from '../todos.ts'
import { flag } from '../words.ts'
import { anything } from './words.ts'

export const CodexTodo = z.object({
  id: z.string(),
  short_id: z.string(),
  title: z.string(),
  content: z.string(),
  note_type: z.enum(['note', 'checklist']),
  items: z.array(z.object({ index: z.number(), text: z.string(), done: z.boolean() })),
  due_date: z.string().nullable(),
  repeat: z.string().nullable(),
  snoozed_until: z.string().nullable(),
  label: z.string().nullable(),
  color: z.string().nullable(),
  pinned: z.boolean(),
  archived: z.boolean(),
  done_at: z.string().nullable(),
  session_id: z.string().nullable(),
  source: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
})
export type CodexTodo = z.output<typeof CodexTodo>

/** Every outcome is a 200; `exit_code` says how it went. */
export const TodoAnswer = z.object({
  exit_code: z.union([z.literal(0), z.literal(1)]),
  results: z.string().optional().describe('the list as text'),
  response: z.string().optional().describe('what was done'),
  error: z.string().optional(),
  note_id: z.string().optional(),
  note_title: z.string().optional(),
  open_url: z.string().optional(),
  duplicate: z.boolean().optional(),
  due_date: z.string().nullable().optional(),
  understood: Understood.optional().describe('how the words for the time were taken'),
  warning: z.string().optional(),
  todo: CodexTodo.optional(),
  todos: z.array(CodexTodo).optional(),
})
export type TodoAnswer = z.output<typeof TodoAnswer>

const given = (what: string) => z.unknown().optional().describe(what)

/** Read field by field, because a wrong one is said inside a 200. */
const acting = {
  action: given('what to do; left out: add'),
  id: given('the whole id, or its beginning'),
  title: given('text'),
  content: given('text'),
  text: given('title or content, whichever is missing; the text of an item'),
  checklist_items: given('a list of {text, done}; `items` is the same'),
  due_date: given('ISO 8601 or words: "tomorrow at 5pm"; an empty text clears it'),
  repeat: given('daily, weekly, monthly, yearly, none, or an RRULE'),
  label: given('text'),
  color: given('text'),
  pinned: given('true or false'),
  archived: given('true or false'),
  query: given('what to search for'),
  index: given('the number of an item, counted from 0'),
  to: given('where move_item moves it'),
  until: given('how long snooze snoozes: "in 1 hour"'),
  session_id: given('a label of your own'),
}

export const todos = {
  list: route({
    id: 'codex.todos',
    method: 'GET',
    path: '/api/codex/todos',
    scope: ['todos:read', 'todos:write'],
    danger: 'none',
    summary: 'Todos as text and as data, pinned first, then the newest change',
    in: () => z.object({ archived: flag().default(false), label: z.string().default('') }),
    out: () => TodoAnswer,
  }),
  act: route({
    id: 'codex.todos.act',
    method: 'POST',
    path: '/api/codex/todos',
    scope: 'token',
    danger: 'none',
    summary:
      'One action: list, search, view (todos:read); add, update, delete, toggle_item, add_item, edit_item, delete_item, move_item, done, snooze (todos:write)',
    in: () => anything(acting),
    out: () => TodoAnswer,
  }),
}
