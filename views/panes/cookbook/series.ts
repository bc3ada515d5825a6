export interface Point {
  at: number
  value: number | null
}

const minute = 60_000
const spans = [2, 5, 15, 30, 60].map(minutes => minutes * minute)

/** The shortest of a few spans of time that holds everything there is, at most an hour. */
export function spanOf(first: number, last: number): number {
  return spans.find(span => last - first <= span) ?? spans.at(-1)!
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
