import { describe, expect, test } from 'vitest'
import { todos } from '../../../src/contract/todos.ts'
import { testWorkspace } from '../../peers/workspace.ts'
import { flow, hostile, ScreenStage, sizes } from './stage.tsx'

const open = async (size = sizes[0]!) => {
  const stage = await ScreenStage.open(size, 'todos')
  await stage.until('Nothing to do')
  return stage
}

describe.each(sizes)('todos at $cols x $rows', size => {
  test('a sentence becomes a todo under its group, is done, and is in the archive', async () => {
    await using stage = await open(size)
    await stage.press('a', 'tomorrow 5pm call the dentist', '\r')
    await stage.until(/This week 1/)
    await stage.until(/> .*17:00|> .*call the dentist/)
    await stage.press('t')
    await stage.until('Nothing to do')
    await stage.press('.')
    await stage.until(/> .*done .*(call|…)[\s\S]*-- archive/)
    await stage.press('u')
    await stage.until('The archive is empty')
    await stage.press('.')
    await stage.until(/This week 1/)
    expect(stage.isWhole).toBe(true)
  })

  test('hostile text in every field leaves the frame whole', async () => {
    await using stage = await open(size)
    await stage.workspace.client.call(todos.add, {
      title: hostile,
      content: `${hostile}\n${hostile}`,
      label: hostile.slice(0, 90),
      items: [hostile, hostile],
    })
    await stage.until('No date 1')
    await stage.press('\r')
    await stage.until('[ ]')
    for (const key of [
      'j',
      ' ',
      'e',
      '\x1b',
      '\x1b',
      'e',
      '\x1b',
      '\x1b',
      'X',
      '\x1b',
      'L',
      '\x1b',
      '?',
      'q',
    ]) {
      await stage.press(key)
      expect(stage.screen.leftOn.filter(mode => mode !== 'hidden cursor')).toEqual([])
      expect(stage.screen.rows()[0]).toMatch(/todo|Keys|Todo/)
    }
    await stage.until(() => stage.isWhole)
  })
})

test('a checklist is written, ticked, moved and taken back', async () => {
  await using stage = await open()
  const { client } = stage.workspace
  await stage.press('a', 'pack', '\r')
  await stage.until('No date 1')
  await stage.press('\r', 'a', 'tent', '\r')
  await stage.until('[ ] tent')
  await stage.press('stove', '\r')
  await stage.until('> [ ] stove')
  await stage.press('\r')
  await stage.press('K')
  await stage.until(/stove[\s\S]*tent/)
  await stage.press(' ')
  await stage.until('[x] stove')
  await stage.press('e', ' and gas', '\r')
  await stage.until('[x] stove and gas')
  await stage.press('X')
  await stage.until(() => !stage.screen.text().includes('[x] stove'))
  await stage.press('u')
  await stage.until('[x] stove and gas')
  const { items } = await client.call(todos.list, {})
  expect(items[0]!.items).toEqual([
    { text: 'stove and gas', done: true },
    { text: 'tent', done: false },
  ])
})

test('what is marked is labelled, put off and deleted together; the question names it and stays with it', async () => {
  await using stage = await open()
  const { client } = stage.workspace
  for (const title of ['one', 'two', 'three']) await client.call(todos.add, { title, due: 'in 2 hours' })
  await stage.until(/(Today|This week) 3/)
  await stage.press('g', ' ', ' ', 'L', 'home', '\r')
  await stage.until(() => stage.screen.text().split('#home').length === 3)
  await stage.press('g', ' ', ' ', 's', '\r')
  await stage.until(() => stage.screen.text().split('zz ').length === 3)
  await stage.press('g', ' ', ' ', 'X')
  await stage.until('Delete 2 todos')
  const { todo } = await client.call(todos.add, { title: 'from an agent', due: 'in 1 minute' })
  await stage.later()
  await stage.press('y')
  await stage.until('Deleted 2 todos')
  const { items } = await client.call(todos.list, {})
  expect(items.map(({ title }) => title).sort()).toHaveLength(2)
  expect(items.map(({ id }) => id)).toContain(todo.id)
})

test('the form changes only what was changed, and says how a date was understood', async () => {
  await using stage = await open()
  const { client } = stage.workspace
  const title = 'tab\there'
  const { todo } = await client.call(todos.add, { title, due: '2099-01-01' })
  await stage.until('Later 1')
  await stage.press('e', '\t', '\t', '\t', 'errand', '\x1b\r')
  await stage.until('#errand')
  const after = await client.call(todos.get, { id: todo.id })
  expect(after).toMatchObject({ title, due: '2099-01-01', label: 'errand' })
  await stage.press('w', '\x15', 'nonsense words', '\r')
  await stage.until(/due: nonsense words/)
  await stage.press('\x1b', 'w', '\x1b[A')
  await stage.until(/due: nonsense words/)
  await stage.press('\x1b')
  expect((await client.call(todos.get, { id: todo.id })).due).toBe('2099-01-01')
})

test('its text goes through the editor, and a filter narrows what is shown', async () => {
  await using stage = await open()
  const { client } = stage.workspace
  const { todo } = await client.call(todos.add, { title: 'letter', content: 'Dear' })
  await client.call(todos.add, { title: 'other' })
  await stage.until('No date 2')
  await stage.press('/', 'dear', '\r')
  await stage.until('No date 1')
  stage.editor = 'printf " all" >>'
  await stage.press('E')
  await stage.until('Dear all')
  expect((await client.call(todos.get, { id: todo.id })).content).toBe('Dear all')
})

test('thousands are a window', async () => {
  await using stage = await open()
  const { client } = stage.workspace
  for (let n = 0; n < 1200; n++) await client.call(todos.add, { title: `todo ${n}` })
  stage.shell.live.refresh()
  // The one that was there first is still selected, and in view; the others came above it.
  await expect.poll(() => stage.shell.pane.objects!()).toHaveLength(1200)
  await stage.press('g')
  await stage.until('No date 1200')
  await stage.press('G')
  await stage.until('> ')
  await stage.press('\x1b[5~', 'g')
  await stage.until('No date 1200')
  expect(stage.isWhole).toBe(true)
})

flow(
  'a date is shown as it is understood while it is typed, in a line and in the form',
  'todos',
  async stage => {
    const { client } = stage.workspace
    await stage.until('Nothing to do')
    await stage.press('a', 'call Ann 2099-03-04 17:00')
    await stage.until(/add: call Ann.*= Wed 4 Mar 2099 17:00/)
    await stage.press('\r')
    await stage.until('Later 1')
    await stage.press('e', '\t', '\x15', '2099-05-06 9am')
    await stage.until('due Wed 6 May 2099 09:00')
    await stage.press('\x15', 'gibberish')
    await stage.until('! ')
    await stage.press('\x15', '2099-05-06 9am', '\x1b\r')
    await stage.until("Changed 'call Ann', Wed 6 May 2099 09:00")
    await stage.press('w', 'every friday 9am')
    await stage.until(/due:.*repeats/)
    await stage.press('\r')
    await stage.until('(repeats)')
    await stage.press('t')
    await stage.until(/Did 'call Ann', next Fri/)
    expect((await client.call(todos.list, {})).items).toHaveLength(1)
  },
)

flow('another time keeps the repeat, from the line and from the form', 'todos', async stage => {
  const { client } = stage.workspace
  await stage.until('Nothing to do')
  const { todo } = await client.call(todos.add, {
    title: 'Feed cat',
    due: '2099-03-04 8am',
    repeat: 'FREQ=DAILY;INTERVAL=3',
  })
  const repeat = async () => (await client.call(todos.get, { id: todo.id })).repeat
  await stage.until('Later 1')
  await stage.press('e', '\t', '\x15', '2099-05-06 9am')
  await stage.until('due Wed 6 May 2099 09:00')
  await stage.press('\x1b\r')
  await stage.until("Changed 'Feed cat', Wed 6 May 2099 09:00")
  expect(await repeat()).toBe('FREQ=DAILY;INTERVAL=3')
  await stage.press('w', '\x15', '2099-05-07 9am', '\r')
  await stage.until("Moved 'Feed cat', Thu 7 May 2099 09:00")
  expect(await repeat()).toBe('FREQ=DAILY;INTERVAL=3')
  await stage.press('e', '\t', '\t', '\x15', '\x1b\r')
  await stage.until("Changed 'Feed cat'")
  expect(await repeat()).toBe(null)
})

flow('what was guessed is said in words, and a day without a time as one', 'todos', async stage => {
  await stage.until('Nothing to do')
  await stage.press('a', 'every 2nd friday 9:00 report')
  await stage.until(/= Fri.* 09:00, repeats/)
  await stage.press('\r')
  const said = () => stage.screen.text().replace(/\s+/g, ' ')
  await stage.until(() => said().includes('(how it repeats was guessed)'))
  await stage.press('a', 'at 9:00 water', '\r')
  await stage.until(() => said().includes('(morning or evening was guessed)'))
  await stage.press('a', 'friday 25:00 x')
  await stage.until(/= Fri \d+ \S+, rings 09:00 \(what looks like a time/)
})

flow('what is marked is done together, and one key takes all of it back', 'todos', async stage => {
  const { client } = stage.workspace
  for (const title of ['one', 'two', 'three', 'four']) await client.call(todos.add, { title })
  await stage.until('No date 4')
  await stage.press('g', ' ', 'j', 'V')
  await stage.until('3 marked')
  await stage.press('t')
  await stage.until('No date 1')
  await stage.press('u')
  await stage.until('all 3 changes')
  await stage.until('No date 4')
  await stage.press('*', 'L')
  await stage.until('label of 4:')
  await stage.press('home', '\r')
  await stage.until(() => stage.screen.text().split('#home').length >= 5)
  // What came after it is taken back alone.
  await stage.press('g', 'p')
  await stage.until('! ')
  await stage.press('u')
  await stage.until(/Undone: Changed/)
  expect((await client.call(todos.list, { label: 'home' })).items).toHaveLength(4)
})

flow('what somebody changed since is passed by when a key is taken back, and named', 'todos', async stage => {
  const { client } = stage.workspace
  const token = await stage.workspace.token('helper', ['todos:write'])
  const titles = ['zero', 'one', 'two', 'three']
  const added = await Promise.all(titles.map(title => client.call(todos.add, { title })))
  const { id } = added.find(({ todo }) => todo.title === 'two')!.todo
  const open = async () => (await client.call(todos.list, {})).items.map(({ title }) => title).sort()
  await stage.until('No date 4')
  await stage.press('/one\r', 'p', '\x1b')
  await stage.until("Pinned 'one'")
  await stage.press('*', 't')
  await stage.until('Did 4 todos')
  const body = { label: 'theirs' }
  expect((await stage.workspace.request('PATCH', `/api/v1/todos/${id}`, { token, body })).status).toBe(200)
  await stage.press('u')
  const said = () => stage.screen.text().replace(/\s+/g, ' ')
  await stage.until(() => said().includes("3 of the last key's 4 changes."))
  expect(said()).toMatch(/"two"" cannot be undone: it was changed again since/)
  expect(await open()).toEqual(['one', 'three', 'zero'])
  await stage.press('u')
  await stage.until(() => /Undone: (Changed|Pinned)/.test(said()))
  expect((await client.call(todos.list, {})).items.some(({ pinned }) => pinned)).toBe(false)
})

flow('one label is shown, in the archive too, and the list is sorted', 'todos', async stage => {
  const { client } = stage.workspace
  for (const [title, label] of [
    ['b', 'home'],
    ['a', 'work'],
    ['c', 'work'],
  ])
    await client.call(todos.add, { title: `todo ${title}`, label })
  await stage.until('No date 3')
  await stage.press('#', 'j', 'j', '\r')
  await stage.until('-- #work')
  await stage.until('No date 2')
  await stage.press('A')
  await stage.until('No date 1')
  await stage.press('.')
  await stage.until(/-- archive {2}#work/)
  await stage.until(/> .*todo/)
  await stage.press('\x1b', '\x1b')
  await stage.until('No date 2')
  await stage.press('o', 'j', '\r')
  await stage.until(/#home 1[\s\S]*#work 1/)
  await stage.press('o', 'j', 'j', 'j', 'j', '\r')
  await stage.until('Open, by title 2')
})

test('a long archive is read on as one scrolls, and searched as a whole', async () => {
  await using stage = await open()
  const { client } = stage.workspace
  for (let n = 0; n < 240; n++) {
    const { todo } = await client.call(todos.add, { title: `todo ${n} end` })
    await client.call(todos.edit, { id: todo.id, archived: true })
  }
  await stage.press('.')
  await stage.until('the first 200, more below')
  await stage.press('G')
  await stage.until(() => !stage.screen.text().includes('more below'))
  await stage.press('G')
  await stage.until(/^> +todo 0 end/m)
  await stage.press('/', 'todo 7 end', '\r')
  await stage.until(/found/)
  await stage.until(/> .*todo 7 end/)
})

test('a selection stays with what it is on while an agent adds above it', async () => {
  await using stage = await open()
  const { client } = stage.workspace
  for (const title of ['one', 'two', 'three']) await client.call(todos.add, { title })
  await stage.until('No date 3')
  await stage.press('g', 'j')
  const name = () =>
    stage.screen
      .rows()
      .find(row => row.startsWith('>'))
      ?.trim()
      .split(/ +/)
      .at(-1)
  const before = name()!
  await client.call(todos.add, { title: 'from an agent', pinned: true })
  await stage.until('No date 4')
  expect(name()).toBe(before)
  await stage.press('\r')
  await stage.until(new RegExp(`^${before}`, 'm'))
})

test('what is taken back is told with its time as a person reads it', async () => {
  await using stage = await open()
  await stage.press('a', '2099-03-04 17:00 call', '\r')
  await stage.until('Later 1')
  await stage.press('u')
  await stage.until('Undone: Added "call", due 2099-03-04 17:00')
  expect(stage.screen.text()).not.toContain('T17:00')
})

test('new words for an item are refused where an agent puts another in its place while they travel', async () => {
  await using w = await testWorkspace()
  const { id } = (await w.client.call(todos.add, { title: 'Pack', items: ['tent', 'stove'] })).todo
  const carry: typeof w.inside.carry = async request => {
    if ((await request.clone().text()).includes('"edit"'))
      await w.client.call(todos.item, { id, op: 'add', index: 0, text: 'map' })
    return w.inside.carry(request)
  }
  const slow = { ...w, inside: Object.assign(Object.create(w.inside), { carry }) }
  await using stage = await ScreenStage.open(sizes[0]!, 'todos', slow)
  await stage.until('Pack')
  await stage.press('\t', 'e')
  await stage.until(/item: tent/)
  await stage.press(' for two', '\r')
  await stage.until("is 'map' by now")
  expect((await w.client.call(todos.get, { id })).items.map(({ text }) => text)).toEqual([
    ...['map', 'tent', 'stove'],
  ])
})

describe('what its prompts open with', () => {
  const repeating = async (stage: ScreenStage) => {
    const { todo } = await stage.workspace.client.call(todos.add, {
      title: 'standup',
      due: '2027-03-01T08:00:30Z',
      repeat: 'FREQ=WEEKLY;BYDAY=MO',
    })
    await stage.until('standup')
    return () => stage.workspace.client.call(todos.get, { id: todo.id })
  }

  test('is words, which mean the same where they are left as they are', async () => {
    await using stage = await open()
    const now = await repeating(stage)
    await stage.press('w')
    await stage.until(/due: Mon 1 Mar 2027 \d\d:00 .*repeats every Monday/)
    await stage.press('\r')
    await stage.until(/Moved 'standup', .*repeats every Monday/)
    expect(await now()).toMatchObject({ due_at: Date.parse('2027-03-01T08:00:30Z') })
    await stage.press('r')
    await stage.until(/repeat: every Monday .*= every Monday/)
    await stage.press('\r')
    await stage.until(/Changed 'standup', .*repeats every Monday/)
    expect(await now()).toMatchObject({ repeat: 'FREQ=WEEKLY;BYDAY=MO' })
  })

  test('takes words for how it repeats, and says them', async () => {
    await using stage = await open()
    const now = await repeating(stage)
    await stage.press('r', 'every other friday')
    await stage.until('= every 2 weeks on Friday')
    await stage.press('\r')
    await stage.until(/Changed 'standup', .*repeats every 2 weeks on Friday/)
    expect(await now()).toMatchObject({ repeat: 'FREQ=WEEKLY;INTERVAL=2;BYDAY=FR' })
    await stage.press('e')
    await stage.until(/repeat +every 2 weeks on Friday/)
    await stage.press('\x1b', 'r', 'none', '\r')
    await stage.until(/Changed 'standup', repeats no more/)
  })

  test('stays a rule where no words say it', async () => {
    await using stage = await open()
    const now = await repeating(stage)
    await stage.press('r', 'FREQ=DAILY;BYHOUR=9', '\r')
    await stage.until(/Changed/)
    await stage.press('r')
    await stage.until(/repeat: FREQ=DAILY;BYHOUR=9/)
    await stage.press('\r')
    expect(await now()).toMatchObject({ repeat: 'FREQ=DAILY;BYHOUR=9' })
  })
})
