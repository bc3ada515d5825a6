import type { Grid } from '../../terminal/grid.ts'
import { withoutColours } from '../../terminal/sanitise.ts'
import { attribute } from '../../terminal/style.ts'
import { textWidth } from '../../terminal/width.ts'
import { type Tone, toned } from '../theme.ts'
import type { LogModel } from './model.ts'
import { messageOf } from './prefixes.ts'
import type { Row } from './rows.ts'
import { type Clock, clockWidth, spanText, stampOf, wallText } from './stamps.ts'
import type { TickKind } from './ticks.ts'

/** The one that matters most comes last and covers the others. */
const tickOrder: readonly TickKind[] = ['m', '/', 'e', 'C']

const tickTones: Record<TickKind, Tone> = { m: 'warn', '/': 'accent', e: 'bad', C: 'bad' }

/** Fills a region with the rows of a log: text, search hits, a sign where a line goes on, and the scrollbar where it is seen. */
export function paintLog(canvas: Grid, model: LogModel, unicode: boolean, isSeen = true): void {
  const { clock, wrap } = model.status
  const room = canvas.cols - 1
  // Where there is no room for both, the text matters more.
  const left = room < 30 ? 0 : clockWidth(clock)
  const width = room - left
  model.resize(width, canvas.rows)
  const rows = model.rows()
  const highlight = model.isGlance ? null : model.highlight
  const times = left > 0 ? timesOf(model, rows, clock) : []
  rows.forEach(({ offset, text: line, skip }, y) => {
    // Seen in passing, what a line says matters more than who says it.
    const text = model.isGlance && !wrap ? messageOf(line) : line
    if (left > 0) canvas.put(0, y, toned((times[y] ?? '').padStart(left - 1), 'quiet'), left - 1)
    canvas.put(left, y, text, width, skip)
    if (highlight) emphasiseHits(canvas, y, withoutColours(text), { skip, left }, highlight)
    if (offset === model.current) canvas.emphasise(y, left, room, attribute.bold | attribute.underline)
    if (!wrap && textWidth(text) > skip + width) canvas.put(room - 1, y, '\x1b[7m>', 1)
  })
  if (rows.length === 0) canvas.put(0, 0, toned(model.nothing, 'quiet'), room)
  paintMarks(canvas, model.ticks('m'), rows, left)
  if (isSeen) paintScrollbar(canvas, model, unicode, rows)
}

/** A marked line begins inverted. */
function paintMarks(canvas: Grid, marks: readonly number[], rows: readonly Row[], left: number): void {
  for (const mark of marks) {
    const y = rows.findIndex(({ offset }) => offset === mark)
    if (y >= 0) canvas.emphasise(y, left, left + 1, attribute.inverse)
  }
}

/** What the clock says beside each row; only the first row of a line has one. */
function timesOf(model: LogModel, rows: readonly Row[], clock: Clock): string[] {
  const base = clock === 'start' ? model.times.began : undefined
  let before =
    clock === 'delta' && rows[0] ? model.times.before(rows[0].offset, at => model.line(at)) : undefined
  let line: number | undefined
  return rows.map(({ offset, text }) => {
    if (offset === line) return ''
    line = offset
    const stamp = stampOf(text)
    if (stamp === undefined) return ''
    const since = clock === 'delta' ? before : base
    before = stamp
    if (clock === 'wall') return wallText(stamp)
    return since === undefined ? '' : spanText(stamp - since)
  })
}

function emphasiseHits(
  canvas: Grid,
  y: number,
  text: string,
  { skip, left }: { skip: number; left: number },
  pattern: RegExp,
): void {
  const search = new RegExp(pattern.source, pattern.flags.includes('g') ? pattern.flags : `${pattern.flags}g`)
  for (const hit of text.matchAll(search)) {
    const from = left + textWidth(text.slice(0, hit.index)) - skip
    if (from >= canvas.cols - 1) return
    canvas.emphasise(
      y,
      Math.max(left, from),
      Math.min(canvas.cols - 1, from + textWidth(hit[0])),
      attribute.inverse,
    )
  }
}

function paintScrollbar(canvas: Grid, model: LogModel, unicode: boolean, rows: Row[]): void {
  const { size, following } = model.status
  const last = rows.at(-1)
  if (size === 0 || !last) return
  const x = canvas.cols - 1
  const rowOf = (offset: number) => Math.min(canvas.rows - 1, Math.floor((offset / size) * canvas.rows))
  const bottom = following ? canvas.rows - 1 : rowOf(last.offset)
  const top = Math.min(bottom, rowOf(rows[0]!.offset))
  const [thumb, track] = unicode ? ['█', '│'] : ['#', '|']
  const isInView = (y: number) => y >= top && y <= bottom
  for (let y = 0; y < canvas.rows; y++) canvas.put(x, y, isInView(y) ? thumb! : track!)
  const ticks = new Map<number, TickKind>()
  for (const kind of tickOrder) for (const offset of model.ticks(kind)) ticks.set(rowOf(offset), kind)
  // A tick must not hide where the view is: there it stands inverted.
  for (const [y, kind] of ticks)
    canvas.put(x, y, toned(isInView(y) ? `\x1b[7m${kind}` : kind, tickTones[kind]))
}
