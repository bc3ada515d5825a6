import * as z from 'zod'
import { route } from './route.ts'
import { done, flag, text } from './words.ts'

export const Status = z.object({
  version: z.string(),
  instance: z.string(),
  pid: z.number().int(),
  mode: z.enum(['command', 'inside', 'daemon']),
  url: z.string().describe('empty while nothing listens'),
  started_at: z.number(),
  timezone: z.string(),
  timezone_set: z.boolean().describe('false: the system’s is used, because owner.timezone is not set'),
  home: z.string(),
  config_problem: z
    .string()
    .nullable()
    .describe('what of the config file is wrong, and so does not hold until it is mended'),
  config_waiting: z.array(z.string()).describe('settings that were changed and wait for the next start'),
  pending_approvals: z.number().int(),
  next_reminder: z.object({ id: z.string(), title: z.string(), at: z.number() }).nullable(),
  newest_change: z.number().int(),
})
export type Status = z.output<typeof Status>

export const workspace = {
  status: route({
    id: 'workspace.status',
    method: 'GET',
    path: '/api/v1/status',
    scope: 'operator',
    danger: 'none',
    summary: 'The workspace, where it listens and what waits',
    in: () => z.strictObject({}),
    out: () => Status,
  }),
  backup: route({
    id: 'workspace.backup',
    method: 'POST',
    path: '/api/v1/workspace/backup',
    scope: 'operator',
    danger: 'none',
    summary: 'Copies the database to a new file, while everything goes on',
    in: () =>
      z.strictObject({
        file: text(4096, 1),
        with_key: flag()
          .default(false)
          .describe(
            'also copies the key of sealed secrets, to a file beside it: who has both has the secrets',
          ),
      }),
    out: () =>
      z.object({
        file: z.string(),
        bytes: z.number(),
        key: z
          .string()
          .nullable()
          .describe('the copy of the key that opens its secrets, where it was asked for'),
        needs_key: z.string().nullable().describe('the key that its secrets need, where it was not copied'),
      }),
  }),
  timezone: route({
    id: 'workspace.timezone',
    method: 'PUT',
    path: '/api/v1/workspace/timezone',
    scope: 'operator',
    danger: 'none',
    summary:
      'Sets the time zone that dates are said and reminders ring in, from now on and in the config file',
    in: () => z.strictObject({ timezone: text(100, 1) }),
    out: () => z.object({ timezone: z.string() }),
    cli: { words: ['timezone'] },
  }),
  release: route({
    id: 'workspace.release',
    method: 'POST',
    path: '/api/v1/workspace/release',
    scope: 'operator',
    danger: 'none',
    summary: 'Asks an owner with a screen to give the workspace to a daemon and become its client',
    in: () => z.strictObject({}),
    out: () => done,
    status: 202,
  }),
}
