import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { todos } from '../../src/contract/todos.ts'
import { bundle } from '../peers/bundle.ts'
import { Pty, type Size } from '../peers/terminal.ts'
import { logLine, openLog, residentMiB } from './parts/open-log.ts'

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
const demo = fileURLToPath(new URL('../views/demo.tsx', import.meta.url))

export async function run(print: (row: BenchRow) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'ithaca-screen-bench-'))
  const program = await bundle(demo)
  try {
    await underFlood(print)
    await oneTruth(print)
    await bytes(program.file, folder, print)
    await overSsh(print)
    await memory(folder, print)
  } finally {
    program.remove()
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

async function bytes(program: string, folder: string, print: (row: BenchRow) => void): Promise<void> {
  const log = join(folder, 'still')
  writeFileSync(log, Array.from({ length: 20_000 }, (_, n) => logLine(n)).join(''))
  const pty = start(program, log, small)
  const htop = new Pty('htop', [], { ...small, env: { HOME: folder } })
  try {
    await pty.until('FOLLOWING')
    await quiet(pty, 500)
    const [idle, beside] = await Promise.all([quiet(pty, 10_000), quiet(htop, 10_000)])
    const peer = beside > 0 ? { beside: 'htop', beside_value: beside } : {}
    print({ what: 'bytes in 10 s while nothing changes', value: idle, unit: 'bytes', limit: 0, ...peer })
    const move = await settledPress(pty, 'j', 1)
    const rows = pty.screen.rows().slice(1, 3)
    const changed = Buffer.byteLength(rows.map(row => row.padEnd(80)).join('')) + 7
    print({ what: 'bytes for one cursor move, 80x24', value: move, unit: 'bytes', limit: 2 * changed + 96 })
    await settledPress(pty, '\t', 2)
    await settledPress(pty, '\x1b[5~', 3)
    const page = await settledPress(pty, '\x1b[5~', 4)
    const fresh = Buffer.byteLength(pty.screen.rows().slice(9, 23).join(''))
    const limit = Math.round(fresh * 1.3 + 200)
    print({
      what: 'bytes for a page of the log, 80x24',
      value: page,
      unit: 'bytes',
      limit,
      ...(await lessPage(log)),
    })
  } finally {
    htop.kill()
    pty.kill()
  }
}

async function lessPage(log: string): Promise<Partial<BenchRow>> {
  const less = new Pty('less', ['-R', '-S', '+G', log], { cols: 80, rows: 15, patience: 3000 })
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

function start(program: string, log: string, size: Size, env: Record<string, string> = {}): Pty {
  const local = { SSH_CONNECTION: undefined, SSH_CLIENT: undefined, SSH_TTY: undefined, NO_COLOR: undefined }
  return new Pty(process.execPath, [program, log], { ...size, env: { ...local, ...env } })
}

/** All bytes a key leads to, those of a second frame included. */
async function settledPress(pty: Pty, key: string, count: number): Promise<number> {
  return (await press(pty, key, count)) + (await quiet(pty, 200))
}

/** Presses a key and waits for the frame that counts it; answers the bytes written until then. */
async function press(pty: Pty, key: string, count: number): Promise<number> {
  const before = pty.bytes
  const mark = `K${String(count).padStart(6, '0')}`
  const seen = pty.wrote(mark)
  pty.send(key)
  await seen
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
