import { appendFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { cookbook } from '../../src/contract/cookbook.ts'
import { testKitchen } from '../peers/kitchen.ts'

test('a launch that dies of its cache: why, the fix, ready, and what was tried', async () => {
  await using k = await testKitchen()
  const { client } = k.w
  const serve = await k.launch('vllm serve demo/kv-too-small --max-model-len 16384')
  await k.until(serve.id, 'crashed')
  const { serve: dead, diagnosis } = await client.call(cookbook.why, { id: serve.id })
  expect(diagnosis).toMatchObject({ cause: 'kv_cache_too_small', verdict: 'cause' })
  expect(diagnosis.root_line).toContain('estimated maximum model length is 6000')
  expect(diagnosis.line_number).toBeGreaterThan(1)
  expect(dead).toMatchObject({ cause: 'kv_cache_too_small', root_line: diagnosis.root_line })
  const fix = diagnosis.fixes.find(each => each.cmd?.includes('--max-model-len'))!
  expect(fix.cmd).toMatch(/--max-model-len (5\d\d\d|6000)\b/)

  const again = await client.call(cookbook.relaunch, { id: serve.id, apply: fix.id })
  expect(again.serve).toMatchObject({ lineage: serve.id, attempt: 2 })
  expect(again.difference).toEqual([
    '---max-model-len 16384',
    expect.stringMatching(/^\+--max-model-len \d+$/),
  ])
  await k.until(again.serve.id, 'ready')

  await expect
    .poll(async () => (await client.call(cookbook.attempts, { id: serve.id })).items[1]?.kv_tokens)
    .toBe(6000)
  const { lineage, items } = await client.call(cookbook.attempts, { id: again.serve.id, sort: 'ready' })
  expect(lineage).toBe(serve.id)
  expect(items.map(item => [item.attempt, item.state, item.cause])).toEqual([
    [2, 'ready', null],
    [1, 'crashed', 'kv_cache_too_small'],
  ])
  expect(items[0]).toMatchObject({ parent: serve.id, fix: fix.id, difference: again.difference })
  expect(items[0]!.ready_seconds).toBeGreaterThan(0)
})

test('a fix that failed in this lineage is not proposed first again', async () => {
  await using k = await testKitchen()
  const { client } = k.w
  const serve = await k.launch('vllm serve demo/oom-at-start --gpu-memory-utilization 0.9')
  await k.until(serve.id, 'crashed')
  const { diagnosis } = await client.call(cookbook.why, { id: serve.id })
  const [first] = diagnosis.fixes.filter(fix => fix.cmd !== null)
  expect(first?.tried).toBe(false)
  const second = await client.call(cookbook.relaunch, { id: serve.id, apply: first!.id })
  await k.until(second.serve.id, 'crashed')
  const after = await client.call(cookbook.why, { id: second.serve.id })
  expect(after.diagnosis.cause).toBe(diagnosis.cause)
  const again = after.diagnosis.fixes.find(fix => fix.id === first!.id)
  if (again) {
    expect(again.tried).toBe(true)
    expect(after.diagnosis.fixes.at(-1)).toEqual(again)
  }
})

test('changes by hand, secrets kept, and a live one is not relaunched by a slip', async () => {
  await using k = await testKitchen()
  const { client } = k.w
  const serve = await k.launch('llama-server -m demo.gguf --api-key sk-planted-secret-0123456789')
  await k.until(serve.id, 'ready')
  await expect(client.call(cookbook.relaunch, { id: serve.id })).rejects.toMatchObject({ code: 'conflict' })
  const again = await client.call(cookbook.relaunch, {
    id: serve.id,
    stop: true,
    set: ['--ctx-size=2048', 'LLAMA_LOG_COLORS=off'],
  })
  expect(again.difference).toEqual(['+LLAMA_LOG_COLORS=off', '+--ctx-size 2048'])
  await k.until(again.serve.id, 'ready')
  const { port } = again.serve
  const answer = async (key: string) =>
    (await fetch(`http://127.0.0.1:${port}/v1/models`, { headers: { authorization: `Bearer ${key}` } }))
      .status
  expect(await answer('sk-planted-secret-0123456789')).toBe(200)
  expect(JSON.stringify(await client.call(cookbook.attempts, { id: serve.id }))).not.toContain('planted')
  const kept = k.w.inside.workspace.cookbook.serves.get(again.serve.id).kept
  expect(JSON.stringify(kept)).not.toContain('planted')
  expect(await answer('wrong')).not.toBe(500)
})

test('an error of a launch that still lives is known before its death', async () => {
  await using k = await testKitchen()
  const { why, serves, watch } = k.w.inside.workspace.cookbook
  const serve = await k.launch('vllm serve demo/never-ready')
  const one = serves.get(serve.id)
  const size = async (): Promise<number> => {
    await watch.look('local')
    return serves.state(one) === 'loading' ? (one.sight.session?.log?.size ?? 0) : 0
  }
  await expect.poll(size, { timeout: 10_000 }).toBeGreaterThan(0)
  await why.round()
  expect(one.kept.diagnosis).toBeNull()
  const before = await size()
  const { log } = one.sight.session!.attempts.at(-1)!
  appendFileSync(log, `\n${DEADLY}\n`)
  await expect.poll(size).toBeGreaterThan(before)
  await why.round()
  expect(serves.view(one)).toMatchObject({ cause: 'kv_cache_too_small', root_line: DEADLY })
  expect(['loading', 'launching']).toContain(serves.view(one).state)
})

const DEADLY =
  "ValueError: To serve at least one request with the models's max seq len (16384), (2.25 GiB KV cache is needed, which is larger than the available KV cache memory (1.10 GiB). Based on the available memory, the estimated maximum model length is 6000. Try increasing `gpu_memory_utilization` or decreasing `max_model_len` when initializing the engine."

test('a clean stop has no cause', async () => {
  await using k = await testKitchen()
  const serve = await k.launch('vllm serve demo/fine')
  await k.until(serve.id, 'ready')
  await k.w.client.call(cookbook.stop, { id: serve.id })
  const { diagnosis } = await k.w.client.call(cookbook.why, { id: serve.id })
  expect(diagnosis).toMatchObject({ cause: null, fixes: [] })
  expect(diagnosis.verdict).toBe('stopped')
})
