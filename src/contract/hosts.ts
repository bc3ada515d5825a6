import * as z from 'zod'
import { route } from './route.ts'
import { hostName, target } from './target.ts'
import { TerminalEnd, terminalFields } from './terminal.ts'
import { count, done, flag, id, text } from './words.ts'

const READ = ['cookbook:read', 'cookbook:launch'] as const

export const Reach = z.object({
  state: z.enum(['connected', 'connecting', 'idle', 'unreachable']),
  since: z.number().nullable(),
  round_trip_ms: z.number().nullable(),
  reason: z.string().nullable(),
  retry_at: z.number().nullable(),
})

export const GpuProcess = z.object({
  pid: z.number().int(),
  name: z.string(),
  user: z.string().nullable(),
  container: z.string().nullable(),
  used_mib: z.number().nullable(),
  /** The serve it belongs to: one of ours, or one that was found. */
  serve: z.string().nullable(),
  orphan: z.boolean(),
})

export const Gpu = z.object({
  index: z.number().int(),
  uuid: z.string(),
  name: z.string(),
  total_mib: z.number().nullable(),
  used_mib: z.number().nullable(),
  utilisation: z.number().nullable().describe('percent'),
  temperature: z.number().nullable(),
  power_w: z.number().nullable(),
  power_limit_w: z.number().nullable(),
  processes: z.array(GpuProcess),
})
export type Gpu = z.output<typeof Gpu>

export const Disk = z.object({
  what: z.enum(['cache', 'models', 'home']).describe('where downloads go, a folder of models, the home'),
  path: z.string(),
  mount: z.string(),
  free_bytes: z.number().int(),
  total_bytes: z.number().int(),
})
export type Disk = z.output<typeof Disk>

const settings = {
  port: count(1, 65535).nullable().optional(),
  transport: z.enum(['auto', 'ssh2', 'ssh']).optional(),
  env: z.enum(['none', 'venv', 'conda']).optional(),
  env_path: text(1000).nullable().optional().describe('of the venv, or the name of the conda environment'),
  model_dirs: z.array(text(1000, 1)).max(50).optional(),
  gpus: text(200).nullable().optional().describe('the GPUs a launch gets unless it says otherwise: 0,1'),
  hf_token: text(500).nullable().optional().describe('sealed; never shown again'),
  variables: z.record(z.string().regex(/^[A-Za-z_]\w*$/), text(2000)).optional(),
  port_range: z
    .tuple([count(1, 65535), count(1, 65535)])
    .nullable()
    .optional(),
  state_dir: text(1000).nullable().optional(),
}

export const Host = z.object({
  id: z.string(),
  name: z.string(),
  /** What ssh is told: an alias or user@host; empty for this machine. */
  target: z.string(),
  port: z.number().int().nullable(),
  transport: z.enum(['auto', 'ssh2', 'ssh']),
  env: z.enum(['none', 'venv', 'conda']),
  env_path: z.string().nullable(),
  model_dirs: z.array(z.string()),
  gpus: z.string().nullable(),
  hf_token_set: z.boolean(),
  variables: z.record(z.string(), z.string()),
  port_range: z.tuple([z.number(), z.number()]).nullable(),
  state_dir: z.string().nullable(),
  created_at: z.number(),
  reach: Reach,
  devices: z.array(Gpu).describe('as of `devices_at`'),
  devices_at: z.number().nullable(),
  disks: z.array(Disk).describe('as last measured; empty before'),
})
export type Host = z.output<typeof Host>

export const ProbeStep = z.object({
  id: z.string(),
  ok: z.union([z.boolean(), z.literal('warn'), z.literal('skip')]),
  title: z.string(),
  detail: z.string(),
  advice: z.string().nullable(),
})
export type ProbeStep = z.output<typeof ProbeStep>

export const GpuSample = z.object({
  at: z.number(),
  gpus: z.array(
    z.object({
      index: z.number().int(),
      used_mib: z.number().nullable(),
      utilisation: z.number().nullable(),
      power_w: z.number().nullable(),
      temperature: z.number().nullable(),
    }),
  ),
})

export const Ran = z.object({
  at: z.number().describe('when it last began'),
  what: z.enum(['connect', 'question', 'stream', 'terminal', 'forward']),
  text: z.string().describe('the command or script; what it read on standard input is not kept'),
  code: z.number().nullable(),
  ms: z.number().nullable(),
  error: z.string().nullable(),
  times: z.number().describe('how often the same ran, numbers and marks aside'),
})
export type Ran = z.output<typeof Ran>

export const hosts = {
  list: route({
    id: 'hosts.list',
    method: 'GET',
    path: '/api/v1/hosts',
    scope: READ,
    danger: 'none',
    summary: 'This machine and the saved ones, with how they are reached and what their GPUs do',
    in: () => z.strictObject({}),
    out: () => z.object({ items: z.array(Host) }),
    cli: { columns: ['name', 'target', 'reach', 'devices', 'env'], rows: 'items' },
  }),
  get: route({
    id: 'hosts.get',
    method: 'GET',
    path: '/api/v1/hosts/{id}',
    scope: READ,
    danger: 'none',
    summary: 'One host, by id, name or user@host; empty, local and localhost are this machine',
    in: () => z.strictObject({ id: id() }),
    out: () => Host,
    cli: { words: ['id'] },
  }),
  add: route({
    id: 'hosts.add',
    method: 'POST',
    path: '/api/v1/hosts',
    scope: 'operator',
    danger: 'none',
    summary: 'Saves a host, or every alias of the ssh config that fits a pattern',
    in: () =>
      z.strictObject({
        target: target().optional().describe('an alias of the ssh config, or user@host'),
        name: hostName().optional(),
        from_ssh_config: text(200).optional().describe("a pattern of aliases: 'gpu-*'"),
        like: text(100).optional().describe('a saved host to take the settings from'),
        ...settings,
      }),
    out: () =>
      z.object({
        added: z.array(Host),
        skipped: z.array(z.object({ name: z.string(), reason: z.string() })),
      }),
    status: 201,
    cli: { words: ['target'] },
  }),
  edit: route({
    id: 'hosts.edit',
    method: 'PATCH',
    path: '/api/v1/hosts/{id}',
    scope: 'operator',
    danger: 'none',
    summary: 'Changes its settings; null clears one',
    in: () =>
      z.strictObject({
        id: id(),
        name: hostName().optional(),
        target: target().optional(),
        ...settings,
      }),
    out: () => Host,
    cli: { words: ['id'] },
  }),
  remove: route({
    id: 'hosts.rm',
    method: 'DELETE',
    path: '/api/v1/hosts/{id}',
    scope: 'operator',
    danger: 'destroys',
    summary: 'Forgets it. What runs there runs on.',
    in: () => z.strictObject({ id: id() }),
    out: () => done,
    cli: { words: ['id'] },
  }),
  test: route({
    id: 'hosts.test',
    method: 'POST',
    path: '/api/v1/hosts/{id}/test',
    scope: 'operator',
    danger: 'none',
    summary: 'Tries everything step by step; each step is one line of JSON as it ends',
    in: () => z.strictObject({ id: id() }),
    out: () => ProbeStep,
  }),
  trust: route({
    id: 'hosts.trust',
    method: 'POST',
    path: '/api/v1/hosts/{id}/trust',
    scope: 'operator',
    danger: 'none',
    summary: 'Answers the question about an unknown host key: this fingerprint is right',
    in: () => z.strictObject({ id: id(), fingerprint: text(200, 1) }),
    out: () => Host,
    cli: { words: ['id', 'fingerprint'] },
  }),
  terminal: route({
    id: 'hosts.terminal',
    method: 'GET',
    path: '/api/v1/hosts/{id}/terminal',
    scope: 'operator',
    danger: 'none',
    summary: 'A login shell there as a terminal, over a WebSocket',
    in: () => z.strictObject({ id: id(), ...terminalFields }),
    out: () => TerminalEnd,
    status: 101,
    duplex: true,
  }),
  history: route({
    id: 'hosts.history',
    method: 'GET',
    path: '/api/v1/hosts/{id}/gpus',
    scope: READ,
    danger: 'none',
    summary: 'What its GPUs did lately',
    in: () => z.strictObject({ id: id(), since: count(0, Number.MAX_SAFE_INTEGER).optional() }),
    out: () => z.object({ samples: z.array(GpuSample) }),
  }),
  commands: route({
    id: 'hosts.commands',
    method: 'GET',
    path: '/api/v1/hosts/{id}/commands',
    scope: 'operator',
    danger: 'none',
    summary: 'What was run there lately and to reach it, the newest first',
    in: () => z.strictObject({ id: id() }),
    out: () => z.object({ items: z.array(Ran) }),
    cli: { words: ['id'], columns: ['what', 'times', 'ms', 'code', 'text'], rows: 'items' },
  }),
  aliases: route({
    id: 'hosts.aliases',
    method: 'GET',
    path: '/api/v1/ssh-aliases',
    scope: 'operator',
    danger: 'none',
    summary: 'The aliases of the ssh config that fit a pattern',
    in: () => z.strictObject({ pattern: text(200).default('*'), saved: flag().default(true) }),
    out: () => z.object({ items: z.array(z.string()) }),
    cli: { words: ['pattern'], columns: [], rows: 'items' },
  }),
}
