import { expect, test, vi } from 'vitest'
import { memory } from '../../../src/contract/memory.ts'
import { todos } from '../../../src/contract/todos.ts'
import { testWorkspace } from '../../peers/workspace.ts'
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

test('one that is forgotten from a long list is not looked for in all of it', async () => {
  await using workspace = await testWorkspace()
  const carried = vi.spyOn(workspace.inside, 'carry')
  await Promise.all(
    Array.from({ length: 650 }, (_, n) => workspace.client.call(memory.add, { text: `thing ${n} end` })),
  )
  await using stage = await ScreenStage.open(sizes[0]!, 'memory', workspace)
  await stage.until('the first 200, more below')
  const listed = () =>
    carried.mock.calls.filter(
      ([{ method, url }]) => method === 'GET' && new URL(url).pathname === memory.list.path,
    ).length
  const held = () => stage.shell.pane.lists!.memories!.held[0]
  for (let n = 0; n < 3; n++) {
    await stage.press('j', 'j')
    const gone = held()
    await stage.press('X')
    await stage.until('Forget')
    await stage.later()
    const before = listed()
    await stage.press('y')
    await stage.until(() => held() !== gone)
    await stage.shell.live.refresh()
    expect(listed() - before).toBeLessThanOrEqual(2)
    expect(stage.screen.text()).toContain('the first 200, more below')
  }
})
