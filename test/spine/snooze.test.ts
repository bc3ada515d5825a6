import { expect, test } from 'vitest'
import { todos } from '../../src/contract/todos.ts'
import { testWorkspace } from '../peers/workspace.ts'

const at = (text: string) => Date.parse(`2026-11-${text}:00Z`)

async function opened() {
  const clock = { now: at('20T09:00') }
  const w = await testWorkspace({ now: () => clock.now })
  const add = async (due: string) => (await w.client.call(todos.add, { title: 'Tea', due })).todo.id
  const snooze = async (id: string, until: string) =>
    (await w.client.call(todos.snooze, { id, until })).todo.snoozed_until
  return { clock, client: w.client, add, snooze, [Symbol.asyncDispose]: () => w[Symbol.asyncDispose]() }
}

test('a length counts from when it reminds, where that is still to come, and from now where it is over', async () => {
  await using w = await opened()
  const later = await w.add('2026-11-20T12:00')
  expect(await w.snooze(later, 'in 10 minutes')).toBe(at('20T12:10'))
  expect(await w.snooze(later, '2 hours')).toBe(at('20T14:10'))
  const { understood } = await w.client.call(todos.when, { text: 'in 1 hour', snooze: later })
  expect(Date.parse(understood!.at)).toBe(at('20T15:10'))
  const over = await w.add('2026-11-20T08:00')
  expect(await w.snooze(over, 'in 10 minutes')).toBe(at('20T09:10'))
})

test('a moment before the one it reminds at is refused, and said in words', async () => {
  await using w = await opened()
  const id = await w.add('2026-11-24T09:00')
  await expect(w.snooze(id, 'tomorrow 9am')).rejects.toThrow(
    `'tomorrow 9am' is 2026-11-21 09:00, but "Tea" reminds at 2026-11-24 09:00: a snooze only puts off.`,
  )
  await expect(w.snooze(id, '2 hours from now')).rejects.toMatchObject({ code: 'invalid' })
  await expect(w.client.call(todos.when, { text: 'tomorrow 9am', snooze: id })).rejects.toThrow(
    'only puts off',
  )
  expect((await w.client.call(todos.get, { id })).snoozed_until).toBeNull()
  expect(await w.snooze(id, 'friday 9am')).toBe(at('27T09:00'))
  await expect(w.snooze(id, '2026-11-25')).rejects.toThrow('reminds at 2026-11-27 09:00')
})

test('what repeats and has just rung reminds once more of that; long before its next date it is put off from there', async () => {
  await using w = await opened()
  const id = await w.add('every day at 10am')
  w.clock.now = at('20T11:00')
  await w.client.call(todos.done, { id })
  expect(await w.snooze(id, 'in 1 hour')).toBe(at('20T12:00'))
  const other = await w.add('every day at 10am')
  expect(await w.snooze(other, 'in 1 hour')).toBe(at('21T11:00'))
})
