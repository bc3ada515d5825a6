import fc from 'fast-check'
import { expect, test } from 'vitest'
import { whereJsonBreaks } from '../../src/api/codex/json.ts'

test.each([
  ['', 0],
  ['{', 1],
  ['{a:1}', 1],
  ['{"a" 1}', 5],
  ['{"a":}', 5],
  ['{"a":1,}', 7],
  ['[1 2]', 3],
  ['[1,]', 3],
  ['"abc', 0],
  ['{} x', 3],
  ['{"a":"\\q"}', 5],
  ['nope', 0],
  ['{"a":[1,{"b":tru}]}', 13],
])('%j breaks at %i', (text, offset) => {
  expect(() => JSON.parse(text)).toThrow()
  expect(whereJsonBreaks(text).offset).toBe(offset)
})

test('what stands before the break can be completed, whatever was broken', () => {
  fc.assert(
    fc.property(
      fc.json(),
      fc.nat(),
      fc.constantFrom('@', '}', '"', ',', '\n', '\\'),
      (json, place, noise) => {
        const at = place % (json.length + 1)
        const text = json.slice(0, at) + noise + json.slice(at)
        let broken = false
        try {
          JSON.parse(text)
        } catch {
          broken = true
        }
        if (!broken) return
        const { offset, reason } = whereJsonBreaks(text)
        expect(offset).toBeGreaterThanOrEqual(0)
        expect(offset).toBeLessThanOrEqual(text.length)
        expect(reason).not.toBe('')
      },
    ),
  )
})

test('a string of many megabytes that never ends is no trouble', () => {
  expect(whereJsonBreaks(`{"a":"${'x'.repeat(8_000_000)}`).offset).toBe(5)
})
