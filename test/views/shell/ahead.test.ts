import { expect, test } from 'vitest'
import type { Carry } from '../../../src/client/client.ts'
import { todos } from '../../../src/contract/todos.ts'
import { Ahead } from '../../../views/shell/ahead.ts'
import { testWorkspace } from '../../peers/workspace.ts'
import { ScreenStage } from './screen-stage.tsx'

test('what is typed while an answer to what was typed ahead is waited for stays behind it', async () => {
  await using w = await testWorkspace()
  const gate = Promise.withResolvers<void>()
  const carry: Carry = async request => {
    if (request.method === 'POST') await gate.promise
    return w.inside.carry(request)
  }
  using on = new ScreenStage(carry, { cols: 80, rows: 24 })
  await on.until('api ')
  const ahead = new Ahead()
  for (const key of ['2', '+', 'm', 'enter', '+', 'x']) void ahead.stroke({ key, text: key })
  const given = ahead.give(on.shell)
  await on.until('[2 Todo')
  const typed = ahead.stroke({ key: 'y', text: 'y' })
  gate.resolve()
  await Promise.all([given, typed])
  await on.until('add: xy')
  expect((await w.client.call(todos.list, {})).items.map(({ title }) => title)).toEqual(['m'])
})
