import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Serve } from '../../src/contract/serve.ts'
import { readInstance } from '../../src/workspace/owner.ts'
import { type TestKitchen, testKitchen } from '../peers/kitchen.ts'
import { type Sshd, sshdMissing, startSshd, writeSshConfig } from '../peers/sshd.ts'
import { Pty, type PtyOptions } from '../peers/terminal.ts'

/** The built screen in a real pseudo-terminal, with the workspace in another process, and a terminal carried between them. */
const main = resolve(import.meta.dirname, '../../dist/main.js')
let kitchen: TestKitchen
let serve: Serve
let sshd: Sshd | null = null
const homes: string[] = []
const ptys: Pty[] = []

beforeAll(async () => {
  kitchen = await testKitchen({ listen: true, config: '[owner]\ntimezone = "UTC"\n' })
  serve = await kitchen.launch('vllm serve Qwen/Qwen3-0.6B', { name: 'alpha' })
  await kitchen.until(serve.id, 'ready')
  if (sshdMissing() === null) sshd = await startSshd({ config: [`SetEnv ITHACA_HOME=${kitchen.w.home}`] })
}, 60_000)
afterEach(async () => {
  for (const pty of ptys.splice(0)) {
    pty.kill()
    await pty.exited
  }
})
afterAll(async () => {
  await sshd?.stop()
  await kitchen[Symbol.asyncDispose]()
  for (const home of homes) rmSync(home, { recursive: true, force: true })
})

function start(args: string[], home: string, options: PtyOptions, token?: string): Pty {
  const env = {
    ITHACA_HOME: home,
    ITHACA_TOKEN: token,
    HOME: home,
    TZ: 'UTC',
    SHELL: '/bin/sh',
    PS1: '$ ',
    SSH_CONNECTION: undefined,
    SSH_TTY: undefined,
    SSH_CLIENT: undefined,
    TMUX: undefined,
  }
  const pty = new Pty(process.execPath, [main, ...args], { ...options, env })
  ptys.push(pty)
  return pty
}

function homeOf(config = ''): string {
  const home = mkdtempSync(join(tmpdir(), 'ithaca-attach-'))
  homes.push(home)
  mkdirSync(join(home, 'config'), { recursive: true })
  writeFileSync(join(home, 'config', 'config.toml'), config)
  return home
}

const clients = () => execFileSync('tmux', ['-S', kitchen.w.paths.tmuxSocket, 'list-clients']).toString()

const ways: [string, (size: PtyOptions, skip: (note: string) => void) => Pty][] = [
  ['beside its owner', size => start([], kitchen.w.home, size)],
  [
    'with --remote http',
    size => {
      const { url, key } = readInstance(kitchen.w.paths)!
      return start(['--remote', url], homeOf(), size, key)
    },
  ],
  [
    'with --remote ssh',
    (size, skip) => {
      if (!sshd) {
        skip('sshd is not installed')
        throw new Error('unreachable')
      }
      const config = writeSshConfig(sshd.folder, [{ alias: 'far', sshd }])
      return start(['--remote', 'ssh://far'], homeOf(`[hosts]\nssh_config = "${config}"\n`), size)
    },
  ],
]

describe.each(ways)('a screen %s', (_way, open) => {
  test.for([
    { cols: 80, rows: 24 },
    { cols: 200, rows: 50 },
  ])('attaches to a serve at $cols x $rows, and C-] d brings the list back', async (size, { skip }) => {
    const pty = open(size, skip)
    await pty.until(screen => /alpha .*ready/.test(screen.text()), 'the list')
    pty.send('G')
    await pty.until(screen => /^>.*alpha/m.test(screen.text()), 'alpha selected')
    pty.send('a')
    await pty.until('leave: C-] d')
    expect(pty.screen.rows()[size.rows - 1]).toContain(serve.id)
    pty.resize({ cols: size.cols - 10, rows: size.rows - 4 })
    await pty.until(screen => screen.rows()[size.rows - 5]!.includes(serve.id), 'the status line moved')
    pty.send('\x1dd')
    await pty.until(
      screen => /^>.*alpha/m.test(screen.text()) && screen.leftOn.includes('no wrap'),
      'the list',
    )
    expect(pty.screen.text()).not.toContain('leave: C-] d')
    pty.send('s')
    await pty.until(screen => !screen.leftOn.includes('alternate screen'), 'a shell')
    pty.send('echo here is $((40+2))\r')
    await pty.until('here is 42')
    // What a program leaves switched on is switched off for it.
    pty.send('printf "\\033[?1000h\\033[?1h\\033[?25l"; kill -9 $$\r')
    await pty.until(screen => /^>.*alpha/m.test(screen.text()), 'the list again')
    for (const mode of ['mouse', 'application keys']) expect(pty.screen.leftOn).not.toContain(mode)
    pty.send('qq')
    await pty.end()
    expect(pty.screen.leftOn).toEqual([])
  })
})

test('a signal while attached gives the terminal back', async () => {
  const pty = start([], kitchen.w.home, {})
  await pty.until(screen => /alpha .*ready/.test(screen.text()), 'the list')
  pty.send('G')
  await pty.until(screen => /^>.*alpha/m.test(screen.text()), 'alpha selected')
  pty.send('a')
  await pty.until('leave: C-] d')
  expect(pty.screen.leftOn).toContain('alternate screen')
  expect(clients()).not.toBe('')
  process.kill(pty.pty.pid, 'SIGTERM')
  await pty.end()
  expect(pty.screen.leftOn).toEqual([])
})

test('a connection that is lost while attached says so on the list', async ({ skip }) => {
  if (!sshd) return skip('sshd is not installed')
  const config = writeSshConfig(sshd.folder, [{ alias: 'far', sshd }])
  const pty = start(['--remote', 'ssh://far'], homeOf(`[hosts]\nssh_config = "${config}"\n`), {})
  await pty.until(screen => /alpha .*ready/.test(screen.text()), 'the list')
  pty.send('G')
  await pty.until(screen => /^>.*alpha/m.test(screen.text()), 'alpha selected')
  pty.send('a')
  await pty.until('leave: C-] d')
  await sshd.kill()
  await pty.until(screen => /alpha: .*lost/.test(screen.text()), 'that it was lost')
  for (const mode of ['mouse', 'application keys']) expect(pty.screen.leftOn).not.toContain(mode)
  await sshd.start()
})

test('no client of the session is left behind', async () => {
  expect(readdirSync(kitchen.w.home)).not.toEqual([])
  await expect.poll(clients, { timeout: 10_000 }).toBe('')
})
