import { execFileSync, spawn } from 'node:child_process'
import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Host } from '../../src/hosts/host.ts'
import { Hosts } from '../../src/hosts/hosts.ts'
import { openLocal } from '../../src/hosts/local.ts'
import { Machine } from '../../src/hosts/machine.ts'
import { follow } from '../../src/logs/follow.ts'
import { page, since, tail } from '../../src/logs/pages.ts'
import { search } from '../../src/logs/search.ts'
import { PAGE } from '../../src/logs/slice.ts'
import { sshdMissing, startSshd, writeSshConfig } from '../peers/sshd.ts'
import type { Print } from './run.ts'

export const name = 'logs: 5 GB, read where they are'

const SIZE = 5 * 1024 ** 3
const WRITTEN = 64 * 1024 ** 2
const ROUNDS = 60

const line = (index: number) =>
  `(APIServer pid=4711) INFO 08-02 10:11:${String(index % 60).padStart(2, '0')} [loggers.py:123] Engine 000: Avg prompt throughput: ${index % 997}.1 tokens/s, Running: 3 reqs\n`
const BLOCK = Buffer.from(Array.from({ length: 8000 }, (_, index) => line(index)).join(''))

export async function run(print: Print): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'ithaca-bench-logs-'))
  const host = new Machine('local', 'this machine', async () => openLocal())
  try {
    const path = bigLog(dir)
    await local(print, host, path)
    await searching(print, host, dir)
    await following(print, host, dir)
    await overSsh(print, path)
  } finally {
    host.close()
    rmSync(dir, { recursive: true, force: true })
  }
}

/** Empty for the most part, so that it costs no disk, with 64 MB of lines at its end and some in its middle. */
function bigLog(dir: string): string {
  const path = join(dir, 'engine.log')
  writeFileSync(path, BLOCK)
  truncateSync(path, SIZE - WRITTEN)
  for (let written = 0; written < WRITTEN; written += BLOCK.length) appendFileSync(path, BLOCK)
  return path
}

async function local(print: Print, host: Host, path: string): Promise<void> {
  await tail(host, path, 400)
  const pages = Math.floor(SIZE / PAGE)
  const anywhere = () => Math.floor(Math.random() * pages)
  print({
    what: 'last 400 lines, local, median',
    value: await median(() => tail(host, path, 400)),
    unit: 'ms',
    limit: 5,
    beside: 'spawning tail -n 400, ms',
    beside_value: await median(() => spawned('tail', ['-n', '400', path])),
  })
  print({
    what: 'a page at a random place, local, median',
    value: await median(() => page(host, path, anywhere())),
    unit: 'ms',
    limit: 5,
    beside: 'spawning dd, ms',
    beside_value: await median(() =>
      spawned('dd', [`if=${path}`, `bs=${PAGE}`, `skip=${anywhere()}`, 'count=1', 'status=none']),
    ),
  })
  print({
    what: 'one pull of what is new (nothing is), local, median',
    value: await median(() => since(host, path, SIZE + WRITTEN, 16_384)),
    unit: 'ms',
    limit: 5,
  })
}

async function searching(print: Print, host: Host, dir: string): Promise<void> {
  const path = join(dir, 'searched.log')
  for (let written = 0; written < 4 * WRITTEN; written += BLOCK.length) appendFileSync(path, BLOCK)
  const began = performance.now()
  let hits = 0
  for await (const found of search(host, path, { pattern: 'throughput: 996.1', kind: 'text' })) {
    if (found.kind === 'count') hits = found.hits
  }
  const took = performance.now() - began
  const grep = performance.now()
  execFileSync('grep', ['-c', '-F', '-a', 'throughput: 996.1', path], {
    env: { ...process.env, LC_ALL: 'C' },
  })
  print({
    what: `a search through 256 MB, ${hits} hits`,
    value: Math.round(took),
    unit: 'ms',
    beside: 'grep -c, ms',
    beside_value: Math.round(performance.now() - grep),
  })
}

/** 50,000 lines a second for five seconds: what was delivered, and what it cost this process. */
async function following(print: Print, host: Host, dir: string): Promise<void> {
  const path = join(dir, 'followed.log')
  writeFileSync(path, '')
  const line = `${'x'.repeat(79)}\n`
  const batch = line.repeat(500)
  const batches = 500
  const script = `const {appendFileSync:w}=require('fs');const t=Date.now();let i=0;const g=()=>{while(i<${batches}&&i*10<=Date.now()-t){w(${JSON.stringify(path)},${JSON.stringify(batch)});i++}if(i<${batches})setTimeout(g,1)};g()`
  const ending = new AbortController()
  const cpu = process.cpuUsage()
  const began = performance.now()
  const writer = spawn(process.execPath, ['-e', script], { stdio: 'ignore' })
  let bytes = 0
  for await (const chunk of follow(host, path, { from: 0, signal: ending.signal })) {
    bytes += chunk.length
    if (bytes >= batches * batch.length) ending.abort()
  }
  const seconds = (performance.now() - began) / 1000
  const used = process.cpuUsage(cpu)
  writer.kill()
  print({
    what: 'follow at 50,000 lines/s: lines lost',
    value: (batches * batch.length - bytes) / line.length,
    unit: 'lines',
    limit: 0,
  })
  print({
    what: 'follow at 50,000 lines/s: delivered',
    value: Math.round(bytes / line.length / seconds),
    unit: 'lines/s',
  })
  print({
    what: 'follow at 50,000 lines/s: CPU of this process',
    value: Math.round(((used.user + used.system) / 1e4 / seconds) * 10) / 10,
    unit: '%',
  })
}

async function overSsh(print: Print, path: string): Promise<void> {
  if (sshdMissing()) return
  const sshd = await startSshd()
  const hosts = new Hosts({ sshConfig: writeSshConfig(sshd.folder, [{ alias: 'peer', sshd }]) })
  hosts.setRecords([{ id: 'a', name: 'a', target: 'peer' }])
  try {
    const host = hosts.get('a')
    await tail(host, path, 400)
    const question = await median(() => host.ask(':', { lane: 'pages' }))
    const channel = await median(async () => {
      const shell = await host.stream('exit 0')
      shell.stdout.resume()
      await shell.done
    })
    const value = await median(() => tail(host, path, 400))
    const what = 'last 400 lines, over SSH, median'
    print({ what, value, unit: 'ms', beside: 'a bare question on the same lane, ms', beside_value: question })
    print({ what, value, unit: 'ms', beside: 'a fresh channel that does nothing, ms', beside_value: channel })
  } finally {
    hosts.close()
    await sshd.stop()
  }
}

async function median(measure: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now()
    await measure()
    times.push(performance.now() - began)
  }
  return times.toSorted((a, b) => a - b)[ROUNDS / 2]!
}

function spawned(program: string, args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    child.stdout.resume()
    child.once('error', reject)
    child.once('close', () => resolve())
  })
}
