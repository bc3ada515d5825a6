export interface Point {
  at: number
  value: number | null
}

const minute = 60_000
/** How long the plots go, and how far apart the marks under them are then. */
const spans = [
  [2, 1],
  [5, 1],
  [15, 5],
  [30, 10],
  [60, 15],
].map(([minutes, apart]) => ({ span: minutes! * minute, apart: apart! * minute }))

/** The shortest of a few spans of time that holds everything there is, at most an hour. */
export function spanOf(first: number, last: number): number {
  return (spans.find(({ span }) => last - first <= span) ?? spans.at(-1)!).span
}

/**
 * Values on a common clock: one for each of `columns` equal steps up to `to`. A step with several has their mean; one
 * without keeps what was measured last, as long as that is not older than `holds`.
 */
export function onClock(
  points: readonly Point[],
  { to, span, columns, holds }: { to: number; span: number; columns: number; holds: number },
): (number | null)[] {
  const step = span / columns
  const from = to - span
  const sums = Array.from({ length: columns }, () => ({ sum: 0, count: 0 }))
  let before: Point | undefined
  for (const point of points) {
    if (point.value === null) continue
    const column = Math.min(columns - 1, Math.floor((point.at - from) / step))
    if (column < 0) {
      before = point
      continue
    }
    sums[column]!.sum += point.value
    sums[column]!.count++
  }
  let last = before
  return sums.map(({ sum, count }, i) => {
    const at = from + (i + 0.5) * step
    if (count > 0) {
      last = { at, value: sum / count }
      return last.value
    }
    return last && at - last.at <= holds ? last.value : null
  })
}

/** Under plots of so many cells: how long ago each part of them was, and at the right where they end. */
export function timeAxis(span: number, cells: number, end: string): string {
  const { apart } = spans.find(one => one.span >= span) ?? spans.at(-1)!
  const marks = Array.from({ length: Math.round(span / apart) }, (_, n) => span - n * apart)
  const all = marks.map(before => ({
    text: `-${before / minute}m`,
    at: Math.round((1 - before / span) * cells),
  }))
  const widest = Math.max(...all.map(({ text }) => text.length), end.length)
  const fitting = cells / all.length >= widest + 3 ? all : all.slice(0, 1)
  const last = Math.max(0, cells - end.length)
  return fitting
    .reduceRight((row, { text, at }) => {
      const from = at === 0 ? 0 : at - Math.floor(text.length / 2)
      return row.slice(0, from) + text + row.slice(from + text.length)
    }, ' '.repeat(last) + end)
    .slice(0, cells)
}
