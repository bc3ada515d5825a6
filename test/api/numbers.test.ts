import { expect, test } from 'vitest'
import { todos } from '../../src/contract/todos.ts'
import { testWorkspace } from '../peers/workspace.ts'

test('what is no number is not taken for the first, nor for nothing', async () => {
  await using w = await testWorkspace()
  const token = await w.token('agent', ['todos:write'])
  const items = ['one', 'two', 'three'].map(text => ({ text }))
  const { todo } = await w.client.call(todos.add, { title: 'list', items })
  const removes = async (index: unknown): Promise<[number, string]> => {
    const body = { op: 'remove', index }
    const answer = await w.request('POST', `/api/v1/todos/${todo.id}/items`, { token, body })
    return [answer.status, await answer.text()]
  }
  for (const index of [null, '', ' ', [], [1], true, {}, 'x'])
    expect(await removes(index)).toEqual([422, expect.stringContaining('index has to be a number')])
  const seq = await w.request('POST', '/api/v1/undo', { token, body: { seq: true } })
  expect([seq.status, await seq.text()]).toEqual([422, expect.stringContaining('seq has to be a number')])
  expect((await removes('1'))[0]).toBe(200)
  const left = (await w.client.call(todos.get, { id: todo.id })).items
  expect(left.map(({ text }) => text)).toEqual(['one', 'three'])
  expect((await w.request('GET', '/api/v1/todos?limit=2', { token })).status).toBe(200)
  expect((await w.request('GET', '/api/v1/todos?limit=', { token })).status).toBe(422)
})
