import { expect, test } from 'vitest'
import { Todo, todos } from '../../src/contract/todos.ts'
import { testWorkspace } from '../peers/workspace.ts'

test('what is added is listed, found, changed, undone', async () => {
  await using w = await testWorkspace()
  const { todo } = await w.client.call(todos.add, {
    title: 'Buy eggs',
    items: ['eggs', { text: 'ham', done: true }],
  })
  expect(todo.type).toBe('checklist')
  expect((await w.client.call(todos.list, {})).items.map(found => found.id)).toEqual([todo.id])
  expect((await w.client.call(todos.list, { search: 'ham' })).items).toHaveLength(1)
  expect((await w.client.call(todos.list, { search: 'cheese' })).items).toHaveLength(0)
  const ticked = await w.client.call(todos.item, { id: todo.id.slice(0, 8), op: 'toggle', index: 0 })
  expect(ticked.todo.items[0]).toEqual({ text: 'eggs', done: true })
  await w.client.call(todos.remove, { id: todo.id })
  await expect(w.client.call(todos.get, { id: todo.id })).rejects.toMatchObject({ code: 'not_found' })
  await w.client.send('POST', '/api/v1/undo', {})
  expect((await w.client.call(todos.get, { id: todo.id })).items[0]?.done).toBe(true)
})

test('a list, and one of it, show what the contract says of a todo and no more', async () => {
  await using w = await testWorkspace()
  const { todo } = await w.client.call(todos.add, { title: 'Buy eggs', due: '2031-05-01', repeat: 'weekly' })
  const answer = await w.request('GET', '/api/v1/todos', { token: w.inside.workspace.operatorKey })
  const listed = ((await answer.json()) as { items: Todo[] }).items[0]!
  expect(Object.keys(listed).sort()).toEqual(Object.keys(Todo.shape).sort())
  expect(listed).toEqual(todo)
})

test('a scope is needed, and says which', async () => {
  await using w = await testWorkspace()
  const reader = await w.token('reader', ['todos:read'])
  expect((await w.request('GET', '/api/v1/todos', { token: reader })).status).toBe(200)
  const refused = await w.request('POST', '/api/v1/todos', { token: reader, body: { title: 'x' } })
  expect(refused.status).toBe(403)
  expect(JSON.stringify(await refused.json())).toContain('todos:write')
  expect((await w.request('GET', '/api/v1/todos')).status).toBe(401)
  expect((await w.request('GET', '/api/v1/todos', { token: 'ith_nothing-that-exists' })).status).toBe(401)
})

test('the same key does it once; another body with that key is refused', async () => {
  await using w = await testWorkspace()
  const once = { headers: { 'idempotency-key': 'k1' }, token: await w.token('t', ['todos:write']) }
  const first = await w.request('POST', '/api/v1/todos', { ...once, body: { title: 'one' } })
  const again = await w.request('POST', '/api/v1/todos', { ...once, body: { title: 'one' } })
  expect(again.status).toBe(201)
  expect(again.headers.get('idempotent-replay')).toBe('true')
  expect(await again.json()).toEqual(await first.json())
  expect((await w.request('POST', '/api/v1/todos', { ...once, body: { title: 'two' } })).status).toBe(422)
  expect((await w.client.call(todos.list, {})).items).toHaveLength(1)
})

test('an asked request acts once, after the yes, and tells its outcome', async () => {
  await using w = await testWorkspace()
  const secret = await w.token('asker', [], { ask: ['todos:write'] })
  const asking = w.request('POST', '/api/v1/todos', { token: secret, body: { title: 'may I' } })
  const { items } = await until(async () => {
    const page = (await (await w.client.send('GET', '/api/v1/approvals')).json()) as {
      items: { id: string }[]
    }
    return page.items.length > 0 ? page : undefined
  })
  expect((await w.client.call(todos.list, {})).items).toHaveLength(0)
  await w.client.send('POST', `/api/v1/approvals/${items[0]!.id}`, { allow: true })
  const answer = await asking
  expect(answer.status).toBe(201)
  const again = await w.request('POST', '/api/v1/todos', { token: secret, body: { title: 'may I' } })
  expect(again.status).toBe(201)
  expect((await w.client.call(todos.list, {})).items).toHaveLength(1)
  const second = await w.client.send('POST', `/api/v1/approvals/${items[0]!.id}`, { allow: false })
  expect(second.status).toBe(409)
})

const until = async <T>(look: () => Promise<T | undefined>): Promise<T> => {
  for (let turn = 0; turn < 500; turn++) {
    const found = await look()
    if (found !== undefined) return found
    await new Promise(resolve => setImmediate(resolve))
  }
  throw new Error('it never came')
}

test('a step on an item that says which it means is not made to another', async () => {
  await using w = await testWorkspace()
  const { todo } = await w.client.call(todos.add, { title: 'Pack', items: ['tent', 'stove'] })
  const { id } = todo
  // Somebody puts one before them; whoever looked before that means the tent.
  await w.client.call(todos.item, { id, op: 'add', index: 0, text: 'map' })
  for (const op of ['toggle', 'remove', 'move'] as const)
    await expect(w.client.call(todos.item, { id, op, index: 0, to: 1, text: 'tent' })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining("is 'map' by now"),
    })
  const ticked = await w.client.call(todos.item, { id, op: 'toggle', index: 1, text: 'tent' })
  expect(ticked.todo.items).toEqual([
    { text: 'map', done: false },
    { text: 'tent', done: true },
    { text: 'stove', done: false },
  ])
})

test('new words for an item are not given to another that stands in its place', async () => {
  await using w = await testWorkspace()
  const { todo } = await w.client.call(todos.add, { title: 'Pack', items: ['tent', 'stove'] })
  const { id } = todo
  await w.client.call(todos.item, { id, op: 'add', index: 0, text: 'map' })
  const edit = (index: number) =>
    w.client.call(todos.item, { id, op: 'edit', index, was: 'tent', text: 'big tent' })
  await expect(edit(0)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining("is 'map' by now, not 'tent'"),
  })
  expect((await edit(1)).todo.items.map(({ text }) => text)).toEqual(['map', 'big tent', 'stove'])
})
