import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cookbook } from '../../src/contract/cookbook.ts'
import { hosts } from '../../src/contract/hosts.ts'
import { writeDemoModel } from '../../src/demo/engine/hub.ts'
import { readGpus } from '../../src/gpus/gpus.ts'
import { type TestKitchen, testKitchen } from '../peers/kitchen.ts'
import { freePort } from '../peers/port.ts'

/** A kitchen whose GPUs are seen and whose models are its own. */
const seeing = async (): Promise<TestKitchen> => {
  const before = process.env.PATH
  const k = await testKitchen()
  process.env.PATH = `${k.machine.bin}:${before}`
  const hf = join(k.w.home, 'hf')
  const { variables } = await k.w.client.call(hosts.get, { id: 'local' })
  await k.w.client.call(hosts.edit, { id: 'local', variables: { ...variables, HF_HOME: hf } })
  await writeDemoModel(join(hf, 'hub'), 'Qwen/Qwen3-8B')
  await writeDemoModel(join(hf, 'hub'), 'Qwen/Qwen3-32B')
  await k.w.inside.workspace.cookbook.watch.look('local')
  await expect
    .poll(() => k.w.inside.workspace.cookbook.machines.at('').gpus.reading?.gpus.length, { timeout: 10_000 })
    .toBe(2)
  process.env.PATH = before
  return k
}

test('a command is judged as it is typed: verdict, engine, port, difference, fit', async () => {
  await using k = await seeing()
  const { client } = k.w
  const vllm = `${k.machine.bin}/vllm`
  const port = await freePort()
  const good = await client.call(cookbook.check, {
    cmd: `${vllm} serve Qwen/Qwen3-8B --port ${port}`,
    gpus: '0',
  })
  expect(good).toMatchObject({
    ok: true,
    error: null,
    engine: 'vllm',
    model: 'Qwen/Qwen3-8B',
    port,
    gpus: [0],
  })
  expect(good.fit).toMatchObject({ verdict: 'fits', problems: [] })
  expect(good.fit!.parts.find(part => part.what === 'weights')!.gib).toBeCloseTo(15.26, 1)

  expect(await client.call(cookbook.check, { cmd: 'rm -rf /' })).toMatchObject({ ok: false, fit: null })
  expect((await client.call(cookbook.check, { cmd: '/nowhere/vllm serve x' })).error).toContain(
    'not installed',
  )
  const typo = await client.call(cookbook.check, {
    cmd: `${vllm} serve Qwen/Qwen3-8B --max-model-lenght 1024`,
  })
  expect(typo.warnings.join()).toContain('Did you mean --max-model-len?')

  const serve = await k.launch(`vllm serve Qwen/Qwen3-8B --port ${port}`)
  const taken = await client.call(cookbook.check, {
    cmd: `${vllm} serve Qwen/Qwen3-8B --port ${port} --enforce-eager`,
    like: serve.id,
  })
  expect(taken.error).toContain(`Port ${port} of local is taken by Qwen3-8B (${serve.id})`)
  expect(taken.difference).toEqual(['+--enforce-eager'])
  const instead = await client.call(cookbook.check, {
    cmd: `${vllm} serve Qwen/Qwen3-8B --port ${port} --enforce-eager`,
    like: serve.id,
    replaces: true,
  })
  expect(instead).toMatchObject({ error: null, gpus: serve.gpus, difference: ['+--enforce-eager'] })
  expect(instead.warnings.join()).not.toContain('uses GPU')
})

test('what does not fit says by how much and what would', async () => {
  await using k = await seeing()
  const { client } = k.w
  const large = await client.call(cookbook.fit, { model: 'Qwen/Qwen3-32B', gpus: '0' })
  expect(large.verdict).toBe('does_not')
  expect(large.spare_gib).toBeLessThan(-10)
  expect(large.settings.flatMap(({ operations }) => operations)).toContainEqual({
    op: 'set',
    flag: '--tensor-parallel-size',
    value: '2',
  })
  const split = await client.call(cookbook.fit, { cmd: 'Qwen/Qwen3-32B', tensor_parallel: 3 })
  expect(split.problems.join()).toContain('attention heads')
  await expect(client.call(cookbook.fit, { model: 'not/here' })).rejects.toMatchObject({ code: 'not_found' })
})

test('a launch is warned of what it will meet, and goes on', async () => {
  await using k = await seeing()
  const launched = async (words: string): Promise<string> => {
    const cmd = `${k.machine.bin}/vllm serve ${words} --port ${await freePort()}`
    const { serve } = await k.w.client.call(cookbook.serve, { cmd })
    const warnings = (): string[] => k.w.inside.workspace.cookbook.serves.get(serve.id).kept.warnings
    // What takes its time to find out is said once it is known; the launch does not wait for it.
    await expect.poll(() => warnings().length, { timeout: 15_000 }).toBeGreaterThan(0)
    return warnings().join('\n')
  }
  expect(await launched('Qwen/Qwen3-32B')).toContain('Does not fit')
  expect(await launched('not/in-the-cache')).toContain('it will be downloaded first')
  expect(await launched('Qwen/Qwen3-8B --max-model-len 999999')).toContain('made for 40960 tokens')
})

test('what an attempt measured decides what fits: the fix, the estimate and the proposal say one thing', async () => {
  await using k = await seeing()
  const { client } = k.w
  const flags = '--gpu-memory-utilization 0.4 --max-model-len 40960'
  const dead = await k.launch(`vllm serve Qwen/Qwen3-8B ${flags}`, { gpus: '0' })
  await k.until(dead.id, 'crashed')
  const { diagnosis } = await client.call(cookbook.why, { id: dead.id })
  const fix = diagnosis.fixes.find(one => one.cmd?.includes('--max-model-len'))!
  const proposed = /--max-model-len (\d+)/.exec(fix.cmd!)![1]!
  const fitOf = async (cmd: string) =>
    (await client.call(cookbook.check, { cmd, like: dead.id, replaces: true })).fit!
  await expect.poll(async () => (await fitOf(dead.cmd)).basis, { timeout: 10_000 }).toBe('measured')
  expect(await fitOf(dead.cmd)).toMatchObject({ verdict: 'does_not', measured_in: 'attempt 1' })
  expect((await fitOf(dead.cmd)).settings.flatMap(({ operations }) => operations)).toContainEqual({
    op: 'set',
    flag: '--max-model-len',
    value: proposed,
  })
  expect(await fitOf(fix.cmd!)).toMatchObject({ verdict: 'fits', basis: 'measured' })
  const most = Number(/(\d+) tokens would fit/.exec(diagnosis.explanation)![1])
  expect((await fitOf(fix.cmd!)).longest).toBe(most)
  expect(await client.call(cookbook.fit, { cmd: fix.cmd!, gpus: '0' })).toMatchObject({
    verdict: 'fits',
    measured_in: `attempt 1 of ${dead.name}`,
    longest: most,
  })
  expect(await fitOf(`${fix.cmd} --max-num-batched-tokens 16384`)).toMatchObject({ basis: 'estimated' })
})

test('what a live serve holds is not held against the one that takes its place', async () => {
  await using k = await seeing()
  const { client } = k.w
  const place = k.w.inside.workspace.cookbook.machines.at('')
  const live = await k.launch('vllm serve Qwen/Qwen3-8B', { gpus: '0' })
  await k.until(live.id, 'ready')
  place.gpus.reading = await readGpus(place.host)
  const check = (replaces: boolean) =>
    client.call(cookbook.check, { cmd: live.cmd, gpus: '0', like: live.id, replaces })
  const beside = await check(false)
  expect(beside.fit).toMatchObject({ verdict: 'does_not', freed_gib: 0 })
  const instead = await check(true)
  expect(instead.fit?.verdict).toBe('fits')
  expect(instead.fit!.freed_gib).toBeGreaterThan(30)
  expect(instead.warnings.join()).not.toMatch(/hold|nearly full/)
})
