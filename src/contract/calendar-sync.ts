import * as z from 'zod'
import { CalendarEvent } from './calendar.ts'
import { type Route, route } from './route.ts'
import { done, text } from './words.ts'

const READ = ['calendar:read', 'calendar:write'] as const
const WRITE = ['calendar:write'] as const

/** An event that differs here and on its server. Nothing of it is sent until somebody says which one counts. */
export const Conflict = z.object({
  id: z.string(),
  calendar: z.string(),
  calendar_name: z.string(),
  event_id: z.string(),
  kind: z
    .enum(['changed', 'deleted_there', 'deleted_here', 'refused'])
    .describe('changed on both sides; changed here and deleted there; the reverse; or the server says no'),
  reason: z.string(),
  mine: CalendarEvent.nullable().describe('null: deleted here'),
  theirs: CalendarEvent.nullable().describe('null: deleted there'),
  since: z.number(),
})
export type Conflict = z.output<typeof Conflict>

export const Keep = z.enum(['mine', 'theirs', 'both'])
export type Keep = z.output<typeof Keep>

export const calendarSync = {
  conflicts: route({
    id: 'calendar.conflicts',
    method: 'GET',
    path: '/api/v1/calendar/conflicts',
    scope: READ,
    danger: 'none',
    summary: 'Events that were changed here and on their server, with both versions',
    in: () => z.strictObject({ calendar: text(200, 1).optional().describe('its id or name') }),
    out: () => z.object({ items: z.array(Conflict) }),
  }),
  resolve: route({
    id: 'calendar.resolve',
    method: 'POST',
    path: '/api/v1/calendar/conflicts/{id}',
    scope: WRITE,
    danger: 'none',
    summary: 'Says which version of an event counts: mine, theirs, or both, as two events',
    in: () => z.strictObject({ id: text(200, 1).describe('of the conflict, or of the event'), keep: Keep }),
    out: () => done,
    cli: { words: ['id', 'keep'] },
  }),
} satisfies Record<string, Route>
