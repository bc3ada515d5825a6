import { afterEach, describe, expect, test } from 'vitest'
import { Grid } from '../../../views/terminal/grid.ts'
import { LogModel } from '../../../views/widgets/log/model.ts'
import { paintLog } from '../../../views/widgets/log/paint.ts'
import { type LogSource, pageSize } from '../../../views/widgets/log/source.ts'
import { spanText, stampOf, timeIn } from '../../../views/widgets/log/stamps.ts'

const models: LogModel[] = []
afterEach(() => {
  for (const model of models.splice(0)) model.stop()
})

async function opened(text: string, size = { cols: 60, rows: 6 }) {
  const bytes = Buffer.from(text)
  const asked = new Set<number>()
  const source: LogSource = {
    tail: async max => ({ size: bytes.length, bytes: bytes.subarray(Math.max(0, bytes.length - max)) }),
    async read(page) {
      asked.add(page)
      return bytes.subarray(page * pageSize, (page + 1) * pageSize)
    },
  }
  const model = new LogModel(source)
  models.push(model)
  const shown = () => {
    const canvas = new Grid(size.cols, size.rows, { depth: 'mono', unicode: false })
    paintLog(canvas, model, false)
    return Array.from({ length: size.rows }, (_, y) => canvas.text(y).slice(0, -1).trimEnd())
  }
  shown()
  model.start()
  await expect.poll(() => model.rows().length).toBeGreaterThan(0)
  return { model, shown, asked, pages: Math.ceil(bytes.length / pageSize) }
}

describe('when a line was written', () => {
  test.each([
    ['(EngineCore_DP0 pid=22581) INFO 11-20 13:31:12 [core.py:708] Loading', '2000-11-20T13:31:12.000Z'],
    ['2025-11-20 13:31:12,345 - root - INFO', '2025-11-20T13:31:12.345Z'],
    ['[2025-11-20 13:31:12 TP0] Load weight begin.', '2025-11-20T13:31:12.000Z'],
    ['time=2025-11-20T13:31:12.250+01:00 level=INFO source=x', '2025-11-20T13:31:12.250Z'],
    ['2025/11/20 13:31:12 routes.go', '2025-11-20T13:31:12.000Z'],
    ['\x1b[32m13:31:12.5 [info]\x1b[0m', undefined],
    ['[13:31:12] hello', '1970-01-01T13:31:12.000Z'],
  ])('%j', (line, said) => {
    const stamp = stampOf(line)
    expect(stamp === undefined ? undefined : new Date(stamp).toISOString()).toBe(
      said ?? '1970-01-01T13:31:12.500Z',
    )
  })

  test.each([
    'Loading shards: 100%| 163/163 [00:12<00:00, 3.55s/it]',
    'version 1.2.3 on 127.0.0.1:8000',
    'took 99:99:99 s',
    'ratio 10:20:30:40',
    '',
  ])('%j does not say', line => expect(stampOf(line)).toBe(undefined))

  test('spans fit the clock', () => {
    for (const ms of [0, 12, 9_999, 59_994, 61_000, 3_599_000, 360_000_000, 8_640_000_000, -1500])
      expect(spanText(ms).length).toBeLessThanOrEqual(8)
    expect([spanText(12), spanText(61_000), spanText(-1500)]).toEqual(['+0.012s', '+1m01s', '-1.500s'])
  })

  test('what a person says is found in the log it is said of', () => {
    const first = Date.UTC(2025, 10, 19, 22)
    const last = Date.UTC(2025, 10, 20, 3)
    const at = (said: string) => new Date(timeIn(said, first, last) ?? 0).toISOString().slice(0, 16)
    expect(at('02:09')).toBe('2025-11-20T02:09')
    expect(at('23:30')).toBe('2025-11-19T23:30')
    expect(at('11-19 22:30')).toBe('2025-11-19T22:30')
    expect(at('+90m')).toBe('2025-11-19T23:30')
    expect(at('-1h30m')).toBe('2025-11-20T01:30')
    expect(at('10m')).toBe('2025-11-20T02:50')
    for (const wrong of ['', 'noon', '25:00', '+', '90']) expect(timeIn(wrong, first, last)).toBe(undefined)
  })
})

describe('the clock before the lines', () => {
  const text = [
    'INFO 11-20 13:31:12 a',
    'no time',
    'INFO 11-20 13:31:14 b',
    'INFO 11-20 13:32:14 c',
    '',
  ].join('\n')
  test('shows the time, the time since the start and since the line before, and goes away', async () => {
    const { model, shown } = await opened(text)
    expect(shown()[0]).toBe('INFO 11-20 13:31:12 a')
    model.turnClock()
    expect(shown().slice(0, 2)).toEqual(['13:31:12 INFO 11-20 13:31:12 a', '         no time'])
    model.turnClock()
    await expect.poll(() => shown()[2]).toBe(' +2.000s INFO 11-20 13:31:14 b')
    expect(shown()[3]).toBe('  +1m02s INFO 11-20 13:32:14 c')
    model.turnClock()
    expect(shown()[3]).toBe('  +1m00s INFO 11-20 13:32:14 c')
    model.turnClock()
    expect(shown()[0]).toBe('INFO 11-20 13:31:12 a')
  })

  test('leaves hits and wrapped rows where they are', async () => {
    const { model, shown } = await opened(`INFO 11-20 13:31:12 ${'x'.repeat(60)} needle\n`)
    model.toggleWrap()
    model.turnClock()
    model.highlight = /needle/
    await expect.poll(() => shown()[1]).toMatch(/^ {9}x+ needle$/)
  })
})

test('a time is found in a long log with a few pages', async () => {
  const lines = Array.from({ length: 200_000 }, (_, n) => {
    const at = new Date(Date.UTC(2025, 10, 20, 10) + n * 100).toISOString()
    return n % 3 === 0 ? `${at.replace('T', ' ').slice(0, 23)} INFO line ${n}` : `   of ${n}`
  })
  const { model, shown, asked, pages } = await opened(`${lines.join('\n')}\n`)
  expect(pages).toBeGreaterThan(60)
  expect(await model.toTime('12:00')).toBe(null)
  await expect.poll(() => shown().join('\n')).toMatch(/2025-11-20 12:00:00\.\d+ INFO line 7200\d/)
  expect(await model.toTime('+1h')).toBe(null)
  await expect.poll(() => shown().join('\n')).toContain('11:00:00')
  expect(asked.size).toBeLessThan(40)
  expect(await model.toTime('noon')).toContain('is not a time')
  expect(await model.toTime('5m')).toBe(null)
  await expect.poll(() => shown().join('\n')).toContain('15:28:19')
  expect(await model.toTime('start')).toBe(null)
  await expect.poll(() => shown()[0]).toContain('10:00:00.000 INFO line 0')
  expect(await model.toTime('end')).toBe(null)
  await expect.poll(() => shown().join('\n')).toContain('of 199999')
  expect(model.status.following).toBe(true)
  const { model: silent } = await opened('nothing\nhere\n')
  expect(await silent.toTime('12:00')).toContain('tells a time')
})

test('only the lines that do not match are shown, and all again', async () => {
  const text = Array.from(
    { length: 3000 },
    (_, n) => `${n % 100 === 7 ? 'rare' : 'GET /health'} ${n}\n`,
  ).join('')
  const { model, shown } = await opened(text)
  model.showWhere(/GET/, false)
  await expect.poll(shown).toEqual([2407, 2507, 2607, 2707, 2807, 2907].map(n => `rare ${n}`))
  model.jump(text.indexOf('GET /health 2999'))
  await expect.poll(() => model.current).toBe(text.indexOf('rare 2907'))
  model.follow()
  model.scroll(-2)
  await expect.poll(() => shown()[0]).toBe('rare 2207')
  model.home()
  await expect.poll(() => shown()[0]).toBe('rare 7')
  model.showWhere(null)
  await expect.poll(() => shown()[0]).toMatch(/^(GET|rare)/)
})

test('a progress bar longer than a page is one row: its latest state', async () => {
  const bar = Array.from(
    { length: 4000 },
    (_, n) => `\r${String(n).padStart(5)}/4000 ${'#'.repeat(60)}`,
  ).join('')
  const { model, shown } = await opened(`before\n${bar}\nafter\n`, { cols: 90, rows: 6 })
  await expect.poll(shown).toEqual(['before', ` 3999/4000 ${'#'.repeat(60)}`, 'after', '', '', ''])
  model.home()
  await expect.poll(() => shown().slice(0, 3)).toEqual(['before', ` 3999/4000 ${'#'.repeat(60)}`, 'after'])
  // What never returns to its start is no progress bar: nothing of it is left out.
  const { model: plain } = await opened(`${'y'.repeat(3 * pageSize)}\n`)
  plain.home()
  await expect.poll(() => plain.rows().length).toBe(6)
})

test('the end of the longest line is gone to', async () => {
  const { model, shown } = await opened(`short\n${'ab'.repeat(100)}END\n`)
  model.toLineEnd()
  expect(shown()[1]).toMatch(/END$/)
  model.toLineEnd()
  expect(shown()[1]).toMatch(/END$/)
})

test('a log that is only glanced at shows what its lines say, and what the clock reads of them', async () => {
  const line =
    '(EngineCore_DP0 pid=22581) INFO 11-20 13:31:12 [gpu_worker.py:298] Available KV cache memory: 3 GiB'
  const { model, shown } = await opened(`${line}\n`, { cols: 60, rows: 2 })
  expect(shown()[0]).toBe(`${line.slice(0, 58)}>`)
  model.glance(true)
  expect(shown()[0]).toBe('Available KV cache memory: 3 GiB')
  model.setClock('wall')
  expect(shown()[0]).toBe('13:31:12 Available KV cache memory: 3 GiB')
  model.toggleWrap()
  expect(shown()[0]).toBe(`13:31:12 ${line.slice(0, 50)}`)
  model.glance(false)
  model.toggleWrap()
  model.setClock('off')
  expect(shown()[0]).toBe(`${line.slice(0, 58)}>`)
})
