import { expect, test } from 'vitest'
import { labelIn } from '../../src/contract/labels.ts'
import { todos } from '../../src/contract/todos.ts'
import { testWorkspace } from '../peers/workspace.ts'

test.each([
  ['call Ann #ops', 'call Ann', 'ops'],
  ['#gpu-a restart the driver', 'restart the driver', 'gpu-a'],
  ['ask #ops, then go', 'ask, then go', 'ops'],
  ['two #one #other', 'two #other', 'one'],
  ['fertig #büro', 'fertig', 'büro'],
])('%s is %s under %s', (sentence, title, label) => {
  expect(labelIn(sentence)).toEqual({ title, label })
})

test.each(['Fix #123', 'learn C# and F#', 'see issue#ops', '#ops', '#ops!', 'a # b', '##ops', 'Fix #12ab'])(
  '%s stays as it is',
  sentence => expect(labelIn(sentence)).toBeNull(),
)

test('a sentence gives its label, and says so before it is added; a title that is one keeps it', async () => {
  await using w = await testWorkspace()
  const { client } = w
  const read = await client.call(todos.when, { text: 'call Ann #ops tomorrow 5pm', quick: true })
  expect(read).toMatchObject({ title: 'call Ann', label: 'ops' })
  const quick = await client.call(todos.add, { title: 'call Ann #ops tomorrow 5pm', quick: true })
  expect(quick.todo).toMatchObject({ title: 'call Ann', label: 'ops' })
  expect(quick.todo.due_at).toBe(Date.parse(read.understood!.at))
  const plain = await client.call(todos.add, { title: 'call Ann #ops' })
  expect(plain.todo).toMatchObject({ title: 'call Ann #ops', label: null })
  const given = await client.call(todos.add, { title: 'call #ann', label: 'ops', quick: true })
  expect(given.todo).toMatchObject({ title: 'call #ann', label: 'ops' })
})
