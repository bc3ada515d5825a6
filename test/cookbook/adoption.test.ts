import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createClient } from '../../src/client/client.ts'
import { cookbook } from '../../src/contract/cookbook.ts'
import { hosts } from '../../src/contract/hosts.ts'
import { installFakeEngines } from '../../src/demo/engine/install.ts'
import { type TestKitchen, testKitchen } from '../peers/kitchen.ts'
import { freePort } from '../peers/port.ts'
import { isRunning } from '../peers/running.ts'
import { Pty } from '../peers/terminal.ts'
import { eventually } from '../sessions/ground.ts'

const before = { tmux: process.env.TMUX_TMPDIR, path: process.env.PATH, gpus: process.env.FAKE_GPU_STATE }
let dir: string
let bin: string
let socket: string

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ithaca-adopt-'))
  process.env.TMUX_TMPDIR = dir
  const machine = await installFakeEngines(join(dir, 'fakes'))
  bin = machine.bin
  process.env.PATH = `${bin}:${before.path}`
  process.env.FAKE_GPU_STATE = machine.gpuState
  const folder = join(dir, `tmux-${process.getuid!()}`)
  mkdirSync(folder, { mode: 0o700 })
  socket = join(folder, 'default')
})

afterAll(() => {
  try {
    tmux('kill-server')
  } catch {
    // Its last session may have ended already.
  }
  if (before.tmux === undefined) delete process.env.TMUX_TMPDIR
  else process.env.TMUX_TMPDIR = before.tmux
  if (before.gpus === undefined) delete process.env.FAKE_GPU_STATE
  else process.env.FAKE_GPU_STATE = before.gpus
  process.env.PATH = before.path
  rmSync(dir, { recursive: true, force: true })
})

const tmux = (...args: string[]): string =>
  execFileSync('tmux', ['-u', '-S', socket, '-f', '/dev/null', ...args], {
    encoding: 'utf8',
    env: { ...process.env, TMUX: undefined, FAKE_ENGINE_SPEED: '50' },
    stdio: ['ignore', 'pipe', 'ignore'],
  })

const place = (k: TestKitchen) => k.w.inside.workspace.cookbook.machines.at('local')
const swept = (k: TestKitchen) => k.w.inside.workspace.cookbook.adoption.sweep(place(k))
const tasks = async (k: TestKitchen) => (await k.w.client.call(cookbook.tasks, {})).items

test('a server in a pane of the person is found, told apart from an editor and a shell, and adopted by name', async () => {
  await using k = await testKitchen()
  const port = await freePort()
  tmux(
    'new-session',
    '-d',
    '-s',
    'mine',
    '-x',
    '200',
    `${bin}/vllm serve demo/theirs --port ${port}; exec sh`,
  )
  tmux('new-session', '-d', '-s', 'mine-too', 'cat vllm serve demo/none -')
  tmux('new-session', '-d', '-s', 'shell', 'sh')
  const one = await eventually(async () => {
    await swept(k)
    return (await tasks(k)).find(item => item.id === 'mine')
  })
  expect(one).toMatchObject({
    engine: 'vllm',
    model: 'demo/theirs',
    port,
    origin: 'swept',
    mine: false,
    host: 'local',
  })
  expect((await tasks(k)).map(item => item.id)).toEqual(['mine'])
  expect(tmux('display-message', '-p', '-t', '=mine:', '#{pane_pipe}').trim()).toBe('0')

  // A person may look at it, and how small his screen is changes nothing for its owner.
  const owner = new Pty('tmux', ['-u', '-S', socket, 'attach', '-t', 'mine'], {
    cols: 150,
    rows: 45,
    env: { TMUX: undefined },
  })
  await owner.until('[mine]')
  const client = createClient(k.w.inside.carry, k.w.inside.join)
  const size = () => tmux('display-message', '-p', '-t', '=mine:', '#{window_width}x#{window_height}').trim()
  const large = size()
  expect(large).toBe('150x44')
  const terminal = await client.duplex(cookbook.terminal, { id: 'mine', cols: 50, rows: 12 })
  let seen = ''
  terminal.stream.on('data', piece => {
    seen += String(piece)
  })
  await eventually(async () => seen.includes('[mine]'))
  expect(size()).toBe(large)
  terminal.stream.write('\x02d')
  expect(await terminal.ended).toEqual({ code: 0, reason: null })
  owner.kill()
  await k.until('mine', 'ready')

  await expect(k.w.client.call(cookbook.adopt, { session: 'shell' })).rejects.toMatchObject({
    code: 'conflict',
  })
  await expect(k.w.client.call(cookbook.adopt, { session: 'min' })).rejects.toMatchObject({
    code: 'not_found',
  })
  await expect(k.w.client.call(cookbook.stop, { id: 'mine' })).rejects.toThrow('?adopted=true')

  const adopted = await k.w.client.call(cookbook.adopt, { session: 'mine' })
  expect(adopted).toMatchObject({ already: false, serve: { origin: 'adopted', mine: true } })
  expect((await k.w.client.call(cookbook.adopt, { session: 'mine' })).already).toBe(true)
  await fetch(`http://127.0.0.1:${port}/v1/models`)
  const output = await eventually(async () => {
    const { output, source } = await k.w.client.call(cookbook.output, { id: 'mine' })
    return source === 'log' && output.includes('GET /v1/models') ? output : undefined
  })
  expect(output).toContain('Application startup complete')
  expect(output.match(/Application startup complete/g)).toHaveLength(1)

  const stopped = await k.w.client.call(cookbook.stop, { id: 'mine' })
  expect(stopped).toMatchObject({ left: [], serve: { state: 'stopped' } })
  expect(isRunning(one.pid!)).toBe(false)
  expect(tmux('list-sessions', '-F', '#{session_name}').trim().split('\n').sort()).toEqual([
    'mine',
    'mine-too',
    'shell',
  ])
  tmux('kill-server')
})

test('one that was found and ends by itself is lost, and a new one under the same name is seen', async () => {
  await using k = await testKitchen()
  tmux(
    'new-session',
    '-d',
    '-s',
    'again',
    `${bin}/llama-server -m a.gguf --port ${await freePort()}; exec sh`,
  )
  const first = await eventually(async () => {
    await swept(k)
    return (await tasks(k))[0]
  })
  process.kill(first.pid!, 'SIGKILL')
  expect(await k.until('again', 'lost')).toMatchObject({
    reason: expect.stringContaining('not launched here'),
  })
  tmux('send-keys', '-t', '=again:', `${bin}/llama-server -m b.gguf --port ${await freePort()}`, 'Enter')
  const second = await eventually(async () => {
    await swept(k)
    return (await tasks(k)).find(item => item.model === 'b.gguf')
  })
  expect(second).toMatchObject({ id: 'again', ended_at: null })
  tmux('kill-server')
})

test('the log and the exit code that Odysseus wrote are read', async () => {
  await using k = await testKitchen()
  const session = `serve-${process.pid.toString(16).padStart(8, '0')}`
  const log = `/tmp/odysseus-tmux/${session}.log`
  mkdirSync('/tmp/odysseus-tmux', { recursive: true })
  try {
    tmux(
      ...['new-session', '-d', '-s', session],
      `${bin}/vllm serve demo/old --port ${await freePort()} >>${log} 2>&1; printf '\\n=== Process exited with code 7 ===\\n' >>${log}; exec sh`,
    )
    const one = await eventually(async () => {
      await swept(k)
      return (await tasks(k)).find(item => item.id === session)
    })
    await k.until(session, 'ready')
    expect((await k.w.client.call(cookbook.output, { id: session })).source).toBe('log')
    process.kill(one.pid!, 'SIGKILL')
    expect(await k.until(session, 'crashed')).toMatchObject({ exit_code: 7 })
    expect(readFileSync(log, 'utf8')).toContain('exited with code 7')
  } finally {
    rmSync(log, { force: true })
    tmux('kill-server')
  }
})

test('a worker that outlives its serve and keeps its memory is an orphan that can be stopped', async () => {
  await using k = await testKitchen()
  const { machines } = k.w.inside.workspace.cookbook
  const { readGpus } = await import('../../src/gpus/gpus.ts')
  const variables = { FAKE_ENGINE_SPEED: '50', FAKE_GPU_STATE: process.env.FAKE_GPU_STATE! }
  await k.w.client.call(hosts.edit, { id: 'local', variables })
  const serve = await k.launch('vllm serve demo/orphan', { name: 'leaver' })
  const { pid } = await k.until(serve.id, 'ready')
  process.kill(pid!, 'SIGKILL')
  await k.until(serve.id, 'crashed')
  const left = await eventually(async () => {
    machines.at('local').gpus.reading = await readGpus(machines.at('local').host)
    await swept(k)
    return (await tasks(k)).find(item => item.origin === 'seen')
  })
  const held = machines.view('local').devices.flatMap(({ processes }) => processes)
  expect(held).toMatchObject([{ serve: left.id, orphan: true }])
  const stopped = await k.w.client.call(cookbook.stop, { id: left.id, confirm: left.name, force: true })
  expect(stopped).toMatchObject({ left: [], serve: { state: 'stopped' } })
})

test('a process that holds a GPU outside tmux is a row, and goes only by its confirmed name', async () => {
  await using k = await testKitchen()
  const port = await freePort()
  const child = spawn(`${bin}/vllm`, ['serve', 'demo/nohup', '--port', String(port)], {
    detached: true,
    stdio: 'ignore',
    env: { ...process.env, FAKE_ENGINE_SPEED: '50' },
  })
  const gone = new Promise(resolve => child.once('exit', resolve))
  try {
    const { machines } = k.w.inside.workspace.cookbook
    const { readGpus } = await import('../../src/gpus/gpus.ts')
    // Until it is ready it holds more memory with each look.
    await eventually(() =>
      fetch(`http://127.0.0.1:${port}/health`)
        .then(({ ok }) => ok)
        .catch(() => false),
    )
    const one = await eventually(async () => {
      machines.at('local').gpus.reading = await readGpus(machines.at('local').host)
      await swept(k)
      return (await tasks(k)).find(item => item.origin === 'seen' && item.vram_mib)
    })
    expect(one).toMatchObject({
      kind: 'process',
      name: 'nohup',
      engine: 'vllm',
      model: 'demo/nohup',
      port,
      mine: false,
    })
    expect((await tasks(k)).length).toBe(1)
    const held = machines.view('local').devices.flatMap(({ processes }) => processes)
    expect(held.map(({ serve }) => serve)).toEqual([one.id])
    const read = machines.at('local').gpus.reading
    await eventually(async () => {
      await k.w.inside.workspace.cookbook.watch.look('local')
      return machines.at('local').gpus.reading !== read
    })
    expect((await tasks(k))[0]).toMatchObject({ id: one.id, vram_mib: one.vram_mib })
    await expect(k.w.client.call(cookbook.stop, { id: one.id })).rejects.toThrow('confirm=nohup')
    await expect(k.w.client.call(cookbook.stop, { id: one.id, confirm: 'nohu' })).rejects.toThrow(
      'confirm=nohup',
    )
    const stopped = await k.w.client.call(cookbook.stop, { id: one.id, confirm: 'nohup' })
    expect(stopped).toMatchObject({ left: [], serve: { state: 'stopped' } })
    await gone
    const brief = spawn(`${bin}/vllm`, ['serve', 'demo/brief', '--port', String(await freePort())], {
      stdio: 'ignore',
      env: { ...process.env, FAKE_ENGINE_SPEED: '50' },
    })
    await eventually(async () => {
      machines.at('local').gpus.reading = await readGpus(machines.at('local').host)
      await swept(k)
      return (await tasks(k)).find(item => item.name === 'brief')
    })
    brief.kill('SIGKILL')
    await eventually(async () => {
      await k.w.inside.workspace.cookbook.watch.look('local')
      return !(await tasks(k)).some(item => item.name === 'brief')
    })
  } finally {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, 'SIGKILL')
  }
})
