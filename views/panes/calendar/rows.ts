import type { CalendarEvent, Entry } from '../../../src/contract/calendar.ts'
import { repeatWords } from '../../../src/time/repeat-said.ts'
import { sanitiseBlock, sanitiseText } from '../../terminal/sanitise.ts'
import { wrapText } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'
import { answerWords } from '../answer.ts'
import { dayName, dayOf, timeOf } from '../days.ts'
import { factRows } from '../facts.ts'
import { age } from '../words.ts'
import { clockOf } from './alarms.ts'
import { coloured } from './colour.ts'

/** An entry as it stands in one of its days. */
export interface Shown {
  key: string
  day: string
  entry: Entry
}

/** From when to when on this day; an end on another day is left open. */
function span({ entry, day }: Shown, zone: string): string {
  if (entry.all_day) return 'all day'
  const from = dayOf(entry.starts_at, zone) === day ? timeOf(entry.starts_at, zone) : '..'
  const to =
    dayOf(Math.max(entry.starts_at, entry.ends_at - 1), zone) === day ? timeOf(entry.ends_at, zone) : '..'
  return `${from}-${to}${from === '..' || to === '..' ? '' : lengthWords(entry, zone)}`
}

const quarter = 15 * 60_000

/** How long it lasts, where the clock was put forward or back meanwhile and does not tell. */
function lengthWords({ starts_at, ends_at }: Entry, zone: string): string {
  const [from, to] = [starts_at, ends_at].map(at => Date.parse(`1970-01-01T${timeOf(at, zone)}Z`))
  const quarters = Math.round((ends_at - starts_at - (to! - from!)) / quarter)
  return quarters % 96 === 0 ? '' : ` (${age(ends_at - starts_at)})`
}

/** How one answered, where somebody invited. */
function answered({ answer }: Entry): string {
  if (answer === null || answer === 'accepted' || answer === 'delegated') return ''
  return { 'needs-action': '? ', tentative: '~ ', declined: 'DECLINED ' }[answer]
}

export function shownRow(shown: Shown, width: number, zone: string, overlaps: boolean, mark = '|'): string {
  const { entry } = shown
  const place = entry.location === '' || width < 50 ? '' : ` @ ${sanitiseText(entry.location)}`
  const signs = `${entry.cancelled ? 'CANCELLED ' : answered(entry)}${overlaps ? '! ' : ''}`
  const after = `${entry.repeats ? ' (repeats)' : ''}${place}`
  const bar = coloured(mark, entry.color)
  return `${span(shown, zone).padEnd(11)} ${bar} ${signs}${sanitiseText(entry.summary)}${toned(after, 'quiet')}`
}

/** One line in a cell of the month or the week. */
export function cellRow({ entry, day }: Shown, zone: string, mark = '', timed = true): string {
  const from =
    timed && dayOf(entry.starts_at, zone) === day && !entry.all_day ? `${timeOf(entry.starts_at, zone)} ` : ''
  const sign = entry.cancelled ? 'x ' : answered(entry).replace('DECLINED', 'x')
  return coloured(`${mark}${from}${sign}${sanitiseText(entry.summary)}`, entry.color)
}

export function entryRows(
  entry: Entry,
  overlaps: readonly Entry[],
  width: number,
  { zone, today, whole }: { zone: string; today: string; whole?: CalendarEvent | undefined },
): string[] {
  const moment = (at: number) => `${dayName(dayOf(at, zone), today)} ${timeOf(at, zone)}`
  const lastDay = dayOf(Math.max(entry.starts_at, entry.ends_at - 1), zone)
  const firstDay = dayOf(entry.starts_at, zone)
  const end =
    firstDay === lastDay ? timeOf(entry.ends_at, zone) + lengthWords(entry, zone) : moment(entry.ends_at)
  const days = firstDay === lastDay ? '' : ` - ${dayName(lastDay, today)}`
  const when = entry.all_day ? `${dayName(firstDay, today)}${days}` : `${moment(entry.starts_at)} - ${end}`
  return [
    ...wrapText(sanitiseText(entry.summary), width).map(row => toned(row, 'strong')),
    ...factRows(
      [
        ['when', entry.cancelled ? `CANCELLED, was ${when}` : when],
        ['where', entry.location],
        ['calendar', entry.calendar_name],
        ['you', entry.answer === null ? '' : `${answerWords[entry.answer]}; r answers the invitation`],
        ['repeats', seriesWords(entry, whole)],
        ['reminds', (whole?.alarms ?? []).map(minutes => alarmWords(minutes, entry.all_day)).join(', ')],
        ['invited by', whole?.organizer ? whole.organizer.name || whole.organizer.address : ''],
        ['people', peopleWords(whole)],
        ['clock', entry.tzid !== null && entry.tzid !== zone ? entry.tzid : ''],
        ['busy', entry.busy ? '' : 'no, takes up no time'],
        ...overlaps.map(other => ['! overlaps', `${other.summary}, ${moment(other.starts_at)}`] as const),
      ],
      width,
    ),
    ...(entry.description === ''
      ? []
      : ['', ...sanitiseBlock(entry.description).flatMap(line => wrapText(line, width))]),
  ]
}

const seriesWords = (entry: Entry, whole: CalendarEvent | undefined): string =>
  entry.repeats
    ? `${whole?.rrule ? repeatWords(whole.rrule, whole.tzid ?? 'UTC') : 'yes'}${entry.changed ? '; this date differs' : ''}`
    : ''

/** Of a whole day the clock tells more than how long from midnight. */
function alarmWords(minutes: number, allDay: boolean): string {
  const words = `${age(Math.abs(minutes) * 60_000)} ${minutes > 0 ? 'before' : 'after'}`
  if (!allDay) return minutes === 0 ? 'at its start' : words
  const clock = clockOf(minutes)
  if (!clock) return words
  const { days, time } = clock
  return `at ${time}${days === 0 ? '' : days === 1 ? ' the day before' : ` ${days} days before`}`
}

const mostPeople = 30

function peopleWords(whole: CalendarEvent | undefined): string {
  const all = whole?.attendees ?? []
  const named = all
    .slice(0, mostPeople)
    .map(each => `${each.you ? 'you' : each.name || each.address} (${answerWords[each.answer]})`)
  return `${named.join(', ')}${all.length > mostPeople ? `, and ${all.length - mostPeople} more` : ''}`
}

/** A start or end as a form shows it: without the offset where it is on the owner's clock. */
export function written(moment: string): string {
  return moment.length === 10 ? moment : moment.slice(0, 16).replace('T', ' ')
}
