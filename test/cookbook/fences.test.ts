import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Serve } from '../../src/contract/serve.ts'
import { type TestKitchen, testKitchen } from '../peers/kitchen.ts'
import { freePort } from '../peers/port.ts'

const before = process.env.TMUX_TMPDIR
let dir: string
let socket: string
let k: TestKitchen

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ithaca-fences-'))
  process.env.TMUX_TMPDIR = dir
  const folder = join(dir, `tmux-${process.getuid!()}`)
  mkdirSync(folder, { mode: 0o700 })
  socket = join(folder, 'default')
  k = await testKitchen()
})

afterAll(async () => {
  try {
    tmux('kill-server')
  } catch {
    // It was never started, or its last session has ended.
  }
  await k[Symbol.asyncDispose]()
  if (before === undefined) delete process.env.TMUX_TMPDIR
  else process.env.TMUX_TMPDIR = before
  rmSync(dir, { recursive: true, force: true })
})

const tmux = (...args: string[]): string =>
  execFileSync('tmux', ['-u', '-S', socket, '-f', '/dev/null', ...args], {
    encoding: 'utf8',
    env: {
      ...process.env,
      TMUX: undefined,
      FAKE_ENGINE_SPEED: '50',
      PATH: `${k.machine.bin}:${process.env.PATH}`,
    },
    stdio: ['ignore', 'pipe', 'ignore'],
  })

let made = 0
const fenced = (
  fences: Record<string, unknown>,
  scopes = ['cookbook:launch', 'models:use'],
): Promise<string> => k.w.token(`fenced-${++made}`, scopes, fences)

const send = async (token: string, method: string, path: string, body?: unknown) => {
  const response = await k.w.request(method, path, { token, body })
  return { status: response.status, text: await response.text() }
}
const refusedBy = (name: string) => ({ status: 403, text: expect.stringContaining(`fence ${name}`) })
const vllm = (rest: string): string => `${k.machine.bin}/vllm serve demo/x ${rest}`
const launch = (token: string, body: Record<string, unknown>) => send(token, 'POST', '/api/v1/serves', body)

test('a GPU is the one that the command takes in the end, whatever was said beside it', async () => {
  const token = await fenced({ gpus: '1' })
  const port = await freePort()
  for (const own of [
    'CUDA_VISIBLE_DEVICES=0',
    'HIP_VISIBLE_DEVICES=0',
    'CUDA_VISIBLE_DEVICES=$ELSEWHERE',
    'CUDA_VISIBLE_DEVICES=1,GPU-5f0c',
  ])
    expect(await launch(token, { cmd: `${own} ${vllm(`--port ${port}`)}`, gpus: '1' })).toMatchObject(
      refusedBy('gpus'),
    )
  expect(await launch(token, { cmd: vllm(`--port ${port}`) })).toMatchObject(refusedBy('gpus'))
})

test('who launches twice at once gets no more than who launches twice', async () => {
  const token = await fenced({ max_serves: 1 })
  const ports = [await freePort(), await freePort(), await freePort()]
  const answers = await Promise.all(ports.map(port => launch(token, { cmd: vllm(`--port ${port}`) })))
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 403, 403])
  const { serve } = JSON.parse(answers.find(({ status }) => status === 201)!.text) as { serve: Serve }
  await k.until(serve.id, 'ready')
  const again = await send(token, 'POST', `/api/v1/serves/${serve.id}/relaunch`, { stop: true })
  expect([again.status, again.text]).toMatchObject([201, expect.stringContaining('serve')])
  const later = (JSON.parse(again.text) as { serve: Serve }).serve
  expect((await send(token, 'POST', `/api/v1/serves/${later.id}/stop`, {})).status).toBe(200)
}, 30_000)

test('a name given again brings no serves with it: they do not count, and are not its own to stop', async () => {
  const fences = { max_serves: 1, stop: 'own' }
  const first = await k.w.token('namesake', ['cookbook:launch'], fences)
  const started = await launch(first, { cmd: vllm(`--port ${await freePort()}`) })
  expect(started.status).toBe(201)
  const { id } = (JSON.parse(started.text) as { serve: Serve }).serve
  await k.w.client.send('DELETE', '/api/v1/tokens/namesake')
  const second = await k.w.token('namesake', ['cookbook:launch'], fences)
  expect(await send(second, 'POST', `/api/v1/serves/${id}/stop`, {})).toMatchObject(refusedBy('stop'))
  const own = await launch(second, { cmd: vllm(`--port ${await freePort()}`) })
  expect(own.status).toBe(201)
  const { serve } = JSON.parse(own.text) as { serve: Serve }
  expect((await send(second, 'POST', `/api/v1/serves/${serve.id}/stop`, {})).status).toBe(200)
  const record = k.w.inside.workspace.cookbook.serves.get(id)
  expect(record.sight.session?.meta).toMatchObject({ actor: 'namesake', token: record.kept.token })
  expect((await k.w.client.send('POST', `/api/v1/serves/${id}/stop`, {})).status).toBe(200)
}, 30_000)

test('of several ports, only those inside the fence are tried', async () => {
  const token = await fenced({ ports: '11436-11437' })
  const { plan } = k.w.inside.workspace.cookbook.launching
  const actor = k.w.inside.workspace.access.identify(token)!
  const { plan: planned, fence } = plan({ cmd: `${k.machine.bin}/ollama serve`, host: '' }, actor)
  expect([planned.ports, fence]).toEqual([[11436, 11437], null])
  expect(plan({ cmd: vllm('--port 9000'), host: '' }, actor).fence).toContain('fence ports')
})

test('no way of saying a port goes around the fence: what cannot be judged is refused', async () => {
  const token = await fenced({ ports: '8100-8199' })
  const { plan } = k.w.inside.workspace.cookbook.launching
  const actor = k.w.inside.workspace.access.identify(token)!
  const fence = (cmd: string): string | null => plan({ cmd, host: '' }, actor).fence
  for (const cmd of [
    'vllm serve x --por 9000',
    'vllm serve x --port 8101 --po=9000',
    'vllm serve x --port 8101 --port 9000',
    'vllm serve x --port=$PORT',
    'vllm serve x --port "$X"',
    'vllm serve x --port 8101 --port=$X',
    'X=--port=9000 vllm serve x --port 8101 --enforce-eager $X',
    'vllm serve x --port 8101 --p$X',
    'vllm serve x --config file.yaml',
    'vllm serve x --conf=file.yaml',
    'vllm serve x --port 8101 --data-parallel-rpc-port 9000',
    `vllm serve x --port 8101 --kv-transfer-config '{"kv_port": 9000}'`,
    'vllm serve x --port 8101 --kv-transfer-config.kv_port 9000',
    'python -m sglang.launch_server --model-path x --port 8101 --dist-init-addr 0.0.0.0:9000',
    'PORT=9000 text-generation-launcher --model-id x',
    'PORT=$X text-generation-launcher --model-id x --port 8101',
    'text-generation-launcher --model-id x --port 8101 -p9000',
    'LLAMA_ARG_PORT=$X llama-server -m x.gguf',
    'OLLAMA_HOST=$X ollama serve',
    'OLLAMA_HOST=http://0.0.0.0 ollama serve',
    'python -m sglang.launch_server --model-path x --por 9000',
    'lmdeploy serve api_server x --server-p 9000',
    'tabbyapi',
  ])
    expect([cmd, fence(cmd)]).toEqual([cmd, expect.stringContaining('fence ports')])
  for (const cmd of [
    'vllm serve x --port 8101',
    'vllm serve $HOME/models/x --port=8101 --served-model-name $HOME',
    'vllm serve x --port 9000 --port 8101',
    'vllm serve x --config file.yaml --port 8101',
    'PORT=8102 text-generation-launcher --model-id x --port 8101',
    'OLLAMA_HOST=127.0.0.1:8101 ollama serve',
    'lmdeploy serve api_server x --server-port 8101 --server-name 0.0.0.0',
  ])
    expect([cmd, fence(cmd)]).toEqual([cmd, null])
})

test('nor any way of saying a GPU', async () => {
  const token = await fenced({ gpus: '1' })
  const { plan } = k.w.inside.workspace.cookbook.launching
  const actor = k.w.inside.workspace.access.identify(token)!
  const fence = (cmd: string): string | null => plan({ cmd, host: '', gpus: '1' }, actor).fence
  for (const cmd of [
    'CUDA_VISIBLE_DEVICES=1e0 vllm serve x',
    'CUDA_VISIBLE_DEVICES= vllm serve x',
    'CUDA_VISIBLE_DEVICES=-1 vllm serve x',
    'CUDA_DEVICE_ORDER=FASTEST_FIRST vllm serve x',
    'RAY_ADDRESS=10.0.0.1:6379 vllm serve x',
    'vllm serve x --distributed-executor-backend ray',
    'vllm serve x --distributed-executor-backend=ray',
    'vllm serve x --enforce-eager $X',
    'llama-server -m x.gguf --rpc 10.0.0.1:50052',
    'vllm serve x --nnode 2 --node-r 1',
    'vllm serve x --ray-addr 10.0.0.1:6379',
    'python -m sglang.launch_server --model-path x --use-ray',
    'vllm serve x --config file.yaml',
    'GGML_VK_VISIBLE_DEVICES=0 llama-server -m x.gguf',
  ])
    expect([cmd, fence(cmd)]).toEqual([cmd, expect.stringContaining('fence gpus')])
  // What the engine sees is bounded already: it can only fail.
  for (const cmd of ['vllm serve x --tensor-parallel-size 4', 'llama-server -m x.gguf --device CUDA0'])
    expect([cmd, fence(cmd)]).toEqual([cmd, null])
})

test('`until` is said once and stays: 08:00 is the next one, not every one', async () => {
  let now = Date.parse('2026-11-20T22:00:00Z')
  await using other = await testKitchen({ now: () => now, config: '[owner]\ntimezone = "Europe/Berlin"\n' })
  const token = await other.w.token('night', ['cookbook:launch'], { until: '08:00' })
  const actor = other.w.inside.workspace.access.identify(token)!
  expect(actor.fences?.until).toBe('2026-11-21T08:00:00+01:00')
  const fence = () =>
    other.w.inside.workspace.cookbook.launching.plan({ cmd: 'vllm serve x', host: '' }, actor).fence
  expect(fence()).toBeNull()
  now = Date.parse('2026-11-21T07:00:00Z')
  expect(fence()).toContain('fence until')
  now = Date.parse('2026-11-22T03:00:00Z')
  expect(fence()).toContain('fence until')
})

test('a token fenced to other hosts launches, prompts, stops, adopts, forgets and deletes nothing here', async () => {
  const token = await fenced({ hosts: 'gpu-b' })
  const serve = await k.launch('vllm serve demo/model')
  await k.until(serve.id, 'ready')
  tmux('new-session', '-d', '-s', 'theirs', vllm(`--port ${await freePort()}`))
  const messages = [{ role: 'user', content: 'hi' }]
  const tries: [string, string, unknown?][] = [
    ['POST', '/api/v1/serves', { cmd: vllm('--port 8111') }],
    ['POST', '/api/codex/cookbook/serve', { repo_id: 'demo/x', cmd: vllm('--port 8111') }],
    ['POST', `/api/v1/serves/${serve.id}/relaunch`, { stop: true }],
    ['POST', `/api/v1/serves/${serve.id}/try`, { prompt: 'hi' }],
    ['POST', `/api/v1/serves/${serve.id}/chat`, { messages }],
    ['POST', '/v1/chat/completions', { model: 'demo/model', messages }],
    ['POST', `/api/v1/serves/${serve.id}/stop`, {}],
    ['POST', `/api/codex/cookbook/stop/${serve.id}`],
    ['POST', '/api/v1/serves/adopt', { session: 'theirs' }],
    ['POST', '/api/codex/cookbook/adopt', { tmux_session: 'theirs', model: 'demo/x' }],
    ['DELETE', `/api/v1/serves/${serve.id}`],
    ['DELETE', '/api/v1/models?model=demo/x'],
    ['POST', '/api/v1/models/download', { model: 'demo/x' }],
  ]
  for (const [method, path, body] of tries)
    expect({ path, ...(await send(token, method, path, body)) }).toMatchObject({
      path,
      ...refusedBy('hosts'),
    })
  expect(JSON.parse((await send(token, 'GET', '/v1/models')).text)).toEqual({ object: 'list', data: [] })
  expect(k.w.inside.workspace.cookbook.serves.state(k.w.inside.workspace.cookbook.serves.get(serve.id))).toBe(
    'ready',
  )
}, 30_000)

test('what is adopted counts and has to fit like a launch, and is not one’s own to stop', async () => {
  const port = await freePort()
  const adopt = (token: string) =>
    send(token, 'POST', '/api/codex/cookbook/adopt', { tmux_session: 'grown', model: 'demo/x' })
  tmux('new-session', '-d', '-s', 'grown', `CUDA_VISIBLE_DEVICES=1 ${vllm(`--port ${port}`)}`)
  await expect
    .poll(async () => (await adopt(await fenced({ gpus: '0' }))).text, { timeout: 20_000 })
    .toContain('fence gpus')
  expect(await adopt(await fenced({ ports: '1-9' }))).toMatchObject(refusedBy('ports'))
  expect(await adopt(await fenced({ max_serves: 0 }))).toMatchObject(refusedBy('max_serves'))
  const token = await fenced({ stop: 'own', gpus: '1', max_serves: 1 })
  expect((await adopt(token)).status).toBe(200)
  expect((await adopt(token)).status).toBe(200)
  expect(await send(token, 'POST', '/api/codex/cookbook/stop/grown', { adopted: true })).toMatchObject(
    refusedBy('stop'),
  )
}, 30_000)

test('work that ends by itself takes no GPU, no port and no place among the serves', async () => {
  const token = await fenced({ gpus: '1', ports: '8100-8199', max_serves: 0 })
  const { status, text } = await send(token, 'POST', '/api/v1/models/download', { model: 'demo/x' })
  expect([status, JSON.parse(text).serve?.kind]).toEqual([201, 'download'])
})

test('a fence that would be no fence is refused', async () => {
  for (const fence of [
    { gpus: '7-4' },
    { gpus: '' },
    { ports: 'x' },
    { hosts: ',' },
    { until: 'yesterday' },
  ]) {
    const made = await k.w.client.send('POST', '/api/v1/tokens', { name: 'odd', scopes: ['chat'], ...fence })
    expect([fence, made.status]).toEqual([fence, 422])
  }
})
