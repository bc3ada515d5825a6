import * as z from 'zod'
import { type Route, route } from './route.ts'
import { count, done, flag, pageIn, pageOf, text, was } from './words.ts'

export const PERSONAL = { name: 'Personal', color: '#5b8abf' } as const

export const CalendarInfo = z.object({
  id: z.string(),
  name: z.string(),
  color: z.string(),
  kind: z
    .enum(['local', 'caldav', 'subscription'])
    .describe('where it lives: here, on a CalDAV server, or at an address that is only read'),
  account: z.string().nullable().describe('the calendar account it belongs to'),
  read_only: z.boolean(),
  kept: z.boolean().describe('false: on its server only; nothing of it is held here'),
  events: z.number().int(),
  waiting: z.number().int().describe('changes that its server has yet to hear'),
  conflicts: z.number().int(),
  synced_at: z.number().nullable(),
  problem: z.string().nullable().describe('why the last sync did not do all it should'),
  subscription: z
    .object({
      host: z.string(),
      every: z.number().describe('seconds'),
      alarms: z.boolean(),
      retry_at: z.number().nullable(),
    })
    .nullable()
    .describe(
      'from where it is read, and how; of the address only the host, because the rest may be a secret',
    ),
  created_at: z.number(),
  updated_at: z.number(),
})
export type CalendarInfo = z.output<typeof CalendarInfo>

export const Participation = z.enum(['needs-action', 'accepted', 'declined', 'tentative', 'delegated'])
export type Participation = z.output<typeof Participation>

export const Attendee = z.object({
  name: z.string(),
  address: z.string(),
  answer: Participation,
  role: z.enum(['chair', 'required', 'optional', 'none']),
  you: z.boolean(),
})
export type Attendee = z.output<typeof Attendee>

/** An event as it stands in a day: one that happens once, or one date of a series. */
export const Entry = z.object({
  id: z.string().describe('what the other calls take; `<event>::<key>` for one date of a series'),
  event_id: z.string(),
  uid: z.string().describe('what other calendars know it by'),
  recurrence_id: z.string().nullable().describe('the key of this date within its series'),
  calendar: z.string(),
  calendar_name: z.string(),
  color: z.string(),
  summary: z.string(),
  description: z.string(),
  location: z.string(),
  start: z.string().describe("with the offset of the owner's zone; YYYY-MM-DD for whole days"),
  end: z.string().describe('not included; whole days end on the day after their last'),
  all_day: z.boolean(),
  tzid: z.string().nullable().describe('the zone on whose clock it stays'),
  starts_at: z.number(),
  ends_at: z.number(),
  repeats: z.boolean(),
  changed: z.boolean().describe('this date differs from its series'),
  busy: z.boolean(),
  cancelled: z.boolean(),
  answer: Participation.nullable().describe('yours to an invitation; null where nobody asked'),
})
export type Entry = z.output<typeof Entry>

export const CalendarEvent = Entry.extend({
  clock: z
    .enum(['day', 'utc', 'zone', 'floating'])
    .describe('what its times hang on; floating: wherever the reader is'),
  rrule: z.string().nullable(),
  exdates: z.array(z.string()),
  rdates: z.array(z.string()),
  changed_dates: z.array(z.string()).describe('keys of the dates that differ from the series'),
  alarms: z.array(z.number().int()).describe('minutes before the start'),
  organizer: z.object({ name: z.string(), address: z.string(), you: z.boolean() }).nullable(),
  attendees: z.array(Attendee),
  session_id: z.string().nullable(),
  source: z.string(),
  created_at: z.number(),
  updated_at: z.number(),
})
export type CalendarEvent = z.output<typeof CalendarEvent>

export const answerIn = {
  answer: z.enum(['accept', 'tentative', 'decline']),
  comment: text(2000).default('').describe('a word to the organizer'),
  send: flag().default(true).describe('false: it is noted in the calendar, and nobody is told'),
}

export const Answered = z.object({
  event: CalendarEvent,
  sending: z
    .object({ id: z.string(), state: z.string(), to: z.array(z.string()), reason: z.string().nullable() })
    .nullable()
    .describe('the mail that tells the others, as the outbox has it'),
  repeated: z.boolean().describe('the same answer was given before: nothing was sent again'),
  warnings: z.array(z.string()),
})
export type Answered = z.output<typeof Answered>

const READ = ['calendar:read', 'calendar:write'] as const
const WRITE = ['calendar:write'] as const

/** The uid of an imported event may be long. */
const eventId = () => text(1200, 1)
const color = () =>
  text(40).refine(value => /^#[0-9a-f]{3,8}$|^[a-z]{3,30}$/i.test(value), 'is no color such as #5b8abf')
const title = (max = 1000) => text(max).refine(value => value.trim() !== '', 'must not be empty')

/** Which dates of a series a change is for. */
export const eventScope = z
  .enum(['one', 'following', 'all'])
  .optional()
  .describe('of a series: this date, this and the following, or all; left out: what the id names')

export const eventFields = {
  end: text(200).nullable().optional().describe('left out: an hour later, or the day after'),
  all_day: flag().optional(),
  tzid: text(100, 1).optional().describe('Europe/Berlin: a 9:00 meeting stays at 9:00 there'),
  description: text(100_000).optional(),
  location: text(1000).optional(),
  rrule: text(1000)
    .nullable()
    .optional()
    .describe('FREQ=WEEKLY;BYDAY=MO, or a word such as "weekly"; null: no repeat'),
  alarms: z
    .array(count(-40_320, 40_320))
    .max(10)
    .nullable()
    .optional()
    .describe('minutes before the start; left out: as configured, null: none'),
  color: color().nullable().optional(),
  busy: flag().optional().describe('false: it takes up no time'),
  calendar: text(200, 1).optional().describe('its id or name'),
  session_id: text(200).nullable().optional(),
}

const saved = z.object({
  event: CalendarEvent,
  warnings: z.array(z.string()).describe('what it overlaps with, and what else is worth a look'),
})

const columns = ['start', 'end', 'summary', 'location', 'calendar_name', 'id']

const found = z.object({
  items: z.array(Entry),
  truncated: z.boolean().describe('true: more lies in the window than is shown'),
  problems: z.array(z.string()).describe('what could not be used, such as a rule that came with an import'),
})

export const Overlap = z.object({ first: z.string(), second: z.string(), from: z.number(), to: z.number() })

export const calendar = {
  list: route({
    id: 'calendar.list',
    method: 'GET',
    path: '/api/v1/calendar/events',
    scope: READ,
    danger: 'none',
    summary: 'What happens from `start` up to, and without, `end`; repeats unfolded, in order',
    in: () =>
      z.strictObject({
        start: text(200, 1).default('today').describe('ISO 8601, a date, or words such as "next monday"'),
        end: text(200, 1).optional().describe('left out: four weeks later'),
        calendar: text(200, 1).optional().describe('its id or name'),
        limit: count(1, 100_000).default(10_000),
      }),
    out: () => found,
    cli: { words: ['start', 'end'], columns, rows: 'items' },
  }),
  agenda: route({
    id: 'calendar.agenda',
    method: 'GET',
    path: '/api/v1/calendar/agenda',
    scope: READ,
    danger: 'none',
    summary: 'The days ahead, whole days first, with what overlaps',
    in: () =>
      z.strictObject({
        start: text(200, 1).default('today'),
        days: count(1, 366).default(7),
        calendar: text(200, 1).optional(),
      }),
    out: () =>
      z.object({
        days: z.array(z.object({ date: z.string(), items: z.array(Entry) })),
        overlaps: z.array(Overlap).describe('pairs of ids that want the same time'),
        truncated: z.boolean(),
        problems: z.array(z.string()),
      }),
  }),
  search: route({
    id: 'calendar.search',
    method: 'GET',
    path: '/api/v1/calendar/search',
    scope: READ,
    danger: 'none',
    summary: 'Events and series that hold all of the words, the newest first',
    in: () => z.strictObject({ q: text(200, 1), calendar: text(200, 1).optional(), ...pageIn }),
    out: () => pageOf(CalendarEvent),
    cli: { words: ['q…'], columns: ['start', 'rrule', 'summary', 'location', 'id'], rows: 'items' },
  }),
  get: route({
    id: 'calendar.get',
    method: 'GET',
    path: '/api/v1/calendar/events/{id}',
    scope: READ,
    danger: 'none',
    summary: 'One event, a series, or one date of it; by id, uid, or a part of the id that only one has',
    in: () => z.strictObject({ id: eventId() }),
    out: () => CalendarEvent,
    cli: { words: ['id'] },
  }),
  when: route({
    id: 'calendar.when',
    method: 'GET',
    path: '/api/v1/calendar/when',
    scope: ['calendar:read', 'calendar:write'],
    danger: 'none',
    summary: 'How a sentence would be understood as an event, without writing anything',
    in: () => z.strictObject({ text: text(1000, 1) }),
    out: () =>
      z.object({
        summary: z.string(),
        start: z.string(),
        end: z.string(),
        all_day: z.boolean(),
        rrule: z.string().nullable(),
        doubts: z.array(z.string()),
      }),
    cli: { words: ['text…'] },
  }),
  add: route({
    id: 'calendar.add',
    method: 'POST',
    path: '/api/v1/calendar/events',
    scope: WRITE,
    danger: 'none',
    summary: 'Adds an event; without `start` the time is taken out of the summary',
    in: () =>
      z.strictObject({
        summary: title(),
        start: text(200, 1)
          .optional()
          .describe('ISO 8601, a date, or words: "tomorrow 9am", "every monday 9am"'),
        ...eventFields,
      }),
    out: () => saved,
    status: 201,
    cli: { words: ['summary', 'start', 'end'] },
  }),
  edit: route({
    id: 'calendar.edit',
    method: 'PATCH',
    path: '/api/v1/calendar/events/{id}',
    scope: WRITE,
    danger: 'none',
    summary: 'Changes the fields that are given, of one date, of it and the following, or of all',
    in: () =>
      z.strictObject({
        id: eventId(),
        scope: eventScope,
        summary: title().optional(),
        start: text(200, 1).optional(),
        ...eventFields,
        cancelled: flag().optional(),
        was: was('description'),
      }),
    out: () => saved,
    cli: { words: ['id'] },
  }),
  answer: route({
    id: 'calendar.answer',
    method: 'POST',
    path: '/api/v1/calendar/events/{id}/answer',
    scope: ['email:send'],
    danger: 'none',
    summary:
      'Answers an invitation that is in the calendar, and tells its organizer; needs calendar:write, too',
    in: () =>
      z.strictObject({
        id: eventId(),
        ...answerIn,
        scope: z.enum(['one', 'all']).optional().describe('of a series; left out: what the id names'),
      }),
    out: () => Answered,
    cli: { words: ['id', 'answer'] },
  }),
  remove: route({
    id: 'calendar.rm',
    method: 'DELETE',
    path: '/api/v1/calendar/events/{id}',
    scope: WRITE,
    danger: 'destroys',
    summary: 'Deletes one date, it and the following, or the whole event; `undo` brings it back',
    in: () => z.strictObject({ id: eventId(), scope: eventScope }),
    out: () => done,
    cli: { words: ['id'] },
  }),
  import: route({
    id: 'calendar.import',
    method: 'POST',
    path: '/api/v1/calendar/import',
    scope: WRITE,
    danger: 'none',
    summary: 'Takes in an iCalendar text; what is there already, by its uid, is brought up to date',
    in: () =>
      z.strictObject({
        ics: z.string().min(1).max(9_000_000),
        calendar: text(200, 1).optional().describe('its id or name; made when there is none of that name'),
      }),
    out: () =>
      z.object({
        calendar: z.string(),
        added: z.number().int(),
        updated: z.number().int(),
        unchanged: z.number().int(),
        warnings: z.array(z.string()),
      }),
  }),
  export: route({
    id: 'calendar.export',
    method: 'GET',
    path: '/api/v1/calendar/export',
    scope: READ,
    danger: 'none',
    summary: 'One calendar, or all, as an iCalendar text',
    in: () => z.strictObject({ calendar: text(200, 1).optional() }),
    out: () => z.string(),
    media: 'text/calendar',
  }),
} satisfies Record<string, Route>

export const calendars = {
  list: route({
    id: 'calendars.list',
    method: 'GET',
    path: '/api/v1/calendars',
    scope: READ,
    danger: 'none',
    summary: 'The calendars, the oldest first: it takes what names no other',
    in: () => z.strictObject({}),
    out: () => z.object({ items: z.array(CalendarInfo) }),
    cli: {
      columns: ['id', 'name', 'kind', 'events', 'waiting', 'conflicts', 'synced_at', 'problem'],
      rows: 'items',
    },
  }),
  add: route({
    id: 'calendars.add',
    method: 'POST',
    path: '/api/v1/calendars',
    scope: WRITE,
    danger: 'none',
    summary: 'Makes a calendar',
    in: () =>
      z.strictObject({
        name: title(200),
        color: color().default(PERSONAL.color),
        account: text(200, 1).optional().describe('a calendar account: it is made on its server'),
      }),
    out: () => CalendarInfo,
    status: 201,
    cli: { words: ['name…'] },
  }),
  edit: route({
    id: 'calendars.edit',
    method: 'PATCH',
    path: '/api/v1/calendars/{id}',
    scope: WRITE,
    danger: 'none',
    summary: 'Gives it another name or color, or chooses whether one on a server is held here',
    in: () =>
      z.strictObject({
        id: text(200, 1),
        name: title(200).optional(),
        color: color().optional(),
        keep: flag().optional().describe('whether a calendar on a server is held here and kept in sync'),
      }),
    out: () => CalendarInfo,
    cli: { words: ['id'] },
  }),
  remove: route({
    id: 'calendars.rm',
    method: 'DELETE',
    path: '/api/v1/calendars/{id}',
    scope: WRITE,
    danger: 'destroys',
    summary: 'Deletes it with its events; `undo` brings all of it back',
    in: () => z.strictObject({ id: text(200, 1) }),
    out: () => done,
    cli: { words: ['id'] },
  }),
} satisfies Record<string, Route>
