import { expect, test, vi } from 'vitest'
import { pleaOf } from '../../src/api/plea.ts'
import { allRoutes } from '../../src/contract/all.ts'
import { hosts } from '../../src/contract/hosts.ts'
import { testWorkspace } from '../peers/workspace.ts'

test('whatever a token may be asked about that does something has words', () => {
  const speechless = allRoutes()
    .filter(({ scope, method }) => Array.isArray(scope) && method !== 'GET')
    .filter(({ id }) => pleaOf(id, {}) === null)
  expect(speechless.map(({ id }) => id)).toEqual([])
})

test('words name no field that their route has not', () => {
  const routes = allRoutes().filter(({ scope, method }) => Array.isArray(scope) && method !== 'GET')
  for (const { id, in: asks } of routes.filter(({ id }) => !id.startsWith('codex.'))) {
    const all = Object.fromEntries(Object.keys(asks.shape).map(field => [field, `<${field}>`]))
    expect(pleaOf(id, all), id).not.toMatch(/ {2}|[:,] *$|: *:/)
  }
})

test.each([
  ['memory.add', { text: 'gpu-b is\ndrained at 18:00' }, 'remember: gpu-b is drained at 18:00'],
  ['codex.memory.delete', { memory_id: 'b2', id: 'b2' }, 'forget the memory b2'],
  ['cookbook.serve', { host: 'gpu-b', cmd: 'vllm serve Q' }, 'launch on gpu-b: vllm serve Q'],
  ['codex.cookbook.serve', { cmd: 'vllm serve Q' }, 'launch: vllm serve Q'],
  ['mail.send', { to: ['a@x', 'b@x'], subject: 'Hello' }, 'send a mail to a@x, b@x: Hello'],
  ['mail.send', {}, 'send a mail'],
  ['codex.calendar.create', { summary: 'Talk', dtstart: '2026-12-01' }, 'add the event: Talk, 2026-12-01'],
  ['mail.send', { to: 'a@x', bcc: ['b@x'], subject: 'Hello' }, 'send a mail to a@x bcc b@x: Hello'],
  ['codex.todos.act', { action: 'remind', text: 'Tea' }, 'add the todo: Tea'],
  ['codex.todos.act', { action: 'Remove', id: 'b2', title: 'Tea' }, 'delete the todo b2'],
  ['todos.edit', { id: 'b2', title: 'Tea', due: null }, 'change the todo b2 (title, due): Tea'],
  ['models.copy', { model: 'M', from: 'a', to: 'b' }, 'copy M from a to b'],
  ['memory.add', { text: 'x'.repeat(900) }, `remember: ${'x'.repeat(199)}…`],
  ['todos.list', {}, null],
])('%s is asked in words', (route, given, words) => {
  expect(pleaOf(route, given)).toBe(words)
})

test('what a request does not take is no part of its question', async () => {
  await using w = await testWorkspace()
  const ask = ['documents:write', 'cookbook:launch', 'todos:write']
  const token = await w.token('asker', [], { ask })
  const { approvals } = w.inside.workspace
  const asked = async (method: string, path: string, body: object): Promise<string> => {
    const answer = w.request(method, path, { token, body })
    await vi.waitUntil(() => approvals.pending() === 1)
    const [question] = approvals.list({ state: 'pending', limit: 1 }).items
    await w.client.send('POST', `/api/v1/approvals/${question!.id}`, { allow: false })
    await answer
    return question!.reason
  }
  expect(await asked('PATCH', '/api/v1/documents/d1?title=A+typo', { content: 'all of it' })).toBe(
    'change the document d1 (content)',
  )
  expect(await asked('POST', '/api/codex/todos', { action: 'delete', id: 't1', title: 'harmless' })).toBe(
    'delete the todo t1',
  )
  const launch = { cmd: 'vllm serve m --port 8001', repo_id: 'm', host: 'scratch', remote_host: 'local' }
  expect(await asked('POST', '/api/codex/cookbook/serve', launch)).toBe(
    'launch on local: vllm serve m --port 8001',
  )
  await w.client.call(hosts.add, { name: 'gpu-a', target: 'gpu-a.example' })
  const spaced = { ...launch, remote_host: ' ', host: ' gpu-a ' }
  expect(await asked('POST', '/api/codex/cookbook/serve', spaced)).toBe(
    'launch on gpu-a: vllm serve m --port 8001',
  )
  expect(await asked('POST', '/api/codex/cookbook/stop/s1', { id: 'harmless' })).toBe('stop the serve s1')
})

test.each([
  ['serve', { remote_host: ' ', host: ' gpu-a ' }],
  ['adopt', { host: '\t', remote_host: 'gpu-a ' }],
])('a field of blanks names no machine: %s goes where its words say', async (act, named) => {
  await using w = await testWorkspace()
  await w.client.call(hosts.add, { name: 'gpu-a', target: 'gpu-a.example' })
  const token = await w.token('here', ['cookbook:launch'], { hosts: 'local' })
  const body = { cmd: 'vllm serve m --port 8001', repo_id: 'm', tmux_session: 'theirs', ...named }
  expect(pleaOf(`codex.cookbook.${act}`, body)).toContain(' on gpu-a')
  const answer = await w.request('POST', `/api/codex/cookbook/${act}`, { token, body })
  expect(await answer.text()).toContain('may use local, not gpu-a')
})
