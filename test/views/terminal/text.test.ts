import fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { segment } from '../../../views/terminal/glyphs.ts'
import { Grid } from '../../../views/terminal/grid.ts'
import { marks } from '../../../views/terminal/marks.ts'
import { sanitiseBlock, sanitiseLine, sanitiseText, sanitiseTyped } from '../../../views/terminal/sanitise.ts'
import { codeWidth, textWidth } from '../../../views/terminal/width.ts'

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.oneof(
        fc.string({ unit: 'grapheme', maxLength: 4 }),
        fc.constantFrom(
          '\x1b',
          '[',
          ']',
          '2J',
          '31m',
          '0;7m',
          '\x9b',
          '\x07',
          '\x1b\\',
          'P',
          '\r',
          '\t',
          '\0',
          '\x7f',
        ),
        fc.constantFrom(
          '\u200d',
          '\ufe0f',
          '\u202e',
          '🏽',
          '🇩',
          '👩',
          '1\u20e3',
          '\ud800',
          '\uf3f3',
          '\u1100',
          'ᄀ',
        ),
      ),
    )
    .map(parts => parts.join('')),
)

describe('width', () => {
  test('agrees with the measure Ink lays out by, for every code point that survives sanitising', () => {
    const disagreeing: string[] = []
    for (let code = 0x20; code < 0x110000; code++) {
      if (code >= 0xd800 && code < 0xe000) continue
      const text = sanitiseText(String.fromCodePoint(code))
      const combining = /^\p{M}/u.test(text)
      if (text !== '' && !combining && textWidth(text) !== stringWidth(text))
        disagreeing.push(code.toString(16))
    }
    expect(disagreeing).toEqual([])
  }, 120_000)

  test('agrees with Ink on sanitised text, joined letters of any script included', () => {
    const disagreeing: string[] = []
    const ideographs = (code: number) =>
      (code >= 0x3000 && code < 0xa000) || (code >= 0xac00 && code < 0x10000)
    for (let code = 0x300; code < 0x17000; code++) {
      if (ideographs(code)) continue
      const letter = String.fromCodePoint(code)
      for (const raw of [`a${letter}`, `ก${letter}`, `क${letter}क`, `漢${letter}`, `a${letter}${letter}`]) {
        const text = sanitiseText(raw)
        if (textWidth(text) !== stringWidth(text)) disagreeing.push(code.toString(16))
      }
    }
    expect(disagreeing).toEqual([])
    fc.assert(
      fc.property(hostile, raw => {
        const text = sanitiseText(raw)
        fc.pre(!/^\p{M}/u.test(text))
        expect(textWidth(text)).toBe(stringWidth(text))
      }),
      { numRuns: 2000 },
    )
  })

  test('cuts sanitised text into glyphs whose widths add up to what Ink counts', () => {
    fc.assert(
      fc.property(hostile, raw => {
        const text = sanitiseText(raw)
        const glyphs = [...segment(text)]
        expect(glyphs.map(glyph => glyph.segment).join('')).toBe(text)
        expect(glyphs.every(({ segment: glyph, index }) => text.startsWith(glyph, index))).toBe(true)
        fc.pre(!/^\p{M}/u.test(text))
        expect(glyphs.reduce((sum, glyph) => sum + stringWidth(glyph.segment), 0)).toBe(stringWidth(text))
      }),
      { numRuns: 1000 },
    )
    expect([...segment('a\x1b[31me\u0301\u0302漢')].map(glyph => glyph.segment)).toEqual([
      ...['a', '\x1b', '[', '3', '1', 'm', 'e\u0301\u0302', '漢'],
    ])
  })

  test('what is kept of a field holds no parting of ours', () => {
    for (const typed of ['น้ำ', 'ນ້ຳ', 'क्षमा', 'ක්‍ෂ'])
      expect(sanitiseTyped(typed)).toBe(typed.replaceAll('\u200d', ''))
    expect(textWidth(sanitiseText('น้ำ'))).toBe(2)
  })

  test('combining marks take no cell, ideographs two', () => {
    expect([...'a\u0301宽🚀'].map(c => codeWidth(c.codePointAt(0)!))).toEqual([1, 0, 2, 2])
  })
})

describe('sanitising', () => {
  test('colours survive, everything else that controls a terminal is gone', () => {
    expect(sanitiseLine('\x1b[31mred\x1b[0m \x1b[2Jplain\x1b]0;title\x07 \x1b[6n\x1b[?1049h')).toBe(
      '\x1b[31mred\x1b[0m plain ',
    )
    expect(sanitiseLine('\x9b2Ja\x9dtitle\x9cb\x90dcs\x1b\\c\x1bcd')).toBe('abcd')
    expect(sanitiseLine('\x1b]52;c;aGk=\x07x\x1bPtmux;\x1b\x1b]52;c;aGk=\x07\x1b\\y')).toMatch(
      /^x[^\x1b\x07]*y$/,
    )
  })

  test('an unfinished sequence hides nothing of the line', () => {
    expect(sanitiseLine('\x1b]0;the rest of the line')).toBe('0;the rest of the line')
    expect(sanitiseLine('cut \x1b[38;5')).toBe('cut ')
  })

  test('tabs become spaces up to the next stop, counted in cells', () => {
    expect(sanitiseLine('a\tb')).toBe('a       b')
    expect(sanitiseLine('宽\t|\x1b[31m\t|')).toBe('宽      |\x1b[31m       |')
  })

  test('a progress bar shows its last state', () => {
    expect(sanitiseLine('Loading: 10%\rLoading: 55%\rLoading: 100%\r')).toBe('Loading: 100%')
    expect(sanitiseLine('plain\r')).toBe('plain')
  })

  test('a label is one line without colours', () => {
    expect(sanitiseText('two\nlines \x1b[31mred\x1b[m')).toBe('two lines red')
    expect(sanitiseBlock('a\r\nb\n\x1b[31mc')).toEqual(['a', 'b', 'c'])
  })

  test('nothing that controls a terminal, reorders text or passes for a region comes through', () => {
    const forbidden = new RegExp(
      `[\\0-\\x1a\\x1c-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069${marks.join('')}]`,
    )
    fc.assert(
      fc.property(hostile, raw => {
        const line = sanitiseLine(raw)
        expect(line).not.toMatch(forbidden)
        expect(line.replace(/\x1b\[[\d;:]*m/g, '')).not.toContain('\x1b')
        expect(line.isWellFormed()).toBe(true)
      }),
      { numRuns: 3000 },
    )
  })

  test('what is clean stays as it is', () => {
    fc.assert(
      fc.property(hostile, raw => {
        const once = sanitiseLine(raw)
        expect(sanitiseLine(once)).toBe(once)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('a line in cells', () => {
  const means = { depth: 'true', unicode: true } as const

  test('is cut at a window of columns, a wide glyph on its edge becoming a blank', () => {
    const grid = new Grid(4, 1, means)
    grid.put(0, 0, 'ab宽cd', 4, 1)
    expect(grid.glyph).toEqual(['b', '宽', '', 'c'])
    grid.clearRow(0)
    grid.put(0, 0, 'ab宽cd', 4, 3)
    expect(grid.glyph).toEqual([' ', 'c', 'd', ' '])
    grid.clearRow(0)
    grid.put(0, 0, 'abc宽', 4)
    expect(grid.glyph).toEqual(['a', 'b', 'c', ' '])
  })

  test('keeps its colours from before the window', () => {
    const grid = new Grid(2, 1, means)
    grid.put(0, 0, '\x1b[31mabcd', 2, 2)
    expect([...grid.fg]).toEqual([1, 1])
  })

  test('a heap of combining marks stays small', () => {
    const grid = new Grid(3, 1, means)
    grid.put(0, 0, `z${'\u0301'.repeat(500)}y`)
    expect(grid.glyph[0]!.length).toBeLessThan(6)
    expect(grid.glyph[1]).toBe('y')
  })

  test.each([
    ['mono', '\x1b[1;31;48;5;200mx', { fg: -1, bg: -1, attrs: 1 }],
    ['16', '\x1b[38;2;250;20;20;48;5;21mx', { fg: 9, bg: 12, attrs: 0 }],
    ['256', '\x1b[38;2;255;0;0;48;5;21mx', { fg: 196, bg: 21, attrs: 0 }],
    ['true', '\x1b[38:2::1:2:3;4:3mx', { fg: 0x1010203, bg: -1, attrs: 8 }],
  ] as const)('is brought down to what a %s terminal shows', (depth, line, pen) => {
    const grid = new Grid(1, 1, { depth, unicode: true })
    grid.put(0, 0, line)
    expect({ fg: grid.fg[0], bg: grid.bg[0], attrs: grid.attrs[0] }).toEqual(pen)
  })
})
