import { expect, test } from 'vitest'
import { todos } from '../../src/contract/todos.ts'
import { openBell } from '../../src/notify/bell.ts'
import { todoRings } from '../../src/todos/rings.ts'
import { testWorkspace } from '../peers/workspace.ts'

const at = (text: string) => Date.parse(`2026-11-${text}:00Z`)

test('a reminder rings once, late when nothing was up, and a repeating one moves on', async () => {
  let now = at('20T09:15')
  await using w = await testWorkspace({ now: () => now })
  const { workspace } = w.inside
  const bell = () =>
    openBell({
      notify: workspace.notify,
      now: () => now,
      sources: [todoRings(workspace.todos, workspace.notify.told)],
    })
  const told: { title: string; late: boolean }[] = []
  workspace.changes.subscribe(events =>
    told.push(
      ...events
        .filter(event => event.action === 'notify.tell')
        .map(event => event.data as { title: string; late: boolean }),
    ),
  )
  const { todo } = await w.client.call(todos.add, { title: 'Tea', due: 'in 30 minutes' })
  const { todo: daily } = await w.client.call(todos.add, { title: 'Pills', due: 'every day at 10am' })
  await w.client.call(todos.add, { title: 'Past', due: '2026-11-01T10:00' })
  await bell().look()
  expect(told).toEqual([])
  now = at('20T09:45')
  await bell().look()
  await bell().look()
  expect(told).toMatchObject([{ title: 'Tea', late: false }])
  now = at('23T12:00')
  await bell().look()
  expect(told.slice(1)).toMatchObject([{ title: 'Pills', late: true }])
  expect((await w.client.call(todos.get, { id: daily.id })).due).toBe('2026-11-24T10:00:00+00:00')
  await w.client.call(todos.snooze, { id: todo.id, until: 'in 1 hour' })
  now = at('23T13:00')
  await bell().look()
  await bell().look()
  expect(told.slice(2)).toMatchObject([{ title: 'Tea', late: false }])
  expect((await w.client.call(todos.get, { id: todo.id })).snoozed_until).toBeNull()
})
