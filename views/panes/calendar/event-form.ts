import { type CalendarEvent, calendar } from '../../../src/contract/calendar.ts'
import { Problem } from '../../../src/contract/problem.ts'
import type { Input } from '../../../src/contract/route.ts'
import { todos } from '../../../src/contract/todos.ts'
import { repeatTyped } from '../../../src/time/repeat.ts'
import { repeatWords } from '../../../src/time/repeat-said.ts'
import type { Values } from '../../shell/overlays/form.tsx'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import type { FormField } from '../../widgets/form-state.ts'
import { changed } from '../changed.ts'
import { dayName, dayOf, plusDays, zoneOf } from '../days.ts'
import { alarmsOf, alarmsText } from './alarms.ts'
import type { CalendarBook } from './book.ts'
import { written } from './rows.ts'

export type Scope = 'one' | 'following' | 'all'

export const scopes: readonly { value: Scope; label: string }[] = [
  { value: 'one', label: 'this date' },
  { value: 'following', label: 'this and the following' },
  { value: 'all', label: 'all dates' },
]

function fieldsFor(
  book: CalendarBook,
  { series, allDay = false }: { series: boolean; allDay?: boolean },
  values: Values,
): readonly FormField[] {
  const whole = !series || values.scope !== 'one'
  const choices = (book.calendars.value ?? [])
    .filter(each => each.kept && !each.read_only)
    .map(({ id, name }) => ({
      value: id,
      label: sanitiseText(name),
    }))
  return [
    ...(series ? [{ id: 'scope', label: 'changes', kind: 'choice', choices: scopes } as const] : []),
    { id: 'summary', label: 'what', kind: 'text' },
    { id: 'start', label: 'start', kind: 'text', placeholder: 'friday 9am' },
    {
      ...{ id: 'end', kind: 'text', label: allDay ? 'last day' : 'end' },
      placeholder: allDay ? 'the same day' : 'an hour later',
    },
    { id: 'location', label: 'where', kind: 'text' },
    ...(whole
      ? [
          { id: 'rrule', label: 'repeats', kind: 'text', placeholder: 'no; or every monday' } as const,
          ...(choices.length > 1
            ? [{ id: 'calendar', label: 'calendar', kind: 'choice', choices } as const]
            : []),
        ]
      : []),
    {
      id: 'alarms',
      label: 'reminds',
      kind: 'text',
      placeholder: allDay ? '09:00, 1d 18:00' : 'before it: 10, 1h, 1d',
    },
    { id: 'free', label: 'takes no time', kind: 'toggle' },
  ]
}

/** What the form says, as the API takes it; only what differs from `before`. */
function inputOf(before: Values, values: Values) {
  const { scope: _scope, free, alarms, end, rrule, ...words } = changed(before, values)
  return {
    ...words,
    ...(end === undefined ? {} : { end: end.trim() === '' ? null : end }),
    ...(rrule === undefined ? {} : { rrule: rrule.trim() === '' ? null : rrule }),
    ...(free === undefined ? {} : { busy: free === 'no' }),
    ...(alarms === undefined ? {} : { alarms: alarmsOf(alarms) }),
  }
}

const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text.trim())

/** Words for a time, as they are understood; null where they are none, which the API says better. */
async function understood(shell: Shell, text: string) {
  try {
    return (await shell.client.call(todos.when, { text })).understood
  } catch {
    return null
  }
}

const isTimed = async (shell: Shell, start: string): Promise<boolean> =>
  !isDay(start) && (await understood(shell, start))?.whole_day !== true

/** People name the last day of what lasts whole days, the API the day after it. */
async function dayAfter(shell: Shell, last: string): Promise<string> {
  if (isDay(last)) return plusDays(last.trim(), 1)
  const said = await understood(shell, last)
  return said?.whole_day ? plusDays(dayOf(Date.parse(said.at), zoneOf(shell)), 1) : last
}

const MOMENT = /^\d{4}-\d{2}-\d{2}[ T]\d{1,2}:\d{2}/
const CLOCK = /^\d{1,2}(?:[:.]\d{2})? ?(?:[ap]m)?$/i

/** What was typed on the owner's clock, for an event that is kept on another one. */
async function onOwnClock(shell: Shell, text: string, day: string): Promise<string> {
  const said = CLOCK.test(text.trim()) ? `${day} ${text.trim()}` : text
  if (!MOMENT.test(said)) return text
  const found = await understood(shell, said)
  return found && !found.whole_day ? found.at : text
}

/** The start as the list shows it: `Fri 4 Dec 12:00`. */
function startWords(shell: Shell, start: string): string {
  const today = dayOf(Date.now(), zoneOf(shell))
  const time = start.length === 10 ? '' : ` ${start.slice(11, 16)}`
  return `${dayName(start.slice(0, 10), today)}${time}`
}

export function said(shell: Shell, what: string, event: CalendarEvent, warnings: readonly string[]): void {
  shell.toast('good', `${what} '${event.summary}', ${startWords(shell, event.start)}. u takes it back.`)
  for (const warning of warnings) shell.toast('warn', warning)
}

/** Says while a sentence is typed what event it means; nothing where it has no time yet. */
export async function judgeEvent(shell: Shell, sentence: string, signal: AbortSignal): Promise<string> {
  if (sentence.trim() === '') return ''
  try {
    const { start, end, rrule, doubts } = await shell.client.call(
      calendar.when,
      { text: sentence },
      { signal },
    )
    const isDays = isDay(start)
    const last = isDays ? plusDays(end, -1) : end
    const isOneDay = start.slice(0, 10) === last.slice(0, 10)
    const till = !isOneDay ? ` - ${startWords(shell, last)}` : isDays ? '' : `-${end.slice(11, 16)}`
    const often = rrule === null ? '' : `, ${repeatWords(rrule)}`
    const doubt = doubts.length === 0 ? '' : ` (${doubts.join(' ')})`
    return `= ${startWords(shell, start)}${till}${often}${doubt}`
  } catch (error) {
    // No time yet, or an older daemon, which does not tell.
    if (error instanceof Problem && ['invalid', 'not_found'].includes(error.code)) return ''
    throw error
  }
}

/** The day, and the hour where hours are shown. */
function startAt(book: CalendarBook): string {
  const hour = book.isTimed ? book.stop.hour : -1
  return hour < 0 ? book.day : `${book.day} ${String(hour).padStart(2, '0')}:00`
}

export function addEvent(shell: Shell, book: CalendarBook): void {
  const before = { summary: '', start: '', end: '', location: '', rrule: '', alarms: '', free: 'no' }
  const writable = book.calendars.value?.filter(each => each.kept && !each.read_only) ?? []
  const usual = (writable.find(({ id }) => id === book.only?.id) ?? writable[0])?.id ?? ''
  shell.form({
    title: 'New event',
    verb: 'Add',
    values: { ...before, start: startAt(book), calendar: usual },
    fields: values => fieldsFor(book, { series: false }, values),
    async submit(values) {
      const given = inputOf({ ...before, calendar: '' }, values) as Input<typeof calendar.add>
      const isDays = given.end && given.start && !(await isTimed(shell, given.start))
      const input = isDays ? { ...given, end: await dayAfter(shell, given.end!) } : given
      const { event, warnings } = await shell.client.call(calendar.add, {
        ...input,
        summary: values.summary ?? '',
      })
      said(shell, 'Added', event, warnings)
    },
  })
}

const valuesOf = (event: CalendarEvent) => ({
  scope: 'one',
  summary: sanitiseText(event.summary),
  start: written(event.start),
  end: event.all_day ? plusDays(event.end, -1) : written(event.end),
  location: sanitiseText(event.location),
  rrule: sanitiseText(event.rrule ? repeatTyped(event.rrule, event.tzid ?? 'UTC') : ''),
  calendar: event.calendar,
  alarms: alarmsText(event.alarms, event.all_day),
  free: event.busy ? 'no' : 'yes',
})

/** The times that were changed, each with what it is off UTC. */
async function ownTimes(
  shell: Shell,
  before: Values,
  kept: Values,
): Promise<{ start?: string; end?: string }> {
  const { start = '', end = '' } = changed(before, kept)
  const day = (MOMENT.test(start) ? start : before.start!).slice(0, 10)
  return {
    ...(start.trim() === '' ? {} : { start: await onOwnClock(shell, start, day) }),
    ...(end.trim() === '' ? {} : { end: await onOwnClock(shell, end, day) }),
  }
}

export async function editEvent(shell: Shell, book: CalendarBook, id: string): Promise<void> {
  const event = await shell.toOpen(shell.client.call(calendar.get, { id }))
  const series = event.repeats
  const before = valuesOf(event)
  shell.form({
    title: 'Edit event',
    verb: 'Save',
    values: before,
    at: 'summary',
    fields: values => fieldsFor(book, { series, allDay: event.all_day }, values),
    now: async () => valuesOf(await shell.client.call(calendar.get, { id })),
    async submit(values) {
      const shown = new Set(fieldsFor(book, { series, allDay: event.all_day }, values).map(field => field.id))
      const kept = Object.fromEntries(Object.entries(values).filter(([field]) => shown.has(field)))
      const scope = series ? { scope: values.scope as Scope } : {}
      const input = inputOf(before, kept)
      const isDays = event.all_day && !(await isTimed(shell, kept.start ?? ''))
      const end = isDays && input.end ? { end: await dayAfter(shell, input.end) } : {}
      const moved =
        event.tzid === null || event.tzid === zoneOf(shell) ? {} : await ownTimes(shell, before, kept)
      const saved = await shell.client.call(calendar.edit, { id, ...input, ...end, ...moved, ...scope })
      said(shell, 'Changed', saved.event, saved.warnings)
    },
  })
}
