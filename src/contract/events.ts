import * as z from 'zod'
import { route } from './route.ts'
import { count, id, pageIn, pageOf, text } from './words.ts'

/** One thing that happened. `seq` is null on what is never stored: telemetry, loading percent. */
export const Event = z.object({
  seq: z.number().int().nullable(),
  at: z.number(),
  actor: z.string(),
  /** `noun.verb` of what was done. */
  action: z.string(),
  noun: z.string(),
  id: z.string(),
  summary: z.string(),
  /** The thing as it is now, where it is small enough to carry; null when it is gone. */
  data: z.unknown(),
})
export type Event = z.output<typeof Event>

export const AuditRow = z.object({
  seq: z.number().int(),
  at: z.number(),
  actor: z.string(),
  token: z.string().nullable().describe('id of the token that did it: its name may have been given again'),
  action: z.string(),
  noun: z.string(),
  id: z.string(),
  summary: z.string(),
  destructive: z.boolean().describe('it overwrote or removed something'),
  undoable: z.boolean(),
  undone_by: z.number().int().nullable(),
})
export type AuditRow = z.output<typeof AuditRow>

export const events = {
  stream: route({
    id: 'events.stream',
    method: 'GET',
    path: '/api/v1/events',
    scope: 'token',
    danger: 'none',
    summary: 'Server-sent events, from `since` or Last-Event-ID on; a `gap` event says: read again',
    in: () =>
      z.strictObject({
        since: count(0, Number.MAX_SAFE_INTEGER).optional(),
        nouns: text(200).optional().describe('only these, comma separated'),
      }),
    out: () => Event,
    media: 'text/event-stream',
  }),
  audit: route({
    id: 'audit.list',
    method: 'GET',
    path: '/api/v1/audit',
    scope: 'operator',
    danger: 'none',
    summary: 'What was done, by whom, newest first',
    in: () =>
      z.strictObject({
        ...pageIn,
        actor: text(100).optional(),
        noun: text(40).optional(),
        object: id().optional(),
        search: text(200).optional(),
      }),
    out: () => pageOf(AuditRow),
    cli: { columns: ['seq', 'at', 'actor', 'action', 'summary'], rows: 'items' },
  }),
  undo: route({
    id: 'audit.undo',
    method: 'POST',
    path: '/api/v1/undo',
    scope: 'token',
    danger: 'none',
    summary:
      'Takes back your last change that overwrote or removed something, the last of any kind, or the one named by `seq`',
    in: () =>
      z.strictObject({
        seq: count(1, Number.MAX_SAFE_INTEGER).optional().describe('this change, of any kind'),
        last: z
          .enum(['destructive', 'any'])
          .optional()
          .describe(
            'your last change that overwrote or removed something (the default), or your last that can be undone',
          ),
      }),
    out: () =>
      z.object({
        undone: AuditRow.describe('what was taken back'),
        seq: z.number().int(),
        left: AuditRow.nullable().describe(
          'a newer change of yours that was left, since it only added something',
        ),
      }),
  }),
}
