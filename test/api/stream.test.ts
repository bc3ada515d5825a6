import { expect, test } from 'vitest'
import { follow } from '../../src/client/events.ts'
import { todos } from '../../src/contract/todos.ts'
import { testWorkspace } from '../peers/workspace.ts'

test('a stream of changes ends with its workspace, also where no socket is closed', async () => {
  await using w = await testWorkspace()
  const heard: string[] = []
  const following = (async () => {
    for await (const told of follow(w.client, { since: 0, signal: new AbortController().signal }))
      if (told.kind === 'event') {
        heard.push(told.event.action)
        if (heard.includes('todos.add')) void w.inside.close()
      }
  })()
  await w.client.call(todos.add, { title: 'the last thing that is told' })
  await following
  expect(heard).toContain('todos.add')
})
