import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
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

  test('jumps among marks and errors, and says where there is none', async () => {
    const text = numbered(1000)
    const { model } = await opened(text)
    const at = (n: number) => text.indexOf(`${line(n)}\n`)
    model.setTicks('e', [at(100), at(500)])
    expect(model.next('e', -1)).toBe(true)
    await until(model, rows => rows.includes(line(500)))
    expect(model.current).toBe(at(500))
    expect(model.next('e', 1)).toBe(false)
    expect(model.next('e', -1)).toBe(true)
    await until(model, rows => rows.includes(line(100)))
    model.toggleMark()
    expect(model.ticks('m')).toEqual([at(100)])
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
    model.jump(at(95))
    await until(model, () => model.current === at(94))
    expect(model.toggleFold()).toBe(true)
    await until(model, rows => rows.includes(line(95)))
    model.stop()
  })

  test('starts over where the log was replaced by a shorter one', async () => {
    const { source, model } = await opened(numbered(1000))
    model.scroll(-20)
    await rest(model)
    source.bytes = Buffer.from('fresh\n')
    expect(await until(model, rows => rows[0] === 'fresh')).toEqual(['fresh'])
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
})
