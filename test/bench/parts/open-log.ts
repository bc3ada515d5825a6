import { spawn, spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Client, createClient } from '../../../src/client/client.ts'
import { overHttp } from '../../../src/connect/over-http.ts'
import { cookbook } from '../../../src/contract/cookbook.ts'
import { hosts } from '../../../src/contract/hosts.ts'
import { endProcesses } from '../../../src/demo/ends.ts'
import { installFakeEngines } from '../../../src/demo/engine/install.ts'
import { findPaths, type Paths } from '../../../src/workspace/paths.ts'
import { freePort } from '../../peers/port.ts'
import { Pty, type Size } from '../../peers/terminal.ts'
import { root, script } from './processes.ts'

/** The built program in a pseudo-terminal, with the log of a pretended engine open and followed. */
export interface OpenLog {
  readonly pty: Pty
  /** As an agent, over HTTP. */
  readonly client: Client
  /** The log's file, to which more may be appended. */
  readonly log: string
  /** Lets lines arrive at an even rate until the function it answers is called. */
  flood(linesPerSecond: number): () => void
  close(): Promise<void>
}

export const openLog = async (
  size: Size,
  lines: number,
  env: Record<string, string> = {},
): Promise<OpenLog> => {
  const home = mkdtempSync(join(tmpdir(), 'ithaca-log-bench-'))
  const own = { ITHACA_HOME: join(home, 'ithaca'), HOME: home }
  const away = { TMUX: undefined, SSH_CONNECTION: undefined, SSH_TTY: undefined, SSH_CLIENT: undefined }
  const pty = new Pty(process.execPath, [join(root, 'dist/main.js')], {
    ...size,
    env: { ...away, ...own, ...env },
    patience: 60_000,
  })
  const writers = new Set<() => void>()
  const paths = findPaths(own)
  const close = async () => {
    for (const stop of writers) stop()
    process.kill(pty.pty.pid, 'SIGTERM')
    await pty.end()
    pty.screen.dispose()
    spawnSync('tmux', ['-S', paths.tmuxSocket, 'kill-server'], { stdio: 'ignore' })
    await endProcesses(join(home, 'fakes/gpus'), paths.tmuxSocket)
    // tmux and what ran in it take a moment to let go of their files.
    await pause(200)
    rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
  }
  try {
    const { id, client } = await launch(pty, home, paths)
    const log = findLog(home, id)
    fill(log, lines)
    await pty.until(/^[> *]+[*o] bench/m)
    pty.send('Gl')
    await pty.until('FOLLOWING')
    // The head tells how far it was read at any width; its lines may be cut before their number.
    const read = /line ~?(\d+)\b.*FOLLOWING/
    await pty.until(screen => Number(read.exec(screen.text())?.[1]) >= lines, `line ${lines} followed`)
    return { pty, client, log, close, flood: rate => floodInto(log, rate, writers) }
  } catch (error) {
    await close()
    throw error
  }
}

/** A pretended engine, ready and selected in the list. */
async function launch(pty: Pty, home: string, paths: Paths): Promise<{ id: string; client: Client }> {
  const machine = await installFakeEngines(join(home, 'fakes'), { only: ['vllm', 'nvidia-smi'] })
  await pty.until('Welcome to Ithaca')
  pty.send('\x1b')
  await pty.until('api :')
  const { url, key } = JSON.parse(readFileSync(paths.instance, 'utf8')) as { url: string; key: string }
  const client = createClient(overHttp(url, key))
  await client.call(hosts.edit, {
    id: 'local',
    variables: {
      FAKE_ENGINE_SPEED: '50',
      FAKE_GPU_STATE: machine.gpuState,
      PATH: `${machine.bin}:${process.env.PATH}`,
    },
  })
  const { serve } = await client.call(cookbook.serve, {
    cmd: `${machine.bin}/vllm serve Qwen/Qwen3-0.6B --gpu-memory-utilization 0.3 --port ${await freePort()}`,
    name: 'bench',
  })
  await pty.until(/bench.*ready/)
  return { id: serve.id, client }
}

function floodInto(log: string, rate: number, writers: Set<() => void>): () => void {
  const writer = spawn(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    script('../screen-flood.ts'),
    log,
    String(rate),
  ])
  const stop = () => {
    writers.delete(stop)
    writer.kill('SIGKILL')
  }
  writers.add(stop)
  return stop
}

/** Session logs lie under the name of the session, somewhere in the home of whoever started it. */
function findLog(home: string, id: string): string {
  const found = readdirSync(home, { recursive: true, withFileTypes: true }).find(
    entry => entry.name.endsWith('.log') && entry.parentPath.endsWith(id),
  )
  if (!found) throw new Error(`The log of ${id} is nowhere in ${home}.`)
  return join(found.parentPath, found.name)
}

function fill(log: string, lines: number): void {
  const file = openSync(log, 'a')
  for (let from = 0; from < lines; from += 10_000) {
    const count = Math.min(10_000, lines - from)
    writeSync(file, Array.from({ length: count }, (_, n) => logLine(from + n)).join(''))
  }
  closeSync(file)
}

/** Lines that differ all over, so that a frame cannot be cheap by likeness. */
export function logLine(n: number): string {
  const noise = ((n * 2654435761) >>> 0).toString(36).repeat(1 + (n % 5))
  const time = new Date(Date.UTC(2026, 0, 1) + n * 20).toISOString()
  return `${time} (Engine${noise}) \x1b[32mINFO\x1b[0m line ${n} ${noise} shard ${noise}\n`
}

export function residentMiB(pid: number): number {
  const kib = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kib) / 1024
}
