import * as z from 'zod'
import { CalendarInfo, calendars } from './calendar.ts'
import { type Route, route } from './route.ts'
import { flag, text } from './words.ts'

const WRITE = ['calendar:write'] as const

const UNITS = { m: 60, h: 3600, d: 86_400, w: 604_800 }
/** `90m`, `1h`, `2d`, in seconds. */
const every = () =>
  z
    .string()
    .regex(/^\d{1,6}\s*[mhdw]$/i, 'is no span of time such as 30m, 6h or 1d')
    .transform(said => Number.parseInt(said, 10) * UNITS[said.at(-1)!.toLowerCase() as keyof typeof UNITS])
    .refine(seconds => seconds >= 300 && seconds <= 30 * 86_400, 'must lie between 5m and 30d')

const how = {
  every: every().optional().describe('how often it is read: 30m, 6h, 1d; left out: as it asks, or 1h'),
  alarms: flag().optional().describe('whether the alarms in it ring here'),
}

export const calendarSubscriptions = {
  subscribe: route({
    id: 'calendars.subscribe',
    method: 'POST',
    path: '/api/v1/calendars/subscriptions',
    scope: WRITE,
    danger: 'none',
    summary: 'Shows a calendar of somebody else by its address (https, http, webcal); it is only read',
    in: () =>
      z.strictObject({
        url: text(4000, 1),
        name: text(200, 1).optional().describe('left out: as it calls itself'),
        color: calendars.add.in.shape.color.unwrap().optional(),
        ...how,
      }),
    out: () => CalendarInfo,
    status: 201,
    cli: { words: ['url'] },
  }),
  change: route({
    id: 'calendars.resubscribe',
    method: 'PATCH',
    path: '/api/v1/calendars/{id}/subscription',
    scope: WRITE,
    danger: 'none',
    summary: 'Changes from where and how often a subscription is read, and whether its alarms ring',
    in: () => z.strictObject({ id: text(200, 1), url: text(4000, 1).optional(), ...how }),
    out: () => CalendarInfo,
    cli: { words: ['id'] },
  }),
  refresh: route({
    id: 'calendars.refresh',
    method: 'POST',
    path: '/api/v1/calendars/{id}/refresh',
    scope: WRITE,
    danger: 'none',
    summary: 'Reads a subscription now',
    in: () => z.strictObject({ id: text(200, 1) }),
    out: () => CalendarInfo,
    cli: { words: ['id'] },
  }),
} satisfies Record<string, Route>
