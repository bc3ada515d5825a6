import * as z from 'zod'
import { route } from './route.ts'
import { LAUNCH, READ, Serve } from './serve.ts'
import { done, id, text } from './words.ts'

export const Preset = z.object({
  id: z.string(),
  name: z.string(),
  model: z.string(),
  cmd: z.string(),
  host: z.string().describe('id of the host; local means local'),
  host_name: z.string(),
  env_prefix: z.string().nullable(),
  gpus: z.string().nullable(),
  port: z.number().nullable(),
  restart: z.string().nullable(),
  created_at: z.number(),
  updated_at: z.number(),
})
export type Preset = z.output<typeof Preset>

const presetFields = {
  cmd: text(32_768, 1).optional(),
  model: text(500).optional(),
  host: text(300).optional(),
  env_prefix: text(2000).nullable().optional(),
  gpus: text(200).nullable().optional(),
  restart: text(100).nullable().optional(),
}

export const presets = {
  list: route({
    id: 'presets.list',
    method: 'GET',
    path: '/api/v1/presets',
    scope: READ,
    danger: 'none',
    summary: 'Saved launches',
    in: () => z.strictObject({ search: text(200).optional() }),
    out: () => z.object({ items: z.array(Preset) }),
    cli: { columns: ['id', 'name', 'model', 'host_name', 'port', 'cmd'], rows: 'items' },
  }),
  save: route({
    id: 'presets.save',
    method: 'POST',
    path: '/api/v1/presets',
    scope: LAUNCH,
    danger: 'none',
    summary: 'Saves a launch under a name, from a serve or from its parts',
    in: () =>
      z.strictObject({ name: text(100, 1), from: id().optional().describe('a serve'), ...presetFields }),
    out: () => Preset,
    status: 201,
    cli: { words: ['name', 'from'] },
  }),
  edit: route({
    id: 'presets.edit',
    method: 'PATCH',
    path: '/api/v1/presets/{id}',
    scope: LAUNCH,
    danger: 'none',
    summary: 'Changes or renames one',
    in: () => z.strictObject({ id: id(), name: text(100, 1).optional(), ...presetFields }),
    out: () => Preset,
    cli: { words: ['id'] },
  }),
  remove: route({
    id: 'presets.rm',
    method: 'DELETE',
    path: '/api/v1/presets/{id}',
    scope: LAUNCH,
    danger: 'destroys',
    summary: 'Deletes one; `undo` brings it back',
    in: () => z.strictObject({ id: id() }),
    out: () => done,
    cli: { words: ['id'] },
  }),
  launch: route({
    id: 'presets.launch',
    method: 'POST',
    path: '/api/v1/presets/{id}/launch',
    scope: LAUNCH,
    danger: 'none',
    summary: 'Launches one, by id or name',
    in: () => z.strictObject({ id: id() }),
    out: () => z.object({ serve: Serve, warnings: z.array(z.string()) }),
    status: 201,
    cli: { words: ['id'] },
  }),
}
