import { randomUUID } from 'node:crypto'
import type { CalendarStore } from '../../store/calendar.ts'
import type { CalendarRemote } from '../../store/calendar-remote.ts'
import type { SubscriptionStore } from '../../store/calendar-subscriptions.ts'
import type { Author, Changes } from '../../store/changes.ts'
import type { CalendarEvent, calendar as routes } from '../contract/calendar.ts'
import { notFound, Problem, stillSays } from '../contract/problem.ts'
import type { Output, Parsed } from '../contract/route.ts'
import { doubtsInWords } from '../time/doubts.ts'
import type { Speaker } from '../time/phrase.ts'
import { repeatWords } from '../time/repeat-said.ts'
import { DAY, dateText, dayOf } from '../time/wall.ts'
import { zoneOf } from '../time/zone.ts'
import { type Entry, overlapsOf } from './agenda.ts'
import { onReadersClock } from './alarms.ts'
import { type Alarms, openAlarms } from './bell.ts'
import { type Calendars, openCalendars } from './calendars.ts'
import {
  type Asked,
  type Changed,
  editAll,
  editDate,
  editFollowing,
  readNewTimes,
  readRule,
  type Scope,
  scopeOf,
  withoutDates,
} from './change.ts'
import { type Conflicts, openConflicts } from './conflicts.ts'
import { type Found, isSeries, type Kept, labelsOf, presenter, wordsOf } from './entries.ts'
import { type Override, occurrenceUid, readUid } from './event.ts'
import { openSubscriptions, type Subscriptions } from './feeds/subscriptions.ts'
import type { Owns } from './itip-merge.ts'
import { findOccurrence } from './recurrence.ts'
import { type SaidEvent, saidEvent } from './said.ts'
import { openScheduling, type Scheduling } from './scheduling.ts'
import { spanOf } from './span.ts'
import { openSyncing, type Syncing, type SyncingDeps } from './sync/syncing.ts'
import { type Imported, openTransfer } from './transfer.ts'
import { type Unfolded, unfold } from './unfold.ts'
import { overlapWarnings } from './warnings.ts'
import { readBound, readTimes } from './when.ts'

export interface Saved {
  found: Found
  warnings: string[]
}

export type NewEvent = Asked & { summary: string; calendar?: string; source?: string }

/** The dates in a window, and how one of them is shown, as JSON. */
export interface Listed {
  entries: readonly Entry<Kept>[]
  text(entry: Entry<Kept>): string
  truncated: boolean
  problems: string[]
}

export interface Calendar {
  readonly calendars: Calendars
  readonly conflicts: Conflicts
  readonly syncing: Syncing
  /** What happens in a window whose ends are said in words; `end` left out: four weeks later. */
  between(asked: {
    start: string
    end?: string
    calendar?: string
    limit?: number
    cancelled?: boolean
  }): Promise<Unfolded>
  list(query: Parsed<typeof routes.list>): Promise<Listed>
  agenda(query: Parsed<typeof routes.agenda>): Promise<Output<typeof routes.agenda>>
  search(query: Parsed<typeof routes.search>): Output<typeof routes.search>
  /** By id, uid, or a part of the id that only one has; `exact`: by the whole id or uid only. */
  find(id: string, exact?: boolean): Found
  show(found: Found): CalendarEvent
  /** How a sentence would be understood as an event. */
  when(sentence: string): Promise<Output<typeof routes.when>>
  add(author: Author, input: NewEvent): Promise<Saved>
  edit(
    author: Author,
    input: Asked & { id: string; scope?: Scope; calendar?: string; exact?: boolean; was?: string },
  ): Promise<Saved>
  remove(author: Author, id: string, scope?: Scope, exact?: boolean): void
  import(author: Author, input: { ics: string; calendar?: string }): Promise<Imported>
  export(calendar: string | undefined): string
  readonly alarms: Alarms
  readonly scheduling: Scheduling
  readonly subscriptions: Subscriptions
}

const FOUR_WEEKS = 28 * DAY

export const openCalendar = (deps: {
  store: CalendarStore<Override>
  remote: CalendarRemote
  feeds: SubscriptionStore
  changes: Changes
  now: () => number
  zone: () => string
  reminders: () => { event_lead: number; day_start: string }
  /** The addresses that are the owner's own. */
  addresses: () => string[]
  servers: Pick<SyncingDeps, 'secrets' | 'names' | 'interval' | 'report'>
}): Calendar => {
  const { store, changes, now, zone } = deps
  const calendars = openCalendars(deps)
  const transfer = openTransfer({ ...deps, calendars })
  const speaker = (): Speaker => ({ now: now(), zone: zone() })
  const owns: Owns = address => deps.addresses().includes(address.toLowerCase())
  const shower = () => {
    const own = new Set(deps.addresses())
    return presenter(zone(), labelsOf(calendars.list()), address => own.has(address.toLowerCase()))
  }
  const show = (found: Found): CalendarEvent => shower().whole(found)
  const conflicts = openConflicts({ ...deps, calendars, show })
  const syncing = openSyncing({ ...deps, ...deps.servers, calendars, show })

  const named = (id: string, exact: boolean): Kept | undefined => {
    const whole = store.get(id)
    if (whole) return whole
    const twins = store.byUid(id)
    if (twins.length > 1)
      throw new Problem('conflict', 'Several calendars hold this event: use its id.', {
        ids: twins.map(twin => twin.id),
      })
    if (twins[0] || exact || id.length < 4) return twins[0]
    const begun = store.startingWith(id)
    if (begun.length > 1)
      throw new Problem('conflict', `Several events begin with '${id}': give more of the id.`, { id })
    return begun[0]
  }

  const find = (id: string, exact = false): Found => {
    const event = named(id, exact)
    if (event) return { event, occurrence: null }
    const uid = readUid(id)
    if (!uid.ok) throw new Problem('bad_request', uid.reason)
    const series = uid.recurrenceId === null ? undefined : named(uid.seriesUid, exact)
    const date = series && isSeries(series) ? findOccurrence(series, uid.recurrenceId!) : null
    if (!series || !date) throw notFound('event', id)
    return { event: series, occurrence: onReadersClock(date, zone()) }
  }

  const bound = async (text: string, name: string): Promise<number> => {
    const read = await readBound(text, name, speaker())
    if (!read.ok) throw new Problem('invalid', read.reason)
    return read.at
  }

  const between: Calendar['between'] = async ({ start, end, calendar, limit, cancelled }) => {
    const from = await bound(start, 'start')
    const to = end === undefined ? from + FOUR_WEEKS : await bound(end, 'end')
    if (to <= from) throw new Problem('invalid', `The end, '${end}', is not after the start, '${start}'.`)
    const within = calendar === undefined ? undefined : calendars.known(calendar).id
    return unfold(store, { start: from, end: to, zone: zone(), cancelled }, { calendar: within, limit })
  }

  /** A calendar holds an event once. */
  const roomFor = (event: Kept, idOrName: string): string => {
    const { id, name } = calendars.writable(idOrName)
    if (store.byUid(event.uid, id).some(twin => twin.id !== event.id))
      throw new Problem('conflict', `The calendar "${name}" holds this event already.`)
    return id
  }

  const save = (author: Author, action: string, { event, before }: Changed, summary: string): Kept => {
    const at = now()
    const kept: Kept = { ...event, ...spanOf(event), updated_at: at }
    changes.write(author, tx => {
      if (before) store.put(tx, { ...before, ...spanOf(before), updated_at: at })
      store.put(tx, kept)
      tx.say({
        action: `calendar.${action}`,
        noun: 'event',
        id: kept.id,
        summary,
        data: show({ event: kept, occurrence: null }),
      })
    })
    return kept
  }

  /** Whole days ring in the morning of the day. */
  const usualAlarm = (allDay: boolean): number => {
    const { event_lead, day_start } = deps.reminders()
    const [hour, minute] = day_start.split(':').map(Number) as [number, number]
    return allDay ? -(hour * 60 + minute) : event_lead
  }

  /** What is said of a new event: its words without the time, where the time stands among them. */
  const said = async (input: NewEvent): Promise<SaidEvent> => {
    const { summary, start } = input
    if (start !== undefined) return { summary: summary.trim(), start, uncertain: [] }
    const found = await saidEvent(summary, speaker())
    if (!found) throw new Problem('invalid', `No time was found in "${summary.slice(0, 80)}": give start.`)
    return found
  }

  /** Everything about a new event that is said, in words or not. */
  const meant = async (input: NewEvent) => {
    const { summary, start, end, allDay, uncertain } = await said(input)
    const reading = await readTimes(
      {
        dtstart: start,
        dtend: input.end ?? end,
        allDay: input.all_day ?? allDay,
        tzid: input.tzid,
        repeats: Boolean(input.rrule),
      },
      speaker(),
    )
    if (!reading.ok) throw new Problem('invalid', reading.reason)
    const { times } = reading
    const rrule = readRule(input.rrule ?? reading.rrule ?? null, times)
    return { summary, times, rrule, doubts: doubtsInWords([...uncertain, ...reading.uncertain]) }
  }

  return {
    calendars,
    conflicts,
    syncing,
    between,
    find,
    show,

    async list(query) {
      const { entries, truncated, problems } = await between({ ...query, cancelled: true })
      const { entryText } = shower()
      return { entries, text: each => entryText(each.event, each), truncated, problems }
    },

    async agenda({ start, days, calendar }) {
      const { toWall, toInstant } = zoneOf(zone())
      const first = dayOf(toWall(await bound(start, 'start')))
      const [from, to] = [toInstant(first * DAY), toInstant((first + days) * DAY)]
      const window = { start: from, end: to, zone: zone(), cancelled: true }
      const within = calendar === undefined ? undefined : calendars.known(calendar).id
      const { entries, truncated, problems } = await unfold(store, window, { calendar: within })
      const { entry } = shower()
      const shown = entries.map(each => ({ each, item: entry(each.event, each) }))
      const touches = (day: number, { startsAt, endsAt }: Entry<Kept>): boolean =>
        dayOf(toWall(startsAt)) <= day && dayOf(toWall(Math.max(startsAt, endsAt - 1))) >= day
      return {
        days: Array.from({ length: days }, (_, day) => ({
          date: dateText((first + day) * DAY),
          items: shown.filter(({ each }) => touches(first + day, each)).map(({ item }) => item),
        })),
        overlaps: overlapsOf(entries, busy)
          .filter(({ first, second }) => !copies(first.event, second.event))
          .map(({ first, second, from, to }) => ({
            first: entry(first.event, first).id,
            second: entry(second.event, second).id,
            from,
            to,
          })),
        truncated,
        problems,
      }
    },

    search({ q, calendar, limit, cursor }) {
      const within = calendar === undefined ? undefined : calendars.known(calendar).id
      const { items, next } = store.find({ words: q, calendar: within, limit, cursor })
      const { whole } = shower()
      return { items: items.map(event => whole({ event, occurrence: null })), next }
    },

    async when(sentence) {
      const { summary, times, rrule, doubts } = await meant({ summary: sentence })
      const { start, end } = shower().span({ uid: '', ...times })
      return { summary, start, end, all_day: times.allDay, rrule: rrule || null, doubts }
    },

    async add(author, input) {
      const { summary, times, rrule, doubts } = await meant(input)
      const calendar =
        input.calendar === undefined ? calendars.usual(author) : calendars.writable(input.calendar)
      const id = randomUUID()
      const alarms = input.alarms === undefined ? [usualAlarm(times.allDay)] : (input.alarms ?? [])
      const event: Kept = {
        id,
        uid: id,
        calendar: calendar.id,
        summary,
        description: input.description ?? '',
        location: input.location ?? '',
        color: input.color ?? null,
        ...times,
        rrule,
        exdates: [],
        rdates: [],
        overrides: [],
        busy: input.busy ?? true,
        cancelled: false,
        alarms: [...new Set(alarms)].map(minutesBefore => ({ minutesBefore })),
        organizer: null,
        attendees: [],
        sequence: 0,
        stamp: null,
        unread: [],
        session_id: input.session_id ?? null,
        source: input.source ?? author.actor,
        first_at: 0,
        last_at: null,
        created_at: now(),
        updated_at: now(),
      }
      const when = shower().whole({ event, occurrence: null }).start.slice(0, 16).replace('T', ' ')
      const often = rrule ? `, ${repeatWords(rrule, times.tzid ?? 'UTC')}` : ''
      const kept = save(author, 'add', { event, warnings: [] }, `Added "${summary}", ${when}${often}`)
      const found = { event: kept, occurrence: null }
      return {
        found,
        warnings: [...doubts, ...(await overlapWarnings(store, found, now(), zone()))],
      }
    },

    async edit(author, { id, scope: wanted, calendar, exact, was, ...asked }) {
      const target = find(id, exact)
      calendars.writable(target.event.calendar)
      const scope = scopeOf(target, wanted)
      if (scope === 'one' && calendar !== undefined)
        throw new Problem('invalid', "One date cannot be in another calendar: use the scope 'all'.")
      const repeats = isSeries(target.event)
      const read = await readNewTimes(asked, target.occurrence ?? target.event, repeats, speaker())
      // While the words were read, others may have changed it.
      const { event, occurrence } = find(
        target.occurrence ? occurrenceUid(target.event.id, target.occurrence.recurrenceId!) : target.event.id,
      )
      stillSays('event', was, wordsOf({ event, occurrence: scope === 'one' ? occurrence : null }).description)
      const edit = scope === 'one' ? editDate : scope === 'following' ? editFollowing : editAll
      const changed = edit(event, occurrence!, asked, read?.times ?? null)
      if (calendar !== undefined) changed.event.calendar = roomFor(changed.event, calendar)
      const { summary } = wordsOf({ event: changed.event, occurrence: null })
      const which =
        scope === 'one' ? ` on ${occurrence!.recurrenceId}` : scope === 'following' ? ' from then on' : ''
      const kept = save(author, 'edit', changed, `Changed "${summary}"${which}`)
      const date = scope === 'one' ? findOccurrence(kept, occurrence!.recurrenceId!) : null
      const found: Found = { event: kept, occurrence: date && onReadersClock(date, zone()) }
      return {
        found,
        warnings: [
          ...doubtsInWords(read?.uncertain ?? []),
          ...changed.warnings,
          ...(await overlapWarnings(store, found, now(), zone())),
        ],
      }
    },

    remove(author, id, wanted, exact) {
      const target = find(id, exact)
      const { event, occurrence } = target
      calendars.writable(event.calendar)
      const scope = scopeOf(target, wanted)
      const left = withoutDates(target, scope)
      if (left) {
        const which =
          scope === 'one' ? `on ${occurrence!.recurrenceId}` : `from ${occurrence!.recurrenceId} on`
        save(author, 'rm', { event: left, warnings: [] }, `Deleted "${event.summary}" ${which}`)
        return
      }
      changes.write(author, tx => {
        store.remove(tx, event.id)
        tx.say({
          action: 'calendar.rm',
          noun: 'event',
          id: event.id,
          summary: `Deleted "${event.summary}"`,
          data: null,
        })
      })
    },

    import: transfer.import,
    export: transfer.export,
    alarms: openAlarms(deps),
    subscriptions: openSubscriptions({ ...deps, ...deps.servers, calendars }),
    scheduling: openScheduling({ ...deps, calendars, owns, usualAlarm, show }),
  }
}

const busy = (entry: Entry<Kept>): boolean => {
  const { busy, cancelled } = wordsOf({ event: entry.event, occurrence: entry })
  return busy && !cancelled
}

/** The same event, in two calendars. */
const copies = (one: Kept, other: Kept): boolean => one.id !== other.id && one.uid === other.uid
