import { afterEach, beforeEach, expect, test } from 'vitest'
import { openCutLine } from '../peers/cut-line.ts'
import { type ScreenHome, screenHome } from '../peers/screen-home.ts'

/** A screen in a real pseudo-terminal while the owner of the workspace changes, dies or cannot be reached. */
let stage: ScreenHome
beforeEach(async () => {
  stage = await screenHome()
})
afterEach(() => stage[Symbol.asyncDispose]())

/** A client that writes through HTTP, to whoever owns the workspace now. */
async function write(title: string, more = {}): Promise<void> {
  const { url, key } = stage.owner()
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ title, ...more })
  const response = await fetch(`${url}/api/v1/todos`, { method: 'POST', headers, body })
  expect(response.status, await response.text()).toBeLessThan(300)
}

test('a screen gives its workspace to a daemon, takes it when that is killed, and leaves it to another', {
  timeout: 60_000,
}, async () => {
  const pty = await stage.open()
  const port = new URL(stage.owner().url).port
  pty.send('2')
  await pty.until('[2 ')
  expect(stage.owner()).toMatchObject({ mode: 'inside', pid: pty.pty.pid })

  await stage.run('up', '--detach')
  await pty.until(`:${port} daemon`)
  await write('through the daemon')
  await pty.until('through the daemon')

  const { pid, mode } = stage.owner()
  expect(mode).toBe('daemon')
  process.kill(pid, 'SIGKILL')
  await pty.until(screen => /api :\d+\b(?! daemon)/.test(screen.rows()[0]!), 'it has it')
  await expect.poll(() => stage.owner().pid, { timeout: 10_000 }).toBe(pty.pty.pid)
  expect(new URL(stage.owner().url).port).toBe(port)
  await write('through the screen', { due: 'tomorrow 5pm' })
  await pty.until('through the screen')
  expect(pty.screen.text()).toContain('through the daemon')

  pty.send('qq')
  await pty.until('Leave a daemon behind')
  pty.send('\r')
  expect((await pty.end()).exitCode).toBe(0)
  expect(pty.screen.leftOn).toEqual([])
  try {
    expect(stage.owner().mode).toBe('daemon')
    const kept = await stage.run('todos', 'list')
    for (const title of ['through the daemon', 'through the screen']) expect(kept).toContain(title)
  } finally {
    await stage.endOwner()
  }
})

/** A daemon, a line to it that can be cut, and a screen that looks at it over that line. */
async function overLine() {
  await stage.run('up', '--detach')
  const { url, key } = stage.owner()
  const line = await openCutLine(Number(new URL(url).port))
  const pty = stage.start(['--remote', `http://127.0.0.1:${line.port}`], { env: { ITHACA_TOKEN: key } })
  await pty.until('Welcome to Ithaca')
  pty.send('\x1b')
  await pty.until(screen => !screen.text().includes('Welcome'), 'no first steps')
  pty.send('2')
  await pty.until('[2 ')
  return { line, pty }
}

test('a remote that is cut in the middle of its stream is said to be lost, and heals by itself', async () => {
  const { line, pty } = await overLine()
  await using _ = line
  try {
    await write('before the cut')
    await pty.until('before the cut')
    // The stream breaks at the very change that it tells of.
    line.watch = way => way === 'from' && line.sever()
    await write('during the cut')
    await pty.until('LOST')
    expect(pty.screen.text()).toContain('before the cut')
    line.watch = null
    line.mend()
    await pty.until('during the cut')
    await pty.until(screen => !screen.text().includes('LOST'), 'healed')
    await write('after the cut')
    await pty.until('after the cut')
  } finally {
    await stage.endOwner()
  }
})

test.each(['q', 'SIGTERM', 'SIGHUP'] as const)(
  'a screen whose remote is gone gives the terminal back on %s',
  async how => {
    const { line, pty } = await overLine()
    await using _ = line
    try {
      line.sever()
      await pty.until('LOST')
      if (how === 'q') pty.send('qq')
      else process.kill(pty.pty.pid, how)
      await pty.end()
      expect(pty.screen.leftOn).toEqual([])
    } finally {
      await stage.endOwner()
    }
  },
)
