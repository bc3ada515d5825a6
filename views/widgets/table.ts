import { textWidth } from '../terminal/width.ts'
import { toWidth } from './text.ts'

export interface Column<T> {
  title: string
  cell: (item: T) => string
  align?: 'left' | 'right'
  /** Never narrower than this. */
  min: number
  /** The lowest goes first where there is no room; 0 stays whatever happens. */
  drop: number
  /** Takes the room that is left over. */
  grows?: boolean
}

/** Cells of a column in a row of this width. It grows so slowly that what stands beside it never shrinks while the row grows. */
export const growing = (width: number, from: number, [least, most]: readonly [number, number]): number =>
  Math.max(least, Math.min(most, least + Math.floor((width - from) / 3)))

/** The widths of the columns that fit, in their order; one that does not fit has none. */
export function columnWidths<T>(
  columns: readonly Column<T>[],
  items: readonly T[],
  width: number,
): (number | null)[] {
  const wanted = columns.map(column =>
    Math.max(column.min, textWidth(column.title), ...items.map(item => textWidth(column.cell(item)))),
  )
  const kept = new Set(columns)
  const total = (widths: number[]) =>
    columns.reduce((sum, column, i) => sum + (kept.has(column) ? widths[i]! + 1 : 0), -1)
  const smallest = columns.map(column => column.min)
  const droppable = columns.filter(({ drop }) => drop > 0).sort((a, b) => a.drop - b.drop)
  for (const column of droppable) {
    if (total(smallest) <= width) break
    kept.delete(column)
  }
  const widths = [...smallest]
  let room = width - total(widths)
  columns.forEach((column, i) => {
    if (!kept.has(column)) return
    const more = Math.max(0, Math.min(wanted[i]! - widths[i]!, room))
    widths[i]! += more
    room -= more
  })
  const growing = columns.findIndex(column => column.grows && kept.has(column))
  if (growing >= 0 && room > 0) widths[growing]! += room
  return columns.map((column, i) => (kept.has(column) ? widths[i]! : null))
}

export function tableRow<T>(
  columns: readonly Column<T>[],
  widths: readonly (number | null)[],
  item: T,
): string {
  return joined(columns, widths, column => column.cell(item))
}

function joined<T>(
  columns: readonly Column<T>[],
  widths: readonly (number | null)[],
  text: (column: Column<T>) => string,
): string {
  return columns
    .flatMap((column, i) => (widths[i] == null ? [] : [toWidth(text(column), widths[i]!, column.align)]))
    .join(' ')
}
