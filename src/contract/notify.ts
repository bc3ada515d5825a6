import * as z from 'zod'
import { route } from './route.ts'
import { done, pageIn, pageOf, text } from './words.ts'

export const CHANNELS = ['events', 'terminal', 'command', 'ntfy', 'webhook', 'email'] as const
export const Channel = z.enum(CHANNELS)
export type Channel = z.output<typeof Channel>

export const Delivery = z.object({
  id: z.string(),
  /** What it is about and when: told once, however often it is looked at. */
  key: z.string(),
  kind: z.string(),
  channel: z.string(),
  title: z.string(),
  body: z.string(),
  late: z.boolean().describe('told after its time, because nothing was up then'),
  state: z
    .enum(['pending', 'sending', 'sent', 'failed', 'unknown'])
    .describe('unknown: sent, but the answer was lost; not sent again by itself'),
  attempts: z.number().int(),
  reason: z.string().nullable(),
  due_at: z.number(),
  next_at: z.number().nullable(),
  sent_at: z.number().nullable(),
  noun: z.string(),
  object: z.string(),
})
export type Delivery = z.output<typeof Delivery>

export const notify = {
  deliveries: route({
    id: 'notify.list',
    method: 'GET',
    path: '/api/v1/deliveries',
    scope: 'operator',
    danger: 'none',
    summary: 'What was told, on which channel, and whether it arrived',
    in: () =>
      z.strictObject({
        ...pageIn,
        state: z.enum(['pending', 'sending', 'sent', 'failed', 'unknown', 'all']).default('all'),
        object: text(200).optional(),
      }),
    out: () => pageOf(Delivery),
    cli: { columns: ['due_at', 'channel', 'state', 'attempts', 'title', 'reason'], rows: 'items' },
  }),
  test: route({
    id: 'notify.test',
    method: 'POST',
    path: '/api/v1/notify/test',
    scope: 'operator',
    danger: 'none',
    summary: 'Sends a test over one channel and says how it went',
    in: () => z.strictObject({ channel: Channel }),
    out: () => done,
    cli: { words: ['channel'] },
  }),
}
