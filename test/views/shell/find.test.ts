import { afterAll, beforeAll, expect, test } from 'vitest'
import { calendar } from '../../../src/contract/calendar.ts'
import { documents } from '../../../src/contract/documents.ts'
import { memory } from '../../../src/contract/memory.ts'
import { presets } from '../../../src/contract/presets.ts'
import { todos } from '../../../src/contract/todos.ts'
import { type TestWorkspace, testWorkspace } from '../../peers/workspace.ts'
import { ScreenStage } from './screen-stage.tsx'

let w: TestWorkspace
beforeAll(async () => {
  w = await testWorkspace()
  const { client } = w
  await client.call(todos.add, { title: 'Order bridges' })
  await client.call(memory.add, { text: 'Ann prefers letters' })
  await client.call(documents.add, { title: 'Minutes', content: 'about the zeppelin' })
  await client.call(calendar.add, { summary: 'Regatta', start: 'in 60 days' })
  await client.call(calendar.add, { summary: 'Fencing', start: '2020-01-06T18:00', rrule: 'FREQ=WEEKLY' })
  await client.call(presets.save, { name: 'Two cards', cmd: 'vllm serve x/y --port 8123', host: 'local' })
  await w.token('helper', ['todos:read'])
})
afterAll(() => w[Symbol.asyncDispose]())

test.each([
  ['order bri', /Order bridges +Todos/, /\[2 .*\n(.*\n)*> .*Order bridges/],
  ['ann pref', /Ann prefers letters +Memory/, /\[5 .*\n(.*\n)*> .*Ann prefers/],
  ['zeppelin', /Minutes +Documents/, /\[6 .*\n(.*\n)*> .*Minutes/],
  ['regatta', /Regatta +Calendar/, /\[3 .*\n(.*\n)*> .*Regatta/],
  ['fencing', /Fencing +Calendar/, /\[3 .*\n(.*\n)*> .*Fencing/],
  ['two cards', /preset Two cards +Cookbook/, 'Launch Two cards'],
  ['helper', /helper +Tokens/, /\[0 .*\n(.*\n)*> .*helper/],
  ['local', /local +Hosts/, /\[8 .*\n(.*\n)*> .*local/],
])('the palette finds and opens %s, though its pane was never looked at', async (typed, found, opened) => {
  using on = new ScreenStage(w.inside.carry, { cols: 80, rows: 24 })
  await on.until('api :')
  on.send(`:${typed}`)
  await on.until(found)
  on.send('\r')
  await on.until(opened)
})

test('a launch that was saved is not opened on a screen that only reads', async () => {
  using on = new ScreenStage(w.inside.carry, { cols: 80, rows: 24 }, { readOnly: true })
  await on.until('api :')
  on.send(':two cards')
  await on.until(/preset Two cards/)
  on.send('\r')
  await on.until('this screen only reads')
  expect(on.shell.overlays).toEqual([])
})

test('what is chosen and cannot be opened says so, and ends nothing', async () => {
  const unheard: unknown[] = []
  const hear = (reason: unknown) => unheard.push(reason)
  process.on('unhandledRejection', hear)
  const { todo } = await w.client.call(todos.add, { title: 'Zebra stripes' })
  using on = new ScreenStage(w.inside.carry, { cols: 80, rows: 24 })
  await on.until('api :')
  on.send(':zebra')
  await on.until(/Zebra stripes +Todos/)
  await w.client.call(todos.remove, { id: todo.id })
  await on.until(() => on.shell.panes.every(pane => !pane.objects?.().some(({ id }) => id === todo.id)))
  on.send('\r')
  await on.until(/failed: Zebra stripes: /)
  on.shell.menu('Which', [
    { id: 'one', title: 'the only one', run: () => Promise.reject(new Error('Gone.')) },
  ])
  on.send('\r')
  await on.until('failed: the only one: Gone.')
  await new Promise(resolve => setImmediate(resolve))
  process.off('unhandledRejection', hear)
  expect(unheard).toEqual([])
})

test('a long menu is narrowed by what is typed after a slash', async () => {
  using on = new ScreenStage(w.inside.carry, { cols: 80, rows: 24 })
  await on.until('api :')
  const chosen: string[] = []
  const names = Array.from({ length: 60 }, (_, n) => `org/model-${n + 1}-${n === 41 ? 'jq' : 'chat'}`)
  const choices = names.map(name => ({ id: name, title: name, run: () => void chosen.push(name) }))
  on.shell.menu('Which model', choices)
  await on.until('/ filters')
  on.send('/')
  await on.until(/│ \/ /)
  on.send('jq')
  await on.until(/> org\/model-42-jq/)
  expect(on.screen.text()).not.toContain('model-1-chat')
  on.send('\x1b')
  await on.until('model-1-chat')
  on.send('/org 7-\x1b[B')
  await on.until(/> org\/model-17-chat/)
  on.send('\r')
  await on.until(() => chosen.length > 0)
  expect(chosen).toEqual(['org/model-17-chat'])
  expect(on.shell.overlays).toEqual([])
})
