import { expect, test } from 'vitest'
import { testWorkspace } from '../peers/workspace.ts'

interface Capabilities {
  integration: string
  token_scopes: string[]
  ask_scopes: string[]
  tools: Record<string, Record<string, unknown> & { actions: string[] }>
  safety: unknown
}

test('a token learns what it may do, and every old word is still there', async () => {
  await using w = await testWorkspace()
  const token = await w.token('agent', ['todos:read', 'cookbook:launch'], { ask: ['email:send'] })
  const response = await w.request('GET', '/api/codex/capabilities', { token })
  const told = (await response.json()) as Capabilities
  expect(told.integration).toBe('codex')
  expect(told.token_scopes).toEqual(['cookbook:launch', 'cookbook:read', 'email:send', 'todos:read'])
  expect(told.ask_scopes).toEqual(['email:send'])
  expect(told.safety).toEqual({
    email_send_requires_confirmation: true,
    destructive_actions_should_confirm: true,
  })
  expect(told.tools).toMatchObject({
    todos: { read: true, write: false },
    email: { read: true, draft: true, send: true, available: false },
    memory: { read: false, write: false, available: true },
    calendar: { read: false, write: false, available: true },
    documents: { read: false, write: false, available: true },
    cookbook: { read: true, launch: true, available: true },
  })
  const words: Record<string, string[]> = {
    todos: ['list', 'add', 'update', 'delete', 'toggle_item'],
    email: ['list', 'read', 'draft_document', 'draft', 'send'],
    memory: ['list', 'add', 'delete'],
    calendar: ['list_events', 'create_event', 'delete_event'],
    documents: ['library', 'read', 'create', 'delete'],
    cookbook: ['tasks', 'servers', 'output', 'serve', 'stop'],
  }
  for (const [tool, actions] of Object.entries(words))
    expect(told.tools[tool]!.actions.slice(0, actions.length)).toEqual(actions)
})

test('the operator has no list of scopes and may do everything; any token may ask', async () => {
  await using w = await testWorkspace()
  const told = (await (await w.client.send('GET', '/api/codex/capabilities')).json()) as Capabilities
  expect(told.token_scopes).toEqual([])
  for (const tool of Object.values(told.tools))
    for (const [name, value] of Object.entries(tool))
      if (['read', 'write', 'draft', 'send', 'launch'].includes(name)) expect(value).toBe(true)
  const least = await w.token('least', ['chat'])
  for (const path of ['/api/codex/capabilities', '/api/codex/plugin.zip', '/api/claude/plugin.zip'])
    expect((await w.request('GET', path, { token: least })).status).toBe(200)
})

test('its own questions can be followed from where helper scripts reach, and nobody else its', async () => {
  await using w = await testWorkspace()
  const asker = await w.token('asker', ['todos:read'], { ask: ['todos:write'] })
  const other = await w.token('other', ['todos:read'])
  const asking = w.request('POST', '/api/codex/todos', { token: asker, body: { title: 'may I' } })
  const list = async (token: string): Promise<{ id: string }[]> =>
    (
      (await (await w.request('GET', '/api/codex/approvals', { token })).json()) as {
        items: { id: string }[]
      }
    ).items
  while ((await list(asker)).length === 0) await new Promise(resolve => setImmediate(resolve))
  const [{ id }] = (await list(asker)) as [{ id: string }]
  expect(await list(other)).toEqual([])
  const peek = (token: string) => w.request('GET', `/api/codex/approvals/${id}?wait=10`, { token })
  expect((await peek(other)).status).toBe(404)
  const waiting = peek(asker)
  await w.client.send('POST', `/api/v1/approvals/${id}`, { allow: true })
  expect(await (await waiting).json()).toMatchObject({ state: 'allowed', outcome: { status: 200 } })
  expect(await (await asking).json()).toMatchObject({ exit_code: 0, note_title: 'may I' })
  expect((await w.request('POST', '/api/codex/undo', { token: other })).status).toBeGreaterThanOrEqual(400)
})

test('what happens can be read from where one was, and waited for, but only what one may see', async () => {
  await using w = await testWorkspace()
  const token = await w.token('watcher', ['todos:read'])
  const read = async (query: string): Promise<{ events: { action: string; id: string }[]; next: number }> =>
    (await w.request('GET', `/api/codex/events?${query}`, { token })).json() as never
  const add = (path: string, body: unknown) => w.client.send('POST', path, body)
  const { events, next } = await read('')
  expect(events).toEqual([])
  await add('/api/v1/memory', { text: 'unseen' })
  await add('/api/v1/todos', { title: 'one' })
  await add('/api/v1/todos', { title: 'two' })
  const first = await read(`since=${next}&limit=1`)
  expect(first.events.map(event => event.action)).toEqual(['todos.add'])
  const rest = await read(`since=${first.next}`)
  expect(rest.events).toHaveLength(1)
  const waiting = read(`since=${rest.next}&wait=10`)
  await add('/api/v1/memory', { text: 'also unseen' })
  await add('/api/v1/todos', { title: 'three' })
  expect((await waiting).events.map(event => event.action)).toEqual(['todos.add'])
  expect((await read(`since=${rest.next}&nouns=memory`)).events).toEqual([])
})

test('mail is available once there is an account', async () => {
  await using w = await testWorkspace()
  const token = await w.token('agent', ['email:read'])
  const told = async () => {
    const response = await w.request('GET', '/api/codex/capabilities', { token })
    return ((await response.json()) as Capabilities).tools.email?.available
  }
  expect(await told()).toBe(false)
  const account = { address: 'me@example.org', imap_host: '127.0.0.1', smtp_host: '127.0.0.1', password: 'x' }
  const added = await w.client.send('POST', '/api/v1/mail/accounts', account)
  expect(added.status).toBe(201)
  expect(await told()).toBe(true)
})
