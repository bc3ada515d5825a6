import { expect, test } from 'vitest'
import { calendar } from '../../../src/contract/calendar.ts'
import { ScreenStage, sizes } from './stage.tsx'

const withEvent = async () => {
  const stage = await ScreenStage.open(sizes[0]!, 'calendar')
  const { client } = stage.workspace
  const { event } = await client.call(calendar.add, { summary: 'dinner', start: 'tomorrow 6pm' })
  const text = async () => (await client.call(calendar.get, { id: event.id })).description
  await stage.until(/> .*dinner/)
  return { stage, client, id: event.id, text }
}

test('what was written of an event that could not be saved is in the editor again', async () => {
  const { stage, text } = await withEvent()
  await using _ = stage
  stage.editor = 'head -c 200100 /dev/zero | tr "\\0" "x" >>'
  await stage.press('E')
  await stage.until('what you wrote is kept')
  expect(await text()).toBe('')
  stage.editor = 'sed -i "s/x*$/bring wine/"'
  await stage.press('E')
  await expect.poll(text).toBe('bring wine')
})

test('what somebody else wrote of an event meanwhile is not written over', async () => {
  const { stage, client, id, text } = await withEvent()
  await using _ = stage
  const { edit } = stage.shell.host
  stage.editor = 'printf mine >>'
  stage.shell.host.edit = async (before, extension) => {
    const mine = await edit.call(stage.shell.host, before, extension)
    await client.call(calendar.edit, { id, description: 'theirs', scope: 'all' })
    return mine
  }
  await stage.press('E')
  await stage.until('Somebody changed it while you wrote')
  expect(await text()).toBe('theirs')
  await stage.press('\r')
  await expect.poll(text).toBe('mine')
})
