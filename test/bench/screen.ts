import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { todos } from '../../src/contract/todos.ts'
import { Pty, type Size } from '../peers/terminal.ts'
import { openLog, residentMiB } from './parts/open-log.ts'

export const name = 'screen'

export interface BenchRow {
  what: string
  value: number
  unit: string
  limit?: number
  beside?: string
  beside_value?: number
}

const small: Size = { cols: 80, rows: 24 }
const large: Size = { cols: 200, rows: 50 }
const linesPerSecond = 50_000

export async function run(print: (row: BenchRow) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'ithaca-screen-bench-'))
  try {
    await underFlood(print)
    await oneTruth(print)
    await bytes(folder, print)
    await overSsh(print)
    await memory(folder, print)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Keys answered while lines arrive, both sizes in turn so that noise of the machine meets both. */
async function underFlood(print: (row: BenchRow) => void): Promise<void> {
  const latencies = { small: [] as number[], large: [] as number[] }
  const cpu = { small: 0, large: 0 }
  const rounds = 2
  for (let round = 0; round < rounds; round++)
    for (const which of ['small', 'large'] as const) {
      const open = await openLog(which === 'small' ? small : large, 1000)
      const { pty } = open
      try {
        open.flood(linesPerSecond)
        await pty.until(/of a flood/)
        const before = cpuSeconds(pty.pty.pid)
        const began = performance.now()
        latencies[which].push(...(await sideways(pty, 120)))
        cpu[which] += (cpuSeconds(pty.pty.pid) - before) / ((performance.now() - began) / 1000) / rounds
      } finally {
        await open.close()
      }
    }
  const at = `while ${linesPerSecond} lines/s arrive`
  for (const [size, which, share, limit] of [
    ['80x24', 'small', 99, 33],
    ['200x50', 'large', 95, 40],
  ] as const) {
    const took = latencies[which]
    print({ what: `key to frame p50, ${size}, ${at}`, value: percentile(took, 50), unit: 'ms' })
    print({
      what: `key to frame p${share}, ${size}, ${at}`,
      value: percentile(took, share),
      unit: 'ms',
      limit,
    })
    print({ what: `CPU, ${size}, ${at}`, value: cpu[which], unit: 'cores', limit: 1 })
  }
}

/** Moves a followed log to the side and back, each key after an uneven rest, and answers how long each took to show. */
async function sideways(pty: Pty, presses: number): Promise<number[]> {
  const took: number[] = []
  pty.send('l')
  await pty.until('col 8')
  for (let i = 1; i <= presses; i++) {
    await new Promise(resolve => setTimeout(resolve, 20 + ((i * 37) % 60)))
    const began = performance.now()
    pty.send(i % 2 === 1 ? 'l' : 'h')
    await pty.until(i % 2 === 1 ? 'col 16' : 'col 8')
    took.push(performance.now() - began)
  }
  return took.slice(Math.ceil(presses / 12))
}

/** An agent's change over HTTP: how long after its answer the screen has told the terminal. */
async function oneTruth(print: (row: BenchRow) => void): Promise<void> {
  const open = await openLog(small, 100)
  const { pty, client } = open
  const took: number[] = []
  try {
    pty.send('2')
    await pty.until('[2 ')
    for (let n = 0; n < 40; n++) {
      const title = `told ${String(n).padStart(3, '0')}`
      const seen = pty.until(title).then(() => performance.now())
      const { todo } = await client.call(todos.add, { title })
      const answered = performance.now()
      took.push(Math.max(0, (await seen) - answered))
      await client.call(todos.remove, { id: todo.id })
      await new Promise(resolve => setTimeout(resolve, 150))
    }
  } finally {
    await open.close()
  }
  const what = 'over HTTP: answer to frame, 80x24'
  print({ what: `${what}, p50`, value: percentile(took, 50), unit: 'ms', limit: 33 })
  print({ what: `${what}, p95`, value: percentile(took, 95), unit: 'ms' })
}

/** The screen that people have, with an engine that is ready: at rest for longer than any minute that is counted in it. */
async function bytes(folder: string, print: (row: BenchRow) => void): Promise<void> {
  const open = await openLog(small, 20_000)
  const { pty, client } = open
  const htop = new Pty('htop', [], { ...small, env: { HOME: folder } })
  try {
    const page = await pageOfLog(pty)
    print({ what: 'bytes for a page of the log, 80x24', ...page, ...(await lessPage(open.log)) })
    // An engine tells its log of every look at its health: what stands still is the list.
    pty.send('\x1b')
    await pty.until(/^> .*bench/m)
    pty.send('k')
    await pty.until(/^> .*local/m)
    await quiet(pty, 8000)
    const [idle, beside] = await Promise.all([quiet(pty, 65_000), quiet(htop, 65_000)])
    const peer = beside > 0 ? { beside: 'htop', beside_value: beside } : {}
    print({ what: 'bytes in 65 s while nothing changes', value: idle, unit: 'bytes', limit: 0, ...peer })
    for (let n = 0; n < 12; n++) await client.call(todos.add, { title: `Read paper ${n}`, label: 'later' })
    const moves = [await cursorMove(pty, 'j'), await cursorMove(pty, 'k')]
    pty.send('2')
    await pty.until(/^> .*Read paper/m)
    for (let n = 0; n < 6; n++) moves.push(await cursorMove(pty, 'j'))
    const worst = moves.reduce((one, other) =>
      other.value / other.limit > one.value / one.limit ? other : one,
    )
    print({ what: 'bytes for one cursor move, 80x24, the dearest of 8', unit: 'bytes', ...worst })
  } finally {
    htop.kill()
    await open.close()
  }
}

async function pageOfLog(pty: Pty): Promise<{ value: number; unit: string; limit: number }> {
  await settledPress(pty, '\x1b[5~')
  const value = await settledPress(pty, '\x1b[5~')
  const fresh = Buffer.byteLength(pty.screen.rows().slice(1, -1).join(''))
  return { value, unit: 'bytes', limit: Math.round(fresh * 1.3 + 200) }
}

/** What a cursor move took, and what the cells it changed allow. */
async function cursorMove(pty: Pty, key: string): Promise<{ value: number; limit: number }> {
  await quiet(pty, 500)
  const before = painted(pty)
  const value = await settledPress(pty, key)
  const changed = painted(pty).filter(({ look }, i) => look !== before[i]!.look)
  const length = changed.reduce((sum, { glyph }) => sum + Buffer.byteLength(glyph), 0)
  return { value, limit: 2 * length + 96 }
}

function painted({ screen }: Pty): { glyph: string; look: string }[] {
  return screen
    .cells()
    .flatMap((row, y) => row.map((glyph, x) => ({ glyph, look: glyph + JSON.stringify(screen.style(x, y)) })))
}

async function lessPage(log: string): Promise<Partial<BenchRow>> {
  const less = new Pty('less', ['-R', '-S', '+G', log], { cols: 80, rows: 23, patience: 3000 })
  try {
    await less.until('line 19999')
    await quiet(less, 200)
    const before = less.bytes
    less.send('b')
    await quiet(less, 300)
    return { beside: 'less, a page of as many rows', beside_value: less.bytes - before }
  } catch {
    return { beside: 'less is not here to compare' }
  } finally {
    less.kill()
  }
}

/** Over SSH at 120x40 a flood must leave the line free for keys. */
async function overSsh(print: (row: BenchRow) => void): Promise<void> {
  const open = await openLog({ cols: 120, rows: 40 }, 1000, { SSH_CONNECTION: '127.0.0.1 1 127.0.0.1 22' })
  try {
    open.flood(linesPerSecond)
    await quiet(open.pty, 2000)
    const perSecond = (await quiet(open.pty, 10_000)) / 10
    print({
      what: 'bytes a second over SSH, 120x40, flood followed',
      value: perSecond,
      unit: 'B/s',
      limit: 20_000,
    })
  } finally {
    await open.close()
  }
}

async function memory(folder: string, print: (row: BenchRow) => void): Promise<void> {
  const open = await openLog(small, 1_000_000)
  try {
    const beside = await lnavResident(open.log, folder)
    open.flood(5000)
    const { pty } = open
    for (const [what, presses] of [
      ['resident, a million lines open and followed', 60],
      ['the same, after 300 more keys all over it', 300],
    ] as const) {
      await roam(pty, presses)
      print({ what, value: residentMiB(pty.pty.pid), unit: 'MiB', limit: 180, ...beside })
    }
  } finally {
    await open.close()
  }
}

async function lnavResident(log: string, home: string): Promise<Partial<BenchRow>> {
  const lnav = new Pty('lnav', [log], { ...small, patience: 15_000, env: { HOME: home } })
  try {
    await lnav.until(screen => /line 99999\d/.test(screen.text()), 'the end of the log')
    return { beside: 'lnav', beside_value: residentMiB(lnav.pty.pid) }
  } catch {
    return { beside: 'lnav is not here to compare' }
  } finally {
    lnav.kill()
  }
}

/** Keys that go all over a log: pages up, the start, the end, sideways. */
async function roam(pty: Pty, presses: number): Promise<void> {
  const tour = ['\x1b[5~', '\x1b[5~', 'g', '\x1b[6~', 'l', 'G', 'h', 'k', 'j']
  for (let i = 0; i < presses; i++) {
    pty.send(tour[i % tour.length]!)
    await quiet(pty, 40)
  }
}

/** All bytes a key leads to, those of later frames included. */
async function settledPress(pty: Pty, key: string): Promise<number> {
  const before = pty.bytes
  const drawn = pty.wrote('\x1b[?2026l')
  pty.send(key)
  await drawn
  await quiet(pty, 400)
  return pty.bytes - before
}

async function quiet(pty: Pty, milliseconds: number): Promise<number> {
  const before = pty.bytes
  await new Promise(resolve => setTimeout(resolve, milliseconds))
  return pty.bytes - before
}

function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

function percentile(values: number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN
}
