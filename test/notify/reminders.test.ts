import { expect, test } from 'vitest'
import { todos } from '../../src/contract/todos.ts'
import { openBell } from '../../src/notify/bell.ts'
import { todoRings } from '../../src/todos/rings.ts'
import { type KeptTodo, openTodos } from '../../store/todos.ts'
import { testWorkspace } from '../peers/workspace.ts'

const operator = { actor: 'operator' }
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
      settle: workspace.changes.settle,
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

test('what never reached the disk does not ring', async () => {
  const now = at('20T09:15')
  await using w = await testWorkspace({ now: () => now })
  const { changes, store, todos: kept, notify } = w.inside.workspace
  const { todo } = await w.client.call(todos.add, { title: 'Tea', due: 'in 30 minutes' })
  const row = store.sql<Record<string, string>>('SELECT * FROM todos WHERE id = ?').get(todo.id)!
  const told: string[] = []
  changes.subscribe(events => told.push(...events.map(event => event.action)))
  changes.write({ actor: 'operator', shares: true }, tx => {
    tx.put('todos', { ...row, id: todo.id, created_at: now, due_at: now })
    // A reference to nothing is only found out at the commit.
    store.db.pragma('defer_foreign_keys = ON')
    store.db
      .prepare(
        `INSERT INTO mail_folders (id, account, path, name, selectable) VALUES ('x', 'nobody', 'p', 'n', 1)`,
      )
      .run()
  })
  expect(kept.ringing(now)).toHaveLength(1)
  const sources = [todoRings(kept, notify.told)]
  await openBell({ notify, now: () => now, sources, settle: changes.settle }).look()
  expect(told).toEqual([])
  expect(kept.ringing(now)).toEqual([])
})

test('what is set while the next date is sought is not lost: neither another date nor a snooze', async () => {
  let now = at('20T09:15')
  await using w = await testWorkspace({ now: () => now })
  const { changes, store, todos: noun } = w.inside.workspace
  const kept = openTodos(store)
  const pills = async () => {
    const { todo } = await w.client.call(todos.add, { title: 'Pills', due: 'every day at 10am' })
    return kept.get(todo.id)!
  }
  const set = (todo: KeptTodo, fields: Partial<KeptTodo>): void =>
    changes.write(operator, tx => kept.put(tx, { ...todo, ...fields }))
  const later = {
    due: '2026-12-01T18:00:00+00:00',
    due_at: Date.parse('2026-12-01T18:00Z'),
    repeat_from: '2026-12-01T18:00',
  }
  const [did, moved, snoozed] = [await pills(), await pills(), await pills()]
  now = at('20T10:00')
  const doing = noun.done(operator, did.id, true)
  set(did, later)
  expect((await doing).todo.due).toBe('2026-12-02T18:00:00+00:00')
  const ringing = [moved, snoozed].map(({ id, due_at }) => noun.advance(operator, id, due_at!))
  set(moved, later)
  set(snoozed, { snoozed_until: at('20T11:00') })
  await Promise.all(ringing)
  expect(kept.get(moved.id)).toMatchObject(later)
  expect(kept.get(snoozed.id)).toMatchObject({ due_at: at('20T10:00'), snoozed_until: at('20T11:00') })
})
