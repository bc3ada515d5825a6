import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Ask, Host } from '../../src/hosts/host.ts'
import { Hosts } from '../../src/hosts/hosts.ts'
import { launch } from '../../src/sessions/launch.ts'
import type { Meta } from '../../src/sessions/session.ts'
import type { Site } from '../../src/sessions/shell.ts'
import { status } from '../../src/sessions/status.ts'
import { stop } from '../../src/sessions/stop.ts'
import { words } from '../../src/sessions/word.ts'
import { startSshd, writeSshConfig } from '../peers/sshd.ts'
import { median } from './parts/processes.ts'
import type { Print } from './run.ts'

export const name = 'status: twenty hosts with ten serves each, over SSH'

const HOSTS = 20
const SERVES = 10
const ROUNDS = 15
const PEER_ROUNDS = 3

interface Far {
  alias: string
  host: Host
  site: Site
  ids: string[]
}

export const run = async (print: Print): Promise<void> => {
  const dir = mkdtempSync(join(tmpdir(), 'ithaca-bench-status-'))
  const sshd = await startSshd()
  const aliases = Array.from({ length: HOSTS }, (_, at) => `gpu-${at}`)
  const sshConfig = writeSshConfig(
    dir,
    aliases.map(alias => ({ alias, sshd })),
  )
  const hosts = new Hosts({ sshConfig, agentSocket: null })
  hosts.setRecords(aliases.map(alias => ({ id: alias, name: alias, target: alias })))
  const socket = join(dir, 'tmux')
  const all: Far[] = aliases.map((alias, at) => ({
    alias,
    host: hosts.get(alias),
    site: { stateDir: join(dir, alias), socket },
    ids: Array.from({ length: SERVES }, (_, serve) => `serve-${at}-${serve}`),
  }))
  try {
    for (const far of all) await launchAll(far)
    await measure(print, all, sshConfig)
  } finally {
    // Host by host: two hundred stops at once would outlast their deadlines.
    for (const { host, site, ids } of all)
      await Promise.allSettled(ids.map(id => stop(host, site, id, { interruptMs: 2000, termMs: 1000 })))
    endLeftovers(dir)
    hosts.close()
    try {
      execFileSync('tmux', ['-S', socket, 'kill-server'], { stdio: 'ignore' })
    } catch {
      // It ended with its last session.
    }
    await sshd.stop()
    rmSync(dir, { recursive: true, force: true })
  }
}

/** Whatever a failed stop left: its environment or command line names our folder. */
const endLeftovers = (dir: string): void => {
  for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name) && Number(name) !== process.pid))
    try {
      const named = ['cmdline', 'environ'].some(file =>
        readFileSync(`/proc/${pid}/${file}`, 'latin1').includes(`${dir}/gpu-`),
      )
      if (named) process.kill(Number(pid), 'SIGKILL')
    } catch {
      // It has ended meanwhile, or is another user's.
    }
}

const launchAll = async ({ host, site, ids }: Far): Promise<void> => {
  for (const id of ids)
    await launch(host, site, {
      id,
      run: {
        assignments: [],
        argv: words('/bin/sh', '-c', 'echo "Avg generation throughput: 41.0 tokens/s"; exec sleep 3600'),
      },
      variables: { BENCH: `${site.stateDir}` },
      operator: 'bench',
      actor: 'operator',
    })
}

const measure = async (print: Print, all: readonly Far[], sshConfig: string): Promise<void> => {
  const known = new Map<Far, Map<string, Meta>>()
  for (const far of all) {
    const { sessions } = await status(far.host, far.site, { tailBytes: 4096 })
    known.set(far, new Map(sessions.map(session => [session.id, session.meta!])))
  }
  let bytes = 0
  let questions = 0
  const scripts = new Map<Far, string>()
  const cycle = async (): Promise<number> => {
    const began = performance.now()
    const seen = await Promise.all(
      all.map(far => {
        const heard = (script: string, answered: number): void => {
          scripts.set(far, script)
          bytes += script.length + answered
          questions += 1
        }
        return status(listening(far.host, heard), far.site, { known: known.get(far)!, tailBytes: 4096 })
      }),
    )
    const running = seen.flatMap(one => one.sessions).filter(one => one.state === 'running').length
    if (running !== HOSTS * SERVES) throw new Error(`${running} of ${HOSTS * SERVES} were seen running`)
    return performance.now() - began
  }
  await cycle()
  bytes = 0
  questions = 0
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) times.push(await cycle())
  const peers: number[] = []
  for (let round = 0; round < PEER_ROUNDS; round++) {
    const began = performance.now()
    await Promise.all(all.map(far => bySsh(sshConfig, far.alias, scripts.get(far)!)))
    peers.push(performance.now() - began)
  }
  print({
    what: `one cycle over ${HOSTS} hosts with ${SERVES} serves each, median`,
    value: median(times),
    unit: 'ms',
    limit: median(peers),
    beside: 'an ssh process for each host, ms',
    beside_value: median(peers),
  })
  print({
    what: 'round trips for each host and cycle',
    value: questions / ROUNDS / HOSTS,
    unit: '',
    limit: 1,
  })
  print({ what: 'bytes for each host and cycle, both ways', value: bytes / ROUNDS / HOSTS, unit: 'bytes' })
}

const listening = (host: Host, heard: (script: string, answered: number) => void): Host =>
  Object.create(host, {
    name: { value: host.name },
    ask: {
      value: async (script: string, options?: Ask) => {
        const answer = await host.ask(script, options)
        heard(script, answer.stdout.length + answer.stderr.length)
        return answer
      },
    },
  })

/** The same question, asked by a client of its own. */
const bySsh = (config: string, alias: string, script: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn('ssh', ['-F', config, '-o', 'BatchMode=yes', alias, 'exec /bin/sh'], {
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    let answered = 0
    child.stdout.on('data', chunk => {
      answered += chunk.length
    })
    child.once('error', reject)
    child.once('close', () => (answered > 0 ? resolve() : reject(new Error(`${alias} did not answer`))))
    child.stdin.end(script)
  })
