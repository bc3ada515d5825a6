import * as z from 'zod'
import { access } from '../access.ts'
import { Event, events } from '../events.ts'
import { type Route, route } from '../route.ts'
import { search } from '../search.ts'
import { count, text } from '../words.ts'

/**
 * A route of ours where helper scripts can reach it: they refuse paths outside `/api/codex/`.
 * Unknown words of a query are ignored there, as everywhere under that path; a write that is ours refuses what it would not do.
 */
export const mirror = <const R extends Route>(record: R, title?: string): Route & Pick<R, 'in' | 'out'> => {
  const { cli: _cli, ...rest } = record
  const shape = record.in.shape
  const taken = (record.method === 'GET' ? z.object(shape) : z.strictObject(shape)) as unknown as R['in']
  return {
    ...rest,
    id: `codex.${record.id}`,
    path: record.path.replace('/api/v1/', '/api/codex/'),
    in: title === undefined ? taken : taken.meta({ title }),
  }
}

/** What an agent needs about its own doings. */
export const own = {
  approvals: mirror(access.approvals),
  approval: mirror(access.approval),
  search: mirror(search.find),
  events: route({
    id: 'codex.events',
    method: 'GET',
    path: '/api/codex/events',
    scope: 'token',
    danger: 'none',
    summary:
      'What happened after `since`, oldest first; with `wait` it waits some seconds for something to happen',
    in: () =>
      z.object({
        since: count(0, Number.MAX_SAFE_INTEGER)
          .optional()
          .describe('`next` of the answer before; left out: from now on'),
        nouns: text(200).optional().describe('only these, comma separated'),
        limit: count(1, 500).default(100),
        wait: count(0, 10).default(0),
      }),
    out: () => z.object({ events: z.array(Event), next: z.number().int() }),
  }),
  undo: mirror(events.undo, 'undo'),
}
