import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arrange, type Ui } from '../../../views/layout/arrange.ts'
import type { Rect } from '../../../views/terminal/region.ts'

const ui: Ui = { focus: 'list', zoomed: false, toasts: 0 }

describe('the layout', () => {
  test('at 80x24 a list has the cause of what is selected under it, and the detail a screen of its own', () => {
    expect(arrange(80, 24, ui)).toMatchObject({ list: { y: 1, height: 16 }, detail: { y: 17, height: 6 } })
    expect(arrange(80, 24, { ...ui, focus: 'detail' })).toMatchObject({
      list: null,
      detail: { y: 1, height: 22 },
    })
  })

  test('what a short list leaves is for the detail under it, as far as the list keeps a third', () => {
    const heights = (wants: number) => {
      const { list, detail } = arrange(80, 24, { ...ui, wants })
      return [list!.height, detail!.height]
    }
    expect(heights(8)).toEqual([8, 14])
    expect(heights(1)).toEqual([7, 15])
    expect(heights(500)).toEqual([16, 6])
  })

  test('from 120 columns on both stand side by side, and zoom shows either alone', () => {
    const { list, detail } = arrange(160, 50, ui)
    expect(list!.width + 1 + detail!.width).toBe(160)
    expect(arrange(160, 50, { ...ui, zoomed: true })).toMatchObject({ list: { width: 160 }, detail: null })
  })

  test('at any size and state, parts stay on the screen and apart, and what has the keys is shown', () => {
    const state = fc.record({
      focus: fc.constantFrom('list', 'detail'),
      zoomed: fc.boolean(),
      toasts: fc.nat(5),
      wants: fc.nat(200),
    })
    const cols = fc.integer({ min: 40, max: 300 })
    const rows = fc.integer({ min: 10, max: 100 })
    fc.assert(
      fc.property(cols, rows, state, (cols, rows, state) => {
        const layout = arrange(cols, rows, state as Ui)
        const parts = Object.values(layout).filter((part): part is Rect => part !== null)
        expect(layout[state.focus as 'list' | 'detail']).not.toBe(null)
        for (const part of parts) {
          expect(part.width).toBeGreaterThan(0)
          expect(part.height).toBeGreaterThan(0)
          expect(part.x + part.width).toBeLessThanOrEqual(cols)
          expect(part.y + part.height).toBeLessThanOrEqual(rows)
          for (const other of parts) if (other !== part) expect(overlap(part, other)).toBe(false)
        }
      }),
    )
  })
})

function overlap(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
}
