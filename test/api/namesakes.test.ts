import { expect, test, vi } from 'vitest'
import { access } from '../../src/contract/access.ts'
import { todos } from '../../src/contract/todos.ts'
import { testWorkspace } from '../peers/workspace.ts'

/** A token, revoked, and another that was given its name. */
const namesakes = async (scopes: { scopes?: string[]; ask?: string[] }) => {
  const w = await testWorkspace()
  const first = await w.token('bot', scopes.scopes ?? [], { ask: scopes.ask ?? [] })
  return {
    w,
    first,
    async next() {
      await w.client.call(access.revoke, { id: 'bot' })
      return w.token('bot', scopes.scopes ?? [], { ask: scopes.ask ?? [] })
    },
  }
}

test('a name given again does not bring the answers that were kept for the one before', async () => {
  const { w, first, next } = await namesakes({ scopes: ['todos:write'] })
  await using _ = w
  const send = (token: string, title: string) =>
    w.request('POST', '/api/v1/todos', { token, body: { title }, headers: { 'idempotency-key': 'k' } })
  expect((await send(first, 'one')).status).toBe(201)
  const second = await next()
  const made = await send(second, 'one')
  expect(made.headers.get('idempotent-replay')).toBeNull()
  expect((await w.client.call(todos.list, {})).items).toHaveLength(2)
  expect((await send(second, 'one')).headers.get('idempotent-replay')).toBe('true')
})

test('nor the questions it asked: they are not seen, not read, not heard, and not joined', async () => {
  const { w, first, next } = await namesakes({ ask: ['todos:write'] })
  await using _ = w
  const { approvals } = w.inside.workspace
  const asking = w.request('POST', '/api/v1/todos', { token: first, body: { title: 'one' } })
  await vi.waitUntil(() => approvals.pending() === 1)
  const { items } = await w.client.call(access.approvals, {})
  await w.client.call(access.decide, { id: items[0]!.id, allow: false, note: 'not today' })
  expect(JSON.stringify(await (await asking).json())).toContain(': not today')
  const second = await next()
  const seen = await w.request('GET', '/api/v1/approvals?state=all', { token: second })
  expect(await seen.json()).toMatchObject({ items: [] })
  for (const root of ['/api/v1/approvals', '/api/codex/approvals'])
    expect((await w.request('GET', `${root}/${items[0]!.id}`, { token: second })).status).toBe(404)
  const heard = await w.request('GET', '/api/codex/events?since=0', { token: second })
  expect(((await heard.json()) as { events: { noun: string }[] }).events).toEqual([])
  const again = w.request('POST', '/api/v1/todos', { token: second, body: { title: 'one' } })
  await vi.waitUntil(() => approvals.pending() === 1)
  await w.client.call(access.decide, {
    id: (await w.client.call(access.approvals, {})).items[0]!.id,
    allow: true,
  })
  expect((await again).status).toBe(201)
})

test('revoking a token drops what it still asks, and who waits is told', async () => {
  const { w, first } = await namesakes({ ask: ['todos:write'] })
  await using _ = w
  const { approvals } = w.inside.workspace
  const asking = w.request('POST', '/api/v1/todos', { token: first, body: { title: 'one' } })
  await vi.waitUntil(() => approvals.pending() === 1)
  await w.client.call(access.revoke, { id: 'bot' })
  expect(approvals.pending()).toBe(0)
  const refused = await asking
  expect(refused.status).toBe(403)
  expect(JSON.stringify(await refused.json())).toContain('its token was revoked')
})

test('a question holds its secrets sealed, and what is sent again is what was asked', async () => {
  await using w = await testWorkspace()
  const { approvals, store } = w.inside.workspace
  const token = await w.token('asker', [], { ask: ['memory:write'] })
  const text = 'my password is planted-secret-77'
  const asked = w.request('POST', '/api/codex/memory', {
    token,
    body: { text, password: 'planted-secret-88' },
  })
  await vi.waitUntil(() => approvals.pending() === 1)
  const { items } = approvals.list({ state: 'pending', limit: 1 })
  expect(items[0]!.body).toMatchObject({ password: '***' })
  const [row] = store.sql<{ request_body: string }>('SELECT request_body FROM approvals').all()
  expect(row!.request_body).not.toContain('planted-secret')
  await w.client.send('POST', `/api/v1/approvals/${items[0]!.id}`, { allow: true })
  expect(await (await asked).json()).toMatchObject({ ok: true, memory: { text } })
})

test('nor what the one before did: it cannot be taken back', async () => {
  const { w, first, next } = await namesakes({ scopes: ['todos:write'] })
  await using _ = w
  const made = await w.request('POST', '/api/v1/todos', { token: first, body: { title: 'one' } })
  const { todo } = (await made.json()) as { todo: { id: string } }
  const gone = await w.request('DELETE', `/api/v1/todos/${todo.id}`, { token: first })
  const seq = Number(gone.headers.get('ithaca-seq'))
  const second = await next()
  for (const body of [{}, { last: 'any' }, { seq }]) {
    const undone = await w.request('POST', '/api/v1/undo', { token: second, body })
    expect({ body, status: undone.status }).toEqual({ body, status: 404 })
  }
  expect((await w.client.send('POST', '/api/v1/undo', { seq })).status).toBe(200)
})
