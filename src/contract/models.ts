import * as z from 'zod'
import { route } from './route.ts'
import { LAUNCH, READ, Serve } from './serve.ts'
import { flag, text } from './words.ts'

export const Model = z.object({
  host: z.string(),
  id: z.string().describe('repository, tag or folder name'),
  source: z.enum(['hf', 'ollama', 'dir']),
  path: z.string(),
  bytes: z.number(),
  files: z.number().int(),
  complete: z.boolean(),
  last_used_at: z.number().nullable(),
  gguf: z.array(
    z.object({
      name: z.string(),
      path: z.string(),
      bytes: z.number(),
      quant: z.string().nullable(),
      role: z.enum(['model', 'projector']),
      parts: z.number().int(),
    }),
  ),
})
export type Model = z.output<typeof Model>

export const models = {
  list: route({
    id: 'models.list',
    method: 'GET',
    path: '/api/v1/models',
    scope: READ,
    danger: 'none',
    summary: 'The models on a host, from the last scan',
    in: () =>
      z.strictObject({
        host: text(300).default(''),
        fresh: flag().default(false).describe('scan now'),
        search: text(200).optional(),
      }),
    out: () => z.object({ host: z.string(), scanned_at: z.number().nullable(), items: z.array(Model) }),
    cli: { columns: ['id', 'source', 'bytes', 'complete', 'path'], rows: 'items' },
  }),
  download: route({
    id: 'models.download',
    method: 'POST',
    path: '/api/v1/models/download',
    scope: LAUNCH,
    danger: 'none',
    summary: 'Downloads a model on a host, as a task with log, progress and resume',
    in: () =>
      z.strictObject({
        model: text(300, 1),
        host: text(300).default(''),
        revision: text(100).optional(),
        include: text(300).optional(),
      }),
    out: () => z.object({ serve: Serve }),
    status: 201,
    cli: { words: ['model'] },
  }),
  install: route({
    id: 'models.install',
    method: 'POST',
    path: '/api/v1/models/install',
    scope: LAUNCH,
    danger: 'none',
    summary: 'Installs packages into a host’s environment, as a task',
    in: () => z.strictObject({ packages: z.array(text(200, 1)).min(1).max(20), host: text(300).default('') }),
    out: () => z.object({ serve: Serve }),
    status: 201,
  }),
  copy: route({
    id: 'models.copy',
    method: 'POST',
    path: '/api/v1/models/copy',
    scope: LAUNCH,
    danger: 'none',
    summary: 'Copies a model from one host to another, through this machine, as a task',
    in: () => z.strictObject({ model: text(300, 1), from: text(300), to: text(300) }),
    out: () => z.object({ serve: Serve }),
    status: 201,
    cli: { words: ['model', 'from', 'to'] },
  }),
  remove: route({
    id: 'models.rm',
    method: 'DELETE',
    path: '/api/v1/models',
    scope: LAUNCH,
    danger: 'destroys',
    summary: 'Deletes a model from a host; its name has to be confirmed',
    in: () =>
      z.strictObject({ model: text(300, 1), host: text(300).default(''), confirm: text(300).optional() }),
    out: () => z.object({ freed_bytes: z.number() }),
    cli: { words: ['model'] },
  }),
}
