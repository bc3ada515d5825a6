import { expect, test } from 'vitest'
import { calendar } from '../../src/contract/calendar.ts'
import { memory } from '../../src/contract/memory.ts'
import { todos } from '../../src/contract/todos.ts'
import { testWorkspace } from '../peers/workspace.ts'

const outcome = (answers: PromiseSettledResult<unknown>[]) =>
  answers.map(one => (one.status === 'fulfilled' ? 'written' : one.reason.code)).sort()

test('of two who change the text they read, the second is told', async () => {
  await using w = await testWorkspace()
  const { client } = w
  const { todo } = await client.call(todos.add, { title: 'letter', content: 'before' })
  const known = await client.call(memory.add, { text: 'before' })
  const { event } = await client.call(calendar.add, {
    summary: 'dinner',
    start: 'tomorrow 6pm',
    rrule: 'daily',
  })
  await client.call(calendar.edit, { id: event.id, description: 'before', scope: 'all' })
  const write = {
    todo: (text: string, was: string) => client.call(todos.edit, { id: todo.id, content: text, was }),
    memory: (text: string, was: string) => client.call(memory.edit, { id: known.id, text, was }),
    event: (text: string, was: string) =>
      client.call(calendar.edit, { id: event.id, description: text, scope: 'all', was }),
  }
  for (const [what, edit] of Object.entries(write)) {
    const both = await Promise.allSettled([edit('one', 'before'), edit('two', 'before')])
    expect([what, outcome(both)]).toEqual([what, ['conflict', 'written']])
  }
  const day = `${event.id}::${event.recurrence_id ?? event.start.slice(0, 16)}`
  await expect(
    client.call(calendar.edit, { id: day, description: 'x', was: 'before' }),
  ).rejects.toMatchObject({
    code: 'conflict',
  })
})

test('a change of the date and one of the text of a todo at once are both made', async () => {
  await using w = await testWorkspace()
  const { client } = w
  const { todo } = await client.call(todos.add, { title: 'letter', content: 'before' })
  await Promise.all([
    client.call(todos.edit, { id: todo.id, due: 'tomorrow at noon' }),
    client.call(todos.edit, { id: todo.id, content: 'after' }),
  ])
  const now = await client.call(todos.get, { id: todo.id })
  expect([now.content, now.due === null]).toEqual(['after', false])
})
