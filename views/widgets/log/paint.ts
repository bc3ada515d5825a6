import type { Grid } from '../../terminal/grid.ts'
import { withoutColours } from '../../terminal/sanitise.ts'
import { attribute } from '../../terminal/style.ts'
import { textWidth } from '../../terminal/width.ts'
import type { LogModel, TickKind } from './model.ts'
import type { Row } from './rows.ts'

/** The one that matters most comes last and covers the others. */
const tickOrder: readonly TickKind[] = ['m', '/', 'e', 'C']

/** Fills a region with the rows of a log: text, search hits, a sign where a line goes on, and the scrollbar. */
export function paintLog(canvas: Grid, model: LogModel, unicode: boolean): void {
  const width = canvas.cols - 1
  model.resize(width, canvas.rows)
  const rows = model.rows()
  rows.forEach(({ offset, text, skip }, y) => {
    canvas.put(0, y, text, width, skip)
    if (model.highlight) emphasiseHits(canvas, y, withoutColours(text), skip, model.highlight)
    if (offset === model.current) canvas.emphasise(y, 0, width, attribute.bold | attribute.underline)
    if (!model.status.wrap && textWidth(text) > skip + width) canvas.put(width - 1, y, '\x1b[7m>', 1)
  })
  paintScrollbar(canvas, model, unicode, rows)
}

function emphasiseHits(canvas: Grid, y: number, text: string, skip: number, pattern: RegExp): void {
  const search = new RegExp(pattern.source, pattern.flags.includes('g') ? pattern.flags : `${pattern.flags}g`)
  for (const hit of text.matchAll(search)) {
    const from = textWidth(text.slice(0, hit.index)) - skip
    if (from >= canvas.cols - 1) return
    canvas.emphasise(y, from, Math.min(canvas.cols - 1, from + textWidth(hit[0])), attribute.inverse)
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
  for (let y = 0; y < canvas.rows; y++) canvas.put(x, y, y >= top && y <= bottom ? thumb! : track!)
  for (const kind of tickOrder)
    for (const offset of model.ticks(kind)) canvas.put(x, rowOf(offset), `\x1b[7m${kind}`)
}
