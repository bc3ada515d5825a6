import * as z from 'zod'

export const READ = ['cookbook:read', 'cookbook:launch'] as const
export const LAUNCH = ['cookbook:launch'] as const

/** Derived from what is seen, never stored as text. */
export const SERVE_STATES = [
  'queued',
  'launching',
  'loading',
  'ready',
  'unhealthy',
  'stopping',
  'stopped',
  'exited',
  'crashed',
  'lost',
] as const
export const ServeState = z.enum(SERVE_STATES)
export type ServeState = z.output<typeof ServeState>

export const Operation = z.union([
  z.object({ op: z.literal('set'), flag: z.string(), value: z.string() }),
  z.object({ op: z.literal('replace'), flag: z.string(), by: z.string(), value: z.string().optional() }),
  z.object({ op: z.literal('append'), flag: z.string() }),
  z.object({ op: z.literal('remove'), flag: z.string() }),
  z.object({ op: z.literal('env'), name: z.string(), value: z.string().nullable() }),
  z.object({ op: z.literal('install'), packages: z.array(z.string()), by: z.enum(['pip', 'system']) }),
  z.object({ op: z.literal('free_port'), port: z.number().nullable() }),
  z.object({ op: z.literal('pick_gpus'), count: z.number().nullable(), freeGiB: z.number().nullable() }),
  z.object({ op: z.literal('run'), command: z.string() }),
])

export type Operation = z.output<typeof Operation>

export const Fix = z.object({
  id: z.string(),
  title: z.string(),
  operations: z.array(Operation),
  /** The command with this fix, ready to launch; null where it is something to do by hand. */
  cmd: z.string().nullable(),
  tried: z.boolean().describe('an attempt of this lineage had it and died of the same cause'),
})

export const Diagnosis = z.object({
  cause: z.string().nullable(),
  verdict: z.enum(['cause', 'healthy', 'stopped', 'unknown']),
  confidence: z.number(),
  root_line: z.string().nullable(),
  line_number: z.number().nullable(),
  byte_offset: z.number().nullable(),
  excerpt: z.string().nullable(),
  explanation: z.string(),
  fixes: z.array(Fix),
  scanned_bytes: z.number(),
})
export type Diagnosis = z.output<typeof Diagnosis>

export const ServeMetrics = z.object({
  at: z.number(),
  running: z.number().nullable(),
  waiting: z.number().nullable(),
  tokens_per_second: z.number().nullable(),
  kv_use: z.number().nullable().describe('0 to 1'),
  ttft_ms: z.number().nullable().describe('mean time to first token of late'),
})
export type ServeMetrics = z.output<typeof ServeMetrics>

export const Serve = z.object({
  id: z.string(),
  kind: z.enum(['serve', 'download', 'install', 'copy', 'container', 'process']),
  name: z.string(),
  host: z.string().describe('id of the host'),
  host_name: z.string(),
  engine: z.string().nullable(),
  model: z.string().nullable(),
  cmd: z.string().describe('secrets masked'),
  port: z.number().nullable(),
  gpus: z.array(z.number().int()),
  state: ServeState,
  phase: z.string().nullable().describe('what the engine says it is doing'),
  percent: z.number().nullable(),
  pid: z.number().nullable(),
  exit_code: z.number().nullable(),
  signal: z.string().nullable(),
  /** One sentence where the state alone does not say it: host rebooted, exit unknown, stopped by whom. */
  reason: z.string().nullable(),
  cause: z.string().nullable(),
  root_line: z.string().nullable(),
  launched_at: z.number(),
  ready_at: z.number().nullable(),
  ended_at: z.number().nullable(),
  seen_at: z.number().nullable().describe('when this was last known for sure'),
  operator: z.string().nullable(),
  actor: z.string().nullable(),
  mine: z.boolean(),
  origin: z.enum(['launched', 'adopted', 'swept', 'seen']),
  lineage: z.string(),
  attempt: z.number().int(),
  restart: z.string().nullable(),
  stop_at: z.number().nullable(),
  log_bytes: z.number().nullable(),
  log_path: z.string().nullable().describe('on its host'),
  vram_mib: z.number().nullable(),
  metrics: ServeMetrics.nullable(),
  warnings: z.array(z.string()),
})
export type Serve = z.output<typeof Serve>

export const Attempt = z.object({
  serve: z.string(),
  attempt: z.number().int(),
  parent: z.string().nullable(),
  cmd: z.string(),
  difference: z.array(z.string()).describe('to the one before: +--flag value, -NAME=value'),
  fix: z.string().nullable(),
  launched_at: z.number(),
  seconds: z.number().nullable(),
  state: ServeState,
  cause: z.string().nullable(),
  root_line: z.string().nullable(),
  ready_seconds: z.number().nullable(),
  kv_tokens: z.number().nullable(),
  tokens_per_second: z.number().nullable(),
  ttft_ms: z.number().nullable(),
})
export type Attempt = z.output<typeof Attempt>

export const FitReport = z.object({
  verdict: z.enum(['fits', 'tight', 'does_not', 'unknown']),
  spare_gib: z.number().nullable().describe('per GPU; negative is missing'),
  upper_bound: z.boolean(),
  basis: z
    .enum(['measured', 'estimated'])
    .describe('by what the engine itself said in a start with the same flags there, or by arithmetic'),
  measured_in: z.string().nullable().describe('the start it said that in: attempt 1'),
  longest: z.number().int().nullable().describe('the longest context that would fit, in tokens'),
  freed_gib: z.number().describe('per GPU, counted as free: the serve to be replaced holds it'),
  parts: z.array(z.object({ what: z.string(), gib: z.number() })),
  settings: z
    .array(z.object({ title: z.string(), operations: z.array(Operation) }))
    .describe('nearest that fit'),
  problems: z.array(z.string()).describe('what is wrong whatever the memory: TP, dtype, context, flags'),
})
export type FitReport = z.output<typeof FitReport>
