import { expect, test } from 'vitest'
import { testWorkspace } from '../../peers/workspace.ts'
import { ScreenStage } from './screen-stage.tsx'

const wide = '漢字の名前'

test('what a palette and a form name in wide letters is seen whole', async () => {
  await using w = await testWorkspace()
  using on = new ScreenStage(w.inside.carry, { cols: 80, rows: 24 })
  await on.until('api :')
  const entry = { id: 'one', title: 'One', note: wide, run() {} }
  on.shell.palette({ entries: [entry], search: async () => [] })
  await on.until('> One')
  expect(on.screen.text()).toMatch(new RegExp(`> One +${wide} `))
  on.send('\x1b')
  await on.until(screen => !screen.text().includes('> One'))
  on.shell.form({
    title: 'Form',
    verb: 'Save',
    values: { one: 'typed', two: '' },
    fields: [
      { id: 'one', label: wide, kind: 'text' },
      { id: 'two', label: 'two', kind: 'text' },
    ],
    submit: async () => {},
  })
  await on.until('typed')
  expect(on.screen.text()).toMatch(new RegExp(`> ${wide} typed`))
})
