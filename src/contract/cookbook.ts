import * as z from 'zod'
import { route } from './route.ts'
import { Attempt, Diagnosis, FitReport, LAUNCH, READ, SERVE_STATES, Serve, ServeMetrics } from './serve.ts'
import { TerminalEnd, terminalFields } from './terminal.ts'
import { count, done, flag, id, numeric, text } from './words.ts'

const launchFields = {
  repo_id: text(500).optional().describe('of the model; taken from the command where it is missing'),
  cmd: text(32_768, 1),
  host: text(300).default(''),
  gpus: text(200).nullable().optional(),
  env_prefix: text(2000).nullable().optional(),
  hf_token: text(500).optional(),
  name: text(100).optional(),
  restart: text(100).nullable().optional().describe('on-failure:3'),
  wait_for_room: flag().optional().describe('queue until its port and GPUs are free instead of refusing'),
  stop_at: text(200).optional().describe('when it is to be stopped by itself'),
  container: text(300).optional().describe('an image to run it in; operator only'),
}

export const cookbook = {
  tasks: route({
    id: 'cookbook.tasks',
    method: 'GET',
    path: '/api/v1/serves',
    scope: READ,
    danger: 'none',
    summary: 'Everything that runs or ran on the hosts',
    in: () =>
      z.strictObject({
        host: text(300).optional(),
        state: z.enum([...SERVE_STATES, 'live', 'ended', 'all']).default('all'),
        mine: flag().optional(),
        lineage: id().optional(),
        latest: flag().default(true).describe('only the newest attempt of each lineage'),
      }),
    out: () => z.object({ items: z.array(Serve) }),
    cli: {
      columns: ['id', 'name', 'host_name', 'port', 'gpus', 'state', 'cause', 'launched_at'],
      rows: 'items',
    },
  }),
  task: route({
    id: 'cookbook.task',
    method: 'GET',
    path: '/api/v1/serves/{id}',
    scope: READ,
    danger: 'none',
    summary: 'One of them, whole',
    in: () => z.strictObject({ id: id() }),
    out: () => Serve,
    cli: { words: ['id'] },
  }),
  serve: route({
    id: 'cookbook.serve',
    method: 'POST',
    path: '/api/v1/serves',
    scope: LAUNCH,
    danger: 'none',
    summary: 'Launches a model server in tmux on a host',
    in: () => z.strictObject({ session_id: text(64).optional(), ...launchFields }),
    out: () => z.object({ serve: Serve, warnings: z.array(z.string()) }),
    status: 201,
    cli: { words: ['cmd…'] },
  }),
  check: route({
    id: 'cookbook.check',
    method: 'POST',
    path: '/api/v1/serves/check',
    scope: READ,
    danger: 'none',
    summary: 'What launching this would meet: is the command allowed, port and GPUs free, does it fit',
    in: () =>
      z.strictObject({
        ...launchFields,
        like: id().optional().describe('a serve to show the difference to'),
        replaces: flag()
          .optional()
          .describe('it takes the place of that one: its port and its GPUs are free then'),
      }),
    out: () =>
      z.object({
        ok: z.boolean(),
        error: z.string().nullable(),
        engine: z.string().nullable(),
        model: z.string().nullable(),
        port: z.number().nullable(),
        gpus: z.array(z.number().int()),
        warnings: z.array(z.string()),
        difference: z.array(z.string()),
        fit: FitReport.nullable(),
      }),
  }),
  fit: route({
    id: 'cookbook.fit',
    method: 'POST',
    path: '/api/v1/fit',
    scope: READ,
    danger: 'none',
    summary: 'Whether a model fits the GPUs of a host, by how much, and the nearest settings that do',
    in: () =>
      z.strictObject({
        cmd: text(32_768).optional(),
        model: text(500).optional(),
        host: text(300).default(''),
        gpus: text(200).nullable().optional(),
        context: count(1, 100_000_000).optional(),
        tensor_parallel: count(1, 1024).optional(),
      }),
    out: () => FitReport,
    cli: { words: ['cmd…'] },
  }),
  stop: route({
    id: 'cookbook.stop',
    method: 'POST',
    path: '/api/v1/serves/{id}/stop',
    scope: LAUNCH,
    danger: 'destroys',
    summary: 'Interrupts, waits, escalates, then verifies that tree, port and VRAM are free',
    in: () =>
      z.strictObject({
        id: id(),
        confirm: text(300)
          .optional()
          .describe("its name: needed for another operator's, a swept or a foreign process"),
        adopted: flag().optional(),
        at: text(200).optional().describe('later, instead of now'),
        force: flag().optional().describe('kill at once'),
      }),
    out: () =>
      z.object({
        serve: Serve,
        step: z.enum(['gone', 'interrupt', 'terminate', 'kill', 'failed', 'scheduled', 'running']),
        left: z.array(z.string()).describe('what is still there: processes, the port, VRAM'),
      }),
    cli: { words: ['id'] },
  }),
  wait: route({
    id: 'cookbook.await',
    method: 'GET',
    path: '/api/v1/serves/{id}/wait',
    scope: READ,
    danger: 'none',
    summary: 'Answers when it is ready or has ended, with the end of its log',
    in: () =>
      z.strictObject({
        id: id(),
        for: z.enum(['ready', 'ended']).default('ready'),
        timeout: count(0, 3600).default(60),
      }),
    out: () => z.object({ reached: z.boolean(), serve: Serve, tail: z.string() }),
  }),
  output: route({
    id: 'cookbook.output',
    method: 'GET',
    path: '/api/v1/serves/{id}/output',
    scope: READ,
    danger: 'none',
    summary: 'The last lines of its log, with what it died of',
    in: () =>
      z.strictObject({
        id: id(),
        tail: count(1, 4000).default(400),
        attempt: count(1, 1000).optional(),
        raw: flag().default(false).describe('with colours and every frame of the progress bars'),
      }),
    out: () =>
      z.object({
        serve: Serve,
        source: z.enum(['log', 'pane', 'none']),
        output: z.string(),
        diagnosis: Diagnosis.nullable(),
      }),
    cli: { words: ['id'] },
  }),
  log: route({
    id: 'cookbook.log',
    method: 'GET',
    path: '/api/v1/serves/{id}/log',
    scope: READ,
    danger: 'none',
    summary: 'Bytes of its log, as they are; headers say the whole size',
    in: () =>
      z.strictObject({
        id: id(),
        offset: numeric(z.number().int()).optional().describe('negative counts from the end'),
        length: count(0, 4_194_304).default(65_536),
        attempt: count(1, 1000).optional(),
      }),
    out: () => z.string(),
  }),
  follow: route({
    id: 'cookbook.follow',
    method: 'GET',
    path: '/api/v1/serves/{id}/follow',
    scope: READ,
    danger: 'none',
    summary: 'Its log from an offset on, as it grows, until it ends',
    in: () =>
      z.strictObject({
        id: id(),
        offset: numeric(z.number().int().min(0)).optional(),
        tail: count(0, 4000).default(100),
      }),
    out: () => z.string(),
  }),
  search: route({
    id: 'cookbook.search',
    method: 'GET',
    path: '/api/v1/serves/{id}/search',
    scope: READ,
    danger: 'none',
    summary:
      'Searches its log on the host; what is found streams as lines of JSON: {kind: "hit", offset, line, text}, {kind: "count", hits, done}, and {kind: "lines", lines, size} of the whole log if asked',
    in: () =>
      z.strictObject({
        id: id(),
        query: text(500, 1),
        regex: flag().default(false),
        ignore_case: flag().default(true),
        limit: count(1, 10_000).default(2000),
        lines: flag().default(false),
      }),
    out: () => z.string(),
  }),
  why: route({
    id: 'cookbook.diagnosis',
    method: 'GET',
    path: '/api/v1/serves/{id}/diagnosis',
    scope: READ,
    danger: 'none',
    summary: 'The line that caused its death, what it means, and the changes that fix it',
    in: () => z.strictObject({ id: id() }),
    out: () => z.object({ serve: Serve, diagnosis: Diagnosis }),
  }),
  adopt: route({
    id: 'cookbook.adopt',
    method: 'POST',
    path: '/api/v1/serves/adopt',
    scope: LAUNCH,
    danger: 'none',
    summary: 'Takes a tmux session that runs a model server into care',
    in: () =>
      z.strictObject({
        session: text(64, 1),
        host: text(300).default(''),
        model: text(500).optional(),
        port: count(1, 65535).optional(),
      }),
    out: () => z.object({ serve: Serve, already: z.boolean() }),
    cli: { words: ['session', 'model'] },
  }),
  relaunch: route({
    id: 'cookbook.relaunch',
    method: 'POST',
    path: '/api/v1/serves/{id}/relaunch',
    scope: LAUNCH,
    danger: 'none',
    summary: 'A new attempt of the same lineage, with a fix or with changes',
    in: () =>
      z.strictObject({
        id: id(),
        apply: text(200).optional().describe('the id of a fix'),
        set: z.array(text(2000)).max(50).optional().describe('--flag=value or NAME=value'),
        unset: z.array(text(200)).max(50).optional(),
        cmd: text(32_768).optional().describe('instead of changes: the whole command'),
        stop: flag().optional().describe('stop it first, where it is still live'),
      }),
    out: () => z.object({ serve: Serve, difference: z.array(z.string()), warnings: z.array(z.string()) }),
    status: 201,
    cli: { words: ['id'] },
  }),
  attempts: route({
    id: 'cookbook.attempts',
    method: 'GET',
    path: '/api/v1/serves/{id}/attempts',
    scope: READ,
    danger: 'none',
    summary: 'What was tried in this lineage, the difference, how it ended, how it ran',
    in: () =>
      z.strictObject({
        id: id(),
        sort: z.enum(['attempt', 'tps', 'ttft', 'ready', 'kv']).default('attempt'),
      }),
    out: () => z.object({ lineage: z.string(), items: z.array(Attempt) }),
  }),
  try: route({
    id: 'cookbook.try',
    method: 'POST',
    path: '/api/v1/serves/{id}/try',
    scope: ['models:use'],
    danger: 'none',
    summary: 'Prompts it and measures: time to first token, tokens a second',
    in: () =>
      z.strictObject({
        id: id(),
        prompt: text(100_000, 1),
        concurrency: count(1, 256).default(1),
        max_tokens: count(1, 100_000).default(256),
      }),
    out: () =>
      z.object({
        ttft_ms: z.number().nullable(),
        tokens_per_second: z.number().nullable(),
        tokens: z.number(),
        seconds: z.number(),
        failed: z.number().int(),
        text: z.string(),
      }),
    cli: { words: ['id', 'prompt…'] },
  }),
  chat: route({
    id: 'cookbook.chat',
    method: 'POST',
    path: '/api/v1/serves/{id}/chat',
    scope: ['models:use'],
    danger: 'none',
    summary: 'Goes on with a conversation with this one; its answer flows as the engine streams it',
    in: () =>
      z.strictObject({
        id: id(),
        messages: z
          .array(
            z.strictObject({ role: z.enum(['system', 'user', 'assistant']), content: text(1_000_000, 1) }),
          )
          .min(1)
          .max(1000),
        max_tokens: count(1, 1_000_000).optional().describe('without it the engine decides'),
      }),
    out: () => z.string(),
    media: 'text/event-stream',
  }),
  terminal: route({
    id: 'cookbook.terminal',
    method: 'GET',
    path: '/api/v1/serves/{id}/terminal',
    scope: 'operator',
    danger: 'none',
    summary: 'Its tmux session as a terminal, over a WebSocket',
    in: () => z.strictObject({ id: id(), ...terminalFields }),
    out: () => TerminalEnd,
    status: 101,
    duplex: true,
  }),
  metrics: route({
    id: 'cookbook.metrics',
    method: 'GET',
    path: '/api/v1/serves/{id}/metrics',
    scope: READ,
    danger: 'none',
    summary: 'What it measured of itself lately',
    in: () => z.strictObject({ id: id(), since: count(0, Number.MAX_SAFE_INTEGER).optional() }),
    out: () => z.object({ samples: z.array(ServeMetrics) }),
  }),
  forget: route({
    id: 'cookbook.forget',
    method: 'DELETE',
    path: '/api/v1/serves/{id}',
    scope: LAUNCH,
    danger: 'destroys',
    summary: 'Removes one that has ended, its log included',
    in: () => z.strictObject({ id: id() }),
    out: () => done,
    cli: { words: ['id'] },
  }),
  revive: route({
    id: 'cookbook.revive',
    method: 'POST',
    path: '/api/v1/hosts/{id}/revive',
    scope: LAUNCH,
    danger: 'none',
    summary: 'Launches again what a reboot of this host took',
    in: () => z.strictObject({ id: id() }),
    out: () =>
      z.object({
        launched: z.array(Serve),
        failed: z.array(z.object({ serve: z.string(), reason: z.string() })),
      }),
    cli: { words: ['id'] },
  }),
}
