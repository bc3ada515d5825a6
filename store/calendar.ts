import type { CalendarInfo } from '../src/contract/calendar.ts'
import { matchWords, type Quiet, type Row, type Tx } from './changes.ts'
import type { Store } from './database.ts'
import { listPage } from './page.ts'

/** A calendar, and where it lives besides here: `href` is its address there. */
export interface KeptCalendar {
  id: string
  name: string
  color: string
  kind: CalendarInfo['kind']
  account: string | null
  href: string | null
  read_only: boolean
  /** Whether what is in it is held here. */
  kept: boolean
  created_at: number
  updated_at: number
}

export type ShownCalendar = KeptCalendar & CalendarInfo

type CalendarRow = Omit<ShownCalendar, 'read_only' | 'kept' | 'subscription'> & {
  read_only: number
  kept: number
  every: number | null
  alarms: number | null
  retry_at: number | null
}

const toCalendar = ({ every, alarms, retry_at, ...row }: CalendarRow): ShownCalendar => ({
  ...row,
  read_only: row.read_only === 1,
  kept: row.kept === 1,
  subscription:
    every === null
      ? null
      : { host: URL.parse(row.href ?? '')?.host ?? '', every, alarms: alarms === 1, retry_at },
})

/** An event as it is kept. How a changed date of a series looks is the affair of the calendar. */
export interface KeptEvent<Override> {
  id: string
  uid: string
  calendar: string
  summary: string
  description: string
  location: string
  color: string | null
  dtstart: string
  dtend: string
  allDay: boolean
  tzid: string | null
  rrule: string
  exdates: string[]
  rdates: string[]
  overrides: Override[]
  busy: boolean
  cancelled: boolean
  alarms: { minutesBefore: number; text?: string }[]
  organizer: Person | null
  attendees: Attendee[]
  sequence: number
  /** When its organizer wrote the invitation it comes from; null where it came otherwise. */
  stamp: number | null
  unread: string[]
  session_id: string | null
  source: string
  /** No date of it begins before this, or ends after that; null: it has no end. */
  first_at: number
  last_at: number | null
  created_at: number
  updated_at: number
}

interface Person {
  name: string
  address: string
  uri?: string
  rest: string
}

interface Attendee extends Person {
  answer: 'needs-action' | 'accepted' | 'declined' | 'tentative' | 'delegated'
  role: 'chair' | 'required' | 'optional' | 'none'
  rsvp: boolean
  answered_at?: number
}

/** What the bell knows of an event: alarms from `from_at` on are to ring, the next one `at`; 0: not looked yet. */
export interface AlarmMark {
  id: string
  from_at: number
  at: number | null
}

/** An answer to an invitation; `sending` is the mail that told of it. */
export interface GivenAnswer {
  id: string
  answer: string
  sequence: number
  comment: string
  sending: string | null
  at: number
}

export interface Cancellation {
  id: string
  sequence: number
  stamp: number | null
}

const cancelled = (uid: string, organizer: string): string => `${organizer.toLowerCase()}\n${uid}`

type EventRow = Record<string, string | number | null> & { id: string }

const LISTS = ['exdates', 'rdates', 'overrides', 'alarms', 'attendees', 'unread'] as const

export const openCalendar = <Override>(store: Store) => {
  type Kept = KeptEvent<Override>
  const one = (row: EventRow | undefined): Kept | undefined => row && toEvent<Override>(row)
  const many = (rows: EventRow[]): Kept[] => rows.map(row => toEvent<Override>(row))

  return {
    calendars: (): ShownCalendar[] =>
      store
        .sql<CalendarRow>(
          `SELECT calendars.*, its.synced_at, coalesce(its.problem, accounts.problem) AS problem,
             coalesce(its.retry_at, accounts.retry_at) AS retry_at, every, alarms,
             (SELECT count(*) FROM events WHERE calendar = calendars.id) AS events,
             (SELECT count(*) FROM event_links
              WHERE calendar = calendars.id AND state <> 'same' AND conflict IS NULL) AS waiting,
             (SELECT count(*) FROM event_links WHERE calendar = calendars.id AND conflict IS NOT NULL) AS conflicts
           FROM calendars LEFT JOIN calendar_states AS its USING (id)
           LEFT JOIN calendar_states AS accounts ON accounts.id = calendars.account
           LEFT JOIN calendar_subscriptions USING (id) ORDER BY created_at, calendars.rowid`,
        )
        .all()
        .map(toCalendar),
    /** `quietly`: as its server has it, which is nothing that undo takes back. */
    putCalendar: (tx: Tx, calendar: KeptCalendar, quietly = false): void =>
      (quietly ? tx.quietly : tx).put('calendars', {
        ...calendar,
        read_only: calendar.read_only ? 1 : 0,
        kept: calendar.kept ? 1 : 0,
      }),
    removeCalendar: (tx: Tx, id: string, quietly = false): void =>
      (quietly ? tx.quietly : tx).remove('calendars', id),

    /** Whatever may have a date in a stretch of time. */
    between: (from: number, to: number, calendar?: string): Kept[] => {
      const only = calendar === undefined ? '' : 'AND calendar = ?'
      const values = calendar === undefined ? [] : [calendar]
      return many(
        store
          .sql<EventRow>(
            `SELECT * FROM events WHERE last_at >= ? AND first_at < ? ${only}
             UNION ALL SELECT * FROM events WHERE last_at IS NULL AND first_at < ? ${only}`,
          )
          .all(from, to, ...values, to, ...values),
      )
    },
    get: (id: string): Kept | undefined =>
      one(store.sql<EventRow>('SELECT * FROM events WHERE id = ?').get(id)),
    byUid: (uid: string, calendar?: string): Kept[] =>
      many(
        store
          .sql<EventRow>('SELECT * FROM events WHERE uid = ? AND (? IS NULL OR calendar = ?) ORDER BY n')
          .all(uid, calendar ?? null, calendar ?? null),
      ),
    /** Those whose id begins so; two are enough to know that it is not one. */
    startingWith: (prefix: string): Kept[] =>
      many(
        store
          .sql<EventRow>('SELECT * FROM events WHERE id >= ? AND id < ? LIMIT 2')
          .all(prefix, `${prefix}\u{10ffff}`),
      ),
    of: (calendar: string): Kept[] =>
      many(store.sql<EventRow>('SELECT * FROM events WHERE calendar = ? ORDER BY first_at, n').all(calendar)),
    find: (query: { words: string; calendar?: string; limit: number; cursor?: string }) => {
      const { rows, next } = listPage(store, {
        table: 'events',
        name: 'recent',
        order: { by: ['updated_at'], down: true },
        wheres: query.calendar === undefined ? [] : ['calendar = ?'],
        values: query.calendar === undefined ? [] : [query.calendar],
        limit: query.limit,
        cursor: query.cursor,
        match: { index: 'events_text', words: matchWords(query.words) },
      })
      return { items: many(rows as unknown as EventRow[]), next }
    },

    put: (tx: Tx, event: Kept, quietly = false): void =>
      (quietly ? tx.quietly : tx).put('events', toRow(event)),
    remove: (tx: Tx, id: string, quietly = false): void => (quietly ? tx.quietly : tx).remove('events', id),

    /** What can be read again from where it came. */
    cache: ({ quietly }: Quiet, event: Kept): void => quietly.put('events', toRow(event)),
    uncache: ({ quietly }: Quiet, id: string): void => quietly.remove('events', id),

    /** The answer that was given last, by what it answers and who answers. */
    answer: (id: string): GivenAnswer | undefined =>
      store.sql<GivenAnswer>('SELECT * FROM event_answers WHERE id = ?').get(id),
    putAnswer: (tx: Tx, answer: GivenAnswer): void => tx.quietly.put('event_answers', { ...answer }),
    /** The cancellation of an event that was never here. */
    cancellation: (uid: string, organizer: string): Cancellation | undefined =>
      store
        .sql<Cancellation>('SELECT * FROM event_cancellations WHERE id = ?')
        .get(cancelled(uid, organizer)),
    putCancellation: (tx: Tx, uid: string, organizer: string, version: Omit<Cancellation, 'id'>): void =>
      tx.quietly.put('event_cancellations', { id: cancelled(uid, organizer), ...version }),

    /** Whose next alarm is due, and those that were not looked at since they changed. */
    ringing: (until: number, limit: number): AlarmMark[] =>
      store.sql<AlarmMark>('SELECT * FROM event_alarms WHERE at <= ? ORDER BY at LIMIT ?').all(until, limit),
    mark: (id: string): AlarmMark | undefined =>
      store.sql<AlarmMark>('SELECT * FROM event_alarms WHERE id = ?').get(id),
    putMark: (tx: Tx, mark: AlarmMark): void => tx.quietly.put('event_alarms', { ...mark }),
    /** What hangs on the owner's clock, which may be another one than last time. */
    marksOnOwnersClock: (): AlarmMark[] =>
      store
        .sql<AlarmMark>(
          `SELECT event_alarms.* FROM event_alarms JOIN events USING (id)
           WHERE all_day = 1 OR (tzid IS NULL AND dtstart NOT LIKE '%Z')`,
        )
        .all(),
    nextMark: (after: number): AlarmMark | undefined =>
      store.sql<AlarmMark>('SELECT * FROM event_alarms WHERE at > ? ORDER BY at LIMIT 1').get(after),
  }
}

export type CalendarStore<Override> = ReturnType<typeof openCalendar<Override>>

const NOTHING: never[] = []

/** The row itself becomes the event: it was made for this query. */
const toEvent = <Override>(row: EventRow): KeptEvent<Override> => {
  const event = row as unknown as Omit<KeptEvent<Override>, 'allDay'> & {
    allDay: boolean
    n?: number
    all_day?: number
  }
  for (const list of LISTS) event[list] = row[list] === '[]' ? NOTHING : JSON.parse(row[list] as string)
  event.allDay = row.all_day === 1
  event.busy = row.busy === 1
  event.cancelled = row.cancelled === 1
  event.organizer = row.organizer === null ? null : JSON.parse(row.organizer as string)
  event.n = undefined
  event.all_day = undefined
  return event
}

const toRow = <Override>(event: KeptEvent<Override>): Row & { id: string } => {
  const { allDay, exdates, rdates, overrides, alarms, unread, busy, cancelled, ...rest } = event
  const { organizer, attendees, ...plain } = rest
  return {
    ...plain,
    all_day: allDay ? 1 : 0,
    busy: busy ? 1 : 0,
    cancelled: cancelled ? 1 : 0,
    exdates: JSON.stringify(exdates),
    rdates: JSON.stringify(rdates),
    overrides: JSON.stringify(overrides),
    alarms: JSON.stringify(alarms),
    organizer: organizer && JSON.stringify(organizer),
    attendees: JSON.stringify(attendees),
    unread: JSON.stringify(unread),
  }
}
