import * as z from 'zod'
import { Step } from './mail-accounts.ts'
import { type Route, route } from './route.ts'
import { done, flag, id, text } from './words.ts'

const READ = ['calendar:read', 'calendar:write'] as const
const WRITE = ['calendar:write'] as const

export const CalendarAccount = z.object({
  id: z.string(),
  name: z.string(),
  address: z.string().nullable(),
  url: z.string().describe('where looking for calendars begins'),
  user: z.string(),
  auth: z.enum(['password', 'command', 'oauth', 'none']),
  command: z.string().nullable(),
  ca_file: z.string().nullable(),
  home: z.string().nullable().describe('where its calendars were found'),
  calendars: z.number().int(),
  state: z
    .enum(['idle', 'syncing', 'waiting'])
    .describe('waiting: the last sync failed, see reason and retry_at'),
  reason: z.string().nullable(),
  retry_at: z.number().nullable(),
  synced_at: z.number().nullable(),
  waiting: z.number().int().describe('changes that the server does not know yet'),
  conflicts: z.number().int(),
  created_at: z.number(),
})
export type CalendarAccount = z.output<typeof CalendarAccount>

const settings = {
  name: text(100, 1).optional().describe('what you call it; the address or the server when left out'),
  user: text(300, 1).optional().describe('the name to log in with; the address when left out'),
  password: text(2000, 1).optional().describe('sealed, and never shown again'),
  password_command: text(2000, 1).optional().describe('a shell command that prints the password'),
  oauth_command: text(2000, 1).optional().describe('a shell command that prints an OAuth2 access token'),
  ca_file: text(4000, 1).nullable().optional().describe('certificates in PEM to trust for this account'),
}

export const calendarAccounts = {
  list: route({
    id: 'calendar.accounts.list',
    method: 'GET',
    path: '/api/v1/calendar/accounts',
    scope: READ,
    danger: 'none',
    summary: 'CalDAV accounts, and how the last sync of each went',
    in: () => z.strictObject({}),
    out: () => z.object({ items: z.array(CalendarAccount) }),
  }),
  add: route({
    id: 'calendar.accounts.add',
    method: 'POST',
    path: '/api/v1/calendar/accounts',
    scope: 'operator',
    danger: 'none',
    summary: 'Adds a CalDAV account by its address, its server or a URL; the calendars are found there',
    in: () =>
      z.strictObject({
        server: text(2000, 3).describe('me@example.org, example.org, or https://example.org/dav/'),
        ...settings,
      }),
    out: () => CalendarAccount,
    status: 201,
  }),
  edit: route({
    id: 'calendar.accounts.edit',
    method: 'PATCH',
    path: '/api/v1/calendar/accounts/{id}',
    scope: 'operator',
    danger: 'none',
    summary: 'Changes the settings that are given; null clears',
    in: () => z.strictObject({ id: id(), server: text(2000, 3).optional(), ...settings }),
    out: () => CalendarAccount,
  }),
  test: route({
    id: 'calendar.accounts.test',
    method: 'POST',
    path: '/api/v1/calendar/accounts/{id}/test',
    scope: 'operator',
    danger: 'none',
    summary: 'Says step by step what works',
    in: () => z.strictObject({ id: id() }),
    out: () => z.object({ ok: z.boolean(), steps: z.array(Step) }),
  }),
  remove: route({
    id: 'calendar.accounts.rm',
    method: 'DELETE',
    path: '/api/v1/calendar/accounts/{id}',
    scope: 'operator',
    danger: 'destroys',
    summary: 'Removes an account and what was held of its calendars; nothing changes on the server',
    in: () =>
      z.strictObject({
        id: id(),
        force: flag().default(false).describe('also what the server has not heard yet'),
      }),
    out: () => done,
  }),
  sync: route({
    id: 'calendar.sync',
    method: 'POST',
    path: '/api/v1/calendar/sync',
    scope: WRITE,
    danger: 'none',
    summary: 'Syncs now: all accounts, one, or one calendar',
    in: () =>
      z.strictObject({
        account: id().optional().describe('its id or name'),
        calendar: text(200, 1).optional().describe('its id or name'),
      }),
    out: () =>
      z.object({
        calendars: z.number().int(),
        received: z.number().int(),
        sent: z.number().int(),
        deleted: z.number().int(),
        conflicts: z.number().int().describe('new ones'),
        problems: z.array(z.string()),
      }),
  }),
} satisfies Record<string, Route>
