import * as z from 'zod'
import { route } from './route.ts'
import { count, done, flag, id, pageIn, pageOf, text, was } from './words.ts'

export const CATEGORIES = ['fact', 'contact', 'task', 'preference', 'identity', 'project', 'goal'] as const
export type Category = (typeof CATEGORIES)[number]

export const Memory = z.object({
  id: z.string(),
  text: z.string(),
  category: z.enum(CATEGORIES),
  source: z.string().describe('who or what said it'),
  session_id: z.string().nullable(),
  pinned: z.boolean(),
  uses: z.number().int().describe('how often an agent said that it helped'),
  created_at: z.number(),
  updated_at: z.number(),
})
export type Memory = z.output<typeof Memory>

const remembered = text(5000)
  .transform(value => value.trim())
  .refine(value => value !== '', 'must not be empty')

const category = z.enum(CATEGORIES)

const columns = ['id', 'category', 'pinned', 'text']

export const memory = {
  list: route({
    id: 'memory.list',
    method: 'GET',
    path: '/api/v1/memory',
    scope: ['memory:read', 'memory:write'],
    danger: 'none',
    summary: 'What is remembered: pinned first, then the newest change',
    in: () =>
      z.strictObject({
        ...pageIn,
        category: z.enum(CATEGORIES).optional(),
        source: text(200).optional(),
        session_id: text(200).optional(),
        pinned: flag().optional(),
        search: text(200)
          .optional()
          .describe('all of these words; newest first, whatever the order asked for'),
        sort: z.enum(['recent', 'oldest', 'uses']).default('recent'),
      }),
    out: () => pageOf(Memory),
    cli: { columns, rows: 'items' },
  }),
  get: route({
    id: 'memory.get',
    method: 'GET',
    path: '/api/v1/memory/{id}',
    scope: ['memory:read', 'memory:write'],
    danger: 'none',
    summary: 'One memory, by its id or a part of it that only one has',
    in: () => z.strictObject({ id: id() }),
    out: () => Memory,
    cli: { words: ['id'] },
  }),
  add: route({
    id: 'memory.add',
    method: 'POST',
    path: '/api/v1/memory',
    scope: ['memory:write'],
    danger: 'none',
    summary: 'Remembers something; what is known already is not added again',
    in: () =>
      z.strictObject({
        text: remembered,
        category: category.default('fact'),
        source: text(200).optional(),
        session_id: text(200).nullable().optional(),
        pinned: flag().default(false),
      }),
    out: () =>
      Memory.extend({
        duplicate: z.boolean().describe('true: it was known already, and this is the one that was'),
        count: z.number().int(),
      }),
    status: 201,
    cli: { words: ['text…'], stdin: 'text' },
  }),
  edit: route({
    id: 'memory.edit',
    method: 'PATCH',
    path: '/api/v1/memory/{id}',
    scope: ['memory:write'],
    danger: 'none',
    summary: 'Changes the fields that are given',
    in: () =>
      z.strictObject({
        id: id(),
        text: remembered.optional(),
        category: category.optional(),
        source: text(200).optional(),
        session_id: text(200).nullable().optional(),
        pinned: flag().optional(),
        was: was('text'),
      }),
    out: () => Memory,
    cli: { words: ['id', 'text…'] },
  }),
  pin: route({
    id: 'memory.pin',
    method: 'POST',
    path: '/api/v1/memory/{id}/pin',
    scope: ['memory:write'],
    danger: 'none',
    summary: 'Keeps it at the top, or no more',
    in: () => z.strictObject({ id: id(), pinned: flag().default(true) }),
    out: () => Memory,
    cli: { words: ['id'] },
  }),
  used: route({
    id: 'memory.used',
    method: 'POST',
    path: '/api/v1/memory/{id}/used',
    scope: ['memory:read', 'memory:write'],
    danger: 'none',
    summary: 'Says that it helped, so that what helps often can be told from what never does',
    in: () => z.strictObject({ id: id(), times: count(1, 1000).default(1) }),
    out: () => Memory,
    cli: { words: ['id'] },
  }),
  remove: route({
    id: 'memory.rm',
    method: 'DELETE',
    path: '/api/v1/memory/{id}',
    scope: ['memory:write'],
    danger: 'destroys',
    summary: 'Forgets it; `undo` brings it back',
    in: () => z.strictObject({ id: id() }),
    out: () => done,
    cli: { words: ['id'] },
  }),
}
