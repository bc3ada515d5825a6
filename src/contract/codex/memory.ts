import * as z from 'zod'
import { CATEGORIES, type Category, memory as ours } from '../memory.ts'
import { route } from '../route.ts'
import { text } from '../words.ts'
import { said, whole } from './words.ts'

export const CodexMemory = z.object({
  id: z.string(),
  text: z.string(),
  timestamp: z.number().int().describe('seconds'),
  source: z.string(),
  category: z.string(),
  uses: z.number().int(),
  owner: z.string(),
  pinned: z.boolean(),
  session_id: z.string().optional(),
  updated_at: z.string(),
})
export type CodexMemory = z.output<typeof CodexMemory>

const READ = ['memory:read', 'memory:write'] as const
const WRITE = ['memory:write'] as const

const { text: remembered } = ours.add.in.shape
const saved = z.object({ ok: z.literal(true), id: z.string(), memory: CodexMemory })

const change = z
  .strictObject({
    memory_id: z.string(),
    text: said(remembered).optional(),
    category: z.enum(CATEGORIES).optional(),
    source: text(200).optional(),
    session_id: text(200).nullable().optional(),
    pinned: z.boolean().optional(),
  })
  .meta({ title: 'memory' })

const update = {
  path: '/api/codex/memory/{memory_id}',
  scope: WRITE,
  danger: 'none',
  summary: 'Changes the fields that are given',
  in: () => change,
  out: () => saved,
} as const

export const memory = {
  list: route({
    id: 'codex.memory',
    method: 'GET',
    path: '/api/codex/memory',
    scope: READ,
    danger: 'none',
    summary: 'Everything that is remembered, in the order it was told; or what holds all words of `search`',
    in: () =>
      z.object({
        search: text(200).default(''),
        category: text(100).default(''),
        limit: whole(0).describe('0: all'),
      }),
    out: () => z.object({ memory: z.array(CodexMemory) }),
  }),
  read: route({
    id: 'codex.memory.read',
    method: 'GET',
    path: '/api/codex/memory/{memory_id}',
    scope: READ,
    danger: 'none',
    summary: 'One memory',
    in: () => z.object({ memory_id: z.string() }),
    out: () => CodexMemory,
  }),
  add: route({
    id: 'codex.memory.add',
    method: 'POST',
    path: '/api/codex/memory',
    scope: WRITE,
    danger: 'none',
    summary: 'Remembers something; what is known already is not added again',
    in: () =>
      z
        .object({
          text: said(remembered),
          category: z
            .string()
            .default('fact')
            .transform((word): Category => CATEGORIES.find(each => each === word) ?? 'fact')
            .describe(`${CATEGORIES.join(', ')}; anything else counts as fact`),
          source: text(200).default('user'),
          session_id: text(200).nullable().optional(),
          pinned: z.boolean().optional(),
        })
        .meta({ title: 'memory' }),
    out: () => saved.extend({ count: z.number().int(), message: z.string().optional() }),
  }),
  patch: route({ ...update, id: 'codex.memory.patch', method: 'PATCH' }),
  put: route({ ...update, id: 'codex.memory.put', method: 'PUT' }),
  remove: route({
    id: 'codex.memory.delete',
    method: 'DELETE',
    path: '/api/codex/memory/{memory_id}',
    scope: WRITE,
    danger: 'destroys',
    summary: 'Forgets it; `undo` brings it back',
    in: () => z.object({ memory_id: z.string() }),
    out: () => z.object({ ok: z.literal(true), message: z.string() }),
  }),
}
