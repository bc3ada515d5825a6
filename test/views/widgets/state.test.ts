import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { textWidth } from '../../../views/terminal/width.ts'
import { answerDialog, openDialog } from '../../../views/widgets/dialog-state.ts'
import {
  chosen,
  emptyList,
  markRange,
  moveList,
  settleList,
  toggleMarked,
} from '../../../views/widgets/list-state.ts'
import { cut, proseRows, toWidth, wrapText } from '../../../views/widgets/text.ts'

describe('a list', () => {
  test('keeps its selection by id while the list moves under it', () => {
    const selected = moveList(emptyList, ['a', 'b', 'c'], 5, 2)
    expect(settleList(selected, ['x', 'c', 'a', 'b'], 5)).toMatchObject({ selected: 'c', index: 1 })
  })

  test('a neighbour takes over where the selected item is gone', () => {
    const selected = moveList(emptyList, ['a', 'b', 'c'], 5, 1)
    expect(settleList(selected, ['a', 'c'], 5).selected).toBe('c')
    expect(settleList(selected, ['a'], 5).selected).toBe('a')
    expect(settleList(selected, [], 5).selected).toBe(null)
  })

  test('the selection is always in view and the view never past the end', () => {
    const ids = fc.uniqueArray(fc.integer({ min: 0, max: 40 }).map(String), { maxLength: 40 })
    const steps = fc.array(
      fc.record({ ids, by: fc.integer({ min: -50, max: 50 }), height: fc.integer({ min: 1, max: 12 }) }),
    )
    fc.assert(
      fc.property(steps, all => {
        let state = emptyList
        for (const { ids, by, height } of all) {
          state = moveList(state, ids, height, by)
          if (ids.length === 0) continue
          expect(ids[state.index]).toBe(state.selected)
          expect(state.index).toBeGreaterThanOrEqual(state.top)
          expect(state.index).toBeLessThan(state.top + height)
          expect(state.top).toBeLessThanOrEqual(Math.max(0, ids.length - height))
        }
      }),
    )
  })

  test('an action works on the marks, else on the selection; marks of gone items count for nothing', () => {
    const ids = ['a', 'b', 'c', 'd']
    const marked = toggleMarked(moveList(emptyList, ids, 4, 1))
    expect(chosen(marked, ids)).toEqual(['b'])
    expect(chosen(markRange(moveList(marked, ids, 4, 2), ids), ids)).toEqual(['b', 'c', 'd'])
    expect(chosen(settleList(marked, ['a', 'c'], 4), ['a', 'c'])).toEqual(['c'])
  })
})

describe('a dialog', () => {
  const shown = (mustType: string | null = null) => ({ ...openDialog(mustType), shownAt: 1000 })

  test('hears nothing before its first frame and for 300 ms after', () => {
    expect(answerDialog(openDialog(), { key: 'y' }, 1e6).answer).toBeUndefined()
    expect(answerDialog(shown(), { key: 'y' }, 1299).answer).toBeUndefined()
    expect(answerDialog(shown(), { key: 'y' }, 1300).answer).toBe('yes')
  })

  test('pasted text never answers', () => {
    expect(answerDialog(shown(), { paste: ['y'] }, 9000).answer).toBeUndefined()
  })

  test('Enter takes the default, which is No', () => {
    expect(answerDialog(shown(), { key: 'enter' }, 9000).answer).toBe('no')
    const { state } = answerDialog(shown(), { key: 'right' }, 9000)
    expect(answerDialog(state, { key: 'enter' }, 9000).answer).toBe('yes')
  })

  test('a name has to be typed whole', () => {
    const typed = { ...shown('serve-0'), typed: 'serve' }
    expect(answerDialog(typed, { key: 'y', text: 'y' }, 9000)).toMatchObject({ field: true })
    expect(answerDialog(typed, { key: 'enter' }, 9000).answer).toBeUndefined()
    expect(answerDialog({ ...typed, typed: 'serve-0' }, { key: 'enter' }, 9000).answer).toBe('yes')
    expect(answerDialog(typed, { key: 'esc' }, 9000).answer).toBe('no')
  })
})

describe('text in cells', () => {
  const text = fc
    .array(fc.constantFrom('a', ' ', '宽', 'e\u0301', '🚀', '\x1b[31m', '\x1b[m'))
    .map(parts => parts.join(''))

  test('is exactly as wide as asked, and cut text says so', () => {
    fc.assert(
      fc.property(text, fc.nat(12), (line, width) => {
        expect(textWidth(toWidth(line, width))).toBe(width)
        if (textWidth(line) > width && width > 0) expect(cut(line, width)).toContain('…')
      }),
    )
  })

  test('wraps at spaces, and breaks a word longer than the line', () => {
    expect(wrapText('one two three', 7)).toEqual(['one two', 'three'])
    expect(wrapText('abcdefgh', 3)).toEqual(['abc', 'def', 'gh'])
    expect(wrapText('    one two three', 12)).toEqual(['    one two', '    three'])
    expect(wrapText(`${' '.repeat(20)}one`, 8)).toEqual(['    one'])
    expect(wrapText('one  two', 20)).toEqual(['one  two'])
    expect(wrapText('   ', 8)).toEqual([''])
    expect(proseRows('one two three', 7)).toEqual(['one two', 'three'])
    expect(proseRows('    return 1 + 2', 12)).toEqual(['    return 1', '    + 2'])
    expect(proseRows('> > one two three', 11)).toEqual(['> > one two', '> > three'])
    expect(proseRows('  - one two three', 11)).toEqual(['  - one two', '    three'])
    expect(proseRows('>', 11)).toEqual(['>'])
    expect(proseRows(`${' '.repeat(50)}deep`, 20)).toEqual([`${' '.repeat(9)}deep`])
  })
})
