import { describe, expect, test } from 'vitest'
import { onClock, spanOf, timeAxis } from '../../../views/panes/cookbook/series.ts'

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

describe('the row of time under plots', () => {
  const minutes = (count: number) => count * 60_000
  test.each([2, 5, 15, 30, 60])('of %i minutes has its marks where the plots have been then', span => {
    for (const cells of [52, 72, 122]) {
      const row = timeAxis(minutes(span), cells, 'now')
      expect(row).toHaveLength(cells)
      expect(row).toMatch(/^-\d+m .* now$/)
      for (const { 0: text, index } of row.matchAll(/-(\d+)m/g)) {
        const middle = index === 0 ? 0 : index + Math.floor(text.length / 2)
        const share = 1 - Number(text.slice(1, -1)) / span
        expect(Math.abs(middle - share * cells)).toBeLessThanOrEqual(1)
      }
    }
  })

  test('has as many marks as there is room for, and ends where the measurements do', () => {
    expect(timeAxis(minutes(15), 40, 'now')).toMatch(/^-15m +-10m +-5m +now$/)
    expect(timeAxis(minutes(15), 18, 'now')).toBe('-15m           now')
    expect(timeAxis(minutes(2), 40, '13:05')).toMatch(/^-2m +-1m +13:05$/)
    expect(timeAxis(minutes(2), 2, 'now')).toHaveLength(2)
  })
})
