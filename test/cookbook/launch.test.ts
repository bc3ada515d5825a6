import { expect, test } from 'vitest'
import { cookbook } from '../../src/contract/cookbook.ts'
import { testKitchen } from '../peers/kitchen.ts'

test('launched, loading, ready, stopped, and its log stays', async () => {
  await using k = await testKitchen()
  const serve = await k.launch('vllm serve demo/qwen3-8b', { gpus: '0' })
  expect(serve).toMatchObject({ engine: 'vllm', model: 'demo/qwen3-8b', gpus: [0], mine: true, attempt: 1 })
  const ready = await k.until(serve.id, 'ready')
  expect(ready.ready_at).not.toBeNull()
  const { output } = await k.w.client.call(cookbook.output, { id: serve.id, tail: 50 })
  expect(output).toContain('Application startup complete')
  const stopped = await k.w.client.call(cookbook.stop, { id: serve.id })
  expect(stopped).toMatchObject({ step: 'interrupt', left: [], serve: { state: 'stopped' } })
  expect((await k.w.client.call(cookbook.output, { id: serve.id })).output).toContain('startup complete')
})

test('the GPUs are looked at when something got ready there, not at their next turn', async () => {
  await using k = await testKitchen()
  const serve = await k.launch('vllm serve demo/qwen3-8b', { gpus: '0' })
  const { ready_at } = await k.until(serve.id, 'ready')
  const { gpus } = k.w.inside.workspace.cookbook.machines.at('local')
  await expect.poll(() => gpus.reading?.at, { timeout: 12_000 }).toBeGreaterThan(ready_at!)
}, 60_000)

test('one that dies is crashed with its exit code', async () => {
  await using k = await testKitchen()
  const serve = await k.launch('vllm serve demo/oom-at-start')
  const dead = await k.until(serve.id, 'crashed')
  expect(dead.exit_code).toBe(1)
  expect(dead.ended_at).not.toBeNull()
})

test('what is refused before anything starts leaves nothing behind', async () => {
  await using k = await testKitchen()
  const first = await k.launch('vllm serve demo/a')
  await expect(k.launch(`vllm serve demo/b --port ${first.port}`)).rejects.toMatchObject({ code: 'conflict' })
  await expect(k.w.client.call(cookbook.serve, { cmd: 'sglang-not-here serve x' })).rejects.toMatchObject({
    code: 'bad_request',
  })
  await expect(k.w.client.call(cookbook.serve, { cmd: '/nowhere/vllm serve x' })).rejects.toMatchObject({
    code: 'conflict',
  })
  const { items } = await k.w.client.call(cookbook.tasks, {})
  expect(items.map(item => item.id)).toEqual([first.id])
})

test('the same session id again finds the first launch', async () => {
  await using k = await testKitchen()
  const first = await k.launch('vllm serve demo/once', { session_id: 'serve-once0001' })
  const again = await k.launch('vllm serve demo/once', { session_id: 'serve-once0001' })
  expect(again.id).toBe(first.id)
  expect((await k.w.client.call(cookbook.tasks, {})).items).toHaveLength(1)
})

test('a fence is named, and nothing is launched beyond it', async () => {
  await using k = await testKitchen()
  const secret = await k.w.token('fenced', ['cookbook:launch'], { ports: '8100-8199' })
  const refused = await k.w.request('POST', '/api/v1/serves', {
    token: secret,
    body: { cmd: `${k.machine.bin}/vllm serve x --port 9000` },
  })
  expect(refused.status).toBe(403)
  expect(JSON.stringify(await refused.json())).toContain('fence ports')
})

test('ready then killed is crashed, with the signal', async () => {
  await using k = await testKitchen()
  const serve = await k.launch('llama-server -m demo.gguf')
  const ready = await k.until(serve.id, 'ready')
  process.kill(ready.pid!, 'SIGKILL')
  expect(await k.until(serve.id, 'crashed')).toMatchObject({ signal: 'SIGKILL' })
})
