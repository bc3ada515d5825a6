import { sanitiseText } from '../../terminal/sanitise.ts'
import { cut, toWidth } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'
import { monthName, plusDays, weekdayNames } from '../days.ts'
import type { Box, Spot } from '../pane.ts'
import type { CalendarBook } from './book.ts'
import { coloured } from './colour.ts'
import { cellRow } from './rows.ts'

/** The weeks there is room for, and how wide and high a day is. */
function monthOf(book: CalendarBook, { width, height }: Box) {
  const { start, days } = book.window
  const weeks = Array.from({ length: days / 7 }, (_, week) => plusDays(start, week * 7))
  const all = weeks.filter((day, i) => i === 0 || inMonth(book, day))
  const shown = inView(all, book.day, Math.max(1, height - 2))
  const gap = width < 70 ? '' : ' '
  const column = Math.floor((width - 6 * gap.length) / 7)
  return { shown, gap, column, cell: Math.max(1, Math.floor((height - 2) / shown.length)) }
}

/** The day drawn at a spot of a month. */
export function dayAt(book: CalendarBook, box: Box, { x, y }: Spot): string | undefined {
  const { shown, gap, column, cell } = monthOf(book, box)
  const monday = shown[Math.floor((y - 2) / cell)]
  const weekday = Math.floor(x / (column + gap.length))
  return monday === undefined || weekday > 6 ? undefined : plusDays(monday, weekday)
}

/** A month as a grid of days: the selected in brackets, today with a star; each with how many more there are. */
export function gridRows(book: CalendarBook, box: Box): string[] {
  const { width, height } = box
  const { shown, gap, column, cell } = monthOf(book, box)
  const heads = weekdayNames.map(name => toWidth(` ${name}`, column)).join(gap)
  const rows = [
    headRow(book, width),
    toned(heads, 'quiet'),
    ...shown.flatMap(monday => weekRows(book, monday, column, cell, gap)),
  ]
  return rows.slice(0, height)
}

/** The weeks there is room for, with the one of the selected day among them. */
function inView(weeks: string[], day: string, room: number): string[] {
  const at = Math.max(
    0,
    weeks.findLastIndex(monday => monday <= day),
  )
  const from = Math.max(0, Math.min(at - Math.floor(room / 2), weeks.length - room))
  return weeks.slice(from, from + room)
}

/** The month, what is filtered, and what the letters of the calendars stand for. */
export function headRow(book: CalendarBook, width: number): string {
  const legend = book.shown
    .filter(({ id }) => book.markOf(id) !== '|')
    .map(({ id, name, color }) => `${coloured(book.markOf(id), color)} ${sanitiseText(name)}`)
    .join('  ')
  const month = toned(monthName(book.day), 'title')
  return toWidth([month, book.narrowed, legend].filter(Boolean).join('   '), width)
}

const inMonth = (book: CalendarBook, day: string) => day.slice(0, 7) === book.day.slice(0, 7)

function weekRows(book: CalendarBook, monday: string, column: number, height: number, gap: string): string[] {
  const cells = Array.from({ length: 7 }, (_, n) => dayCell(book, plusDays(monday, n), column, height))
  return Array.from({ length: height }, (_, y) => cells.map(cell => toWidth(cell[y] ?? '', column)).join(gap))
}

function dayCell(book: CalendarBook, day: string, width: number, height: number): string[] {
  const entries = book.on(day)
  const [open, close] = day === book.day ? ['[', ']'] : [' ', day === book.today ? '*' : ' ']
  const hidden = entries.length - (height - 1)
  const count = hidden > 0 ? `+${hidden}` : ''
  const number = `${open}${Number(day.slice(8))}${close}`
  const head =
    number.length + count.length > width ? `${number}+` : `${number.padEnd(width < 7 ? 0 : 4)}${count}`
  const tone =
    day === book.day ? 'selected' : day === book.today ? 'strong' : inMonth(book, day) ? 'plain' : 'quiet'
  return [
    toned(cut(head, width), tone),
    ...entries.slice(0, height - 1).map(shown => {
      const mark = book.markOf(shown.entry.calendar)
      return cut(` ${cellRow(shown, book.zone, mark === '|' || width < 12 ? '' : `${mark} `)}`, width)
    }),
  ]
}
