import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { smallDisk } from '../peers/small-disk.ts'

let home: string
let unmount: (() => void) | undefined
let owner: ChildProcess | undefined
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'ithaca-full-'))
  unmount = smallDisk(home, '16m')
})
afterEach(async () => {
  if (owner && owner.exitCode === null && owner.signalCode === null) {
    const ended = once(owner, 'exit')
    owner.kill('SIGKILL')
    await ended
  }
  unmount?.()
  rmSync(home, { recursive: true, force: true })
})

const start = async (): Promise<{ url: string; key: string }> => {
  const words = [process.execPath, join(import.meta.dirname, '../peers/owner.ts')]
  // Where a bound on the size of files stands in for a small disk, going over it is an error and not the end.
  owner = spawn('sh', ['-c', `trap '' XFSZ; exec "$@"`, 'sh', ...words], {
    env: { ...process.env, ITHACA_HOME: home, NODE_OPTIONS: '', NODE_NO_WARNINGS: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface({ input: owner.stdout! })) return JSON.parse(line)
  throw new Error('the owner ended without saying where it listens')
}

const fill = (): void => {
  if (unmount) spawnSync('sh', ['-c', 'cat /dev/zero > "$1"', 'sh', join(home, 'filler')])
  else spawnSync('prlimit', ['--pid', String(owner!.pid), '--fsize=1024:unlimited'])
}
const makeRoom = (): void => {
  if (unmount) rmSync(join(home, 'filler'))
  else spawnSync('prlimit', ['--pid', String(owner!.pid), '--fsize=unlimited'])
}

test('a disk that fills up under a daemon: writes are refused with the reason, reading goes on, and so does it all with room', async () => {
  const { url, key } = await start()
  const ask = async (method: string, path: string, body?: object, token = key) => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    })
    return {
      status: answer.status,
      told: (await answer.json()) as { items: { title: string }[]; token: string },
    }
  }
  const add = (title: string) => ask('POST', '/api/v1/todos', { title, content: 'x'.repeat(90_000) })
  const titles = async (): Promise<string[]> => {
    const { status, told } = await ask('GET', '/api/v1/todos?sort=created&limit=200')
    expect(status).toBe(200)
    return told.items.map(item => item.title)
  }
  expect((await add('before')).status).toBe(201)
  const made = await ask('POST', '/api/v1/tokens', { name: 'bot', scopes: ['todos:read'] })
  const token = made.told.token

  fill()
  const refused = await Promise.all(Array.from({ length: 200 }, (_, n) => add(`full ${n}`)))
  const kept = refused.flatMap(({ status }, n) => (status === 201 ? [`full ${n}`] : []))
  const turnedAway = refused.filter(({ status }) => status !== 201)
  expect(turnedAway.length).toBeGreaterThan(0)
  for (const { status, told } of turnedAway) {
    expect(status).toBe(503)
    expect(JSON.stringify(told)).toMatch(/disk is full|disk reports an error/)
  }
  // What was acknowledged is there, what was refused is not; a token that was never used before reads, too.
  expect((await titles()).toSorted()).toEqual(['before', ...kept].toSorted())
  expect((await ask('GET', '/api/v1/todos', undefined, token)).status).toBe(200)
  expect((await ask('GET', '/healthz')).status).toBe(200)
  expect((await add('still full')).status).toBe(503)

  makeRoom()
  expect((await add('after')).status).toBe(201)
  expect(await titles()).toContain('after')
  owner!.kill('SIGKILL')
  await once(owner!, 'exit')
  expect(statSync(join(home, 'data/ithaca.db')).size).toBeGreaterThan(0)
  const again = await start()
  const headers = { authorization: `Bearer ${again.key}` }
  const list = await (await fetch(`${again.url}/api/v1/todos?limit=200`, { headers })).text()
  for (const title of ['before', 'after', ...kept]) expect(list).toContain(`"${title}"`)
  expect(readFileSync(join(home, 'data/ithaca.db')).toString('latin1', 0, 15)).toBe('SQLite format 3')
})
