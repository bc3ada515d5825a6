import { expect, test } from 'vitest'
import { onClock, spanOf } from '../../../views/panes/cookbook/series.ts'

test('a span holds what there is, up to an hour', () => {
  expect(spanOf(0, 1000)).toBe(120_000)
  expect(spanOf(0, 121_000)).toBe(300_000)
  expect(spanOf(0, 10 * 3_600_000)).toBe(3_600_000)
})

test('values come onto one clock: means where there are several, held where there are none, then unknown', () => {
  const points = [
    { at: 0, value: 4 },
    { at: 500, value: 6 },
    { at: 1000, value: null },
    { at: 6200, value: 1 },
  ]
  const clock = { to: 10_000, span: 10_000, columns: 10, holds: 2500 }
  expect(onClock(points, clock)).toEqual([5, 5, 5, null, null, null, 1, 1, 1, null])
  expect(onClock(points, { ...clock, to: 12_000 })).toEqual([6, null, null, null, 1, 1, 1, null, null, null])
  expect(onClock([], clock)).toEqual(Array.from({ length: 10 }, () => null))
  expect(onClock([{ at: 10_000, value: 3 }], clock).at(-1)).toBe(3)
})
