import * as z from 'zod'
import { eventFields, eventScope, calendars as ourCalendars, calendar as ours } from '../calendar.ts'
import { route } from '../route.ts'
import { text } from '../words.ts'
import { mirror } from './mirror.ts'

export const CodexEvent = z.object({
  uid: z.string().describe('of one date of a repeating event: <series>::<date and time>'),
  summary: z.string(),
  dtstart: z.string(),
  dtend: z.string(),
  all_day: z.boolean(),
  is_utc: z.boolean(),
  description: z.string(),
  location: z.string(),
  rrule: z.string(),
  recurrence_exdates: z.array(z.string()),
  calendar: z.string(),
  calendar_href: z.string(),
  color: z.string(),
  event_type: z.null(),
  importance: z.literal('normal'),
  is_recurrence: z.boolean(),
  series_uid: z.string(),
  truncated: z.boolean(),
  tzid: z.string().nullable().describe('the zone whose clock the event keeps'),
  start: z.string().describe("with the offset of the owner's zone"),
  end: z.string(),
  alarms: z.array(z.number()).describe('minutes before the start'),
  busy: z.boolean(),
})
export type CodexEvent = z.output<typeof CodexEvent>

const READ = ['calendar:read', 'calendar:write'] as const
const WRITE = ['calendar:write'] as const

const { end, calendar: place, ...rest } = eventFields
const { summary, start } = ours.edit.in.shape

/** A null here is a field that was left out, as existing clients write it. */
const fields = {
  dtend: end,
  ...rest,
  all_day: rest.all_day.nullable(),
  tzid: rest.tzid.nullable(),
  description: rest.description.nullable(),
  location: rest.location.nullable(),
  busy: rest.busy.nullable(),
  calendar_href: place.nullable(),
}

const change = {
  path: '/api/codex/calendar/events/{uid}',
  scope: WRITE,
  danger: 'none',
  summary: 'Changes an event; by the uid of one date that date alone, by the uid of the series all of them',
  in: () =>
    z
      .strictObject({
        uid: z.string(),
        scope: eventScope.nullable(),
        summary: summary.nullable(),
        dtstart: start.nullable(),
        ...fields,
      })
      .meta({ title: 'event' }),
  out: () =>
    z.object({ ok: z.literal(true), uid: z.string(), event: CodexEvent, warnings: z.array(z.string()) }),
} as const

const CodexCalendar = z.object({
  id: z.string(),
  calendar_href: z.string(),
  name: z.string(),
  color: z.string(),
})

export const calendar = {
  list: route({
    id: 'codex.calendar.events',
    method: 'GET',
    path: '/api/codex/calendar/events',
    scope: READ,
    danger: 'none',
    summary: 'What happens from `start` up to, and without, `end`',
    in: () =>
      z.object({
        start: text(200).describe('ISO 8601, a date, or words'),
        end: text(200),
        calendar: text(200).default('').describe('id or exact name'),
      }),
    out: () =>
      z.object({
        events: z.array(CodexEvent),
        truncated: z.literal(true).optional(),
        problems: z.array(z.string()).optional(),
      }),
  }),
  search: route({
    id: 'codex.calendar.search',
    method: 'GET',
    path: '/api/codex/calendar/search',
    scope: READ,
    danger: 'none',
    summary: 'Events and series that hold all of the words',
    in: () => z.object(ours.search.in.shape),
    out: () => z.object({ events: z.array(CodexEvent), next: z.string().nullable() }),
  }),
  read: route({
    id: 'codex.calendar.read',
    method: 'GET',
    path: '/api/codex/calendar/events/{uid}',
    scope: READ,
    danger: 'none',
    summary: 'One event, or one date of a repeating one',
    in: () => z.object({ uid: z.string() }),
    out: () => CodexEvent,
  }),
  create: route({
    id: 'codex.calendar.create',
    method: 'POST',
    path: '/api/codex/calendar/events',
    scope: WRITE,
    danger: 'none',
    summary: 'Adds an event',
    in: () =>
      z
        .object({ summary: ours.add.in.shape.summary, dtstart: text(200, 1), ...fields })
        .meta({ title: 'event' }),
    out: () =>
      z.object({ ok: z.literal(true), uid: z.string(), event: CodexEvent, warnings: z.array(z.string()) }),
  }),
  patch: route({ ...change, id: 'codex.calendar.patch', method: 'PATCH' }),
  put: route({ ...change, id: 'codex.calendar.put', method: 'PUT' }),
  remove: route({
    id: 'codex.calendar.delete',
    method: 'DELETE',
    path: '/api/codex/calendar/events/{uid}',
    scope: WRITE,
    danger: 'destroys',
    summary: 'Deletes an event; by the uid of one date that date alone',
    in: () => z.object({ uid: z.string(), scope: eventScope }),
    out: () => z.object({ ok: z.literal(true) }),
  }),
  answer: mirror(ours.answer, 'answer'),
  calendars: route({
    id: 'codex.calendar.calendars',
    method: 'GET',
    path: '/api/codex/calendar/calendars',
    scope: READ,
    danger: 'none',
    summary: 'The calendars there are',
    in: () => z.object({}),
    out: () => z.object({ calendars: z.array(CodexCalendar) }),
  }),
  addCalendar: route({
    id: 'codex.calendar.add_calendar',
    method: 'POST',
    path: '/api/codex/calendar/calendars',
    scope: WRITE,
    danger: 'none',
    summary: 'Makes a calendar',
    in: () => z.strictObject(ourCalendars.add.in.shape).meta({ title: 'calendar' }),
    out: () => z.object({ ok: z.literal(true), calendar: CodexCalendar }),
  }),
}
