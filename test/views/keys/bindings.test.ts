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

const over = { 'screen.cancel': ['everywhere'], 'screen.redraw': ['everywhere'] }
const overKeys = { 'screen.cancel': ['ctrl+c'], 'screen.redraw': ['ctrl+l'], 'cook.copy': ['y'] }

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

  test('what is heard while one types takes no key that is typed', () => {
    const where: Record<string, string[]> = { ...over, 'cook.copy': ['cook'] }
    const bound = (keys: Record<string, string[]>) => bind(overKeys, keys, id => where[id])
    expect(bound({ 'screen.redraw': ['L', 'esc', 'f5', 'alt+x'] })).toEqual({
      bindings: { ...overKeys, 'screen.redraw': ['f5'] },
      problems: ['L', 'esc', 'alt+x'].map(
        key =>
          `keys.screen.redraw: ${key} would be lost wherever one types; choose one with ctrl+, or f1 to f12.`,
      ),
    })
    expect(bound({ 'cook.copy': ['ctrl+l'] })).toMatchObject({
      bindings: { 'cook.copy': ['ctrl+l'], 'screen.redraw': [] },
      problems: ['keys: ctrl+l now means cook.copy; screen.redraw lost it.'],
    })
  })

  test('ctrl+c cancels whatever is set, and does nothing else', () => {
    const where: Record<string, string[]> = { ...over, 'cook.copy': ['cook'] }
    const bound = (keys: Record<string, string[]>) => bind(overKeys, keys, id => where[id])
    expect(bound({ 'cook.copy': ['^C'] })).toEqual({
      bindings: overKeys,
      problems: ['keys.cook.copy: ctrl+c always means screen.cancel; choose another.'],
    })
    for (const keys of [['ctrl+g'], ['ctrl+g', 'ctrl+c'], [], ['q']]) {
      const { bindings } = bound({ 'screen.cancel': keys })
      expect(bindings['screen.cancel']).toEqual(keys[0] === 'ctrl+g' ? ['ctrl+c', 'ctrl+g'] : ['ctrl+c'])
    }
  })

  test('conflicts in one place are found', () => {
    expect(conflicts(defaults, places)).toEqual([])
    expect(conflicts({ ...defaults, open: ['X'] }, places)).toEqual(['X in serves: stop and open'])
    expect(conflicts({ help: ['ctrl+b'] }, places)).toHaveLength(1)
  })
})
