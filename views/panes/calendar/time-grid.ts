import { withoutColours } from '../../terminal/sanitise.ts'
import { toWidth } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'
import { dayOf, plusDays, timeOf, weekdayNames, weekdayOf } from '../days.ts'
import type { Box, Spot } from '../pane.ts'
import type { CalendarBook } from './book.ts'
import { coloured } from './colour.ts'
import { headRow } from './grid.ts'
import { cellRow, type Shown } from './rows.ts'
import { type Placed, placed } from './slots.ts'

const MORNING = 8
const LEAST_COLUMN = 9
const LEAST_LANE = 6
const MOST_WHOLE_DAYS = 3

interface Frame {
  days: string[]
  /** Minutes a row is high. */
  slot: number
  /** The first row, in slots from midnight, and how many there are. */
  top: number
  rows: number
  whole: number
  gutter: number
  column: number
}

/** Which days and hours there is room for, with the cursor among them. */
export function frameOf(book: CalendarBook, { width, height }: Box): Frame {
  const gutter = width < 60 ? 4 : 8
  const { start, days: all } = book.window
  const fits = Math.floor((width - gutter) / LEAST_COLUMN)
  const count = all === 1 ? 1 : fits >= 7 ? 7 : Math.max(1, Math.min(3, fits))
  const at = Math.round((Date.parse(book.day) - Date.parse(start)) / 86_400_000)
  const first = Math.max(0, Math.min(at - Math.floor(count / 2), all - count))
  const days = Array.from({ length: count }, (_, n) => plusDays(start, first + n))
  const most = Math.max(0, ...days.map(day => book.on(day).filter(({ entry }) => entry.all_day).length))
  const whole = Math.min(most, height < 14 ? 1 : MOST_WHOLE_DAYS)
  const rows = Math.max(1, height - 2 - whole)
  const slot = rows >= 40 ? 30 : 60
  const perHour = 60 / slot
  const total = 24 * perHour
  const cursor = Math.max(0, book.stop.hour) * perHour
  const morning = Math.min(MORNING * perHour, Math.max(0, total - rows))
  const top = cursor < morning ? cursor : Math.max(morning, cursor + perHour - rows)
  const column = Math.floor((width - gutter) / count)
  return { days, slot, top: Math.max(0, Math.min(top, total - rows)), rows, whole, gutter, column }
}

/** The day and hour drawn at a spot of a week or a day; -1: the whole day. Its name keeps the hour. */
export function timeAt(
  book: CalendarBook,
  box: Box,
  { x, y }: Spot,
): { day: string; hour: number } | undefined {
  const { days, slot, top, whole, gutter, column } = frameOf(book, box)
  const day = x < gutter ? book.day : days[Math.floor((x - gutter) / column)]
  const row = y - 2 - whole
  const hour = y < 2 ? book.stop.hour : row < 0 ? -1 : Math.floor(((top + row) * slot) / 60)
  return day === undefined || y < 1 || hour > 23 ? undefined : { day, hour }
}

/** A week or a day as hours, what overlaps side by side; the cursor's hour has a `>`, the present one a `*`. */
export function timeRows(book: CalendarBook, box: Box, now = Date.now()): string[] {
  const frame = frameOf(book, box)
  const { days, slot, top, rows, whole, gutter, column } = frame
  const present = days.includes(dayOf(now, book.zone)) && Math.floor(minutes(timeOf(now, book.zone)) / slot)
  const columns = days.map(day => {
    const shown = book.on(day)
    return {
      day,
      shown,
      timed: placed(
        shown.map(({ entry }) => entry),
        day,
        book.zone,
        slot,
      ),
    }
  })
  const heads = columns.map(({ day, timed }) => dayHead(book, day, beyond(timed, frame), column)).join('')
  const lines = Array.from({ length: rows }, (_, row) => {
    const at = top + row
    if (at * slot >= 24 * 60) return ''
    const cells = columns.map(({ day, timed }) => cell(book, day, timed, at, frame)).join('')
    return `${hourText(book, at, slot, at === present, gutter)}${cells}`
  })
  return [
    headRow(book, box.width),
    `${' '.repeat(gutter)}${heads}`,
    ...Array.from(
      { length: whole },
      (_, row) =>
        toWidth(row === 0 ? (book.stop.hour < 0 ? '>day' : ' day') : '', gutter) +
        columns.map(({ day, shown }) => wholeCell(book, day, shown, row, frame)).join(''),
    ),
    ...lines,
  ].slice(0, box.height)
}

const minutes = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3))

function hourText(book: CalendarBook, at: number, slot: number, present: boolean, gutter: number): string {
  const [hour, minute] = [Math.floor((at * slot) / 60), (at * slot) % 60]
  const cursor = minute === 0 && hour === book.stop.hour
  const text = minute > 0 ? '' : `${String(hour).padStart(2, '0')}${gutter < 8 ? '' : ':00'}`
  const line = toWidth(`${cursor ? '>' : ' '}${text.padEnd(gutter < 8 ? 2 : 5)}${present ? '*' : ''}`, gutter)
  return toned(line, cursor ? 'strong' : present ? 'accent' : 'quiet')
}

/** How many lie above the hours that are shown, and below them. */
function beyond(timed: readonly Placed[], { top, rows, slot }: Frame): string {
  const above = timed.filter(({ to }) => to <= top * slot).length
  const below = timed.filter(({ from }) => from >= (top + rows) * slot).length
  return `${above > 0 ? `^${above}` : ''}${below > 0 ? `v${below}` : ''}`
}

function dayHead(book: CalendarBook, day: string, hidden: string, width: number): string {
  const [open, close] = day === book.day ? ['[', ']'] : [' ', day === book.today ? '*' : ' ']
  const name = `${open}${weekdayNames[weekdayOf(day)]} ${Number(day.slice(8))}${close}`
  const text = `${toWidth(name, Math.max(name.length, width - hidden.length - 1))}${hidden}`
  return toned(toWidth(text, width), day === book.day ? 'selected' : day === book.today ? 'strong' : 'quiet')
}

function wholeCell(
  book: CalendarBook,
  day: string,
  shown: readonly Shown[],
  row: number,
  { whole, column }: Frame,
): string {
  const all = shown.filter(({ entry }) => entry.all_day)
  const at = day === book.day ? all.findIndex(({ entry }) => entry === book.stop.entry) : -1
  const from = Math.max(0, at - whole + 1)
  const each = all[from + row]
  const left = all.length - from - whole
  if (!each) return ' '.repeat(column)
  const more = row === whole - 1 && left > 0 ? `+${left}` : ''
  const text = toWidth(
    `${markText(book, each)}${cellRow(each, book.zone)}`,
    Math.max(1, column - 1 - more.length),
  )
  const line = from + row === at ? toned(withoutColours(text), 'selected') : text
  return `${line}${more} `
}

/** One row of a day: the lanes of what lies there, and how many more begin there than there is room for. */
function cell(book: CalendarBook, day: string, timed: Placed[], at: number, { slot, column }: Frame): string {
  const width = column - 1
  const here = timed.filter(({ from, to }) => from < (at + 1) * slot && to > at * slot)
  if (here.length === 0) return `${toWidth('', width)} `
  const room = Math.max(1, Math.floor(width / LEAST_LANE))
  const wanted = Math.min(here[0]!.lanes, room)
  const hidden = here.filter(({ lane, from }) => lane >= wanted && Math.floor(from / slot) === at).length
  const more = hidden > 0 ? `+${hidden}` : ''
  const lane = Math.floor((width - more.length) / wanted)
  const lanes = Array.from({ length: wanted }, (_, n) => {
    const each = here.find(found => found.lane === n)
    return toWidth(each ? laneText(book, day, each, at, slot, lane) : '', lane)
  }).join('')
  return `${toWidth(lanes, width - more.length)}${more} `
}

function laneText(
  book: CalendarBook,
  day: string,
  { entry, from }: Placed,
  at: number,
  slot: number,
  width: number,
): string {
  const first = Math.max(0, Math.floor(from / slot)) === at
  const odd = from % slot === 0 ? '' : `:${String(from % 60).padStart(2, '0')} `
  const shown = { key: '', day, entry }
  const words = first ? `${odd}${cellRow(shown, book.zone, '', false)}` : ''
  const text = toWidth(`${coloured(book.markOf(entry.calendar), entry.color)}${words}`, width - 1)
  return day === book.day && entry === book.stop.entry
    ? `${toned(withoutColours(text), 'selected')} `
    : `${text} `
}

const markText = (book: CalendarBook, { entry }: Shown): string =>
  coloured(book.markOf(entry.calendar), entry.color)
