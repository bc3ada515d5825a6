import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import type { Instance } from '../../src/workspace/owner.ts'
import { freePort } from './port.ts'
import { Pty, type PtyOptions } from './terminal.ts'

export const builtProgram = resolve(import.meta.dirname, '../../dist/main.js')

/** The built program in real pseudo-terminals, in a home of its own and at a port that no other test comes across. */
export interface ScreenHome extends AsyncDisposable {
  readonly home: string
  start(args?: string[], options?: PtyOptions, words?: string[]): Pty
  /** A screen past the first steps of somebody new. */
  open(options?: PtyOptions, words?: string[]): Promise<Pty>
  /** A command, beside the screens. */
  run(...args: string[]): Promise<string>
  /** Who owns the workspace now. */
  owner(): Instance
  /** Ends an owner that no terminal holds, and waits until it is gone. */
  endOwner(): Promise<void>
}

export const screenHome = async (): Promise<ScreenHome> => {
  const home = mkdtempSync(join(tmpdir(), 'ithaca-screen-'))
  const instance = join(home, 'data', 'instance.json')
  const ptys: Pty[] = []
  mkdirSync(join(home, 'config'))
  writeFileSync(join(home, 'config', 'config.toml'), `[api]\nport = ${await freePort()}\n`)
  const ours = {
    ITHACA_HOME: home,
    HOME: home,
    TZ: 'UTC',
    SSH_CONNECTION: undefined,
    SSH_TTY: undefined,
    SSH_CLIENT: undefined,
    TMUX: undefined,
  }
  const owner = (): Instance => JSON.parse(readFileSync(instance, 'utf8'))
  const endOwner = async (): Promise<void> => {
    const { pid } = owner()
    process.kill(pid, 'SIGTERM')
    await expect.poll(() => existsSync(instance), { timeout: 10_000 }).toBe(false)
    // Its last act is to keep what was compiled, in the folder that is removed next.
    await expect.poll(() => isThere(pid), { timeout: 10_000 }).toBe(false)
  }
  const start: ScreenHome['start'] = (args = [], options = {}, words = [process.execPath, builtProgram]) => {
    const [file, ...rest] = words as [string, ...string[]]
    const pty = new Pty(file, [...rest, ...args], { ...options, env: { ...ours, ...options.env } })
    ptys.push(pty)
    return pty
  }
  return {
    home,
    start,
    owner,
    async open(options, words) {
      const pty = start([], options, words)
      await pty.until('Welcome to Ithaca')
      pty.send('\x1b')
      await pty.until(screen => !screen.text().includes('Welcome') && / :\d+\b/.test(screen.rows()[0]!))
      return pty
    },
    async run(...args) {
      const env = { ...process.env, ...ours }
      return (await promisify(execFile)(process.execPath, [builtProgram, ...args], { env })).stdout
    },
    endOwner,
    async [Symbol.asyncDispose]() {
      for (const pty of ptys) {
        pty.kill()
        await pty.exited
      }
      // A test that failed half-way leaves its daemon to us.
      if (existsSync(instance) && isThere(owner().pid)) await endOwner()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

const isThere = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
