import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { Compositor, type Pace } from '../../../views/terminal/compositor.ts'
import type { Paint, Rect } from '../../../views/terminal/region.ts'
import { Emulator } from '../../peers/terminal.ts'

const size = { cols: 24, rows: 8 }
const means = { depth: 'true', unicode: true } as const
const atOnce: Pace = { interval: 0, bytesPerSecond: Number.POSITIVE_INFINITY }
const emulators: Emulator[] = []
afterEach(() => {
  for (const emulator of emulators.splice(0)) emulator.dispose()
})

function stage(options: { unicode?: boolean; pace?: Pace } = {}) {
  const emulator = new Emulator(size)
  emulators.push(emulator)
  const writes: string[] = []
  const sink = {
    write(bytes: string, done: () => void) {
      writes.push(bytes)
      void emulator.write(bytes).then(done)
    },
  }
  const screen = { columns: size.cols, rows: size.rows }
  const compositor = new Compositor(
    sink,
    screen,
    { ...means, unicode: options.unicode ?? true },
    options.pace ?? atOnce,
  )
  void emulator.write('\x1b[?7l')
  return { emulator, compositor, writes }
}

interface Piece {
  glyphs: string[]
  sgr: string
}

/** The emulator knows the rocket as narrow, as an old terminal does: what follows it must be in place all the same. */
const glyphs = ['a', 'b', ' ', ' ', 'é', '宽', '█', '\u0ca0', 'e\u0323\u0301', '🚀', '☃']
const cellsOf = (glyph: string) => (glyph === '宽' || glyph === '🚀' ? 2 : 1)
const colours = [
  '',
  '\x1b[31m',
  '\x1b[1;44m',
  '\x1b[7m',
  '\x1b[38;5;120m',
  '\x1b[4;48;2;1;2;3m',
  '\x1b[2;3;9m',
]

const piece: fc.Arbitrary<Piece> = fc.record({
  glyphs: fc.array(fc.constantFrom(...glyphs), { maxLength: 12 }),
  sgr: fc.constantFrom(...colours),
})
const row = fc.array(piece, { maxLength: 3 })
const lineOf = (pieces: Piece[]) => pieces.map(({ glyphs, sgr }) => `${sgr}${glyphs.join('')}\x1b[m`).join('')

interface Cell {
  glyph: string
  sgr: string
}

/** What a row of pieces has to look like, worked out cell by cell without the compositor. */
function cellsFor(pieces: Piece[], width: number): Cell[] {
  const cells: Cell[] = []
  for (const { glyphs, sgr } of pieces)
    for (const glyph of glyphs)
      if (cells.length + cellsOf(glyph) > width) {
        if (cells.length < width) cells.push({ glyph: ' ', sgr })
        return cells
      } else {
        cells.push({ glyph, sgr })
        if (cellsOf(glyph) === 2) cells.push({ glyph: '', sgr })
      }
  while (cells.length < width) cells.push({ glyph: ' ', sgr: '' })
  return cells
}

const styles = new Map<string, ReturnType<Emulator['style']>>()
async function styleOf(sgr: string) {
  if (!styles.has(sgr)) {
    const probe = new Emulator({ cols: 2, rows: 1 })
    await probe.write(`${sgr}x`)
    styles.set(sgr, probe.style(0, 0))
    probe.dispose()
  }
  return styles.get(sgr)!
}

async function expectCells(emulator: Emulator, wanted: Cell[][]) {
  for (const [y, cells] of wanted.entries())
    for (const [x, { glyph, sgr }] of cells.entries()) {
      if (glyph === '') {
        expect(`${x},${y} ${emulator.glyph(x, y)}`).toBe(`${x},${y}  `)
        continue
      }
      expect(`${x},${y} ${emulator.glyph(x, y)}`).toBe(`${x},${y} ${glyph}`)
      const style = await styleOf(sgr)
      const shown = emulator.style(x, y)
      if (glyph === ' ' && !/inverse|underline|strike/.test(style.attrs + shown.attrs))
        expect(shown.bg).toBe(style.bg)
      else expect(shown).toEqual(style)
    }
}

describe('frames', () => {
  test('the terminal shows exactly the last of any sequence of frames', async () => {
    const frame = fc.array(row, { minLength: size.rows, maxLength: size.rows })
    const step = fc.oneof(
      { weight: 3, arbitrary: frame.map(rows => () => rows) },
      {
        weight: 3,
        arbitrary: fc.tuple(fc.nat(size.rows - 1), row).map(([y, pieces]) => replaceRow(y, pieces)),
      },
      { weight: 3, arbitrary: fc.tuple(fc.integer({ min: -7, max: 7 }), row).map(([by, r]) => shift(by, r)) },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async steps => {
        const { emulator, compositor } = stage()
        let rows: Piece[][] = Array.from({ length: size.rows }, () => [])
        for (const next of steps) {
          rows = next(rows)
          compositor.frame(rows.map(lineOf).join('\n'))
          await compositor.settled()
        }
        await expectCells(
          emulator,
          rows.map(pieces => cellsFor(pieces, size.cols)),
        )
      }),
      { numRuns: 150 },
    )
  })

  test('writes nothing where nothing changed', async () => {
    const { compositor, writes } = stage()
    const rows = Array.from({ length: size.rows }, (_, y) => `row ${y}`)
    compositor.frame(rows.join('\n'))
    await compositor.settled()
    const before = writes.length
    compositor.frame(rows.join('\n'))
    compositor.frame([...rows].join('\n'))
    await compositor.settled()
    expect(writes.length).toBe(before)
  })

  test('drops a frame of another height', async () => {
    const { emulator, compositor } = stage()
    compositor.frame(Array.from({ length: size.rows }, (_, y) => `row ${y}`).join('\n'))
    compositor.frame('an error page\nof two rows')
    await compositor.settled()
    expect(emulator.rows()[0]).toBe('row 0')
  })

  test('a full repaint heals whatever another program wrote', async () => {
    const { emulator, compositor } = stage()
    compositor.frame(Array.from({ length: size.rows }, (_, y) => `row ${y}`).join('\n'))
    await compositor.settled()
    await emulator.write('\x1b[2J\x1b[4;4Hgarbage\x1b[41m')
    compositor.repaint()
    await compositor.settled()
    expect(emulator.rows()).toEqual(Array.from({ length: size.rows }, (_, y) => `row ${y}`))
    expect(emulator.style(0, 0).bg).toBe('own')
  })

  test('a terminal without Unicode gets ASCII, and the columns stay', async () => {
    const { emulator, compositor, writes } = stage({ unicode: false })
    const rows = [
      'a宽b',
      'é|',
      '🚀|',
      '↑… “x”',
      '|█▌ | ▁▇ ─│├╮',
      ...Array.from({ length: size.rows - 5 }, () => ''),
    ]
    compositor.frame(rows.join('\n'))
    await compositor.settled()
    expect(emulator.rows().slice(0, 5)).toEqual(['a??b', 'e|', '??|', '^~ "x"', '|## | ## -|++'])
    expect(writes.join('')).toMatch(/^[\0-\x7f]*$/)
  })

  function replaceRow(y: number, pieces: Piece[]) {
    return (rows: Piece[][]) => rows.map((old, at) => (at === y ? pieces : old))
  }

  function shift(by: number, fresh: Piece[]) {
    return (rows: Piece[][]) => rows.map((_, y) => rows[y + by] ?? fresh)
  }
})

describe('painted regions', () => {
  const rect: Rect = { x: 3, y: 1, width: 14, height: 5 }

  test('fill what Ink left marked, and a dialog over them stays', async () => {
    const dialogs = fc.record({
      x: fc.nat(size.cols - 4),
      y: fc.nat(size.rows - 2),
      width: fc.integer({ min: 1, max: 12 }),
      height: fc.integer({ min: 1, max: 4 }),
    })
    const content = fc.array(row, { minLength: rect.height, maxLength: rect.height })
    const state = fc.record({ dialog: fc.option(dialogs), content })
    await fc.assert(
      fc.asyncProperty(fc.array(state, { minLength: 1, maxLength: 6 }), async states => {
        const { emulator, compositor } = stage()
        let lines: Piece[][] = []
        const paint: Paint = canvas => {
          for (const [y, pieces] of lines.entries()) canvas.put(0, y, lineOf(pieces))
        }
        const region = compositor.region(() => rect, paint)
        let wanted: Cell[][] = []
        for (const { dialog, content } of states) {
          lines = content
          wanted = picture(dialog, content)
          region.refresh()
          compositor.frame(inkFrame(dialog, region.mark))
          await compositor.settled()
        }
        await expectCells(emulator, wanted)
      }),
      { numRuns: 150 },
    )
  })

  test('content changes without a frame from Ink', async () => {
    const { emulator, compositor } = stage()
    let line = 'first'
    const region = compositor.region(
      () => rect,
      canvas => canvas.put(0, 0, line),
    )
    compositor.frame(inkFrame(null, region.mark))
    await compositor.settled()
    expect(emulator.rows()[1]).toBe('...first         .......')
    line = 'second'
    region.refresh()
    await compositor.settled()
    expect(emulator.rows()[1]).toBe('...second        .......')
  })

  test('a mark nobody paints is blank, and no mark reaches the terminal', async () => {
    const { compositor, emulator, writes } = stage()
    const region = compositor.region(
      () => rect,
      () => {},
    )
    region.release()
    compositor.frame(inkFrame(null, region.mark))
    await compositor.settled()
    expect(emulator.rows()[1]).toBe(`...${' '.repeat(14)}.......`)
    expect(writes.join('')).not.toMatch(/[\uf3f0-\uf3ff]/)
  })

  function inkFrame(dialog: Rect | null, mark: string): string {
    return Array.from({ length: size.rows }, (_, y) =>
      Array.from({ length: size.cols }, (_, x) => {
        if (dialog && inside(dialog, x, y)) return '#'
        return inside(rect, x, y) ? mark : '.'
      }).join(''),
    ).join('\n')
  }

  function picture(dialog: Rect | null, content: Piece[][]): Cell[][] {
    const region = content.map(pieces => cellsFor(pieces, rect.width))
    const cell = (x: number, y: number): Cell => {
      if (dialog && inside(dialog, x, y)) return { glyph: '#', sgr: '' }
      return inside(rect, x, y) ? region[y - rect.y]![x - rect.x]! : { glyph: '.', sgr: '' }
    }
    return Array.from({ length: size.rows }, (_, y) => {
      const cells = Array.from({ length: size.cols }, (_, x) => cell(x, y))
      return cells.map((here, x) => {
        const isOrphan = here.glyph === '' && cellsOf(cells[x - 1]?.glyph ?? '') !== 2
        const isWidow = cellsOf(here.glyph) === 2 && cells[x + 1]?.glyph !== ''
        return isOrphan || isWidow ? { ...here, glyph: ' ' } : here
      })
    })
  }
})

const inside = (rect: Rect, x: number, y: number) =>
  x >= rect.x && y >= rect.y && x < rect.x + rect.width && y < rect.y + rect.height

describe('pace', () => {
  test('a terminal that takes nothing is never written ahead of, and then gets the latest frame only', async () => {
    const pending: (() => void)[] = []
    const writes: string[] = []
    const sink = {
      write(bytes: string, done: () => void) {
        writes.push(bytes)
        pending.push(done)
      },
    }
    const compositor = new Compositor(sink, { columns: 10, rows: 2 }, means, atOnce)
    compositor.frame('one\n')
    await new Promise(resolve => setImmediate(resolve))
    for (let i = 0; i < 100; i++) compositor.frame(`frame ${i}\n`)
    await new Promise(resolve => setImmediate(resolve))
    expect(writes.length).toBe(1)
    pending.shift()!()
    await new Promise(resolve => setTimeout(resolve, 5))
    expect(writes.length).toBe(2)
    expect(writes[1]).toContain('frame 99')
    pending.shift()!()
  })

  test('what is there now counts as shown even while a slow terminal never catches up', async () => {
    let frames = 0
    const sink = { write: (_: string, done: () => void) => void setTimeout(done, 2) }
    const compositor = new Compositor(sink, { columns: 20, rows: 2 }, means, atOnce)
    const flood = setInterval(() => compositor.frame(`frame ${++frames}\n`), 1)
    try {
      compositor.frame('first\n')
      for (let i = 0; i < 5; i++) await compositor.settled()
    } finally {
      clearInterval(flood)
    }
    expect(compositor.written.frames).toBeGreaterThan(0)
  })

  test('while another program has the terminal nothing is written, and all of it after', async () => {
    const { emulator, compositor, writes } = stage()
    compositor.frame(Array.from({ length: size.rows }, () => 'ours').join('\n'))
    await compositor.settled()
    compositor.pause()
    const before = writes.length
    compositor.frame(Array.from({ length: size.rows }, () => 'later').join('\n'))
    compositor.hurry()
    await new Promise(resolve => setImmediate(resolve))
    expect(writes.length).toBe(before)
    await emulator.write('\x1b[2J')
    compositor.resume()
    await compositor.settled()
    expect(emulator.rows()).toEqual(Array.from({ length: size.rows }, () => 'later'))
  })

  test('a storm of sizes ends in exactly the last one', async () => {
    const { emulator, compositor } = stage()
    const paint = (columns: number, rows: number) =>
      compositor.frame(Array.from({ length: rows }, (_, y) => `${y}`.padEnd(columns, '-')).join('\n'))
    compositor.ink.on('resize', () => paint(compositor.ink.columns, compositor.ink.rows))
    paint(size.cols, size.rows)
    for (let i = 0; i < 30; i++) {
      const [columns, rows] = [20 + ((i * 7) % 40), 5 + ((i * 3) % 20)]
      emulator.resize({ cols: columns, rows })
      compositor.resize({ columns, rows })
      if (i % 4 === 0) await new Promise(resolve => setImmediate(resolve))
    }
    await compositor.settled()
    const { cols, rows } = emulator.size
    expect(emulator.rows()).toEqual(Array.from({ length: rows }, (_, y) => `${y}`.padEnd(cols, '-')))
  })
})

describe('bytes', () => {
  const wide = { columns: 80, rows: 24 }

  function counted() {
    const sizes: number[] = []
    const sink = {
      write(bytes: string, done: () => void) {
        sizes.push(Buffer.byteLength(bytes))
        done()
      },
    }
    return { sizes, compositor: new Compositor(sink, wide, means, atOnce) }
  }

  test('one move of a selection costs at most twice the changed cells plus 96', async () => {
    const { sizes, compositor } = counted()
    const row = (y: number) => ` serve-${y}  :80${y} ready 2h07 41 tok/s run 3 wait 0`.padEnd(78)
    const list = (selected: number) =>
      Array.from({ length: 24 }, (_, y) => (y === selected ? `\x1b[7m${row(y)}\x1b[27m` : row(y))).join('\n')
    compositor.frame(list(3))
    await compositor.settled()
    compositor.frame(list(4))
    await compositor.settled()
    expect(sizes.at(-1)).toBeLessThanOrEqual(2 * (78 + 78) + 96)
  })

  test('three new lines at the end of a log cost those lines, not the page', async () => {
    const { sizes, compositor } = counted()
    const line = (n: number) => `${n} (EngineCore) loading shard ${n * 7919} of the model`
    const page = (from: number) => Array.from({ length: 24 }, (_, y) => line(from + y)).join('\n')
    compositor.frame(page(100))
    await compositor.settled()
    compositor.frame(page(103))
    await compositor.settled()
    expect(sizes.at(-1)).toBeLessThanOrEqual(3 * line(100).length * 1.3 + 200)
  })
})
