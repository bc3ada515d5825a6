import { expect, test } from 'vitest'
import { todos } from '../../../src/contract/todos.ts'
import { ScreenStage, sizes } from './stage.tsx'

test('what is selected beyond the first page stays selected when others come in above it', async () => {
  await using stage = await ScreenStage.open(sizes[0]!, 'audit')
  const { client } = stage.workspace
  const add = (count: number) =>
    Promise.all(Array.from({ length: count }, (_, n) => client.call(todos.add, { title: `todo ${n}` })))
  const selected = async () => {
    // Whatever was added is read by then.
    await stage.shell.live.refresh()
    return stage.shell.pane.lists!.rows!.held
  }
  await add(250)
  await stage.until('the first 200, more below')
  await stage.press('G')
  await stage.until(() => !stage.screen.text().includes('more below'))
  await stage.press('G', 'k', 'k', ' ')
  const before = await selected()
  expect(before).toHaveLength(2)
  await add(7)
  expect(await selected()).toEqual(before)
  await add(7)
  expect(await selected()).toEqual(before)
})
