import { execFileSync, spawnSync } from 'node:child_process'
import { createServer as createHttpServer, request as send } from 'node:http'
import { connect, createServer, type Socket } from 'node:net'
import { text as readAll } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { type Client, createClient } from '../../src/client/client.ts'
import { attach, type Connection, connectRemote } from '../../src/connect/connect.ts'
import { connectOverSsh } from '../../src/connect/over-ssh.ts'
import { answerUpgrades } from '../../src/connect/upgrade.ts'
import { cookbook } from '../../src/contract/cookbook.ts'
import { events } from '../../src/contract/events.ts'
import { hosts } from '../../src/contract/hosts.ts'
import type { Serve } from '../../src/contract/serve.ts'
import type { Terminal } from '../../src/contract/terminal.ts'
import { readInstance } from '../../src/workspace/owner.ts'
import { type TestKitchen, testKitchen } from '../peers/kitchen.ts'
import { type Sshd, sshdMissing, startSshd, writeSshConfig } from '../peers/sshd.ts'
import { Emulator } from '../peers/terminal.ts'

let kitchen: TestKitchen
let serve: Serve
let url: string
let key: string
let sshd: Sshd | null = null
const shape = { cols: 100, rows: 30, term: 'xterm-256color' }

beforeAll(async () => {
  kitchen = await testKitchen({ listen: true })
  serve = await kitchen.launch('vllm serve Qwen/Qwen3-0.6B', { name: 'alpha' })
  await kitchen.until(serve.id, 'ready')
  const instance = readInstance(kitchen.w.paths)!
  url = instance.url
  key = instance.key
  if (sshdMissing() === null) sshd = await startSshd({ config: [`SetEnv ITHACA_HOME=${kitchen.w.home}`] })
}, 60_000)
afterAll(async () => {
  await sshd?.stop()
  await kitchen[Symbol.asyncDispose]()
})

/** A terminal read back as a person would see it. */
const shown = (terminal: Terminal) => {
  const screen = new Emulator(shape)
  terminal.stream.on('data', piece => void screen.write(piece))
  return {
    screen,
    until: (seen: RegExp) => expect.poll(() => screen.text(), { timeout: 10_000 }).toMatch(seen),
  }
}

const ways: [string, (skip: (note: string) => void) => Promise<Connection>][] = [
  ['in process', async () => ({ ...kitchen.w.inside, mode: 'inside', url, inside: null, findsKey: false })],
  ['from beside it', async () => attach(readInstance(kitchen.w.paths)!)],
  ['over HTTP', async () => connectRemote(url, key)],
  [
    'over ssh',
    async skip => {
      if (!sshd) {
        skip('sshd is not installed')
        throw new Error('unreachable')
      }
      const config = writeSshConfig(sshd.folder, [{ alias: 'far', sshd }])
      return connectOverSsh('ssh://far', { hosts: { ssh_config: config } } as never)
    },
  ],
]

describe.each(ways)('a terminal %s', (_way, open) => {
  test('attaches to the session of a serve, takes a new size, and is left by C-] d', async ({ skip }) => {
    const connection = await open(skip)
    const client = createClient(connection.carry, connection.join)
    const terminal = await client.duplex(cookbook.terminal, { id: serve.id, ...shape })
    const { screen, until } = shown(terminal)
    await until(/Application startup complete/)
    await until(/leave: C-\] d/)
    expect(screen.rows()[29]).toContain(serve.id)
    terminal.resize({ cols: 80, rows: 20 })
    screen.resize({ cols: 80, rows: 20 })
    await expect.poll(() => screen.rows()[19], { timeout: 10_000 }).toContain(serve.id)
    terminal.stream.write('\x1dd')
    expect(await terminal.ended).toEqual({ code: 0, reason: null })
    expect(screen.leftOn).toEqual([])
    if (connection.mode === 'remote') await connection.close()
  })

  test('is a shell on the host, which tells how it ended, and refuses in words', async ({ skip }) => {
    const connection = await open(skip)
    const client = createClient(connection.carry, connection.join)
    const terminal = await client.duplex(hosts.terminal, { id: 'local', ...shape })
    const { until } = shown(terminal)
    terminal.stream.write('echo "it is $((40+2))"; stty size\r')
    await until(/it is 42\s+30 100/)
    terminal.stream.write('exit 5\r')
    expect(await terminal.ended).toEqual({ code: 5, reason: null })
    await expect(client.duplex(hosts.terminal, { id: 'nowhere', ...shape })).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('nowhere'),
    })
    if (connection.mode === 'remote') await connection.close()
  })
})

test('a smaller terminal does not shrink the pane of a larger one', async () => {
  const client = createClient(kitchen.w.inside.carry, kitchen.w.inside.join)
  const large = await client.duplex(cookbook.terminal, { id: serve.id, ...shape, cols: 150, rows: 45 })
  const first = shown(large)
  await first.until(/leave: C-\]/)
  const small = await client.duplex(cookbook.terminal, { id: serve.id, ...shape, cols: 40, rows: 12 })
  await shown(small).until(/leave: C-\]/)
  const socket = kitchen.w.paths.tmuxSocket
  const width = () =>
    execFileSync('tmux', ['-S', socket, 'display-message', '-p', '-t', `=${serve.id}:`, '#{window_width}'])
  expect(String(width()).trim()).toBe('150')
  small.close()
  large.close()
  await Promise.all([small.ended, large.ended])
})

describe('who may not', () => {
  /** What is answered to an upgrade that is not let through. */
  const refusal = (headers: Record<string, string>, path = '/api/v1/hosts/local/terminal'): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(`${url.replace('http', 'ws')}${path}`, { headers })
      socket.on('open', () => reject(new Error('It was let through.')))
      socket.on('error', () => undefined)
      socket.on('unexpected-response', async (_request, answer) =>
        resolve(`${answer.statusCode} ${await readAll(answer)}`),
      )
    })

  test('nobody without a token, nor with one that is not the operator’s', async () => {
    expect(await refusal({})).toMatch(/^401 /)
    const able = await kitchen.w.token('able', ['cookbook:launch', 'models:use'])
    expect(await refusal({ authorization: `Bearer ${able}` })).toMatch(/^403 .*Only the operator/)
    expect(await refusal({ authorization: `Bearer ${able}` }, `/api/v1/serves/${serve.id}/terminal`)).toMatch(
      /^403 /,
    )
    expect(await refusal({ authorization: 'Bearer ith_wrong' })).toMatch(/^4(01|29) /)
  })

  test('no web page, and no name that resolves here', async () => {
    const authorization = `Bearer ${key}`
    expect(await refusal({ authorization, origin: 'https://evil.example' })).toMatch(/^403 .*web pages/)
    expect(await refusal({ authorization, host: 'evil.example' })).toMatch(/^403 .*evil\.example/)
  })

  test('a plain request is told how to ask, and opens nothing', async () => {
    const answer = await fetch(`${url}/api/v1/hosts/local/terminal`, {
      headers: { authorization: `Bearer ${key}` },
    })
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('WebSocket')
  })

  test('who did is in the audit', async () => {
    const { items } = await kitchen.w.client.call(events.audit, { noun: 'terminal' })
    const said = new Set(items.map(({ actor, summary }) => `${actor}: ${summary}`))
    expect(said).toEqual(
      new Set(['operator: Attached to alpha on local', 'operator: Opened a shell on local']),
    )
  })
})

test('whoever offers another protocol is answered as if he had not', async () => {
  const ask = (method: string, path: string, body = ''): Promise<string> =>
    new Promise((resolve, reject) => {
      const headers = {
        connection: 'Upgrade, HTTP2-Settings',
        upgrade: 'h2c',
        'http2-settings': 'AAMAAABkAARAAAAAAAIAAAAA',
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)),
      }
      const asked = send(`${url}${path}`, { method, headers }, async answer =>
        resolve(`${answer.statusCode} ${await readAll(answer)}`),
      )
      asked.on('error', reject)
      asked.end(body)
    })
  expect(await ask('GET', '/healthz')).toMatch(/^200 .*"id"/)
  const title = 'é'.repeat(90_000)
  expect(await ask('POST', '/api/v1/memory', JSON.stringify({ text: title.slice(0, 500) }))).toMatch(
    /^20[01] /,
  )
  expect(await ask('POST', '/api/v1/memory', JSON.stringify({ text: title }))).toMatch(/^4\d\d /)
})

test('a terminal that cannot be noted is not left open', async () => {
  const { db } = kitchen.w.inside.workspace.store
  const children = (): string =>
    spawnSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' })
      .stdout.split('\n')
      .filter(line => line.includes('exit $code'))
      .join('\n')
  const client = createClient(kitchen.w.inside.carry, kitchen.w.inside.join)
  const noted = await client.duplex(hosts.terminal, { id: 'local', ...shape })
  expect(children()).not.toBe('')
  noted.close()
  await expect.poll(children, { timeout: 5000 }).toBe('')
  db.exec(
    `CREATE TEMP TRIGGER unnoted BEFORE INSERT ON audit WHEN new.noun = 'terminal' BEGIN SELECT RAISE(ABORT, 'not noted'); END`,
  )
  try {
    await expect(client.duplex(hosts.terminal, { id: 'local', ...shape })).rejects.toThrow('not noted')
    await expect.poll(children, { timeout: 5000 }).toBe('')
  } finally {
    db.exec('DROP TRIGGER unnoted')
  }
})

test('a body that never comes is not waited for any longer than without an upgrade', async () => {
  const server = createHttpServer({ requestTimeout: 300, connectionsCheckingInterval: 100 })
  answerUpgrades(server, kitchen.w.inside.api, () => 1000)
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening))
  const socket = connect((server.address() as { port: number }).port, '127.0.0.1')
  socket.on('error', () => undefined)
  const closed = new Promise<void>(done => socket.once('close', () => done()))
  socket.resume()
  socket.write(
    'POST /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 9\r\n\r\nhalf',
  )
  await closed
  server.close()
})

test('a connection that breaks ends the terminal on both sides', async () => {
  const { promise: there, resolve } = Promise.withResolvers<Socket>()
  // A link of our own that can be cut.
  const link = createServer(near => {
    const far = connect(Number(new URL(url).port), '127.0.0.1')
    near.pipe(far).pipe(near)
    for (const one of [near, far]) one.on('error', () => undefined)
    near.on('close', () => far.destroy())
    resolve(near)
  })
  await new Promise<void>(listening => link.listen(0, '127.0.0.1', listening))
  const { port } = link.address() as { port: number }
  const { carry, join } = connectRemote(`http://127.0.0.1:${port}`, key)
  const client: Client = createClient(carry, join)
  const terminal = await client.duplex(hosts.terminal, { id: 'local', ...shape })
  const { screen, until } = shown(terminal)
  terminal.stream.write('echo "pid $$."\r')
  await until(/pid \d+\./)
  const pid = Number(/pid (\d+)\./.exec(screen.text())![1])
  ;(await there).destroy()
  expect(await terminal.ended).toMatchObject({ code: null, reason: expect.stringContaining('lost') })
  await expect.poll(() => lives(pid), { timeout: 10_000 }).toBe(false)
  link.close()
  await expect(client.duplex(hosts.terminal, { id: 'local', ...shape })).rejects.toMatchObject({
    code: 'unavailable',
  })
})

const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
