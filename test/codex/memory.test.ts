import { expect, test } from 'vitest'
import { testWorkspace } from '../peers/workspace.ts'

type Json = Record<string, unknown>

const opened = async () => {
  const w = await testWorkspace()
  const token = await w.token('agent', ['memory:write'])
  const ask = async (method: string, path: string, body?: unknown): Promise<[number, Json]> => {
    const headers = { 'content-type': 'application/json' }
    const response = await w.request(method, `/api/codex${path}`, { token, body, headers })
    return [response.status, (await response.json()) as Json]
  }
  return { w, ask, [Symbol.asyncDispose]: () => w[Symbol.asyncDispose]() }
}

test('told, listed in the order it was told, told again, forgotten', async () => {
  await using t = await opened()
  const [status, added] = await t.ask('POST', '/memory', {
    text: '  Prefers SI units ',
    category: 'preference',
  })
  expect(status).toBe(200)
  expect(added).toMatchObject({ ok: true, count: 1, id: expect.any(String) })
  await t.ask('POST', '/memory', { text: 7, category: 'nonsense', session_id: 's1', unknown: true })
  const [, again] = await t.ask('POST', '/memory', { text: 'prefers si units' })
  expect(again).toMatchObject({ ok: true, count: 2, message: 'Memory already exists', id: added.id })
  const [, list] = await t.ask('GET', '/memory')
  expect(list.memory).toMatchObject([
    { id: added.id, text: 'Prefers SI units', category: 'preference', source: 'user', uses: 0 },
    { text: '7', category: 'fact', session_id: 's1' },
  ])
  expect(Number.isInteger((list.memory as { timestamp: number }[])[0]!.timestamp)).toBe(true)
  expect(await t.ask('GET', '/memory?search=UNITS%20si')).toMatchObject([200, { memory: [{ id: added.id }] }])
  expect(await t.ask('DELETE', `/memory/${added.id}`)).toEqual([
    200,
    { ok: true, message: 'Memory deleted successfully' },
  ])
  expect(await t.ask('DELETE', `/memory/${added.id}`)).toEqual([
    404,
    { detail: `Memory item ${added.id} not found` },
  ])
  expect((await t.ask('POST', '/undo', {}))[0]).toBe(200)
  expect((await t.ask('GET', `/memory/${added.id}`))[0]).toBe(200)
})

test('what cannot be remembered is said with a reason', async () => {
  await using t = await opened()
  for (const body of [
    {},
    { text: '' },
    { text: '   ' },
    { text: 'x'.repeat(5001) },
    { text: 'x', category: null },
    { text: ['x'] },
    { text: 'a\u0000b' },
  ]) {
    const [status, { detail }] = await t.ask('POST', '/memory', body)
    expect(status).toBe(400)
    expect(detail).toMatch(/^Invalid memory payload: 1 validation error for memory\n(text|category)\n {2}\S/)
  }
  expect((await t.ask('POST', '/memory', { text: 'x'.repeat(5000) }))[0]).toBe(200)
})

test('changed by PATCH and by PUT, and never by a misspelt field', async () => {
  await using t = await opened()
  const [, { id }] = await t.ask('POST', '/memory', { text: 'one' })
  await t.ask('POST', '/memory', { text: 'two' })
  expect(await t.ask('PATCH', `/memory/${id}`, { text: 'uno' })).toMatchObject([
    200,
    { ok: true, id, memory: { text: 'uno' } },
  ])
  expect(await t.ask('PUT', `/memory/${id}`, { category: 'goal' })).toMatchObject([
    200,
    { memory: { text: 'uno', category: 'goal' } },
  ])
  expect((await t.ask('PATCH', `/memory/${id}`, { txet: 'x' }))[0]).toBe(400)
  expect((await t.ask('PATCH', `/memory/${id}`, { text: 'TWO' }))[0]).toBe(409)
  expect((await t.ask('PATCH', '/memory/none', { text: 'x' }))[0]).toBe(404)
})
