import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundle } from '../peers/bundle.ts'
import { Pty, type Size } from '../peers/terminal.ts'

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
const flood = fileURLToPath(new URL('./screen-flood.ts', import.meta.url))

export async function run(print: (row: BenchRow) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'ithaca-screen-bench-'))
  const program = await bundle(demo)
  try {
    await underFlood(program.file, folder, print)
    await bytes(program.file, folder, print)
    await overSsh(program.file, folder, print)
    await memory(program.file, folder, print)
  } finally {
    program.remove()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Keys answered while lines arrive, both sizes in turn so that noise of the machine meets both. */
async function underFlood(program: string, folder: string, print: (row: BenchRow) => void): Promise<void> {
  const latencies = { small: [] as number[], large: [] as number[] }
  const cpu = { small: 0, large: 0 }
  const rounds = 2
  for (let round = 0; round < rounds; round++)
    for (const which of ['small', 'large'] as const) {
      const log = join(folder, `flood-${round}-${which}`)
      writeFileSync(log, '')
      const writer = spawn(process.execPath, [
        '--disable-warning=ExperimentalWarning',
        flood,
        log,
        `${linesPerSecond}`,
      ])
      const pty = start(program, log, which === 'small' ? small : large)
      try {
        await pty.until('FOLLOWING')
        const before = cpuSeconds(pty.pty.pid)
        const began = performance.now()
        latencies[which].push(...(await keys(pty, 120)))
        cpu[which] += (cpuSeconds(pty.pty.pid) - before) / ((performance.now() - began) / 1000) / rounds
      } finally {
        pty.kill()
        await stop(writer)
      }
    }
  const at = `while ${linesPerSecond} lines/s arrive`
  print({ what: `key to frame p50, 80x24, ${at}`, value: percentile(latencies.small, 50), unit: 'ms' })
  print({
    what: `key to frame p99, 80x24, ${at}`,
    value: percentile(latencies.small, 99),
    unit: 'ms',
    limit: 33,
  })
  print({ what: `key to frame p50, 200x50, ${at}`, value: percentile(latencies.large, 50), unit: 'ms' })
  print({
    what: `key to frame p95, 200x50, ${at}`,
    value: percentile(latencies.large, 95),
    unit: 'ms',
    limit: 40,
  })
  print({ what: `CPU, 80x24, ${at}`, value: cpu.small, unit: 'cores', limit: 1 })
  print({ what: `CPU, 200x50, ${at}`, value: cpu.large, unit: 'cores', limit: 1 })
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
async function overSsh(program: string, folder: string, print: (row: BenchRow) => void): Promise<void> {
  const log = join(folder, 'ssh')
  writeFileSync(log, '')
  const writer = writeFlood(log, linesPerSecond)
  const pty = start(program, log, { cols: 120, rows: 40 }, { SSH_CONNECTION: '127.0.0.1 1 127.0.0.1 22' })
  try {
    await pty.until('FOLLOWING')
    await quiet(pty, 1000)
    const perSecond = (await quiet(pty, 5000)) / 5
    print({
      what: 'bytes a second over SSH, 120x40, flood followed',
      value: perSecond,
      unit: 'B/s',
      limit: 20_000,
    })
  } finally {
    pty.kill()
    await stop(writer)
  }
}

async function memory(program: string, folder: string, print: (row: BenchRow) => void): Promise<void> {
  const log = join(folder, 'million')
  writeFileSync(log, Array.from({ length: 1_000_000 }, (_, n) => logLine(n)).join(''))
  const beside = await lnavResident(log, folder)
  const writer = writeFlood(log, 5000)
  const pty = start(program, log, small)
  try {
    await pty.until('FOLLOWING')
    let count = await roam(pty, 0, 60)
    const first = residentMiB(pty.pty.pid)
    count = await roam(pty, count, 300)
    const later = residentMiB(pty.pty.pid)
    print({
      what: 'resident, a million lines open and followed',
      value: first,
      unit: 'MiB',
      limit: 180,
      ...beside,
    })
    print({ what: 'the same, after 300 more keys all over it', value: later, unit: 'MiB', limit: 180 })
  } finally {
    pty.kill()
    await stop(writer)
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
async function roam(pty: Pty, count: number, presses: number): Promise<number> {
  const tour = ['\t', '\x1b[5~', '\x1b[5~', 'g', '\x1b[6~', 'l', 'G', 'h', '\t', 'j']
  for (let i = 0; i < presses; i++) await press(pty, tour[i % tour.length]!, count + i + 1)
  return count + presses
}

function start(program: string, log: string, size: Size, env: Record<string, string> = {}): Pty {
  const local = { SSH_CONNECTION: undefined, SSH_CLIENT: undefined, SSH_TTY: undefined, NO_COLOR: undefined }
  return new Pty(process.execPath, [program, log], { ...size, env: { ...local, ...env } })
}

function writeFlood(log: string, rate: number): ChildProcess {
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', flood, log, String(rate)])
}

/** Presses j and k, each after an uneven rest, and answers how long each took to show. */
async function keys(pty: Pty, presses: number): Promise<number[]> {
  const took: number[] = []
  for (let i = 1; i <= presses; i++) {
    await new Promise(resolve => setTimeout(resolve, 20 + ((i * 37) % 60)))
    const began = performance.now()
    await press(pty, i % 8 < 4 ? 'j' : 'k', i)
    took.push(performance.now() - began)
  }
  return took.slice(Math.ceil(presses / 12))
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

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

/** Lines that differ all over, so that a frame cannot be cheap by likeness. */
function logLine(n: number): string {
  const noise = ((n * 2654435761) >>> 0).toString(36).repeat(1 + (n % 5))
  const time = new Date(Date.UTC(2026, 0, 1) + n * 20).toISOString()
  return `${time} (Engine${noise}) \x1b[32mINFO\x1b[0m line ${n} ${noise} shard ${noise}\n`
}

function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

function residentMiB(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}

function percentile(values: number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN
}
