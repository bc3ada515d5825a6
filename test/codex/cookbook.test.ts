import { afterAll, beforeAll, expect, test } from 'vitest'
import { hosts } from '../../src/contract/hosts.ts'
import { presets } from '../../src/contract/presets.ts'
import { type TestKitchen, testKitchen } from '../peers/kitchen.ts'
import { freePort } from '../peers/port.ts'

let k: TestKitchen
let token: string

beforeAll(async () => {
  k = await testKitchen()
  token = await k.w.token('agent', ['cookbook:launch'])
})
afterAll(() => k[Symbol.asyncDispose]())

// biome-ignore lint/suspicious/noExplicitAny: answers are read by what the contract says of them
type Answer = { status: number; body: any }
const LONGEST = 12_000

/** As the bundled script calls: a bearer token, and an answer before its patience ends. */
const ask = async (method: string, path: string, body?: unknown): Promise<Answer> => {
  const began = performance.now()
  const response = await k.w.request(method, `/api/codex/cookbook${path}`, {
    token,
    body,
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
  })
  const answer = { status: response.status, body: await response.json() }
  expect(performance.now() - began).toBeLessThan(LONGEST)
  return answer
}
const stateOf = async (id: string) =>
  (await ask('GET', '/tasks')).body.tasks.find((task: { id: string }) => task.id === id)

test('the documented loop: tasks, output, stop, serve, output', async () => {
  const cmd = `${k.machine.bin}/vllm serve demo/oom-at-start --port ${await freePort()}`
  const first = await ask('POST', '/serve', { repo_id: 'demo/oom-at-start', cmd, host: 'local' })
  expect(first).toMatchObject({
    status: 200,
    body: { ok: true, remote: 'local', session_id: expect.any(String) },
  })
  expect(first.body).toHaveProperty('endpoint_id')
  await k.until(first.body.session_id, 'crashed')
  const dead = await stateOf(first.body.session_id)
  expect(dead).toMatchObject({
    sessionId: first.body.session_id,
    type: 'serve',
    status: 'crashed',
    state: 'crashed',
    exit_code: 1,
    repo_id: 'demo/oom-at-start',
    payload: { repo_id: 'demo/oom-at-start', remote_host: '', _cmd: cmd },
    remoteHost: '',
  })
  const output = await ask('GET', `/output/${first.body.session_id}?tail=30`)
  expect(Object.keys(output.body)).toEqual(
    expect.arrayContaining(['session_id', 'host', 'exit_code', 'output', 'task', 'diagnosis']),
  )
  expect(output.body).toMatchObject({ host: 'local', exit_code: 0, task: { status: 'crashed' } })
  expect(output.body.output).toContain('OutOfMemoryError')
  const stopped = await ask('POST', `/stop/${first.body.session_id}`)
  expect(stopped).toMatchObject({ status: 200, body: { exit_code: 0, host: 'local', step: 'gone' } })

  const again = await ask('POST', '/serve', {
    model: 'demo/small',
    cmd: `${k.machine.bin}/vllm serve demo/small --port ${await freePort()}`,
    remote_host: 'localhost',
    ssh_port: 22,
    gpus: '1',
  })
  expect(again.status).toBe(200)
  const waited = await ask('GET', `/wait/${again.body.session_id}?for=ready&timeout=9`)
  expect(waited.body).toMatchObject({ reached: true, ended: false, task: { status: 'ready', gpus: [1] } })
  expect((await ask('GET', `/output/${again.body.session_id}`)).body.output).toContain('startup complete')
  const ended = await ask('POST', `/stop/${again.body.session_id}`)
  expect(ended.body).toMatchObject({
    session_id: again.body.session_id,
    exit_code: 0,
    left: [],
    state: 'stopped',
  })
  expect(await stateOf(again.body.session_id)).toMatchObject({ status: 'stopped' })
})

test('what is wrong with a launch is said in the words of the contract, and nothing runs', async () => {
  const cmd = 'vllm serve m'
  const before = (await ask('GET', '/tasks')).body.tasks.length
  const refused = async (body: unknown): Promise<string> => {
    const { status, body: said } = await ask('POST', '/serve', body)
    expect([status, typeof said.detail]).toEqual([400, 'string'])
    return said.detail as string
  }
  expect(await refused({})).toMatch(
    /^Invalid serve payload: 2 validation errors for serve\nrepo_id\n {2}Field required/,
  )
  expect(await refused({ repo_id: 'm', cmd, gpus: 1 })).toContain('Invalid serve payload: 1 validation error')
  expect(await refused({ repo_id: 'm', cmd, host: '-oProxyCommand=x' })).toContain('Invalid remote_host')
  expect(await refused({ repo_id: 'm', cmd, host: 'nobody@nowhere' })).toContain(
    "no saved host 'nobody@nowhere'",
  )
  expect(await refused({ repo_id: 'm', cmd, ssh_port: '99999' })).toBe('Invalid ssh_port')
  expect(await refused({ repo_id: 'm', cmd, gpus: 'all' })).toContain('Invalid gpus')
  expect(await refused({ repo_id: 'm', cmd, hf_token: 'a b' })).toBe('Invalid token characters')
  expect(await refused({ repo_id: '', cmd })).toBe('repo_id is required')
  expect(await refused({ repo_id: '../x', cmd })).toContain('Invalid repo_id')
  expect(await refused({ repo_id: 'm', cmd: 'rm -rf /' })).toContain("cmd binary 'rm' is not allowed")
  expect(await refused({ repo_id: 'm', cmd: 'vllm serve m; id' })).toContain('Invalid')
  expect(await refused({ repo_id: 'm', cmd, env_prefix: 'rm x' })).toBe('Invalid env_prefix')
  expect(await refused({ repo_id: 'm', cmd, platform: 'windows' })).toContain('Windows')
  expect((await ask('GET', '/tasks')).body.tasks).toHaveLength(before)
})

test('sessions that nobody knows, and names that cannot be one', async () => {
  for (const [method, path] of [
    ['GET', '/output/'],
    ['POST', '/stop/'],
    ['GET', '/wait/'],
    ['GET', '/why/'],
    ['GET', '/attempts/'],
    ['POST', '/relaunch/'],
  ] as const) {
    expect(await ask(method, `${path}serve-none`)).toEqual({
      status: 404,
      body: { detail: 'task not found' },
    })
    expect(await ask(method, `${path}a.b`)).toEqual({ status: 400, body: { detail: 'Invalid session id' } })
  }
})

test('servers have their seven keys, models lie where they lie', async () => {
  await k.w.client.call(hosts.add, {
    target: 'ann@192.0.2.1',
    name: 'box',
    port: 2222,
    env: 'venv',
    env_path: '~/v',
  })
  const { servers } = (await ask('GET', '/servers')).body
  expect(servers).toContainEqual({
    name: 'box',
    host: 'ann@192.0.2.1',
    port: '2222',
    env: 'venv',
    envPath: '~/v',
    platform: 'linux',
    modelDirs: [],
  })
  expect(servers[0]).toMatchObject({ name: 'local', host: '' })
  const cached = await ask('GET', '/cached')
  expect(cached.body).toMatchObject({ models: expect.any(Array), host: 'local' })
  expect((await ask('GET', '/cached?host=elsewhere')).status).toBe(400)
  await k.w.client.call(hosts.remove, { id: 'box' })
})

test('a preset is launched by name with everything it was saved with; a doubtful name lists candidates', async () => {
  const port = await freePort()
  for (const name of ['Small model', 'Small other'])
    await k.w.client.call(presets.save, {
      name,
      model: 'demo/small',
      cmd: `${k.machine.bin}/vllm serve demo/small --port ${port}`,
      gpus: '0',
    })
  const listed = (await ask('GET', '/presets')).body
  expect(listed.default_host).toBe('local')
  expect(listed.presets[0]).toEqual({
    name: 'Small model',
    model: 'demo/small',
    host: 'local',
    port: String(port),
    cmd: `${k.machine.bin}/vllm serve demo/small --port ${port}`,
  })
  expect(await ask('POST', '/preset/none')).toEqual({
    status: 404,
    body: { detail: "No preset matching 'none'" },
  })
  expect(await ask('POST', '/preset/a$b')).toEqual({ status: 400, body: { detail: 'Invalid preset name' } })
  const doubtful = await ask('POST', '/preset/small')
  expect(doubtful).toMatchObject({ status: 404, body: { candidates: ['Small model', 'Small other'] } })
  const launched = await ask('POST', '/preset/SMALL%20MODEL')
  expect(launched.body).toMatchObject({ ok: true, port })
  expect(await k.until(launched.body.session_id, 'ready')).toMatchObject({ gpus: [0] })
  await ask('POST', `/stop/${launched.body.session_id}`)
})

test('adopt says what is missing', async () => {
  expect(await ask('POST', '/adopt', {})).toEqual({
    status: 400,
    body: { detail: 'tmux_session required, [a-zA-Z0-9_-]+ only' },
  })
  expect(await ask('POST', '/adopt', { tmux_session: 's' })).toEqual({
    status: 400,
    body: { detail: 'model required' },
  })
  expect((await ask('POST', '/adopt', { tmux_session: 's', model: 'm', port: 'x' })).status).toBe(400)
  expect(await ask('POST', '/adopt', { tmux_session: 'not-there-at-all', model: 'm' })).toMatchObject({
    status: 404,
    body: { detail: "tmux session 'not-there-at-all' not found on local" },
  })
})
