import * as z from 'zod'
import { route } from './route.ts'
import { count, done, flag, id, pageIn, pageOf, text, was } from './words.ts'

export const TodoItem = z.object({ text: z.string(), done: z.boolean() })

export const Todo = z.object({
  id: z.string(),
  title: z.string(),
  content: z.string(),
  type: z.enum(['note', 'checklist']),
  items: z.array(TodoItem),
  due: z.string().nullable().describe('ISO 8601; with offset for a time, YYYY-MM-DD for a day'),
  due_at: z.number().nullable().describe('epoch milliseconds of the moment it is due'),
  repeat: z.string().nullable().describe('RFC 5545 rule, counted from the first due date'),
  snoozed_until: z.number().nullable(),
  label: z.string().nullable(),
  color: z.string().nullable(),
  pinned: z.boolean(),
  archived: z.boolean(),
  done_at: z.number().nullable(),
  channels: z.array(z.string()).nullable().describe('where its reminder goes; null means the defaults'),
  session_id: z.string().nullable(),
  source: z.string(),
  created_at: z.number(),
  updated_at: z.number(),
})
export type Todo = z.output<typeof Todo>

const itemIn = z.union([
  text(2000).transform(value => ({ text: value, done: false })),
  z.object({ text: text(2000), done: z.boolean().default(false) }),
])

const fields = {
  content: text(100_000).optional(),
  items: z.array(itemIn).max(500).optional(),
  due: text(200).nullable().optional().describe('ISO 8601 or words: "tomorrow 5pm", "every weekday at 9am"'),
  repeat: text(500)
    .nullable()
    .optional()
    .describe('an RRULE, or words such as "weekly"; it stays where only the date changes'),
  label: text(100).nullable().optional(),
  color: text(40).nullable().optional(),
  pinned: flag().optional(),
  channels: z.array(z.string().max(40)).max(10).nullable().optional(),
}

/** How a phrase was understood, so that a misreading is seen at once. */
export const Understood = z.object({
  phrase: z.string(),
  at: z.string(),
  zone: z.string(),
  repeat: z.string().nullable(),
  whole_day: z.boolean().describe('a day was named and no time; `at` is when it rings'),
  uncertain: z.array(z.string()),
  doubts: z.array(z.string()).describe('what is uncertain, in sentences'),
})

const saved = z.object({ todo: Todo, understood: Understood.optional() })

const columns = ['id', 'due', 'title', 'label']

export const todos = {
  list: route({
    id: 'todos.list',
    method: 'GET',
    path: '/api/v1/todos',
    scope: ['todos:read', 'todos:write'],
    danger: 'none',
    summary: 'Todos, newest change first within the pinned and the others',
    in: () =>
      z.strictObject({
        ...pageIn,
        archived: flag().default(false),
        label: text(100).optional(),
        search: text(200).optional(),
        due: z.enum(['overdue', 'today', 'week', 'any', 'none']).optional(),
        sort: z.enum(['recent', 'due', 'title', 'created']).default('recent'),
      }),
    out: () => pageOf(Todo),
    cli: { columns, rows: 'items' },
  }),
  when: route({
    id: 'todos.when',
    method: 'GET',
    path: '/api/v1/when',
    scope: ['todos:read', 'todos:write'],
    danger: 'none',
    summary: 'How words for a time are understood, without writing anything; `quick`: words that hold a time',
    in: () =>
      z.strictObject({
        text: text(1000, 1),
        quick: flag().optional(),
        snooze: id().optional().describe('the todo that is to be put off until then'),
      }),
    out: () =>
      z.object({
        title: z.string().nullable().describe('what is left of the sentence'),
        label: z.string().nullable().describe('its first #word'),
        understood: Understood.nullable(),
      }),
    cli: { words: ['text…'] },
  }),
  get: route({
    id: 'todos.get',
    method: 'GET',
    path: '/api/v1/todos/{id}',
    scope: ['todos:read', 'todos:write'],
    danger: 'none',
    summary: 'One todo, by its id or a part of it that only one has',
    in: () => z.strictObject({ id: id() }),
    out: () => Todo,
    cli: { words: ['id'] },
  }),
  add: route({
    id: 'todos.add',
    method: 'POST',
    path: '/api/v1/todos',
    scope: ['todos:write'],
    danger: 'none',
    summary: 'Adds a todo; `quick` takes the due date and a #label out of the title',
    in: () =>
      z.strictObject({
        title: text(1000).optional(),
        ...fields,
        archived: flag().optional(),
        quick: flag().optional(),
        session_id: text(200).optional(),
      }),
    out: () => saved,
    status: 201,
    cli: { words: ['title…'] },
  }),
  edit: route({
    id: 'todos.edit',
    method: 'PATCH',
    path: '/api/v1/todos/{id}',
    scope: ['todos:write'],
    danger: 'none',
    summary: 'Changes the fields that are given; null clears',
    in: () =>
      z.strictObject({
        id: id(),
        title: text(1000).optional(),
        ...fields,
        archived: flag().optional(),
        was: was('content'),
      }),
    out: () => saved,
    cli: { words: ['id'] },
  }),
  done: route({
    id: 'todos.done',
    method: 'POST',
    path: '/api/v1/todos/{id}/done',
    scope: ['todos:write'],
    danger: 'none',
    summary: 'Marks it done; a repeating one moves to its next date instead',
    in: () => z.strictObject({ id: id(), done: flag().default(true) }),
    out: () => saved,
    cli: { words: ['id'] },
  }),
  snooze: route({
    id: 'todos.snooze',
    method: 'POST',
    path: '/api/v1/todos/{id}/snooze',
    scope: ['todos:write'],
    danger: 'none',
    summary:
      'Reminds later, never earlier, without moving the due date; a length counts from when it reminds next',
    in: () => z.strictObject({ id: id(), until: text(200).default('in 1 hour') }),
    out: () => saved,
    cli: { words: ['id', 'until…'] },
  }),
  item: route({
    id: 'todos.item',
    method: 'POST',
    path: '/api/v1/todos/{id}/items',
    scope: ['todos:write'],
    danger: 'none',
    summary: 'One step on a checklist: add, edit, toggle, move or remove an item',
    in: () =>
      z.strictObject({
        id: id(),
        op: z.enum(['add', 'edit', 'toggle', 'remove', 'move']),
        index: count(0, 499).optional(),
        to: count(0, 499).optional(),
        text: text(2000)
          .optional()
          .describe(
            'what is added, or what it says then; for the others what it says now: refused where it does not',
          ),
        was: text(2000).optional().describe('of an edit: what it says now; refused where it does not'),
      }),
    out: () => saved,
    cli: { words: ['id', 'op', 'text…'] },
  }),
  remove: route({
    id: 'todos.rm',
    method: 'DELETE',
    path: '/api/v1/todos/{id}',
    scope: ['todos:write'],
    danger: 'destroys',
    summary: 'Deletes it; `undo` brings it back',
    in: () => z.strictObject({ id: id() }),
    out: () => done,
    cli: { words: ['id'] },
  }),
}
