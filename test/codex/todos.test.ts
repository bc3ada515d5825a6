import { expect, test } from 'vitest'
import type { TodoAnswer } from '../../src/contract/codex/todos.ts'
import { type TestWorkspace, testWorkspace } from '../peers/workspace.ts'

// A Friday, nine o'clock in the morning UTC.
const NOW = Date.parse('2026-11-20T09:15:00Z')

type Answer = Required<TodoAnswer>

const opened = async () => {
  const w = await testWorkspace({ now: () => NOW })
  const token = await w.token('agent', ['todos:write'])
  const act = async (body: unknown): Promise<Answer> => {
    const response = await w.request('POST', '/api/codex/todos', {
      token,
      body,
      headers: { 'content-type': 'application/json' },
    })
    expect(response.status).toBe(200)
    return (await response.json()) as Answer
  }
  const list = async (query = ''): Promise<Answer> =>
    (await (await w.request('GET', `/api/codex/todos${query}`, { token })).json()) as Answer
  return { w, token, act, list, [Symbol.asyncDispose]: () => w[Symbol.asyncDispose]() }
}

test('the listing has the lines that clients read ids and item numbers from', async () => {
  await using t = await opened()
  expect(await t.list()).toEqual({ response: 'No notes found.', exit_code: 0, todos: [] })
  const wifi = await t.act({ action: 'add', title: 'Wifi', content: `router is\nbehind ${'x'.repeat(100)}` })
  const shop = await t.act({
    action: 'create',
    title: 'Shop',
    items: [{ text: 'eggs', done: true }, 'ham'],
    label: 'home',
    pinned: true,
  })
  const only = await t.act({ content: 'no title' })
  const short = (answer: Answer): string => answer.note_id.slice(0, 8)
  const listing = await t.list()
  const wifiLines = `- [${short(wifi)}] **Wifi**\n  ${`router is behind ${'x'.repeat(100)}`.slice(0, 80)}`
  const onlyLines = `- [${short(only)}] **(untitled)**\n  no title`
  const [first, ...rest] = listing.results.split(/\n(?=- )/)
  expect(first).toBe(`- [${short(shop)}] **Shop** [PINNED] [checklist] #home\n  [x] 0: eggs\n  [ ] 1: ham`)
  expect(rest.sort()).toEqual([wifiLines, onlyLines].sort())
  expect(listing.todos).toHaveLength(3)
  expect(listing.todos[0]).toMatchObject({
    id: shop.note_id,
    short_id: short(shop),
    note_type: 'checklist',
    items: [
      { index: 0, text: 'eggs', done: true },
      { index: 1, text: 'ham', done: false },
    ],
    due_date: null,
    source: 'agent',
  })
  expect((await t.list('?label=home')).todos).toHaveLength(1)
  expect((await t.list('?label=DEFAULT')).todos).toHaveLength(3)
  expect((await t.list('?archived=yes')).todos).toHaveLength(0)
})

test('created, with the sentences clients show', async () => {
  await using t = await opened()
  const note = await t.act({ text: 'Buy milk' })
  expect(note).toMatchObject({
    response: `Note created: "Buy milk" (id: ${note.note_id.slice(0, 8)})`,
    note_title: 'Buy milk',
    open_url: `/#open=notes&note=${note.note_id}`,
    exit_code: 0,
    due_date: null,
  })
  const due = await t.act({
    action: 'save',
    title: 'Call Ann',
    text: 'about it',
    due_date: 'tomorrow at 5pm',
  })
  expect(due.response).toMatch(/^Reminder created: "Call Ann" \(id: [0-9a-f]{8}\)$/)
  expect(due.due_date).toBe('2026-11-21T17:00:00+00:00')
  expect(due.understood).toMatchObject({ phrase: 'tomorrow at 5pm', zone: 'UTC' })
  expect(due.todo.content).toBe('about it')
})

test('words for a time that nobody understands are an error, and nothing is kept', async () => {
  await using t = await opened()
  const answer = await t.act({ title: 'x', due_date: 'someday maybe' })
  expect(answer.exit_code).toBe(1)
  expect(answer.error).toContain('someday maybe')
  expect((await t.list()).todos).toEqual([])
})

test('a reminder finds its time in its own words, which stay', async () => {
  await using t = await opened()
  const said = await t.act({ action: 'remind', text: 'Call the dentist tomorrow at 5pm' })
  expect(said.note_title).toBe('Call the dentist tomorrow at 5pm')
  expect(said.due_date).toBe('2026-11-21T17:00:00+00:00')
  const asked = await t.act({ title: 'Remind me in 2 hours to stretch' })
  expect(asked.todo.due_date).toBe('2026-11-20T11:15:00+00:00')
  expect((await t.act({ title: 'Lunch tomorrow at noon' })).due_date).toBeNull()
  const none = await t.act({ action: 'remind', text: 'stretch' })
  expect(none.response).toMatch(/^Note created/)
  expect(none.warning).toContain('due_date')
})

test('the same reminder twice is one', async () => {
  await using t = await opened()
  const first = await t.act({ title: 'Pay rent', due_date: '2026-12-01T10:00:00Z' })
  const again = await t.act({ title: 'reminder:  pay  RENT', due_date: '2026-12-01T11:00:00+01:00' })
  expect(again).toMatchObject({ duplicate: true, note_id: first.note_id, exit_code: 0 })
  expect((await t.list()).todos).toHaveLength(1)
})

test('an id may be short, never a wildcard, never a guess', async () => {
  await using t = await opened()
  const { note_id } = await t.act({ title: 'one' })
  for (const id of ['%', '_', '________', '', `${note_id}x`, 'zzzz'])
    expect(await t.act({ action: 'delete', id })).toEqual({ error: `Note '${id}' not found`, exit_code: 1 })
  expect(await t.act({ action: 'view' })).toEqual({ error: "Note '' not found", exit_code: 1 })
  expect((await t.act({ action: 'view', id: note_id.slice(0, 8) })).todos[0]?.id).toBe(note_id)
  expect(await t.act({ action: 'remove', id: note_id })).toMatchObject({
    response: 'Deleted note: "one"',
    exit_code: 0,
  })
})

test('checklist items: toggled under both old names, moved under the new ones', async () => {
  await using t = await opened()
  const { note_id: id } = await t.act({ title: 'Shop', checklist_items: ['eggs', 'ham'], items: ['ignored'] })
  expect((await t.act({ action: 'toggle_item', id })).response).toBe("Item 'eggs' marked done")
  expect((await t.act({ action: 'remove-item', id, index: 0 })).response).toBe("Item 'eggs' marked undone")
  expect((await t.act({ action: 'toggle_item', id, index: 9 })).error).toBe('Item index 9 out of range (0-1)')
  expect((await t.act({ action: 'toggle_item', id, index: -1 })).error).toBe(
    'Item index -1 out of range (0-1)',
  )
  expect((await t.act({ action: 'toggle_item', id, index: 'one' })).exit_code).toBe(1)
  await t.act({ action: 'add_item', id, text: 'milk' })
  await t.act({ action: 'edit_item', id, index: 1, text: 'cheese' })
  await t.act({ action: 'move_item', id, index: 2, to: 0 })
  const last = await t.act({ action: 'delete_item', id, index: 1 })
  expect(last.todo.items.map((item: { text: string }) => item.text)).toEqual(['milk', 'cheese'])
  const { note_id: plain } = await t.act({ title: 'plain' })
  expect((await t.act({ action: 'toggle_item', id: plain })).error).toBe('Note has no checklist items')
})

test('update leaves alone what is null, and clears a date with an empty one', async () => {
  await using t = await opened()
  const { note_id: id } = await t.act({ title: 'a', label: 'l', due_date: 'tomorrow 9am' })
  const weekly = await t.act({
    action: 'update',
    id,
    title: 'b',
    label: null,
    due_date: null,
    repeat: 'weekly',
  })
  expect(weekly.todo).toMatchObject({ title: 'b', label: 'l', repeat: 'FREQ=WEEKLY' })
  expect(weekly.todo.due_date).toBe('2026-11-21T09:00:00+00:00')
  const moved = await t.act({ action: 'update', id, due_date: 'tomorrow 9am' })
  expect(moved.todo).toMatchObject({ due_date: '2026-11-21T09:00:00+00:00', repeat: 'FREQ=WEEKLY' })
  const done = await t.act({ action: 'done', id })
  expect(done.todo.due_date).toBe('2026-11-28T09:00:00+00:00')
  expect((await t.act({ action: 'snooze', id, until: 'in 3 hours' })).todo.snoozed_until).toBe(
    '2026-11-28T12:00:00.000Z',
  )
  const cleared = await t.act({ action: 'update', id, due_date: '', repeat: 'none' })
  expect(cleared.todo).toMatchObject({ due_date: null, repeat: null })
  await t.act({ action: 'update', id, archived: true })
  expect((await t.list()).todos).toEqual([])
  expect((await t.act({ action: 'list', archived: true })).todos).toHaveLength(1)
})

test('search looks everywhere in a note', async () => {
  await using t = await opened()
  await t.act({ title: 'Shop', items: ['Ham'] })
  await t.act({ title: 'x', label: 'hamburg' })
  await t.act({ title: 'y', content: '100% sure' })
  expect((await t.act({ action: 'find', query: 'ham' })).todos).toHaveLength(2)
  expect((await t.act({ action: 'search', text: '0% s' })).todos).toHaveLength(1)
  expect((await t.act({ action: 'search' })).todos).toHaveLength(3)
  expect((await t.act({ action: 'search', query: '%' })).todos).toHaveLength(1)
})

test('what is no action is said, whatever its name', async () => {
  await using t = await opened()
  const said = (action: string): string =>
    `Unknown action: ${action}. Use list/search/view/add/update/delete/toggle_item`
  for (const action of ['reminder', 'constructor', '__proto__', 'toString'])
    expect(await t.act({ action })).toEqual({ error: said(action.toLowerCase()), exit_code: 1 })
  for (const body of [{}, { action: null }, { action: 0, title: { a: 1 } }, { title: 'x', pinned: 'maybe' }])
    expect((await t.act(body)).exit_code).toBe(1)
  expect((await t.act({ title: 'a\u0000b' })).exit_code).toBe(1)
  expect((await t.act({ action: { toString: 1 } })).exit_code).toBe(1)
})

test('reading needs one scope, writing the other', async () => {
  await using w: TestWorkspace = await testWorkspace()
  const reader = await w.token('reader', ['todos:read'])
  const stranger = await w.token('stranger', ['memory:read'])
  const post = (token: string, action: string) =>
    w.request('POST', '/api/codex/todos', { token, body: { action, id: 'none' } })
  for (const action of ['list', 'search', 'view', 'nonsense', 'reminder'])
    expect((await post(reader, action)).status).toBe(200)
  for (const action of ['add', 'REMIND', 'toggle-item', 'remove_item', 'add_item', 'done', 'snooze', '']) {
    const refused = await post(reader, action)
    expect(refused.status).toBe(403)
    expect(await refused.json()).toEqual({ detail: 'API token missing required scope: todos:write' })
  }
  const refused = await post(stranger, 'list')
  expect(await refused.json()).toEqual({
    detail: 'API token missing required scope: todos:read or todos:write',
  })
})

test('what changes nothing says so, and a note may be kept away from the start', async () => {
  await using t = await opened()
  const { note_id: id } = await t.act({ title: 'old plan', archived: true })
  expect((await t.list()).todos).toEqual([])
  expect((await t.act({ action: 'view', id })).todos).toMatchObject([{ archived: true }])
  expect(await t.act({ action: 'update', id, name: 'new plan' })).toMatchObject({
    exit_code: 1,
    error: expect.stringContaining('Nothing to change'),
  })
  expect(await t.act({ action: 'update', id: 'nope' })).toMatchObject({ error: "Note 'nope' not found" })
})
