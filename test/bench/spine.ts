import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { todos } from '../../src/contract/todos.ts'
import { type TestWorkspace, testWorkspace } from '../peers/workspace.ts'
import { median, output, root, script, started } from './parts/processes.ts'
import type { Print } from './run.ts'

export const name = 'spine'

interface Load {
  rate: number
  p50: number
  p99: number
  failed: number
}

const ROUNDS = 5
const binary = join(root, 'dist/main.js')

export const run = async (print: Print): Promise<void> => {
  await startUp(print)
  await withWorkspace({}, w => reading(print, w))
  await writing(print)
  await withWorkspace({ listen: true }, w => streaming(print, w))
}

const withWorkspace = async (
  options: { listen?: boolean },
  work: (w: TestWorkspace) => Promise<void>,
): Promise<void> => {
  const w = await testWorkspace(options)
  try {
    await work(w)
  } finally {
    await w[Symbol.asyncDispose]()
  }
}

const load = async (url: string, token: string, seconds = 2, more: string[] = []): Promise<Load> =>
  JSON.parse(await output([script('load.ts'), url, token, '32', String(seconds), ...more]))

const startUp = async (print: Print): Promise<void> => {
  const timed = async (args: string[]): Promise<number> => {
    const start = performance.now()
    await output(args)
    return performance.now() - start
  }
  const version: number[] = []
  const floor: number[] = []
  for (let turn = 0; turn < 15; turn++) {
    const node = await timed(['-e', '0'])
    version.push((await timed([binary, '--version'])) / node)
    floor.push(node)
  }
  print({
    what: 'ithaca --version, in starts of Node',
    value: median(version),
    unit: '×',
    limit: 1.3,
    beside: 'node -e 0, ms',
    beside_value: median(floor),
  })
  const first: number[] = []
  const next: number[] = []
  for (let turn = 0; turn < 7; turn++) {
    const home = mkdtempSync(join(tmpdir(), 'ithaca-bench-'))
    const node = await timed(['-e', '0'])
    first.push((await firstAnswer(home)) - node)
    next.push((await firstAnswer(home)) - node)
    rmSync(home, { recursive: true, force: true })
  }
  const what = 'ithaca up to the first answer, beyond the start of Node'
  print({ what, value: median(next), unit: 'ms', limit: 250 })
  print({ what: '  the first time of all, with an empty workspace', value: median(first), unit: 'ms' })
}

const firstAnswer = async (home: string): Promise<number> => {
  const env = { ...process.env, ITHACA_HOME: home }
  const start = performance.now()
  const { child, line } = await started([binary, 'up', '--port', '0', '--json'], env)
  await (await fetch(`${JSON.parse(line).url}/healthz`)).text()
  const ms = performance.now() - start
  await new Promise(resolve => {
    child.once('close', resolve)
    child.kill('SIGTERM')
  })
  return ms
}

const reading = async (print: Print, w: TestWorkspace): Promise<void> => {
  for (let n = 0; n < 1000; n++)
    await w.client.call(todos.add, { title: `Todo number ${n}`, label: n % 3 ? 'home' : 'work' })
  const home = w.home
  await w.inside.close()
  const up = await started([binary, 'up', '--port', '0', '--json'], { ...process.env, ITHACA_HOME: home })
  await fetch(`${JSON.parse(up.line).url}/healthz`)
  // The rate limit is a bound for agents, not part of what is measured.
  const key = JSON.parse(readFileSync(w.paths.instance, 'utf8')).key as string
  const url = JSON.parse(up.line).url as string
  const said = await fetch(`${url}/api/codex/capabilities`, { headers: { authorization: `Bearer ${key}` } })
  const bare = await started([script('bare.ts'), w.paths.database, key, await said.text()])
  const rows: { ours: Load[]; floor: Load[]; capabilities: Load[]; hello: Load[] } = {
    ours: [],
    floor: [],
    capabilities: [],
    hello: [],
  }
  for (let turn = 0; turn < ROUNDS; turn++) {
    rows.ours.push(await load(`${url}/api/v1/todos?limit=50`, key))
    rows.floor.push(await load(`http://127.0.0.1:${bare.line}/todos`, key))
    rows.capabilities.push(await load(`${url}/api/codex/capabilities`, key, 1))
    rows.hello.push(await load(`http://127.0.0.1:${bare.line}/hello`, key, 1))
  }
  const rate = (list: Load[]): number => median(list.map(one => one.rate))
  const p99 = (list: Load[]): number => median(list.map(one => one.p99))
  const shares = rows.ours.map((one, index) => one.rate / rows.floor[index]!.rate)
  print({
    what: 'GET 50 of 1,000 todos, share of bare node:http',
    value: median(shares),
    unit: '×',
    limit: 0.5,
    least: true,
    beside: 'requests/s',
    beside_value: rate(rows.ours),
    p99: p99(rows.ours),
    beside_p99: p99(rows.floor),
  })
  const small = rows.capabilities.map((one, index) => one.rate / rows.hello[index]!.rate)
  print({
    what: 'capabilities, share of bare node:http answering the same',
    limit: 0.5,
    least: true,
    value: median(small),
    unit: '×',
    beside: 'requests/s',
    beside_value: rate(rows.capabilities),
    p99: p99(rows.capabilities),
    beside_p99: p99(rows.hello),
  })
  const failed = rows.ours.concat(rows.capabilities).reduce((sum, one) => sum + one.failed, 0)
  print({ what: '  refused or failed', value: failed, unit: '', limit: 0 })
  bare.child.kill()
  up.child.kill('SIGTERM')
  await new Promise(resolve => up.child.once('close', resolve))
}

const EACH = 2000

/** 10,000 todos in turns with better-sqlite3 alone, each insert of which is on the disk before the next begins. */
const writing = async (print: Print): Promise<void> => {
  const home = mkdtempSync(join(tmpdir(), 'ithaca-bench-'))
  const up = await started([binary, 'up', '--port', '0', '--json'], { ...process.env, ITHACA_HOME: home })
  const url = JSON.parse(up.line).url as string
  await fetch(`${url}/healthz`)
  const { key } = JSON.parse(readFileSync(join(home, 'data/instance.json'), 'utf8'))
  const floor = openFloor(join(home, 'floor.db'))
  for (const connections of [1, 8, 32]) {
    const ours: Load[] = []
    const alone: number[] = []
    for (let turn = 0; turn < ROUNDS; turn++) {
      const asked = [script('load.ts'), `${url}/api/v1/todos`, key, String(connections), `${EACH}n`]
      ours.push(JSON.parse(await output([...asked, 'POST', '{"title":"Call Ann about the boat"}'])))
      alone.push(floor.insert(EACH))
    }
    print({
      what: `10,000 todos, one request each over ${connections} connections, acknowledged`,
      value: median(ours.map(one => one.rate)),
      unit: '/s',
      beside: 'better-sqlite3 alone, WAL FULL',
      beside_value: median(alone),
      p99: median(ours.map(one => one.p99)),
    })
    print({
      what: '  as a share of it',
      value: median(ours.map((one, turn) => one.rate / alone[turn]!)),
      unit: '×',
    })
    print({
      what: '  refused or failed',
      value: ours.reduce((sum, one) => sum + one.failed, 0),
      unit: '',
      limit: 0,
    })
  }
  floor.close()
  up.child.kill('SIGTERM')
  await new Promise(resolve => up.child.once('close', resolve))
  rmSync(home, { recursive: true, force: true })
}

const openFloor = (file: string) => {
  const db = new Database(file)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.exec('CREATE TABLE t (n INTEGER PRIMARY KEY, title TEXT, at INTEGER) STRICT')
  const insert = db.prepare('INSERT INTO t (title, at) VALUES (?, ?)')
  return {
    /** So many a second. */
    insert(many: number): number {
      const begun = performance.now()
      for (let n = 0; n < many; n++) insert.run(`Todo ${n}`, n)
      return many / ((performance.now() - begun) / 1000)
    },
    close: () => db.close(),
  }
}

const streaming = async (print: Print, w: TestWorkspace): Promise<void> => {
  const url = w.inside.workspace.url
  const clients = 50
  const perSecond = 1000
  const seconds = 5
  const wanted = perSecond * seconds
  const heard = Array.from({ length: clients }, () => ({ count: 0, last: -1, disorder: 0 }))
  const open = (index: number | null): Promise<http.IncomingMessage> =>
    new Promise(resolve => {
      http.get(
        `${url}/api/v1/events`,
        { headers: { authorization: `Bearer ${w.inside.workspace.operatorKey}` }, agent: false },
        response => {
          if (index !== null) {
            let rest = ''
            response.setEncoding('utf8').on('data', (text: string) => {
              const parts = (rest + text).split('\n\n')
              rest = parts.pop() ?? ''
              for (const part of parts) {
                const number = part.match(/"n":(\d+)/)
                if (!number) continue
                const state = heard[index]!
                state.count += 1
                if (Number(number[1]) !== state.last + 1) state.disorder += 1
                state.last = Number(number[1])
              }
            })
          }
          resolve(response)
        },
      )
    })
  const responses = await Promise.all(heard.map((_, index) => open(index)))
  const stalled = await open(null)
  stalled.pause()
  let sent = 0
  const begun = performance.now()
  await new Promise<void>(resolve => {
    const timer = setInterval(() => {
      const due = Math.min(wanted, Math.floor(((performance.now() - begun) / 1000) * perSecond))
      while (sent < due) {
        w.inside.workspace.changes.mention({
          actor: 'bench',
          action: 'bench.tick',
          noun: 'todo',
          id: 'x',
          summary: '',
          data: { n: sent },
        })
        sent += 1
      }
      if (sent >= wanted) {
        clearInterval(timer)
        resolve()
      }
    }, 5)
  })
  for (const end = Date.now() + 5000; Date.now() < end && heard.some(one => one.count < wanted); )
    await new Promise(resolve => setTimeout(resolve, 20))
  const took = (performance.now() - begun) / 1000
  print({
    what: '50 SSE clients: events delivered a second to each',
    value: heard[0]!.count / took,
    unit: '/s',
    beside: 'sent',
    beside_value: perSecond,
  })
  print({
    what: '  lost',
    value: heard.reduce((sum, one) => sum + wanted - one.count, 0),
    unit: '',
    limit: 0,
  })
  print({
    what: '  out of order',
    value: heard.reduce((sum, one) => sum + one.disorder, 0),
    unit: '',
    limit: 0,
  })
  for (const response of [...responses, stalled]) response.destroy()
}
