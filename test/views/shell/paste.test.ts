import { afterAll, beforeAll, expect, test } from 'vitest'
import { todos } from '../../../src/contract/todos.ts'
import { type TestWorkspace, testWorkspace } from '../../peers/workspace.ts'
import { strange, texts } from './hostile.ts'
import { ScreenStage } from './screen-stage.tsx'

let w: TestWorkspace
beforeAll(async () => {
  w = await testWorkspace()
})
afterAll(() => w[Symbol.asyncDispose]())

const hostile = texts.join('\r\n').replaceAll('\x1b[201~', '')

test.each([
  ['a quick add', '+', 'quick add: '],
  ['a filter', '2/', '/'],
  ['the palette', ':', 'Do or open'],
])('a megabyte of hostile text in %s is one line of it, said, and no key', async (_, keys, seen) => {
  let wrote = ''
  const options = {
    wrote(bytes: string) {
      wrote += bytes
    },
  }
  using on = new ScreenStage(w.inside.carry, { cols: 80, rows: 24 }, options)
  await on.until('api :')
  on.send(keys)
  await on.until(seen)
  on.send(`\x1b[200~${hostile.repeat(Math.ceil(1_100_000 / hostile.length))}\x1b[201~`)
  await on.until(/Only the first 10000 characters/)
  on.send('ZYX')
  await on.until('ZYX')
  on.send('\x03')
  await on.until(/\? help/)
  expect(on.quits).toBe(0)
  expect(strange(wrote)).toEqual([])
  expect((await w.client.call(todos.list, {})).items).toEqual([])
})

test('a megabyte pasted into a field of several lines is as much of it as is drawn at once, and said', async () => {
  using on = new ScreenStage(w.inside.carry, { cols: 80, rows: 24 })
  await on.until('api :')
  let value = ''
  on.shell.form({
    title: 'Letter',
    verb: 'Send',
    values: { text: 'before ' },
    fields: [{ id: 'text', label: 'text', kind: 'lines', rows: 3 }],
    async submit({ text = '' }) {
      value = text
    },
  })
  await on.until('M-Enter Send')
  on.send(`\x1b[200~${'one line\r\n'.repeat(110_000)}\x1b[201~`)
  await on.until(/Only the first 100000 characters/)
  await on.until('^E opens $EDITOR')
  on.send('ZYX\x1b\r')
  await on.until(() => value !== '')
  expect(value).toHaveLength(100_000 + 'before ZYX'.length)
  expect(value.split('\n')[1]).toBe('one line')
})
