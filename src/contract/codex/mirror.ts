import * as z from 'zod'
import { access } from '../access.ts'
import { events } from '../events.ts'
import type { Route } from '../route.ts'
import { search } from '../search.ts'

/**
 * A route of ours where helper scripts can reach it: they refuse paths outside `/api/codex/`.
 * Fields that are not known are ignored there, as everywhere under that path.
 */
export const mirror = <const R extends Route>(record: R, title?: string): Route & Pick<R, 'in' | 'out'> => {
  const { cli: _cli, ...rest } = record
  const lenient = z.object(record.in.shape) as unknown as R['in']
  return {
    ...rest,
    id: `codex.${record.id}`,
    path: record.path.replace('/api/v1/', '/api/codex/'),
    in: title === undefined ? lenient : lenient.meta({ title }),
  }
}

/** What an agent needs about its own doings. */
export const own = {
  approvals: mirror(access.approvals),
  approval: mirror(access.approval),
  search: mirror(search.find),
  undo: mirror(events.undo, 'undo'),
}
