import { expect, test } from 'vitest'
import { calendar } from '../../src/contract/calendar.ts'
import { documents } from '../../src/contract/documents.ts'
import { events } from '../../src/contract/events.ts'
import { hosts } from '../../src/contract/hosts.ts'
import { memory } from '../../src/contract/memory.ts'
import { presets } from '../../src/contract/presets.ts'
import { todos } from '../../src/contract/todos.ts'
import { testWorkspace } from '../peers/workspace.ts'

test('an undo that names nothing takes back what overwrote or removed something, and tells what it left', async () => {
  await using w = await testWorkspace()
  const { todo } = await w.client.call(todos.add, { title: 'eggs' })
  await expect(w.client.call(events.undo, {})).rejects.toMatchObject({
    code: 'not_found',
    message: expect.stringContaining('eggs'),
  })
  await w.client.call(todos.remove, { id: todo.id })
  await w.client.call(todos.add, { title: 'ham' })
  const back = await w.client.call(events.undo, {})
  expect(back.undone).toMatchObject({ action: 'todos.rm', id: todo.id, destructive: true })
  expect(back.left?.summary).toContain('ham')
  expect((await w.client.call(todos.list, {})).items.map(({ title }) => title).sort()).toEqual([
    'eggs',
    'ham',
  ])
})

test('asked for the last of any kind it takes back an addition too, one after the other', async () => {
  await using w = await testWorkspace()
  await w.client.call(todos.add, { title: 'eggs' })
  await w.client.call(todos.add, { title: 'ham' })
  for (const title of ['ham', 'eggs']) {
    const { undone, left } = await w.client.call(events.undo, { last: 'any' })
    expect([undone.summary, undone.destructive, left]).toEqual([expect.stringContaining(title), false, null])
  }
  await expect(w.client.call(events.undo, { last: 'any' })).rejects.toMatchObject({ code: 'not_found' })
})

test('a change is named by its number, whatever it was, and not beside another wish', async () => {
  await using w = await testWorkspace()
  await w.client.call(todos.add, { title: 'eggs' })
  const { items } = await w.client.call(events.audit, { noun: 'todo' })
  const both = await w.client.send('POST', '/api/v1/undo', { seq: items[0]!.seq, last: 'any' })
  expect(both.status).toBe(422)
  expect((await w.client.call(events.undo, { seq: items[0]!.seq })).undone.summary).toContain('eggs')
})

test('adding anything destroys nothing; ticking off, editing and clearing do', async () => {
  await using w = await testWorkspace()
  const call = w.client.call
  const { todo } = await call(todos.add, { title: 'eggs', items: ['a'], due: '2031-05-01' })
  await call(memory.add, { text: 'Prefers SI units' })
  const document = await call(documents.add, { title: 'Plan', content: '# one' })
  await call(calendar.add, { summary: 'Stand-up', start: '2031-05-01T09:00' })
  await call(presets.save, { name: 'small', cmd: 'vllm serve demo/x' })
  const { items } = await call(events.audit, {})
  expect(items.filter(({ destructive }) => destructive).map(({ action }) => action)).toEqual([])
  await call(todos.done, { id: todo.id })
  await call(documents.edit, { id: document.id, content: '# two' })
  const after = await call(events.audit, {})
  expect(after.items.slice(0, 2).map(({ destructive }) => destructive)).toEqual([true, true])
})

test('a host that was forgotten or changed is at once what it was', async () => {
  await using w = await testWorkspace()
  const { added } = await w.client.call(hosts.add, { target: 'ann@gpu-a.invalid' })
  const { id } = added[0]!
  await w.client.call(hosts.edit, { id, name: 'other' })
  await w.client.call(events.undo, {})
  expect((await w.client.call(hosts.get, { id })).name).toBe('gpu-a')
  await w.client.call(hosts.remove, { id })
  await w.client.call(events.undo, {})
  expect((await w.client.call(hosts.list, {})).items.map(({ name }) => name)).toContain('gpu-a')
})
