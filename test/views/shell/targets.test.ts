import { afterAll, beforeAll, expect, test } from 'vitest'
import { access } from '../../../src/contract/access.ts'
import { calendar } from '../../../src/contract/calendar.ts'
import { documents } from '../../../src/contract/documents.ts'
import { hosts } from '../../../src/contract/hosts.ts'
import { memory } from '../../../src/contract/memory.ts'
import { todos } from '../../../src/contract/todos.ts'
import { type TestWorkspace, testWorkspace } from '../../peers/workspace.ts'
import { ScreenStage } from './screen-stage.tsx'

let w: TestWorkspace
beforeAll(async () => {
  w = await testWorkspace()
})
afterAll(() => w[Symbol.asyncDispose]())

const size = { cols: 100, rows: 30 }
/** A question that has just come under the cursor hears nothing: nobody can have read it. */
const read = () => new Promise(resolve => setTimeout(resolve, 520))

async function opened(pane: string): Promise<ScreenStage> {
  const on = new ScreenStage(w.inside.carry, size)
  await on.until('api :')
  on.shell.go(pane)
  return on
}

/** The one who is selected is taken away by somebody else. */
async function vanish(on: ScreenStage, gone: Promise<unknown>, name: string): Promise<void> {
  await gone
  await on.until(() => !on.shell.pane.objects!().some(({ title }) => title === name))
  await on.settled()
}

test('the menu of actions is for what it was opened over, and says when that is gone', async () => {
  const { client } = w
  const { added } = await client.call(hosts.add, { name: 'first-box', target: 'x@one.invalid' })
  const { id } = added[0]!
  await client.call(hosts.add, { name: 'second-box', target: 'x@two.invalid' })
  using on = await opened('cook')
  await on.until('second-box')
  on.send('/first-box\r')
  await on.until(/> .*first-box/)
  on.send('x')
  await on.until('Actions: first-box')
  await client.call(hosts.remove, { id })
  await on.until(() => on.shell.world.hosts.get(id) === undefined)
  on.send('j'.repeat(20))
  on.shell.overlays.at(-1)!.stroke({ key: 'home' })
  for (let n = 0; n < 20 && !/> +o +launch/.test(on.screen.text()); n++) {
    on.send('k')
    await on.settled()
  }
  on.send('\r')
  await on.until('gone meanwhile; nothing was done')
  expect(on.shell.overlays).toHaveLength(0)
})

test('the palette does nothing to the neighbour of what it was opened over', async () => {
  const { client } = w
  const { todo } = await client.call(todos.add, { title: 'first thing' })
  const { todo: other } = await client.call(todos.add, { title: 'second thing' })
  using on = await opened('todos')
  await on.until('second thing')
  on.send('/thing\r')
  await on.until('2 found')
  on.send('g')
  await on.until(/> .*first thing|> .*second thing/)
  const [selected, left] = /> .*first thing/.test(on.screen.text()) ? [todo, other] : [other, todo]
  on.send(':pin')
  await on.until(/> pin/)
  await vanish(on, client.call(todos.remove, { id: selected.id }), selected.title)
  on.send('\r')
  await on.until('pin: what it was for is gone meanwhile')
  expect((await client.call(todos.get, { id: left.id })).pinned).toBe(false)
})

test('what is typed and entered at once is the best of what it names, not of what stood there before', async () => {
  const { client } = w
  const { todo } = await client.call(todos.add, { title: 'in a hurry' })
  using on = await opened('todos')
  await on.until('in a hurry')
  on.send('/hurry\r')
  await on.until(/> .*in a hurry/)
  on.send(':pin')
  on.send('\r')
  await on.until("Pinned 'in a hurry'")
  expect((await client.call(todos.get, { id: todo.id })).pinned).toBe(true)
})

test('a question is for what it names, and says so when that is gone', async () => {
  const { client } = w
  const { todo } = await client.call(todos.add, { title: 'doomed' })
  await client.call(todos.add, { title: 'spared' })
  using on = await opened('todos')
  await on.until('spared')
  on.send('/doomed\r')
  await on.until(/> .*doomed/)
  on.send('X')
  await on.until('Delete this todo')
  await read()
  await vanish(on, client.call(todos.remove, { id: todo.id }), 'doomed')
  on.send('y')
  await on.until('delete: gone meanwhile: doomed')
  expect((await client.call(todos.list, {})).items.map(({ title }) => title)).toContain('spared')
})

test('of several, those that are still there are done, and the others are counted', async () => {
  const { client } = w
  const { todo } = await client.call(todos.add, { title: 'herd one' })
  await client.call(todos.add, { title: 'herd two' })
  await client.call(todos.add, { title: 'herd three' })
  using on = await opened('todos')
  await on.until('herd three')
  on.send('/herd\r')
  await on.until('3 found')
  on.send('*X')
  await on.until('Delete 3 todos')
  await read()
  await vanish(on, client.call(todos.remove, { id: todo.id }), 'herd one')
  on.send('y')
  await on.until('1 of 3 gone meanwhile, done to the others')
  expect((await client.call(todos.list, {})).items.filter(({ title }) => title.startsWith('herd'))).toEqual(
    [],
  )
})

/** Presses a key in the very moment in which the screen learns that something is gone. */
function pressAt(on: ScreenStage, gone: string, key: string): void {
  const stop = on.shell.signal.subscribe(() => {
    if (on.shell.pane.objects!().some(({ title }) => title === gone)) return
    stop()
    void on.shell.stroke({ key, text: key })
  })
}

test('a key meant for what somebody else takes away changes nothing of its neighbour', async () => {
  const { client } = w
  const { todo } = await client.call(todos.add, { title: 'slip one' })
  const { todo: other } = await client.call(todos.add, { title: 'slip two' })
  using on = await opened('todos')
  on.send('/slip\rg')
  await on.until(screen => on.shell.line === null && /> .*slip (one|two)/.test(screen.text()))
  const [selected, left] = /> .*slip one/.test(on.screen.text()) ? [todo, other] : [other, todo]
  pressAt(on, selected.title, 't')
  await client.call(todos.remove, { id: selected.id })
  await on.until('done: another was selected just now, by itself: look again')
  expect((await client.call(todos.get, { id: left.id })).done_at).toBe(null)
})

test('in the text of one, a key is for that one, whatever is marked in the list', async () => {
  const { client } = w
  const names = ['read one', 'read two', 'read three']
  for (const name of names) {
    await client.call(todos.add, { title: name })
    await client.call(memory.add, { text: name, category: 'fact' })
    await client.call(documents.add, { title: name })
  }
  using on = new ScreenStage(w.inside.carry, { cols: 80, rows: 24 })
  await on.until('api :')
  const untouched = {
    todos: async () => (await client.call(todos.list, {})).items.map(({ title }) => title),
    memory: async () => (await client.call(memory.list, {})).items.map(({ text }) => text),
    documents: async () => (await client.call(documents.list, {})).items.map(({ title }) => title),
  }
  for (const [pane, key, said] of [
    ['todos', 't', "Did 'read"],
    ['memory', 'X', 'Forget this'],
    ['documents', 'A', "Archived 'read"],
  ] as const) {
    on.shell.go(pane)
    on.send('/read\r')
    await on.until('3 found')
    on.send('g  ')
    await on.until('2 marked')
    const selected = () => /^> .*(read \w+)/m.exec(on.screen.text())?.[1]
    await on.until(() => selected() !== undefined)
    const name = selected()!
    on.send('\t')
    on.send(key)
    await on.until(said)
    if (key === 'X') {
      await read()
      on.send('y')
      await on.until("Forgot 'read")
    }
    const left = await untouched[pane]()
    expect([pane, names.filter(each => !left.includes(each))]).toEqual([pane, [name]])
    on.send('\t')
    await on.until('2 marked')
    on.send('\x1b')
    await on.until(screen => !screen.text().includes('marked'))
  }
})

test('what a person does one after the other goes on with the neighbour at once', async () => {
  const { client } = w
  for (const title of ['chore one', 'chore two', 'chore three']) await client.call(todos.add, { title })
  using on = await opened('todos')
  on.send('/chore\r')
  await on.until('3 found')
  on.send('gttt')
  await on.until("Nothing matches 'chore'")
  const { items } = await client.call(todos.list, { archived: true })
  expect(items.filter(({ title, done_at }) => title.startsWith('chore') && done_at !== null)).toHaveLength(3)
})

test('in a day of the calendar, too, a key is not for the event that took the place of another', async () => {
  const { client } = w
  const times = { start: '2031-08-01T12:00', end: '2031-08-01T13:00' }
  const { event } = await client.call(calendar.add, { summary: 'first slot', ...times })
  const { event: other } = await client.call(calendar.add, { summary: 'second slot', ...times })
  using on = await opened('calendar')
  on.send('DT2031-08-01\r')
  await on.until(screen => on.shell.line === null && /^(first|second) slot/m.test(screen.text()))
  const [selected, left] = /^first slot/m.test(on.screen.text()) ? [event, other] : [other, event]
  pressAt(on, `2031-08-01 ${selected.summary}`, 'e')
  await client.call(calendar.remove, { id: selected.id })
  await on.until('another was selected just now')
  expect(on.shell.overlays).toHaveLength(0)
  await client.call(calendar.remove, { id: left.id })
})

test.each([
  ['week', 'W', '2031-05-01'],
  ['day', 'D', '2031-05-02'],
  ['agenda', 'A', '2031-05-03'],
])('in a calendar as %s, too, the palette is for the event it was opened over', async (_, key, day) => {
  const { client } = w
  const times = { start: `${day}T12:00`, end: `${day}T13:00` }
  const { event } = await client.call(calendar.add, { summary: 'first talk', ...times })
  const { event: other } = await client.call(calendar.add, { summary: 'second talk', ...times })
  await client.call(calendar.add, { summary: 'breakfast', start: `${day}T10:00` })
  using on = await opened('calendar')
  on.send(`${key}T${day}\r`)
  await on.until(/^breakfast/m)
  for (let n = 0; n < 3 && !/^when .*12:00/m.test(on.screen.text()); n++) {
    on.send('j')
    await on.settled()
  }
  await on.until(/^when .*12:00/m)
  const [gone, left] = /^first talk/m.test(on.screen.text()) ? [event, other] : [other, event]
  on.send(':delete')
  await on.until(/> delete +X/)
  await vanish(on, client.call(calendar.remove, { id: gone.id }), `${day} ${gone.summary}`)
  on.send('\r')
  await on.until('delete: what it was for is gone meanwhile')
  expect((await client.call(calendar.get, { id: left.id })).summary).toBe(left.summary)
  await client.call(calendar.remove, { id: left.id })
})

test('where the event under the cursor goes while a day is typed, the day is gone to', async () => {
  const { client } = w
  const { event } = await client.call(calendar.add, { summary: 'fleeting', start: '2031-06-02T12:00' })
  using on = await opened('calendar')
  on.send('WT2031-06-02\r')
  await on.until(/> ?12.*fleeting/)
  on.send('T2031-06-09')
  await vanish(on, client.call(calendar.remove, { id: event.id }), '2031-06-02 fleeting')
  on.send('\r')
  await on.until('[Mon 9]')
})

test('every list has its selection back at the next start, by id', async () => {
  const { client } = w
  const names = ['north', 'east', 'south', 'west']
  for (const name of names) {
    await client.call(memory.add, { text: `Fact of the ${name}` })
    await client.call(hosts.add, { name: `host-${name}`, target: `x@${name}.invalid` })
    await client.call(access.create, { name: `token-${name}`, scopes: ['todos:read'] })
  }
  const panes: [pane: string, seen: RegExp][] = [
    ['memory', /> .*Fact of the south/],
    ['hosts', /> .*host-south/],
    ['tokens', /> .*token-south/],
  ]
  let kept = ''
  {
    using on = await opened('memory')
    for (const [pane, seen] of panes) {
      on.shell.go(pane)
      await on.until('south')
      for (let n = 0; n < 20 && !seen.test(on.screen.text()); n++) {
        on.send('j')
        await on.settled()
      }
      await on.until(seen)
    }
    kept = on.shell.keep()
  }
  // What stands at its row by then is another.
  await client.call(memory.add, { text: 'Fact of the newest' })
  using on = new ScreenStage(w.inside.carry, size, { kept })
  await on.until('api :')
  for (const [pane, seen] of panes) {
    on.shell.go(pane)
    await on.until(seen)
  }
})
