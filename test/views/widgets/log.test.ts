import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Grid } from '../../../views/terminal/grid.ts'
import { LogBytes } from '../../../views/widgets/log/bytes.ts'
import { lineHolding, Missing, maxLine, nextLine, previousLine } from '../../../views/widgets/log/lines.ts'
import { LogModel } from '../../../views/widgets/log/model.ts'
import { paintLog } from '../../../views/widgets/log/paint.ts'
import { type LogSource, pageSize } from '../../../views/widgets/log/source.ts'

/** A log in memory that counts what is asked of it. */
class MemoryLog implements LogSource {
  bytes: Buffer
  asked = 0
  pages = 0
  failing: string | null = null
  constructor(text: string) {
    this.bytes = Buffer.from(text)
  }
  async tail(max: number) {
    this.asked++
    if (this.failing) throw new Error(this.failing)
    return { size: this.bytes.length, bytes: this.bytes.subarray(Math.max(0, this.bytes.length - max)) }
  }
  async read(page: number) {
    this.asked++
    if (this.failing) throw new Error(this.failing)
    this.pages++
    return this.bytes.subarray(page * pageSize, (page + 1) * pageSize)
  }
}

const line = (n: number) => `line ${n} ${'x'.repeat(n % 90)}`
const numbered = (count: number) => Array.from({ length: count }, (_, n) => `${line(n)}\n`).join('')

/** Waits until what the model shows satisfies this. */
async function until(model: LogModel, seen: (rows: string[]) => boolean): Promise<string[]> {
  for (let turn = 0; turn < 5000; turn++) {
    const rows = model.rows().map(({ text }) => text)
    if (seen(rows)) return rows
    await new Promise(resolve => setTimeout(resolve, 1))
  }
  throw new Error(
    `Never shown; instead:\n${model
      .rows()
      .map(({ text }) => text)
      .join('\n')}`,
  )
}

/** Lets every motion begun so far finish. */
async function rest(model: LogModel): Promise<string[]> {
  await until(model, rows => rows.length > 0)
  for (let turn = 0; turn < 20; turn++) await new Promise(resolve => setImmediate(resolve))
  return model.rows().map(({ text }) => text)
}

async function opened(text: string, size = { width: 40, height: 10 }) {
  const source = new MemoryLog(text)
  const model = new LogModel(source)
  model.resize(size.width, size.height)
  model.start()
  await until(model, rows => rows.length > 0)
  return { source, model }
}

describe('lines without an index', () => {
  const body = fc
    .array(
      fc.oneof(
        { weight: 8, arbitrary: fc.nat(300).map(length => `${'a'.repeat(length)}\n`) },
        {
          weight: 1,
          arbitrary: fc.integer({ min: 0, max: 5 * maxLine }).map(length => `${'b'.repeat(length)}\n`),
        },
        { weight: 1, arbitrary: fc.constant('\n') },
      ),
      { maxLength: 30 },
    )
    .map(parts => parts.join(''))

  test('going forward and going back meet the same lines, however long', async () => {
    await fc.assert(
      fc.asyncProperty(body, fc.boolean(), async (text, cutEnd) => {
        const source = new MemoryLog(cutEnd ? text.slice(0, -1) : text)
        const log = new LogBytes(source)
        await log.pull(source.bytes.length)
        const forward: number[] = []
        for (let at = log.size > 0 ? 0 : undefined; at !== undefined; at = expectKnown(nextLine(log, at)))
          forward.push(at)
        const back: number[] = []
        for (
          let at = expectKnown(previousLine(log, log.size));
          at !== undefined;
          at = expectKnown(previousLine(log, at))
        )
          back.unshift(at)
        expect(back).toEqual(forward)
        for (const [n, at] of forward.entries()) {
          const inside = Math.floor((at + (forward[n + 1] ?? log.size) - 1) / 2)
          expect(lineHolding(log, inside)).toBe(at)
        }
      }),
      { numRuns: 300 },
    )
  })

  test('what is at hand in pieces, of a log that grew, holds the same lines', async () => {
    await fc.assert(
      fc.asyncProperty(
        body,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(pageSize),
        async (text, share, tail) => {
          const source = new MemoryLog(text)
          const whole = new LogBytes(source)
          await whole.pull(text.length)
          source.bytes = source.bytes.subarray(0, Math.floor(share * text.length))
          const log = new LogBytes(source)
          await log.pull(tail)
          await log.load(Math.max(0, source.bytes.length - tail), source.bytes.length)
          source.bytes = Buffer.from(text)
          await log.pull(tail)
          for (let at: number | undefined = text.length; at !== undefined; ) {
            let before = previousLine(log, at)
            for (; before instanceof Missing; before = previousLine(log, at))
              await log.load(before.from, before.to)
            expect(before).toBe(previousLine(whole, at))
            at = before
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  function expectKnown(offset: number | undefined | Missing): number | undefined {
    if (offset instanceof Missing) throw new Error('everything was loaded')
    return offset
  }
})

describe('a log on the screen', () => {
  test('opens at its end, and reads little of it', async () => {
    const { source, model } = await opened(numbered(100_000))
    const rows = await rest(model)
    expect(rows).toEqual(Array.from({ length: 10 }, (_, n) => line(99_990 + n)))
    expect(source.asked).toBeLessThan(5)
    model.stop()
  })

  test('follows what arrives, a line that was cut included', async () => {
    const { source, model } = await opened('one\ntwo')
    expect(model.rows().map(({ text }) => text)).toEqual(['one', 'two'])
    source.bytes = Buffer.from('one\ntwo and more\nthree\n')
    expect(await until(model, rows => rows.includes('three'))).toEqual(['one', 'two and more', 'three'])
    model.stop()
  })

  test.each([
    { what: 'of ordinary lines', long: 80, pages: 0 },
    { what: 'whose lines are longer than was reckoned with', long: 3000, pages: 2 },
  ])(
    'following a log $what asks for its end and not for pages, however often it grows',
    async ({ long, pages }) => {
      const lines = (from: number, count: number) =>
        Array.from({ length: count }, (_, n) => `${`${from + n} `.padEnd(long, 'x')}\n`).join('')
      const { source, model } = await opened(lines(0, 300), { width: 80, height: 20 })
      await rest(model)
      for (let n = 0; n < 12; n++) {
        source.bytes = Buffer.concat([source.bytes, Buffer.from(lines(300 + 2 * n, 2))])
        await until(model, rows => rows.at(-1)!.startsWith(`${301 + 2 * n} `))
      }
      expect((await rest(model)).map(row => Number.parseInt(row, 10))).toEqual(
        Array.from({ length: 20 }, (_, n) => 304 + n),
      )
      expect(source.pages).toBeLessThanOrEqual(pages)
      model.stop()
    },
  )

  test('moves by rows and pages to the same lines as a reader of the whole would', async () => {
    const { model } = await opened(numbered(5000))
    const all = Array.from({ length: 5000 }, (_, n) => line(n))
    let top = 4990
    for (const by of [-1, -9, -500, 3, 100, -2000, 40, -5000, 7]) {
      model.scroll(by)
      top = Math.max(0, Math.min(4990, top + by))
      expect(await rest(model)).toEqual(all.slice(top, top + 10))
    }
    model.stop()
  })

  test('stops following when scrolled up, counts what arrives, and drops nothing', async () => {
    const { source, model } = await opened(numbered(50))
    model.scroll(-5)
    const before = await rest(model)
    source.bytes = Buffer.from(numbered(80))
    await until(model, () => model.status.arrived.lines === 30)
    expect(model.rows().map(({ text }) => text)).toEqual(before)
    model.follow()
    expect((await until(model, rows => rows.at(-1) === line(79))).length).toBe(10)
    expect(model.status.following).toBe(true)
    model.stop()
  })

  test('wrapped, every row of every line is reached, forward and back', async () => {
    const { model } = await opened(numbered(60), { width: 20, height: 7 })
    model.toggleWrap()
    model.home()
    await until(model, rows => rows[0] === line(0))
    const seen = new Map<string, number>()
    const note = () => {
      for (const { offset, skip } of model.rows()) seen.set(`${offset}:${skip}`, 1)
    }
    for (let step = 0; step < 260; step++) {
      note()
      model.scroll(1)
      await rest(model)
    }
    const wanted = Array.from({ length: 60 }, (_, n) => Math.ceil(line(n).length / 20)).reduce(
      (sum, rows) => sum + rows,
    )
    expect(seen.size).toBe(wanted)
    for (let step = 0; step < 300; step++) model.scroll(-1)
    expect((await until(model, rows => rows[0] === line(0)))[0]).toBe(line(0))
    expect(model.rows()[0]!.skip).toBe(0)
    model.stop()
  })

  test('jumps among errors and marks, round from one end to the other', async () => {
    const text = numbered(1000)
    const { model } = await opened(text)
    const at = (n: number) => text.indexOf(`${line(n)}\n`)
    model.setTicks('e', [at(100), at(500)])
    expect(model.isAhead('e', 1)).toBe(false)
    expect(model.next('e', -1)).toEqual({ at: at(500), round: false })
    await until(model, rows => rows.includes(line(500)))
    expect(model.current).toBe(at(500))
    expect(model.next('e', 1)).toEqual({ at: at(100), round: true })
    await until(model, rows => rows.includes(line(100)))
    for (const marked of [100, 300, 700]) {
      model.jump(at(marked))
      model.toggleMark()
    }
    await expect.poll(() => model.ticks('m').length).toBe(3)
    const seen: number[] = []
    for (let step = 0; step < 4; step++) {
      const { at: next } = model.next('m', 1)!
      await until(model, () => model.current === next)
      seen.push(next)
    }
    expect(seen).toEqual([100, 300, 700, 100].map(at))
    model.toggleMark()
    await expect.poll(() => model.ticks('m')).toEqual([300, 700].map(at))
    expect(model.next('C', 1)).toBe(undefined)
    model.stop()
  })

  test('a line jumped to is left when it leaves the view: what is next is next to what is seen', async () => {
    const text = numbered(1000)
    const { model } = await opened(text)
    const at = (n: number) => text.indexOf(`${line(n)}\n`)
    model.setTicks('/', [at(20), at(205), at(500)])
    model.jump(at(500))
    await until(model, () => model.current === at(500))
    model.scroll(2)
    await rest(model)
    expect(model.current).toBe(at(500))
    model.home()
    await until(model, rows => rows[0] === line(0))
    expect(model.current).toBe(undefined)
    expect(model.numbers.at.line).toBe(1)
    model.scroll(200)
    await until(model, rows => rows[0] === line(200))
    expect(model.next('/', 1)?.at).toBe(at(205))
    model.stop()
  })

  test('shows only the lines it is told to, and folds a traceback into one', async () => {
    const text = numbered(100)
    const { model } = await opened(text)
    const at = (n: number) => text.indexOf(`${line(n)}\n`)
    model.showOnly([at(3), at(50), at(97)])
    expect(await until(model, rows => rows.length === 3)).toEqual([3, 50, 97].map(line))
    model.showOnly(null)
    model.setFolds([{ from: at(94), to: at(98), label: '+ Traceback, 4 lines' }])
    const folded = [89, 90, 91, 92, 93].map(line)
    expect(await until(model, rows => rows.includes('+ Traceback, 4 lines'))).toEqual([
      ...[87, 88].map(line),
      ...folded,
      '+ Traceback, 4 lines',
      line(98),
      line(99),
    ])
    expect(model.toggleFold()).toBe(true)
    await until(model, rows => rows.includes(line(95)))
    await until(model, () => model.current === at(94))
    model.jump(at(98))
    await until(model, () => model.current === at(98))
    expect(model.toggleFold()).toBe(true)
    await until(model, rows => rows.includes('+ Traceback, 4 lines'))
    expect(await model.written()).toEqual(expect.arrayContaining([94, 95, 96, 97].map(line)))
    model.jump(at(96))
    await until(model, () => model.current === at(96))
    model.stop()
  })

  test('of lines that are not shown nothing is shown, and where there are too many of them a row says so', async () => {
    const { model } = await opened('same\n'.repeat(30_000))
    model.showWhere(/same/, false)
    await until(
      model,
      rows => rows.length > 0 && rows.every(text => text.includes('20,000 lines are left out')),
    )
    model.showOnly([])
    await until(model, rows => rows.length === 0)
    expect(model.nothing).toContain('No line')
    model.stop()
  })

  test('what was found late in a long line is in view, also in a part of one without an end', async () => {
    const { model } = await opened(
      `${'a'.repeat(300)}needle${'b'.repeat(300)}\n${'c'.repeat(50_000)}needle\n`,
    )
    model.highlight = /needle/
    model.setTicks('/', [0, 607])
    model.home()
    model.next('/', 1)
    await until(model, () => model.current === 0 && model.status.column > 0)
    expect(model.status.column).toBeGreaterThan(300 - 40)
    expect(model.status.column).toBeLessThanOrEqual(300)
    model.next('/', 1)
    await until(model, () => (model.current ?? 0) > 49_000)
    expect(model.line(model.current!)).toContain('needle')
    model.toggleWrap()
    model.jump(0, /needle/)
    await until(model, () => model.rows().some(({ offset, skip }) => offset === 0 && skip === 280))
    model.stop()
  })

  test('wrapped, a line is copied once and whole, and a progress bar as it stands', async () => {
    const long = '0123456789'.repeat(30)
    const { model } = await opened(`${long}\n 5%\r50%\r99%\n\x1b[31mred\x1b[m  \n`, { width: 20, height: 50 })
    model.toggleWrap()
    await until(model, rows => rows.length > 15)
    expect(await model.written()).toEqual([long, '99%', 'red'])
    expect(await model.written([long.length + 1])).toEqual(['99%'])
    model.stop()
  })

  test('wrapped, other measures leave the text at the top where it is', async () => {
    const { model } = await opened(`${'0123456789'.repeat(100)}\n${numbered(50)}`, { width: 40, height: 6 })
    model.toggleWrap()
    model.home()
    await until(model, rows => rows.length === 6)
    model.scroll(10)
    await until(model, () => model.rows()[0]?.skip === 400)
    model.resize(20, 8)
    await until(model, () => model.rows()[0]?.skip === 400)
    model.resize(50, 6)
    await until(model, () => model.rows()[0]?.skip === 400)
    model.stop()
  })

  test('starts over where the log was replaced by a shorter one', async () => {
    const { source, model } = await opened(numbered(1000))
    model.scroll(-300)
    await rest(model)
    source.bytes = Buffer.from('fresh\n')
    expect(await until(model, rows => rows[0] === 'fresh')).toEqual(['fresh'])
    model.stop()
  })

  test('another log of the same length or longer is seen to be another, and nothing of the old one stays', async () => {
    const text = numbered(1000)
    const { source, model } = await opened(text)
    const at = (n: number) => text.indexOf(`${line(n)}\n`)
    let replaced = 0
    model.onGrowth(growth => growth.replaced && replaced++)
    model.setTicks('e', [at(100)])
    model.setFolds([{ from: at(94), to: at(98), label: '+ Traceback, 4 lines' }])
    model.jump(at(500))
    await until(model, () => model.current === at(500))
    model.toggleMark()
    source.bytes = Buffer.from(numbered(1005).toUpperCase())
    await until(model, rows => rows[0] === line(0).toUpperCase())
    expect(model.current).toBe(undefined)
    expect([model.ticks('e'), model.ticks('m')]).toEqual([[], []])
    expect(model.status.following).toBe(false)
    expect(model.numbers.last).toEqual({ line: 1005, exact: true })
    expect(replaced).toBe(1)
    model.stop()
  })

  test('an empty log says that it is', async () => {
    const source = new MemoryLog('')
    const model = new LogModel(source)
    model.resize(40, 5)
    model.start()
    const nothing = () => {
      model.rows()
      return model.nothing
    }
    await expect.poll(nothing).toBe('Nothing is written yet.')
    source.bytes = Buffer.from('first\n')
    await until(model, rows => rows[0] === 'first')
    expect(nothing()).toBe('')
    model.stop()
  })

  test('says why it cannot be read, asks on without a storm, and recovers', async () => {
    const { source, model } = await opened(numbered(100_000))
    source.failing = 'gpu-a is unreachable'
    model.home()
    await until(model, () => model.status.error === 'gpu-a is unreachable')
    const asked = source.asked
    for (let i = 0; i < 50; i++) {
      model.rows()
      await new Promise(resolve => setImmediate(resolve))
    }
    expect(source.asked - asked).toBeLessThan(3)
    source.failing = null
    await until(model, rows => rows[0] === line(0))
    expect(model.status.error).toBe(null)
    model.stop()
  })
})

describe('painting', () => {
  test('text, a sign where it goes on, hits, the scrollbar and its ticks', async () => {
    const { model } = await opened(`short needle\n${'long '.repeat(20)}\n\x1b[31mred\x1b[m\x1b[2J\n`, {
      width: 29,
      height: 4,
    })
    model.highlight = /needle/
    model.setTicks('C', [13])
    const canvas = new Grid(30, 4, { depth: 'true', unicode: false })
    paintLog(canvas, model, false)
    expect([0, 1, 2, 3].map(y => canvas.text(y))).toEqual([
      `short needle${' '.repeat(17)}C`,
      `${'long '.repeat(20).slice(0, 28)}>#`,
      `red${' '.repeat(26)}#`,
      `${' '.repeat(29)}#`,
    ])
    expect([...canvas.attrs.slice(5, 14)]).toEqual([0, 16, 16, 16, 16, 16, 16, 0, 0])
    expect(canvas.fg[60]).toBe(1)
    model.stop()
  })
})

describe('line numbers', () => {
  test('a log that is at hand is counted, and what arrives with it', async () => {
    const { model, source } = await opened(numbered(300))
    expect(model.numbers.last).toEqual({ line: 300, exact: true })
    model.jump(source.bytes.indexOf(line(117)))
    await until(model, () => model.current !== undefined)
    expect(model.numbers.at).toEqual({ line: 118, exact: true })
    source.bytes = Buffer.concat([source.bytes, Buffer.from('one\ntwo')])
    await until(model, () => model.status.size === source.bytes.length)
    expect(model.numbers).toEqual({ at: { line: 118, exact: true }, last: { line: 302, exact: true } })
    model.stop()
  })

  test('of a huge one the beginning is counted and the rest is told as about', async () => {
    const { model, source } = await opened(numbered(20_000))
    const { last } = model.numbers
    expect(last.exact).toBe(false)
    expect(last.line / 20_000).toBeGreaterThan(0.8)
    expect(last.line / 20_000).toBeLessThan(1.2)
    model.home()
    await until(model, rows => rows[0]?.startsWith('line 0 ') ?? false)
    expect(model.numbers.at).toEqual({ line: 1, exact: true })
    model.jump(source.bytes.indexOf('line 3000 '))
    await until(model, () => model.current !== undefined)
    const far = model.numbers.at
    expect(Math.abs(far.line - 3001)).toBeLessThan(300)
    model.stop()
  })

  test('what a search counted is where counting goes on from, up, down and with what arrives', async () => {
    const { model, source } = await opened(numbered(20_000))
    const offset = source.bytes.indexOf('line 9000 ')
    model.counted([
      { offset, lines: 9000 },
      { offset: source.bytes.length, lines: 20_000 },
    ])
    expect(model.numbers.last).toEqual({ line: 20_000, exact: true })
    model.jump(offset)
    await until(model, () => model.current === offset)
    expect(model.numbers.at).toEqual({ line: 9001, exact: true })
    // Each page is next to one that was counted, however far from where it began.
    for (let turn = 0; turn < 20; turn++) {
      model.page(-20)
      const [, shown] = /line (\d+)/.exec((await rest(model))[0]!)!
      expect(model.numbers.at).toEqual({ line: Number(shown) + 1, exact: true })
    }
    source.bytes = Buffer.concat([source.bytes, Buffer.from('one\ntwo\n')])
    await until(model, () => model.status.size === source.bytes.length)
    expect(model.numbers.last).toEqual({ line: 20_002, exact: true })
    model.stop()
  })
})

describe('a followed log that is looked at again', () => {
  afterEach(() => void vi.restoreAllMocks())

  /** Left, grown by a page and more, and looked at again after so many milliseconds. */
  async function again(milliseconds: number, { isSilent = false } = {}) {
    const { source, model } = await opened(numbered(300))
    await until(model, rows => rows.at(-1) === line(299))
    model.leave()
    const now = performance.now.bind(performance)
    vi.spyOn(performance, 'now').mockImplementation(() => now() + milliseconds)
    source.bytes = Buffer.concat([source.bytes, Buffer.from(numbered(50))])
    if (isSilent) source.tail = () => new Promise(() => {})
    const last: (string | undefined)[] = []
    const look = () => void last.push(model.rows().at(-1)?.text)
    model.onChange(look)
    model.start()
    look()
    return { model, last }
  }

  test('shows its newest page, and not the old one before it', async () => {
    const { model, last } = await again(60_000)
    await until(model, rows => rows.at(-1) === line(49))
    expect(last[0]).toBe(undefined)
    expect(last).not.toContain(line(299))
    expect(model.nothing).toBe('')
  })

  test('shows the page at hand at once where that is fresh, or the newest does not come', async () => {
    const fresh = await again(0)
    expect(fresh.last[0]).toBe(line(299))
    await until(fresh.model, rows => rows.at(-1) === line(49))
    vi.restoreAllMocks()
    const silent = await again(60_000, { isSilent: true })
    expect(silent.last).toEqual([undefined])
    await until(silent.model, rows => rows.at(-1) === line(299))
    expect(silent.last).toEqual([undefined, line(299)])
    silent.model.stop()
    fresh.model.stop()
  })

  test('ends where it ends in a place of another height at once', async () => {
    const { model } = await opened(numbered(300))
    await until(model, rows => rows.at(-1) === line(299))
    model.resize(40, 6)
    expect(model.rows().map(({ text }) => text)).toEqual([294, 295, 296, 297, 298, 299].map(line))
    model.stop()
  })

  test('keeps what it shows while it is paused and the log grows past what is at hand', async () => {
    const { source, model } = await opened(numbered(3000))
    await until(model, rows => rows.at(-1) === line(2999))
    model.scroll(-300)
    const before = await until(model, rows => rows.at(-1) === line(2699))
    model.leave()
    const seen = new Set<string>()
    model.onChange(
      () =>
        void seen.add(
          model
            .rows()
            .map(({ text }) => text)
            .join('\n'),
        ),
    )
    model.start()
    source.bytes = Buffer.concat([source.bytes, Buffer.from(numbered(3))])
    while (model.status.arrived.lines !== 3) await new Promise(resolve => model.onChange(() => resolve(null)))
    await rest(model)
    expect([...seen]).toEqual([before.join('\n')])
    model.stop()
  })
})
