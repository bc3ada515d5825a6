import { type CalendarInfo, calendar, calendars, type Entry } from '../../../src/contract/calendar.ts'
import { type CalendarAccount, calendarAccounts } from '../../../src/contract/calendar-accounts.ts'
import { type Conflict, calendarSync } from '../../../src/contract/calendar-sync.ts'
import { Problem } from '../../../src/contract/problem.ts'
import type { Output } from '../../../src/contract/route.ts'
import type { Shell } from '../../shell/shell.ts'
import type { Answer } from '../../store/collection.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { dayName, dayOf, plusDays, plusMonths, weekdayOf, zoneOf } from '../days.ts'
import { type Group, GroupedSide } from '../grouped.ts'
import type { Held } from '../pane.ts'
import { Slips } from '../slips.ts'
import { lettersOf } from './letters.ts'
import { type Shown, shownRow } from './rows.ts'
import { type Stop, stopsOf } from './slots.ts'

export type View = 'agenda' | 'month' | 'week' | 'day'
export const views: readonly View[] = ['agenda', 'month', 'week', 'day']

interface Read {
  /** The days and calendars it is of. */
  of: string
  days: ReadonlyMap<string, readonly Entry[]>
  /** Which others want the same time, by id. */
  overlaps: ReadonlyMap<string, readonly Entry[]>
  problems: readonly string[]
}

const empty: Read = { of: '', days: new Map(), overlaps: new Map(), problems: [] }
const agendaDays = 42
/** Syncs tell of themselves often; what they say is asked for a moment after the last word. */
const afterSync = 200
const usualHour = 9

/** The days in view, what happens in them, and the calendars it comes from. */
export class CalendarBook {
  view: View = 'agenda'
  /** The only calendar shown, where not all are. */
  only: CalendarInfo | null = null
  /** The calendars that are not shown, by id. */
  readonly hidden = new Set<string>()
  readonly calendars: Answer<readonly CalendarInfo[]>
  readonly conflicts: Answer<readonly Conflict[]>
  readonly accounts: Answer<readonly CalendarAccount[]>
  readonly side: GroupedSide<Shown>
  readonly #shell: Shell
  readonly #answer: Answer<Read>
  #day: string | null = null
  /** Where in the day the cursor stands; null: at the first that happens. */
  #stop: { hour: number; id: string | null } | null = null
  /** Of the event under the cursor, where hours are shown. */
  readonly #slips = new Slips()
  #looked = false
  #later: NodeJS.Timeout | undefined
  #marked: { of: number; value: unknown; marks: ReadonlyMap<string, string> } | null = null
  #grouped: { key: string; of: Read; groups: Group<Shown>[] } | null = null

  constructor(shell: Shell) {
    this.#shell = shell
    const nouns = ['event', 'calendar', 'calendar-account']
    this.#answer = shell.live.answer(nouns, () => this.#read())
    this.conflicts = shell.live.answer(nouns, async () =>
      this.#looked ? (await shell.client.call(calendarSync.conflicts, {})).items : [],
    )
    this.accounts = shell.live.answer(['calendar-account'], async () =>
      this.#looked ? (await shell.client.call(calendarAccounts.list, {})).items : [],
    )
    this.calendars = shell.live.answer(nouns, async () =>
      this.#looked ? (await shell.client.call(calendars.list, {})).items : [],
    )
    // How syncs go is told, but changes nothing that is stored.
    shell.live.onEvent(({ seq, noun }) => {
      if (seq === null && nouns.includes(noun)) this.#soon()
    })
    this.side = new GroupedSide<Shown>({
      groups: () => this.#groups(),
      idOf: ({ key }) => key,
      row: (shown, width) => this.row(shown, width),
      words: ({ entry }) => wordsOf(entry),
      empty: () => this.unread ?? 'Nothing in these weeks. a adds: "friday 9am breakfast".',
      changed: shell.signal.now,
    })
  }

  get zone(): string {
    return zoneOf(this.#shell)
  }

  get today(): string {
    return dayOf(Date.now(), this.zone)
  }

  get day(): string {
    return this.#day ?? this.today
  }

  get read(): Read {
    return this.#answer.value ?? empty
  }

  /** Why nothing is known of what is in view: it could not be read, or what was read are other days. */
  get unread(): string | null {
    return this.#answer.error ?? (this.read.of === this.#of ? null : 'reading')
  }

  get #of(): string {
    const { start, days } = this.window
    return `${start} ${days} ${this.only?.id ?? ''}`
  }

  get isGrid(): boolean {
    return this.view !== 'agenda'
  }

  /** Whether hours are shown. */
  get isTimed(): boolean {
    return this.view === 'week' || this.view === 'day'
  }

  get stop(): Stop {
    const stops = this.#stops()
    const stop = stops[this.#stopAt(stops)]!
    this.#slips.see(stop.entry?.id ?? null)
    return stop
  }

  /** To an event or an hour further down the day, or up. */
  step(by: number): void {
    const stops = this.#stops()
    const { hour, entry } = stops[Math.max(0, Math.min(this.#stopAt(stops) + by, stops.length - 1))]!
    this.#stop = { hour, id: entry?.id ?? null }
    this.#slips.expect()
    this.#shell.signal.now()
  }

  /** To an hour of a day, or to the first event in it; false where that is where it stood. */
  stand(day: string, hour: number): boolean {
    const before = `${this.day} ${this.stop.hour}`
    this.go(day)
    this.#stop = { hour, id: null }
    this.#slips.expect()
    return `${this.day} ${this.stop.hour}` !== before
  }

  #stops(): Stop[] {
    const entries = this.on(this.day).map(({ entry }) => entry)
    return stopsOf(entries, this.day, this.zone)
  }

  #stopAt(stops: readonly Stop[]): number {
    const wanted = this.#stop
    if (wanted === null) {
      const first = stops.findIndex(({ entry, hour }) => entry !== null && hour >= 0)
      return first < 0
        ? Math.max(
            0,
            stops.findIndex(({ hour }) => hour === usualHour),
          )
        : first
    }
    const same = stops.findIndex(({ hour, entry }) => hour === wanted.hour && entry?.id === wanted.id)
    return same < 0
      ? Math.max(
          0,
          stops.findIndex(({ hour }) => hour === wanted.hour),
        )
      : same
  }

  row(shown: Shown, width: number): string {
    const { entry } = shown
    return shownRow(shown, width, this.zone, this.read.overlaps.has(entry.id), this.markOf(entry.calendar))
  }

  /** What tells the events of one calendar from those of another without a colour: a letter, or a bar where there is one calendar. */
  markOf(id: string): string {
    return this.#marks().get(id) ?? '|'
  }

  /** The calendars whose events are in view. */
  get shown(): readonly CalendarInfo[] {
    const all = (this.calendars.value ?? []).filter(each => each.kept)
    return this.only
      ? all.filter(({ id }) => id === this.only!.id)
      : all.filter(({ id }) => !this.hidden.has(id))
  }

  /** Those that are not as their servers have them. */
  get troubled(): readonly CalendarInfo[] {
    return (this.calendars.value ?? []).filter(each => each.problem !== null || each.conflicts > 0)
  }

  /** Why nothing can be changed in what is selected. */
  get refusal(): string | undefined {
    const { selected } = this
    const found = this.calendars.value?.find(({ id }) => id === selected?.calendar)
    if (!found?.read_only) return undefined
    return found.kind === 'subscription'
      ? `${found.name} is a subscription: it can only be read`
      : `${found.name} can only be read`
  }

  #marks(): ReadonlyMap<string, string> {
    const all = (this.calendars.value ?? []).filter(each => each.kept)
    if (this.#marked?.of !== all.length || this.#marked.value !== this.calendars.value) {
      const marks = all.length < 2 ? new Map<string, string>() : lettersOf(all)
      this.#marked = { of: all.length, value: this.calendars.value, marks }
    }
    return this.#marked.marks
  }

  /** Shows a calendar or hides it. */
  toggle(id: string): void {
    this.only = null
    if (!this.hidden.delete(id)) this.hidden.add(id)
    this.again()
  }

  get selected(): Entry | undefined {
    if (this.isTimed) return this.stop.entry ?? undefined
    return this.isGrid ? undefined : this.side.selected?.entry
  }

  /** What an action would be for: an event, or the day and hour at which there is none. */
  get hand(): Held {
    const { view, day, selected, isTimed } = this
    const place = `${view} ${day} ${isTimed ? this.stop.hour : ''}`
    const slip = isTimed ? this.#slips.last : view === 'agenda' ? this.side.slip : null
    const shown = view === 'agenda' ? this.side.selected?.key : selected?.id
    return { held: [shown ?? place], slip }
  }

  /** The first day in view and how many there are. */
  get window(): { start: string; days: number } {
    const { day } = this
    if (this.view === 'day') return { start: day, days: 1 }
    if (this.view === 'agenda') return { start: day, days: agendaDays }
    if (this.view === 'week') return { start: plusDays(day, -weekdayOf(day)), days: 7 }
    const first = `${day.slice(0, 7)}-01`
    return { start: plusDays(first, -weekdayOf(first)), days: 42 }
  }

  /** What happens on a day; in a grid what the filter lets through of it, as the agenda filters itself. */
  on(day: string): Shown[] {
    const all = this.read.days.get(day) ?? []
    const shown = this.isGrid ? this.side.filter.keep(all, wordsOf) : all
    return shown.map(entry => ({ key: `${day} ${entry.id}`, day, entry }))
  }

  /** How a grid is narrowed, if it is. */
  get narrowed(): string {
    const { text } = this.side.filter
    const found = [...this.read.days.keys()].flatMap(day => this.on(day)).length
    return text === '' ? '' : sanitiseText(`/${text}: ${found} found`)
  }

  look(): void {
    if (this.#looked) return
    this.#looked = true
    this.again()
  }

  again(): void {
    if (this.#shell.live.link) {
      void this.#answer.refresh()
      void this.calendars.refresh()
      void this.conflicts.refresh()
      void this.accounts.refresh()
    }
    this.#shell.signal.now()
  }

  show(view: View): void {
    this.view = view
    this.#slips.expect()
    this.again()
  }

  go(day: string): void {
    const before = this.window.start
    this.#day = day
    this.#slips.expect()
    if (!this.isTimed) this.#stop = null
    if (this.window.start !== before) this.again()
    this.#shell.signal.now()
  }

  /** Shows one calendar alone. */
  showOnly(place: CalendarInfo): void {
    this.only = place
    this.again()
  }

  /** Shows a calendar, or selects an event in the agenda: one date, or of a series its next. */
  async reveal(id: string): Promise<void> {
    const { client } = this.#shell
    const place = (await client.call(calendars.list, {})).items.find(each => each.id === id)
    if (place) return this.showOnly(place)
    const event = await client.call(calendar.get, { id })
    const series = event.repeats && event.recurrence_id === null
    const dates = series
      ? (await client.call(calendar.list, { start: 'today', end: 'in 13 months' })).items
      : []
    const entry: Entry = dates.find(({ event_id }) => event_id === event.event_id) ?? event
    const day = entry.all_day ? entry.start : dayOf(entry.starts_at, this.zone)
    this.only = null
    this.hidden.delete(event.calendar)
    this.side.filter.set('')
    this.show('agenda')
    this.go(day)
    this.side.select(`${day} ${entry.id}`)
  }

  /** To the next or the last page of what is in view. */
  page(by: number): void {
    if (this.view === 'month') this.go(plusMonths(this.day, by))
    else this.go(plusDays(this.day, by * (this.view === 'day' ? 1 : this.view === 'week' ? 7 : 28)))
  }

  #soon(): void {
    clearTimeout(this.#later)
    this.#later = setTimeout(() => {
      void this.calendars.refresh()
      void this.conflicts.refresh()
      void this.accounts.refresh()
    }, afterSync)
    this.#later.unref()
  }

  async #read(): Promise<Read> {
    if (!this.#looked) return empty
    const { of, ...found } = await this.#agenda()
    const days = found.days.map(({ date, items }) => ({
      date,
      items: items.filter(({ calendar: place }) => this.only || !this.hidden.has(place)),
    }))
    const byId = new Map(days.flatMap(({ items }) => items.map(item => [item.id, item] as const)))
    const overlaps = new Map<string, Entry[]>()
    for (const { first, second } of found.overlaps)
      for (const [one, other] of [
        [first, second],
        [second, first],
      ] as const)
        if (byId.has(one) && byId.has(other))
          overlaps.set(one, [...(overlaps.get(one) ?? []), byId.get(other)!])
    this.#follow(days)
    return {
      of,
      days: new Map(days.map(({ date, items }) => [date, items])),
      overlaps,
      problems: found.problems,
    }
  }

  /** What is selected stays so where it has moved to: to another day, or with all dates of its series. */
  #follow(days: readonly { date: string; items: readonly Entry[] }[]): void {
    const { selected } = this.side
    if (!selected) return
    const { day, entry } = selected
    const on = days.find(({ date }) => date === day)?.items ?? []
    if (on.some(({ id }) => id === entry.id)) return
    const moved = days.find(({ items }) => items.some(({ id }) => id === entry.id))
    const sibling = on.find(({ event_id }) => event_id === entry.event_id)
    if (moved) this.side.select(`${moved.date} ${entry.id}`)
    else if (sibling) this.side.select(`${day} ${sibling.id}`)
  }

  async #agenda(): Promise<Output<typeof calendar.agenda> & { of: string }> {
    const of = this.#of
    const { start, days } = this.window
    const { only } = this
    try {
      const place = only ? { calendar: only.id } : {}
      return { of, ...(await this.#shell.client.call(calendar.agenda, { start, days, ...place })) }
    } catch (error) {
      // Somebody deleted the one that was looked at.
      if (!only || !(error instanceof Problem) || error.code !== 'not_found') throw error
      this.only = null
      return this.#agenda()
    }
  }

  #groups(): readonly Group<Shown>[] {
    const { read, today } = this
    const { start, days } = this.window
    const key = `${this.view} ${start} ${days} ${today}`
    if (this.#grouped?.key === key && this.#grouped.of === read) return this.#grouped.groups
    const groups = Array.from({ length: days }, (_, n) => plusDays(start, n)).map(day => ({
      id: day,
      title: `${dayName(day, today)}${day === today ? ', today' : ''}`,
      items: this.on(day),
    }))
    this.#grouped = { key, of: read, groups }
    return groups
  }
}

const wordsOf = (entry: Entry): string =>
  `${entry.summary} ${entry.location} ${entry.description} ${entry.calendar_name}`
