import { expect, test } from 'vitest'
import { todos } from '../../src/contract/todos.ts'
import { testWorkspace } from '../peers/workspace.ts'

const NOW = Date.parse('2026-11-20T09:15:00Z')

test('words become a time, and the answer says which', async () => {
  await using w = await testWorkspace({ now: () => NOW })
  const { todo, understood } = await w.client.call(todos.add, { title: 'Call', due: 'tonight at 8' })
  expect(todo.due).toBe('2026-11-20T20:00:00+00:00')
  expect(understood?.at).toBe(todo.due)
  const quick = await w.client.call(todos.add, {
    title: 'remind me tomorrow 5pm to call the dentist',
    quick: true,
  })
  expect(quick.todo).toMatchObject({ title: 'call the dentist', due: '2026-11-21T17:00:00+00:00' })
})

test('what is not understood is an error, and nothing is stored', async () => {
  await using w = await testWorkspace({ now: () => NOW })
  await expect(w.client.call(todos.add, { title: 'x', due: 'someday' })).rejects.toMatchObject({
    code: 'invalid',
    message: expect.stringMatching(/^"someday" is not a time that is understood; try [^']*$/),
  })
  await expect(
    w.client.call(todos.add, { title: 'x', due: 'tomorrow', repeat: 'blue' }),
  ).rejects.toMatchObject({
    code: 'invalid',
  })
  await expect(
    w.client.call(todos.add, { title: 'x', due: 'now', repeat: 'FREQ=SECONDLY' }),
  ).rejects.toMatchObject({ code: 'invalid' })
  expect((await w.client.call(todos.list, {})).items).toEqual([])
})

test('doing a repeating one moves it on; its time of day stays', async () => {
  await using w = await testWorkspace({ now: () => NOW })
  const { todo } = await w.client.call(todos.add, { title: 'Stand-up', due: 'every weekday at 9am' })
  expect(todo.due).toBe('2026-11-23T09:00:00+00:00')
  expect((await w.client.call(todos.done, { id: todo.id })).todo.due).toBe('2026-11-24T09:00:00+00:00')
  const once = await w.client.call(todos.add, { title: 'Once' })
  expect((await w.client.call(todos.done, { id: once.todo.id })).todo.archived).toBe(true)
})

test('another date keeps the repeat, which is counted from there; only what is said of the repeat changes it', async () => {
  await using w = await testWorkspace({ now: () => NOW })
  const { todo } = await w.client.call(todos.add, { title: 'Feed cat every 3 days at 8am', quick: true })
  const { id } = todo
  const edited = async (change: { title?: string; due?: string | null; repeat?: string | null }) => {
    const { due, repeat } = (await w.client.call(todos.edit, { id, ...change })).todo
    return { due, repeat }
  }
  const every3 = 'FREQ=DAILY;INTERVAL=3'
  expect(todo.repeat).toBe(every3)
  expect(await edited({ due: 'tomorrow 9am' })).toEqual({ due: '2026-11-21T09:00:00+00:00', repeat: every3 })
  expect((await w.client.call(todos.done, { id })).todo.due).toBe('2026-11-24T09:00:00+00:00')
  expect(await edited({ due: '2026-11-30' })).toEqual({ due: '2026-11-30', repeat: every3 })
  expect(await edited({ title: 'Feed the cat' })).toEqual({ due: '2026-11-30', repeat: every3 })
  const friday = '2026-11-20T10:00:00+00:00'
  expect(await edited({ due: 'every friday 10am' })).toMatchObject({
    due: friday,
    repeat: 'FREQ=WEEKLY;BYDAY=FR',
  })
  expect(await edited({ due: friday, repeat: 'daily' })).toEqual({ due: friday, repeat: 'FREQ=DAILY' })
  expect(await edited({ due: 'tomorrow 9am', repeat: null })).toMatchObject({ repeat: null })
  expect(await edited({ repeat: 'weekly' })).toMatchObject({ repeat: 'FREQ=WEEKLY' })
  expect(await edited({ repeat: '' })).toEqual({ due: '2026-11-21T09:00:00+00:00', repeat: null })
  await edited({ repeat: 'weekly' })
  expect(await edited({ due: null })).toEqual({ due: null, repeat: null })
  await expect(edited({ due: null, repeat: 'weekly' })).rejects.toMatchObject({ code: 'invalid' })
})

test('a day is overdue when it is over, a time when it has come', async () => {
  let now = NOW
  await using w = await testWorkspace({ now: () => now })
  for (const due of ['today', '2026-11-19', '9:30am']) await w.client.call(todos.add, { title: due, due })
  const overdue = async () =>
    (await w.client.call(todos.list, { due: 'overdue', sort: 'title' })).items.map(({ title }) => title)
  expect(await overdue()).toEqual(['2026-11-19'])
  now = Date.parse('2026-11-20T10:00:00Z')
  expect(await overdue()).toEqual(['2026-11-19', '9:30am'])
  now = Date.parse('2026-11-21T00:00:01Z')
  expect(await overdue()).toEqual(['2026-11-19', '9:30am', 'today'])
})
