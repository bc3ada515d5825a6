import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Ask, Host } from '../../src/hosts/host.ts'
import { openLocal } from '../../src/hosts/local.ts'
import { Machine } from '../../src/hosts/machine.ts'
import { launch } from '../../src/sessions/launch.ts'
import type { Meta } from '../../src/sessions/session.ts'
import { status } from '../../src/sessions/status.ts'
import { stop } from '../../src/sessions/stop.ts'
import { words } from '../../src/sessions/word.ts'
import type { Print } from './run.ts'

export const name = 'sessions: twenty on one host'

const SESSIONS = 20
const ROUNDS = 40

export async function run(print: Print): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'ithaca-bench-sessions-'))
  const machine = new Machine('local', 'this machine', async () => openLocal())
  const site = { stateDir: join(dir, 'state'), socket: join(dir, 'tmux') }
  const line = 'while :; do echo "Avg generation throughput: 41.0 tokens/s, Running: 3 reqs"; sleep 1; done'
  const ids = Array.from({ length: SESSIONS }, (_, index) => `serve-${index}`)
  try {
    const launches: number[] = []
    for (const id of ids) {
      const began = performance.now()
      await launch(machine, site, {
        id,
        run: { assignments: [], argv: words('/bin/sh', '-c', line) },
        operator: 'bench',
        actor: 'operator',
      })
      launches.push(performance.now() - began)
    }
    print({ what: 'launch, from the question to the answer, median', value: middle(launches), unit: 'ms' })
    const { host, asked } = counting(machine)
    const first = await status(host, site, { tailBytes: 4096, processes: true })
    const known = new Map<string, Meta>(first.sessions.map(session => [session.id, session.meta!]))
    const before = asked()
    const times: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const began = performance.now()
      await status(host, site, { known, tailBytes: 4096, processes: true })
      times.push(performance.now() - began)
    }
    const questions = (asked() - before) / ROUNDS
    print({
      what: 'status of 20 with tails and processes: questions',
      value: questions,
      unit: 'round trips',
      limit: 1,
    })
    print({
      what: 'status of 20 with tails and processes, median',
      value: middle(times),
      unit: 'ms',
      beside: '20 × tmux has-session, ms',
      beside_value: asksOfTmux(site.socket, ids),
    })
    const stops: number[] = []
    for (const id of ids.slice(0, 5)) stops.push((await stop(machine, site, id)).tookMs)
    print({ what: 'stop, verified, median', value: middle(stops), unit: 'ms' })
  } finally {
    await Promise.allSettled(ids.map(id => stop(machine, site, id, { interruptMs: 3000 })))
    machine.close()
    rmSync(dir, { recursive: true, force: true })
  }
}

function counting(host: Host): { host: Host; asked: () => number } {
  let asked = 0
  const ask = (script: string, options?: Ask) => {
    asked++
    return host.ask(script, options)
  }
  return {
    host: Object.create(host, { name: { value: host.name }, ask: { value: ask } }),
    asked: () => asked,
  }
}

function asksOfTmux(socket: string, ids: string[]): number {
  const began = performance.now()
  for (const id of ids) execFileSync('tmux', ['-S', socket, 'has-session', '-t', `=${id}`])
  return performance.now() - began
}

const middle = (times: number[]): number => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]!
