import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import type { Serve } from '../../src/contract/serve.ts'
import { ended, type Ran } from '../peers/program.ts'
import { Pty } from '../peers/terminal.ts'

const root = resolve(import.meta.dirname, '../..')

/** The program as it is built, with a home of its own. */
const ithaca = (home: string, ...args: string[]): Promise<Ran> => {
  const env = { PATH: process.env.PATH, HOME: home, ITHACA_HOME: home, TZ: 'UTC', LANG: 'C.UTF-8' }
  const child = spawn(process.execPath, [join(root, 'dist/main.js'), ...args], {
    env,
    cwd: home,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return ended(child)
}

/** Every process whose command or environment speaks of this home. */
const processesOf = (home: string): string[] =>
  readdirSync('/proc')
    .filter(name => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter(pid => {
      try {
        const text =
          readFileSync(`/proc/${pid}/cmdline`, 'utf8') + readFileSync(`/proc/${pid}/environ`, 'utf8')
        return text.includes(home)
      } catch {
        // It ended while it was looked at, or is somebody else's.
        return false
      }
    })

test('the demo can be watched, broken and fixed from the command line, and leaves nothing behind', async () => {
  const home = mkdtempSync(join(tmpdir(), 'ithaca-demo-'))
  try {
    const first = await ithaca(home, '--demo', 'cookbook', 'tasks', '--json')
    expect(first.code, first.stderr).toBe(0)
    const names = (JSON.parse(first.stdout) as { items: Serve[] }).items.map(serve => serve.name)
    expect(names.sort()).toEqual([
      'long-context',
      'port-taken',
      'qwen2.5-7b',
      'qwen3-32b',
      'qwen3-8b',
      'small-llama',
    ])
    await expect
      .poll(async () => (await ithaca(home, '--demo', 'hosts')).stdout, { timeout: 30_000 })
      .toContain('6× RTX 6000 Ada')
    expect((await ithaca(home, '--demo', 'models')).stdout).toContain('Qwen/Qwen3-32B')

    const find = async (name: string): Promise<Serve> => {
      const { stdout } = await ithaca(home, '--demo', 'cookbook', 'tasks', '--json')
      return (JSON.parse(stdout) as { items: Serve[] }).items.find(serve => serve.name === name)!
    }
    const dead = await find('long-context')
    expect((await ithaca(home, '--demo', 'cookbook', 'wait', dead.id, '--for', 'ended')).code).toBe(0)
    const why = await ithaca(home, '--demo', 'cookbook', 'why', dead.id)
    expect(why.stdout).toContain('kv_cache_too_small')
    const fix = /--max-model-len \d+\n\s+--apply (\w+)/.exec(why.stdout)?.[1]
    const again = await ithaca(home, '--demo', 'cookbook', 'relaunch', dead.id, '--apply', fix!)
    const id = /serve-[0-9a-f]{8}/.exec(again.stdout)![0]
    const ready = await ithaca(home, '--demo', 'cookbook', 'wait', id, '--timeout', '60')
    expect(ready.code, ready.stdout).toBe(0)

    expect(processesOf(join(home, 'cache/demo'))).not.toEqual([])
    expect((await ithaca(home, '--demo', 'down')).code).toBe(0)
    expect(existsSync(join(home, 'cache/demo'))).toBe(false)
    await expect.poll(() => processesOf(join(home, 'cache/demo')), { timeout: 20_000 }).toEqual([])
  } finally {
    await ithaca(home, '--demo', 'down')
    rmSync(home, { recursive: true, force: true })
  }
}, 120_000)

test('a screen on a fresh demo knows what was launched in it', async () => {
  const home = mkdtempSync(join(tmpdir(), 'ithaca-demo-'))
  const env = { HOME: home, ITHACA_HOME: home, TZ: 'UTC', LANG: 'C.UTF-8', SSH_CONNECTION: undefined }
  const pty = new Pty(process.execPath, [join(root, 'dist/main.js'), '--demo'], { env })
  try {
    await pty.until(/long-context .*(loading|CRASHED)/)
    pty.send('@')
    await pty.until(/question( x\d+)? +tmux new-session -d -s serve-/)
  } finally {
    pty.kill()
    await ithaca(home, '--demo', 'down')
    rmSync(home, { recursive: true, force: true })
  }
}, 120_000)
