import { expect, test, vi } from 'vitest'
import { testKitchen } from '../peers/kitchen.ts'
import { freePort } from '../peers/port.ts'

test('a yes to a scope that asks opens no fence that refuses', async () => {
  await using k = await testKitchen()
  const { approvals } = k.w.inside.workspace
  const fenced = await k.w.token('fenced', [], { ask: ['cookbook:launch'], ports: '8100-8199' })
  const asked = k.w.request('POST', '/api/v1/serves', {
    token: fenced,
    body: { cmd: `${k.machine.bin}/vllm serve x --port 9000` },
  })
  await vi.waitUntil(() => approvals.pending() === 1)
  const [question] = approvals.list({ state: 'pending', limit: 1 }).items
  await k.w.client.send('POST', `/api/v1/approvals/${question!.id}`, { allow: true })
  const refused = await asked
  expect(refused.status).toBe(403)
  expect(JSON.stringify(await refused.json())).toContain('fence ports')
})

test('a yes covers what its question named; a fence behind it is a question of its own, and both together act once', async () => {
  await using k = await testKitchen()
  const { approvals } = k.w.inside.workspace
  const token = await k.w.token('asker', [], {
    ask: ['cookbook:launch'],
    ports: '8100-8199',
    at_fence: 'ask',
  })
  const body = { cmd: `${k.machine.bin}/vllm serve demo/x --port ${await freePort()}` }
  const send = () => k.w.request('POST', '/api/v1/serves', { token, body })
  const allow = async (): Promise<void> => {
    await vi.waitUntil(() => approvals.pending() === 1)
    const [question] = approvals.list({ state: 'pending', limit: 1 }).items
    await k.w.client.send('POST', `/api/v1/approvals/${question!.id}`, { allow: true })
  }
  const first = send()
  await allow()
  const pending = await first
  expect(pending.status).toBe(202)
  expect(approvals.list({ state: 'pending', limit: 1 }).items[0]?.reason).toContain('fence ports')
  expect(k.w.inside.workspace.cookbook.serves.all()).toEqual([])
  await allow()
  expect((await send()).status).toBe(201)
  expect((await send()).status).toBe(201)
  expect(k.w.inside.workspace.cookbook.serves.all()).toHaveLength(1)
})

test('what a request says of itself is no yes to the fence behind it', async () => {
  await using k = await testKitchen()
  const { approvals } = k.w.inside.workspace
  const fences = { ports: '8100-8199', at_fence: 'ask' }
  const token = await k.w.token('sly', [], { ask: ['cookbook:launch'], ...fences })
  const fence = 'fence ports: this token may use 8100-8199, not 9000'
  const cmd = `${k.machine.bin}/vllm serve x --port 9000 --served-model-name "x · ${fence} · y"`
  const asked = k.w.request('POST', '/api/v1/serves', { token, body: { cmd } })
  await vi.waitUntil(() => approvals.pending() === 1)
  const [question] = approvals.list({ state: 'pending', limit: 1 }).items
  expect(question!.reason).toMatch(/^launch: .*vllm serve x --port 9000/)
  await k.w.client.send('POST', `/api/v1/approvals/${question!.id}`, { allow: true })
  expect((await asked).status).toBe(202)
  const [again] = approvals.list({ state: 'pending', limit: 1 }).items
  expect(again!.reason).toBe(`${question!.reason} · ${fence}`)
  expect(k.w.inside.workspace.cookbook.serves.all()).toEqual([])
})

test('an undo that asks says what it takes back, and takes back that', async () => {
  await using k = await testKitchen()
  const { approvals } = k.w.inside.workspace
  const token = await k.w.token('undoer', ['todos:write'])
  const add = (title: string) => k.w.request('POST', '/api/v1/todos', { token, body: { title } })
  await add('first')
  const secret = await k.w.token('undoer2', [], { ask: ['todos:write'] })
  const made = k.w.request('POST', '/api/v1/todos', { token: secret, body: { title: 'asked for' } })
  const allow = async () => {
    await vi.waitUntil(() => approvals.pending() === 1)
    const [question] = approvals.list({ state: 'pending', limit: 1 }).items
    await k.w.client.send('POST', `/api/v1/approvals/${question!.id}`, { allow: true })
    return question!.reason
  }
  await allow()
  await made
  const undone = k.w.request('POST', '/api/v1/undo', { token: secret, body: { last: 'any' } })
  expect(await allow()).toContain('asked for')
  expect((await undone).status).toBe(200)
})

test('the same request joins its question however its fields are ordered, and a key takes it for the same', async () => {
  await using k = await testKitchen()
  const { approvals } = k.w.inside.workspace
  const token = await k.w.token('asker', ['memory:write'], { ask: ['todos:write'] })
  const add = (body: string, path = '/api/v1/todos?') => k.w.request('POST', path, { token, body })
  const first = add('{"title":"once","label":"home","items":[{"text":"a","done":true}]}')
  const second = add('{ "items": [{"done":true,"text":"a"}], "label":"home", "title":"once" }')
  await vi.waitUntil(() => approvals.pending() > 0)
  const [question] = approvals.list({ state: 'pending', limit: 5 }).items
  await k.w.client.send('POST', `/api/v1/approvals/${question!.id}`, { allow: true })
  expect([(await first).status, (await second).status]).toEqual([201, 201])
  expect(approvals.list({ state: 'all', limit: 5 }).items).toHaveLength(1)
  const keyed = (body: string) =>
    k.w.request('POST', '/api/v1/memory', { token, body, headers: { 'idempotency-key': 'k' } })
  expect((await keyed('{"text":"tea","category":"preference"}')).status).toBe(201)
  expect((await keyed('{"category":"preference","text":"tea"}')).headers.get('idempotent-replay')).toBe(
    'true',
  )
  expect((await keyed('{"category":"fact","text":"tea"}')).status).toBe(422)
})
