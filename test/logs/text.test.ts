import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Candidate, expired } from '../../src/logs/retention.ts'
import { Cleaner, clean, foldReturns } from '../../src/logs/text.ts'

const plain = (text: string) => clean(text, { colours: false })
const coloured = (text: string) => clean(text, { colours: true })

describe('text from outside', () => {
  it('keeps colours where they are wanted, and nothing else of what a terminal obeys', () => {
    const red = '\x1b[1;31mred\x1b[0m'
    expect(coloured(red)).toBe(red)
    expect(plain(red)).toBe('red')
    for (const hostile of [
      '\x1b[2J', '\x1b[H', '\x1b[1A', '\x1b[?1049h', '\x1b[6n', '\x1b[>c', '\x1bc', '\x1b(0', '\x1b#8', '\x1b7', '\x1b=', '\x9b2J',
      '\x1b]0;title\x07', '\x1b]52;c;ZXZpbA==\x1b\\', '\x1b]8;;http://x\x1b\\', '\x1bP1$r0m\x1b\\', '\x1b_x\x1b\\', '\x1b^x\x1b\\', '\x1bXx\x1b\\',
      '\x9d0;t\x9c', '\x90q\x9c', '\b', '\x07', '\x0e', '\x7f', '\u202e', '\u2066', '\x1b[31;2J', '\x1b[', '\x1b', '\x1b[\x1b[2J',
    ]) {
      expect(coloured(`a${hostile}`)).toBe('a')
      expect(plain(`a${hostile}`)).toBe('a')
    } // biome-ignore format: a list to read across
  })

  it('loses no line to a sequence that never ends', () => {
    expect(plain('a\x1b]0;never\nb\x1b[1;\nc')).toBe('a\nb\nc')
    expect(plain(`a\x1b]${'x'.repeat(5000)}b`)).toMatch(/^ax+b$/)
  })

  it('is the same however it was cut into chunks', () => {
    const pieces = fc.constantFrom(
      '\x1b',
      '[',
      ']',
      '31',
      'm',
      ';',
      '0',
      'A',
      'x',
      '\n',
      '\r',
      '\x07',
      '\\',
      'P',
      '\x9b',
      'é',
      '\x18',
      '(',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), fc.boolean(), (parts, colours) => {
        const cleaner = new Cleaner({ colours })
        const inParts = parts.map(part => cleaner.write(part)).join('')
        expect(inParts).toBe(clean(parts.join(''), { colours }))
        expect(inParts.replaceAll(/\x1b\[[\d;:]*m/g, '')).not.toMatch(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/)
      }),
      { numRuns: 3000 },
    )
  })

  it('folds a progress bar to its last state', () => {
    expect(foldReturns('a\r\nb\n 1%\r 50%\r100%\n 7%\r')).toBe('a\nb\n100%\n 7%')
  })
})

describe('retention', () => {
  const day = 24 * 3600
  const now = 1000 * day
  const one = (id: string, age: number, bytes = 10, more: Partial<Candidate> = {}): Candidate => ({
    id, lineage: id, over: true, lastAt: now - age * day, bytes, ...more,
  }) // biome-ignore format: one line says it

  it('takes the old, then the oldest until the rest fits, and never what runs or is young', () => {
    const limits = { maxAgeSeconds: 30 * day, maxBytes: 35 }
    expect(expired([one('old', 40), one('a', 20), one('b', 10)], limits, now)).toEqual(['old'])
    expect(expired([one('a', 20), one('b', 10), one('c', 9), one('young', 1)], limits, now)).toEqual(['a'])
    expect(expired([one('running', 400, 99, { over: false })], limits, now)).toEqual([])
    expect(expired([one('first', 400), one('again', 2, 10, { lineage: 'first' })], limits, now)).toEqual([])
    expect(expired([one('young', 1, 9999)], limits, now)).toEqual([])
  })
})
