import { execFile } from 'node:child_process'
import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { roomWords } from '../contract/room.ts'
import { findConfig, systemZone } from '../workspace/config.ts'
import type { Paths } from '../workspace/paths.ts'
import { currentOwner } from './daemon.ts'

export interface Check {
  ok: boolean | 'warn'
  what: string
  detail: string
  advice?: string
}

const run = promisify(execFile)
const require = createRequire(import.meta.url)

/** Everything Ithaca leans on, one after the other. */
export async function* examine(paths: Paths): AsyncGenerator<Check> {
  yield { ok: true, what: 'node', detail: process.version }
  yield native('better-sqlite3', 'the store')
  yield native('node-pty', 'terminals of this machine', 'warn')
  yield ciphers()
  yield await program('tmux', ['-V'], 'model servers run in it', 'Install tmux: apt-get install tmux.')
  yield await program(
    'ssh',
    ['-V'],
    'hosts are resolved with it',
    'Install the OpenSSH client: apt-get install openssh-client.',
  )
  yield config(paths)
  yield* places(paths)
  yield await owner(paths)
}

const native = (name: string, use: string, without: Check['ok'] = false): Check => {
  try {
    const loaded = require(name)
    if (name === 'better-sqlite3') new loaded(':memory:').close()
    return { ok: true, what: name, detail: `loads (${use})` }
  } catch (error) {
    return {
      ok: without,
      what: name,
      detail: (error as Error).message.split('\n')[0]!,
      advice: 'Install again with a C++ compiler, make and python3 at hand.',
    }
  }
}

const ciphers = (): Check => {
  try {
    const folder = dirname(require.resolve('ssh2/package.json'))
    const built = existsSync(join(folder, 'lib/protocol/crypto/build/Release/sshcrypto.node'))
    return built
      ? { ok: true, what: 'ssh2', detail: 'with its native ciphers' }
      : {
          ok: 'warn',
          what: 'ssh2',
          detail: 'without its native ciphers: 4 to 6 times slower on big transfers',
          advice: 'Install again with a C++ compiler and the headers of Node.',
        }
  } catch (error) {
    return { ok: false, what: 'ssh2', detail: (error as Error).message.split('\n')[0]! }
  }
}

const program = async (name: string, args: string[], use: string, advice: string): Promise<Check> => {
  try {
    const { stdout, stderr } = await run(name, args, { timeout: 5000 })
    return { ok: true, what: name, detail: `${(stdout || stderr).trim().split('\n')[0]} (${use})` }
  } catch {
    return { ok: false, what: name, detail: `not found (${use})`, advice }
  }
}

const config = (paths: Paths): Check => {
  try {
    const {
      config: { owner },
      problem,
    } = findConfig(paths.configFile)
    if (problem !== null)
      return { ok: 'warn', what: 'config', detail: problem, advice: 'ithaca config set screen.theme auto' }
    return owner.timezone
      ? { ok: true, what: 'config', detail: `${paths.configFile}, time zone ${owner.timezone}` }
      : {
          ok: 'warn',
          what: 'config',
          detail: `owner.timezone is not set; ${systemZone()}, the system's, is used`,
          advice: 'ithaca config set owner.timezone Europe/Berlin',
        }
  } catch (error) {
    return {
      ok: false,
      what: 'config',
      detail: (error as Error).message,
      advice: `Edit ${paths.configFile}.`,
    }
  }
}

function* places(paths: Paths): Generator<Check> {
  for (const [what, folder] of [
    ['data', paths.data],
    ['state', paths.state],
  ] as const) {
    if (!existsSync(folder)) {
      yield { ok: true, what, detail: `${folder} (made at the first start)` }
      continue
    }
    try {
      accessSync(folder, constants.W_OK | constants.X_OK)
    } catch {
      yield {
        ok: false,
        what,
        detail: `${folder} cannot be written`,
        advice: `Give it back to yourself: chown -R "$USER" ${folder}`,
      }
      continue
    }
    const { bavail, bsize } = statfsSync(folder)
    const free = bavail * bsize
    const open = (statSync(folder).mode & 0o077) !== 0
    if (free < 200_000_000)
      yield {
        ok: 'warn',
        what,
        detail: `${folder}, only ${roomWords(free)} free`,
        advice: 'Free some space.',
      }
    else if (open)
      yield { ok: 'warn', what, detail: `${folder} can be read by others`, advice: `chmod 700 ${folder}` }
    else yield { ok: true, what, detail: `${folder}, ${roomWords(free)} free` }
  }
}

const owner = async (paths: Paths): Promise<Check> => {
  const instance = await currentOwner(paths)
  return instance
    ? { ok: true, what: 'api', detail: `${instance.url}, pid ${instance.pid}, ${instance.mode}` }
    : { ok: true, what: 'api', detail: "not up; 'ithaca up --detach' brings it up" }
}
