import fc from 'fast-check'
import { expect, test } from 'vitest'
import { difference } from '../../src/documents/diff.ts'

/** Applies a unified diff: what is left must be the other text. */
const patched = (before: string, diff: string): string => {
  const old = before === '' ? [] : before.replace(/\n$/, '').split('\n')
  const out: string[] = []
  let place = 0
  for (const line of diff.split('\n').slice(0, -1)) {
    const hunk = line.match(/^@@ -(\d+)(?:,(\d+))? \+\d+(?:,\d+)? @@$/)
    if (hunk) {
      const start = hunk[2] === '0' ? Number(hunk[1]) : Number(hunk[1]) - 1
      out.push(...old.slice(place, start))
      place = start
    } else if (line[0] === '+') out.push(line.slice(1))
    else {
      expect(old[place]).toBe(line.slice(1))
      if (line[0] === ' ') out.push(line.slice(1))
      place++
    }
  }
  out.push(...old.slice(place))
  return out.map(line => `${line}\n`).join('')
}

const texts = fc
  .array(fc.constantFrom('a', 'b', 'c', '', 'def f():', '}'), { maxLength: 40 })
  .map(all => all.map(line => `${line}\n`).join(''))

test('applying the difference gives the other text', () => {
  fc.assert(
    fc.property(texts, texts, fc.nat(4), (before, after, context) => {
      const { text, added, removed } = difference(before, after, context)
      expect(patched(before, text)).toBe(after)
      expect(added - removed).toBe(after.split('\n').length - before.split('\n').length)
      if (before === after) expect(text).toBe('')
    }),
    { numRuns: 500 },
  )
})

test('texts with nothing in common are still compared', () => {
  const many = (word: string, count: number) => Array.from({ length: count }, () => `${word}\n`).join('')
  const { added, removed } = difference(many('a', 20_000), many('b', 20_000), 3)
  expect([added, removed]).toEqual([20_000, 20_000])
  const numbered = (step: number) =>
    Array.from({ length: 50_000 }, (_, index) => `${index % step}\n`).join('')
  expect(patched(numbered(7), difference(numbered(7), numbered(11), 3).text)).toBe(numbered(11))
})
