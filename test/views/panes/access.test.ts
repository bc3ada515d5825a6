import { describe, expect, test } from 'vitest'
import { access } from '../../../src/contract/access.ts'
import { events } from '../../../src/contract/events.ts'
import { todos } from '../../../src/contract/todos.ts'
import { flow, hostile, ScreenStage, sizes } from './stage.tsx'

describe.each(sizes.slice(0, 2))('tokens at $cols x $rows', size => {
  test('one is made, its lines are shown and copied once, and it is revoked after a question', async () => {
    await using stage = await ScreenStage.open(size, 'tokens')
    await stage.until('No agent has a token yet')
    await stage.press('a')
    await stage.until('New token')
    await stage.press('helper')
    await stage.until('at a fence')
    await stage.press('\x1b\r')
    await stage.until('export ODYSSEUS_API_TOKEN=ith_')
    await stage.press('q')
    await stage.until('shown this once')
    await stage.press('\x1b')
    await stage.until('Leave the secret')
    await stage.later()
    await stage.press('n')
    await stage.until('shown this once')
    await stage.press('\r')
    await stage.until('shown this once')
    const secret = /ith_[\w-]+/.exec(stage.copied[0]!)![0]
    expect(stage.copied[0]).toContain('export ODYSSEUS_URL=')
    await stage.press('G', '\r')
    await stage.until(/> .*helper/)
    expect(stage.screen.text()).not.toContain(secret)
    const { items } = await stage.workspace.client.call(access.tokens, {})
    expect(items[0]!.scopes).toEqual({
      'todos:write': 'allow',
      'todos:read': 'allow',
      'calendar:write': 'allow',
      'calendar:read': 'allow',
      'memory:write': 'allow',
      'memory:read': 'allow',
      'documents:write': 'allow',
      'documents:read': 'allow',
      'cookbook:read': 'allow',
      'cookbook:launch': 'ask',
      'models:use': 'allow',
    })
    expect(items[0]!.fences).toEqual({ stop: 'own', at_fence: 'ask' })
    await stage.press('X')
    await stage.until('Revoke helper')
    await stage.later()
    await stage.press('y')
    await stage.until('No agent has a token yet')
    expect(await stage.workspace.client.call(access.tokens, {})).toEqual({ items: [] })
    await stage.press('.')
    await stage.until('REVOKED')
  })

  test('names that would take the terminal over leave the frame whole', async () => {
    await using stage = await ScreenStage.open(size, 'tokens')
    await stage.workspace.token(hostile.slice(0, 90), ['todos:write'])
    await stage.until(/>/)
    await stage.press('X', '\x1b', '\t', 'j', '\t')
    await stage.until(() => stage.isWhole)
  })
})

test('a new secret is not left by done before the copy of it is taken', async () => {
  await using stage = await ScreenStage.open(sizes[0]!, 'tokens')
  await stage.until('No agent has a token yet')
  await stage.press('a')
  await stage.until('New token')
  await stage.press('helper', '\x1b\r')
  await stage.until('export ODYSSEUS_API_TOKEN=ith_')
  await stage.press('q')
  await stage.until('shown this once')
  const taken = Promise.withResolvers<boolean>()
  stage.taken = taken.promise
  await stage.press('\r')
  await stage.press('G', '\r')
  await stage.until('It is still being copied')
  await stage.until('shown this once')
  taken.resolve(false)
  await stage.until('Sent the lines to tmux')
  await stage.press('G', '\r')
  await stage.until('Leave the secret')
  await stage.later()
  await stage.press('n')
  await stage.until('shown this once')
  stage.taken = true
  await stage.press('\r', 'G', '\r')
  await stage.until(/> .*helper/)
})

test('a form that cannot be sent says why and keeps what was typed', async () => {
  await using stage = await ScreenStage.open(sizes[0]!, 'tokens')
  await stage.until('No agent has a token yet')
  await stage.press('a')
  await stage.until('New token')
  await stage.press('operator', '\x1b\r')
  await stage.until('cannot be named')
  await stage.press('s', '\x1b\r')
  await stage.until('export ODYSSEUS_API_TOKEN=ith_')
})

test('on the smallest screen every field of the form can be reached and seen', async () => {
  await using stage = await ScreenStage.open(sizes[2]!, 'tokens')
  await stage.until('No agent has a token yet')
  await stage.press('a')
  await stage.until('> name')
  for (const label of [
    'expires',
    'everything',
    'todos',
    'calendar',
    'memory',
    'documents',
    'email',
    'cookbook',
  ]) {
    await stage.press('\t')
    await stage.until(`> ${label}`)
  }
  await stage.press('\t\t\t\t\t\t\t\t\t')
  await stage.until('> at a fence')
  await stage.press('\t')
  await stage.until('> waits')
})

describe.each(sizes)('audit at $cols x $rows', size => {
  test('shows who did what, narrows it, and takes one change back', async () => {
    await using stage = await ScreenStage.open(size, 'audit')
    const agent = stage.workspace.as(await stage.workspace.token('bot', ['todos:write']))
    const { todo } = await agent.call(todos.add, { title: 'from the bot' })
    await stage.workspace.client.call(todos.add, { title: 'mine' })
    await stage.until('mine')
    await stage.press('/', 'bot', '\r')
    await stage.until(() => !stage.screen.text().includes('mine'))
    await stage.press('\x1b')
    await stage.until('mine')
    await stage.press('g', 'j', 'a')
    await stage.until(() => !stage.screen.text().includes('mine'))
    await stage.press('U')
    await stage.until('Take this back')
    await stage.later()
    await stage.press('y')
    await stage.until('(undone)')
    await expect(stage.workspace.client.call(todos.get, { id: todo.id })).rejects.toThrow()
    await stage.press('\x1b', '\x1b')
    await stage.until('mine')
    expect(stage.isWhole).toBe(true)
  })
})

test('a long history is read as far as it is looked at', async () => {
  await using stage = await ScreenStage.open(sizes[0]!, 'todos')
  const { client } = stage.workspace
  for (let n = 0; n < 450; n++) await client.call(todos.add, { title: `thing ${n}` })
  stage.shell.go('audit')
  await stage.until('thing 449')
  await stage.press('G')
  await stage.until('thing 250')
  await expect
    .poll(
      async () => {
        await stage.press('G')
        return stage.screen.text()
      },
      { timeout: 10_000 },
    )
    .toContain('thing 0"')
  const { items } = await client.call(events.audit, { search: hostile })
  expect(items).toEqual([])
})

flow('another like one is made, with its fences, and what it did is one key away', 'tokens', async stage => {
  const { client } = stage.workspace
  const token = await stage.workspace.token('old', ['todos:write', 'email:draft'], {
    ask: ['cookbook:launch'],
    hosts: 'gpu-a,gpu-b',
    gpus: '4-7',
    ports: '8100-8199',
    max_serves: 2,
    stop: 'own',
    until: '08:00',
    at_fence: 'ask',
    ask_deadline: 600,
  })
  await stage.workspace.as(token).call(todos.add, { title: 'by the old one' })
  await stage.until(/> .*old/)
  await stage.until(/fences +only on gpu-a, gpu-b/)
  await stage.press('c')
  await stage.until('as old is')
  await stage.press('new', '\t', 'gibberish')
  await stage.until('write 30d')
  await stage.press('\x15', '30d')
  await stage.until('It expires 2026-12-29'.slice(0, 10))
  await stage.press('\x1b\r')
  await stage.until('export ODYSSEUS_API_TOKEN=ith_')
  await stage.press('q', 'G', '\r')
  await stage.until(/> .*new/)
  const { items } = await client.call(access.tokens, {})
  const [made, old] = ['new', 'old'].map(name => items.find(one => one.name === name)!)
  expect(made!.scopes).toEqual(old!.scopes)
  expect(made!.fences).toEqual(old!.fences)
  expect(made!.ask_deadline).toBe(600)
  await stage.press('o', 'j', 'j', '\r', 'g', '\r')
  await stage.until('-- only actor old')
  await stage.until('by the old one')
})

flow(
  'everything an agent did is marked and taken back at once, and what was changed is opened',
  'audit',
  async stage => {
    const { client } = stage.workspace
    const agent = stage.workspace.as(await stage.workspace.token('bot', ['todos:write']))
    const { todo } = await client.call(todos.add, { title: 'mine' })
    for (const title of ['one', 'two']) await agent.call(todos.add, { title })
    await agent.call(todos.edit, { id: todo.id, title: 'theirs' })
    await stage.until('theirs')
    await stage.press('A')
    await stage.until('What was done by')
    await stage.press('G', '\r')
    await stage.until('-- only actor bot')
    await stage.press('*', 'U')
    await stage.until('Take back 3 changes')
    await stage.later()
    await stage.press('y')
    await stage.until('Undone: 3 changes')
    expect((await client.call(todos.list, {})).items.map(({ title }) => title)).toEqual(['mine'])
    await stage.press('g', '\r')
    await stage.until(/\[2 Todo/)
    await stage.until(/> .*mine/)
    await client.call(access.revoke, { id: 'bot' })
    stage.shell.go('audit')
    await stage.press('\x1b')
    await stage.until('Revoked the token')
    await stage.press('g', '\r')
    await stage.until(/> bot +REVOKED/)
  },
)

test('every value of the form that cannot be is said under its field, in words', async () => {
  await using stage = await ScreenStage.open({ cols: 80, rows: 40 }, 'tokens')
  await stage.until('No agent has a token yet')
  await stage.press('a')
  await stage.until('> name')
  await stage.press('\x1b\r')
  await stage.until('Give it a name.')
  await stage.press(
    'agent',
    '\t',
    'tomorrow noon',
    '\t\t\t\t\t\t\t\t\t\t',
    'gpu-z',
    '\t',
    '4-',
    '\t',
    'http',
    '\t',
    'two',
  )
  await stage.press('\t\t', 'whenever', '\t\t', 'long')
  await stage.until('It expires')
  await stage.until('No host is called gpu-z as yet.')
  await stage.until(/4-\s+│\n.*! write numbers and ranges: 0,4-7/)
  await stage.until(/http\s+│\n.*! write numbers and ranges: 8100-8199/)
  await stage.until(/two\s+│\n.*! write a number/)
  await stage.until(/whenever\s+│\n.*! write a time to come/)
  await stage.until(/long\s+│\n.*! write a number of seconds/)
  await stage.press('\x1b\r')
  await stage.until('max_serves has to be a')
})

test('on the smallest screen what is wrong stands under the fields, row by row', async () => {
  await using stage = await ScreenStage.open(sizes[2]!, 'tokens')
  await stage.until('No agent has a token yet')
  await stage.press('a')
  await stage.until('> name')
  await stage.press('agent', '\t\t\t\t\t\t\t\t\t\t\t\t', '4-', '\t', 'http', '\t', 'two', '\x1b\r')
  await stage.until(/gpus.0: write one number or a range: *│\n│ 4, or 4-7/)
  await stage.until('> serves')
  await stage.until('M-Enter Create')
})
