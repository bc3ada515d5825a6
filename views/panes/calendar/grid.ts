import { cut, toWidth } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'
import { monthName, plusDays, weekdayNames } from '../days.ts'
import type { Box } from '../pane.ts'
import type { CalendarBook } from './book.ts'
import { cellRow } from './rows.ts'

/** A month or a week as a grid of days: the selected in brackets, today with a star. */
export function gridRows(book: CalendarBook, { width, height }: Box): string[] {
  const { start, days } = book.window
  const weeks = Array.from({ length: days / 7 }, (_, week) => plusDays(start, week * 7))
  const shown = book.view === 'week' ? weeks : weeks.filter((day, i) => i === 0 || inMonth(book, day))
  const gap = width < 70 ? '' : ' '
  const column = Math.floor((width - 6 * gap.length) / 7)
  const cell = Math.max(1, Math.floor((height - 2) / shown.length))
  const heads = weekdayNames.map(name => toWidth(` ${name}`, column)).join(gap)
  const rows = [
    toned(toWidth(monthName(book.day), width), 'title'),
    toned(heads, 'quiet'),
    ...shown.flatMap(monday => weekRows(book, monday, column, cell, gap)),
  ]
  return rows.slice(0, height)
}

const inMonth = (book: CalendarBook, day: string) => day.slice(0, 7) === book.day.slice(0, 7)

function weekRows(book: CalendarBook, monday: string, column: number, height: number, gap: string): string[] {
  const cells = Array.from({ length: 7 }, (_, n) => dayCell(book, plusDays(monday, n), column, height))
  return Array.from({ length: height }, (_, y) => cells.map(cell => toWidth(cell[y] ?? '', column)).join(gap))
}

function dayCell(book: CalendarBook, day: string, width: number, height: number): string[] {
  const entries = book.on(day)
  const [open, close] = day === book.day ? ['[', ']'] : [' ', day === book.today ? '*' : ' ']
  const count = entries.length > 0 && (height < 2 || entries.length > height - 1) ? `${entries.length}` : ''
  const number = `${open}${Number(day.slice(8))}${close}`
  const head =
    number.length + count.length > width ? `${number}+` : `${number.padEnd(width < 7 ? 0 : 4)}${count}`
  const tone =
    day === book.day ? 'selected' : day === book.today ? 'strong' : inMonth(book, day) ? 'plain' : 'quiet'
  return [
    toned(cut(head, width), tone),
    ...entries.slice(0, height - 1).map(shown => cut(` ${cellRow(shown, book.zone)}`, width)),
  ]
}
