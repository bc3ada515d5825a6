import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { calendar } from '../../../src/contract/calendar.ts'
import { memory } from '../../../src/contract/memory.ts'
import { todos } from '../../../src/contract/todos.ts'
import { type TestWorkspace, testWorkspace } from '../../peers/workspace.ts'
import { ScreenStage } from './screen-stage.tsx'

let w: TestWorkspace
beforeAll(async () => {
  w = await testWorkspace()
  const { client } = w
  for (let n = 100; n < 200; n++) await client.call(memory.add, { text: `Fact ${n}`, category: 'fact' })
  const { todo } = await client.call(todos.add, { title: 'pack', items: ['socks', 'shoes'] })
  expect(todo.items).toHaveLength(2)
  await client.call(todos.add, { title: 'post', due: 'tomorrow 08:07' })
  await client.call(calendar.add, { summary: 'Lunch', start: '2031-03-12T12:00' })
})
afterAll(() => w[Symbol.asyncDispose]())

const small = { cols: 80, rows: 24 }
const big = { cols: 200, rows: 50 }

async function opened(pane: string, size = small, mouse = true): Promise<ScreenStage> {
  const on = new ScreenStage(w.inside.carry, size, { mouse })
  await on.until('api :')
  on.shell.go(pane)
  return on
}

/** A button at the first of these words. */
async function press(on: ScreenStage, words: string | RegExp): Promise<void> {
  const places = on.screen.rows().map(row => row.search(words))
  const y = places.findIndex(place => place >= 0)
  const x = places[y] ?? -1
  if (y < 0) throw new Error(`'${words}' is not there:\n${on.screen.text()}`)
  on.send(`\x1b[<0;${x + 1};${y + 1}M\x1b[<0;${x + 1};${y + 1}m`)
  await on.settled()
}

/** A question hears nothing so soon after its first frame: it is pressed until it does. */
async function answered(on: ScreenStage, button: string | RegExp): Promise<void> {
  while (on.shell.overlays.length > 0) await press(on, button)
}

describe.each([small, big])('at $cols x $rows', size => {
  test('a row that is pressed is selected, and opened when it was', async () => {
    using on = await opened('todos', size)
    await on.until('pack')
    await press(on, 'pack')
    await on.until(/^> .*pack/m)
    await press(on, 'pack')
    await on.until('[ ] socks')
    expect(on.shell.side).toBe('detail')
    await press(on, /\[ \] shoes/)
    await press(on, /\[ \] shoes/)
    await on.until('[x] shoes')
    await press(on, /\[ \] socks/)
    await press(on, /\[x\] shoes/)
    await press(on, /shoes/)
    await on.until('[ ] shoes')
  })

  test('a tab that is pressed is gone to', async () => {
    using on = await opened('cook', size)
    for (const [tab, pane] of [
      [/5 ?Mem/, 'memory'],
      [/0 ?Key/, 'tokens'],
      [/1 ?Coo/, 'cook'],
    ] as const) {
      await press(on, tab)
      expect(on.shell.pane.id).toBe(pane)
    }
  })

  test('the wheel moves what is under it, and the selection only where it would leave the screen', async () => {
    using on = await opened('memory', size)
    await on.until('Fact 199')
    on.send('j')
    await on.until(/^> .*Fact 198/m)
    on.send('\x1b[<65;5;5M')
    await on.until(screen => !screen.text().includes('Fact 199'))
    expect(on.screen.rows()[1]).toMatch(/^> .*Fact 196/)
    on.send('\x1b[<64;5;5M')
    await on.until(/Fact 199/)
    await on.until(/^> .*Fact 196/m)
  })

  test('a month, its weeks and its hours are pressed where they are drawn', async () => {
    using on = await opened('calendar', size)
    on.send('T2031-03-12\r')
    on.send('M')
    await on.until('Mar 2031')
    await press(on, ' 20 ')
    await on.until('[20]')
    await press(on, /\[20\]/)
    await on.until(/\[Thu 20\]/)
    on.send('W')
    await on.until(/Wed 19/)
    await press(on, '15:00')
    await on.until(/^>15:00/m)
    await press(on, ' Sat 22')
    await on.until(/\[Sat 22\]/)
  })
})

test('choices and buttons are pressed, and what is under them is not', async () => {
  using on = await opened('memory')
  await on.until('Fact 199')
  on.send('o')
  await on.until('Sort memories')
  await press(on, 'oldest first')
  await on.until('-- oldest first')
  on.send('gg')
  await on.until(/^> .*Fact 100/m)
  on.send('X')
  await on.until('[No]')
  await press(on, 'Fact 102')
  expect(on.shell.overlays).toHaveLength(1)
  await answered(on, /\[No\]/)
  await on.until(screen => !screen.text().includes('[No]'))
  await on.until(/^> .*Fact 100/m)
  on.send('X')
  await on.until('[No]')
  await answered(on, ' y Forget')
  await on.until('Forgot')
  on.send('\x1b')
  await on.until(screen => !screen.text().includes('Fact 100'))
  on.send('u')
  await on.until('Fact 100')
})

test('fields are pressed, and one that has the keys turns on', async () => {
  using on = await opened('memory')
  await on.until('Fact 199')
  on.send('e')
  await on.until('Edit memory')
  await press(on, 'category <')
  await on.until('> category < fact >')
  await press(on, 'category <')
  await on.until(/> category < (?!fact)/)
  await press(on, 'pinned ')
  await press(on, 'pinned ')
  await on.until('> pinned   [x] yes')
})

test('a press and a wheel go on from what did not open, and do what they do', async () => {
  using on = await opened('cook')
  await on.until(/^> +local/m)
  const refused = async () => {
    on.send('i')
    await on.until('Esc goes on')
  }
  await refused()
  on.send('\x1b[<65;10;4M')
  await on.until(screen => !screen.text().includes('Esc goes on'))
  await refused()
  await press(on, /5 ?Mem/)
  await on.until('Fact 199')
  expect(on.shell.pane.id).toBe('memory')
  expect(on.shell.line).toBe(null)
})

test('an entry of the palette is pressed, a wheel goes through it', async () => {
  using on = await opened('memory')
  on.send(':')
  await on.until('Do or open')
  on.send('\x1b[<65;40;12M')
  on.send('next pane')
  await on.until(/│ +> .*next pane +Tab/)
  await press(on, /next pane +Tab/)
  await on.until(() => on.shell.side === 'detail')
})

test('the second half of a double click does nothing to what lay under the first', async () => {
  using on = await opened('memory')
  await on.until('Fact 199')
  on.send('c')
  await on.until(/│ +fact +│/)
  const row = on.screen.rows().findIndex(text => /│ +fact +│/.test(text)) + 1
  on.send(`\x1b[<0;10;${row}M`.repeat(2))
  await on.until('-- only fact')
  await on.until(/^> .*Fact/m)
  expect(on.screen.text()).toMatch(/^> .*Fact 199/m)
})

test('it is off at first: reports do nothing; F2 turns it on, which is said', async () => {
  using on = await opened('todos', small, false)
  await on.until('pack')
  await press(on, /1 ?Coo/)
  expect(on.shell.pane.id).toBe('todos')
  on.send('\x1bOQ')
  await on.until('F2 leaves it to the terminal')
  expect(on.screen.rows()[0]).toContain('mouse')
  await press(on, /1 ?Coo/)
  expect(on.shell.pane.id).toBe('cook')
  on.send('\x1bOQ')
  await on.until('The mouse is off.')
  expect(on.screen.rows()[0]).not.toContain('mouse')
})
