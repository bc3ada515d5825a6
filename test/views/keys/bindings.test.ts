import { describe, expect, test } from 'vitest'
import { bind, conflicts, keyLabel, parseKey } from '../../../views/keys/bindings.ts'

const where: Record<string, string[]> = {
  stop: ['serves', 'log'],
  open: ['serves'],
  wrap: ['log'],
  help: ['everywhere'],
}
const places = (id: string) => where[id]
const defaults = { stop: ['X'], open: ['enter', 'l'], wrap: ['w'], help: ['?'] }

describe('keys as people write them', () => {
  test.each([
    ['a', 'a'],
    ['^K', 'ctrl+k'],
    ['Ctrl-K', 'ctrl+k'],
    ['PgDn', 'pgdn'],
    ['S-Tab', 'shift+tab'],
    ['Return', 'enter'],
    ['ctrl+alt+x', 'ctrl+alt+x'],
    ['+', '+'],
    ['nonsense', undefined],
    ['hyper+x', undefined],
  ])('%s is %s', (written, key) => {
    expect(parseKey(written)).toBe(key)
  })

  test('labels are short', () => {
    expect(['ctrl+k', 'enter', 'shift+tab', 'alt+x', 'X'].map(key => keyLabel(key))).toEqual([
      '^k',
      'Enter',
      'S-Tab',
      'M-x',
      'X',
    ])
    expect(keyLabel('down')).toBe('↓')
  })

  test('an arrow has a name where it cannot be drawn: v and > are keys of their own', () => {
    expect(['up', 'down', 'left', 'right'].map(key => keyLabel(key, false))).toEqual([
      ...['Up', 'Down', 'Left', 'Right'],
    ])
  })
})

describe("a user's keys", () => {
  test('win over a default in the same place, and the loss is reported', () => {
    const { bindings, problems } = bind(defaults, { wrap: ['X'] }, places)
    expect(bindings).toMatchObject({ wrap: ['X'], stop: [] })
    expect(problems).toEqual(['keys: X now means wrap; stop lost it.'])
  })

  test('may repeat a key of another place', () => {
    expect(bind(defaults, { wrap: ['l'] }, places)).toEqual({
      bindings: { ...defaults, wrap: ['l'] },
      problems: [],
    })
  })

  test('an empty list unbinds', () => {
    expect(bind(defaults, { stop: [] }, places).bindings.stop).toEqual([])
  })

  test('what cannot be is reported and changes nothing', () => {
    const { bindings, problems } = bind(defaults, { nothing: ['n'], stop: ['^B', 'what'] }, places)
    expect(bindings).toEqual(defaults)
    expect(problems).toHaveLength(3)
  })

  test('conflicts in one place are found', () => {
    expect(conflicts(defaults, places)).toEqual([])
    expect(conflicts({ ...defaults, open: ['X'] }, places)).toEqual(['X in serves: stop and open'])
    expect(conflicts({ help: ['ctrl+b'] }, places)).toHaveLength(1)
  })
})
