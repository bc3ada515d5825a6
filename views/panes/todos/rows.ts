import type { Todo } from '../../../src/contract/todos.ts'
import { repeatWords } from '../../../src/time/repeat-said.ts'
import { sanitiseBlock, sanitiseText } from '../../terminal/sanitise.ts'
import { textWidth } from '../../terminal/width.ts'
import { growing } from '../../widgets/table.ts'
import { cut, toWidth, wrapText } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'
import { dayName, dayOf, plusDays, timeOf } from '../days.ts'
import { dueAt, isOverdue, type Now } from './groups.ts'

export function nameOf(todo: Todo): string {
  const words = todo.title || todo.items[0]?.text || todo.content.slice(0, 200)
  return sanitiseText(words).trim() || 'untitled'
}

/** Its day and time, in the longest of the ways to say it that there is room for; only the time where that is today. */
function whenOf(todo: Todo, { at, zone }: Now, room: number): string {
  const due = dueAt(todo)
  if (due === null) return ''
  const today = dayOf(at, zone)
  const day = dayOf(due, zone)
  const named = dayName(day, today)
  const weekday = named.slice(0, 3)
  const short = named.slice(4)
  const isDay = todo.done_at !== null || (todo.snoozed_until === null && todo.due?.length === 10)
  if (day === today) return isDay ? 'today' : timeOf(due, zone)
  const time = timeOf(due, zone)
  const isNear = day > today && day < plusDays(today, 7)
  const ways = isDay
    ? [named, short]
    : [`${named.padEnd(10)} ${time}`, `${short} ${time}`, ...(isNear ? [`${weekday} ${time}`] : []), short]
  return ways.find(words => words.length <= room) ?? ways.at(-1)!
}

/** Its day and time in full. */
export function dueWords(todo: Todo, { at, zone }: Now): string {
  const due = todo.due_at
  if (due === null) return 'no date'
  if (todo.due?.length === 10) return dayName(todo.due, dayOf(at, zone))
  return `${dayName(dayOf(due, zone), dayOf(at, zone))} ${timeOf(due, zone)}`
}

/** The same as somebody would type it: with its year where the words alone would mean the next one. */
export function dueTyped(todo: Todo, now: Now): string {
  if (todo.due_at === null) return ''
  const { at, zone } = now
  const isDay = todo.due?.length === 10
  const day = isDay ? todo.due! : dayOf(todo.due_at, zone)
  const named = dayName(day, dayOf(at, zone))
  const year = todo.due_at <= at && !/ \d{4}$/.test(named) ? ` ${day.slice(0, 4)}` : ''
  return `${named}${year}${isDay ? '' : ` ${timeOf(todo.due_at, zone)}`}`
}

const repeats = (todo: Todo) => (todo.repeat === null ? '' : ' (repeats)')
const steps = ({ items }: Todo) =>
  items.length === 0 ? '' : ` ${items.filter(({ done }) => done).length}/${items.length}`

/** One line of the list: when, what, how far, under which label. */
export function todoRow(todo: Todo, width: number, now: Now): string {
  const label = todo.label ? ` #${sanitiseText(todo.label)}` : ''
  const sign = todo.done_at !== null ? 'done ' : todo.snoozed_until !== null ? 'zz ' : todo.pinned ? '! ' : ''
  const column = growing(width, 46, [12, 19])
  const when = toWidth(sign + whenOf(todo, now, column - sign.length), column)
  const late = todo.done_at === null && isOverdue(todo, now)
  const after = `${steps(todo)}${repeats(todo)}`
  const room = Math.max(8, width - column - 1 - textWidth(after) - Math.min(textWidth(label), 20))
  const title = cut(nameOf(todo), room)
  return `${toned(when, late ? 'bad' : 'quiet')} ${title}${after}${toned(label, 'accent')}`
}

/** What stands over its checklist: everything but the items. */
export function headRows(todo: Todo, width: number, now: Now): string[] {
  const { zone } = now
  const moment = (at: number) => `${dayName(dayOf(at, zone), dayOf(now.at, zone))} ${timeOf(at, zone)}`
  const facts = [
    todo.due_at === null ? 'no date' : `due ${dueWords(todo, now)}`,
    todo.snoozed_until === null ? '' : `put off to ${moment(todo.snoozed_until)}`,
    todo.repeat === null ? '' : `repeats ${repeatWords(todo.repeat)}`,
    todo.label ? `#${todo.label}` : '',
    todo.pinned ? 'pinned' : '',
    todo.done_at !== null ? `done ${moment(todo.done_at)}` : todo.archived ? 'archived' : '',
    todo.channels ? `reminds by ${todo.channels.join(', ') || 'nothing'}` : '',
    todo.source === 'operator' ? '' : `from ${todo.source}`,
  ]
  const content = todo.content === '' ? [] : ['', ...sanitiseBlock(todo.content)]
  return [
    ...wrapText(nameOf(todo), width).map(row => toned(row, 'strong')),
    ...wrapText(sanitiseText(facts.filter(Boolean).join('  ')), width).map(row => toned(row, 'quiet')),
    ...content.flatMap(line => wrapText(line, width)),
  ]
}
