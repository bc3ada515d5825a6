import { expect, test } from 'vitest'
import { pleaOf } from '../../src/api/plea.ts'
import { allRoutes } from '../../src/contract/all.ts'

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
  ['codex.memory.delete', { memory_id: 'b2' }, 'forget the memory b2'],
  ['cookbook.serve', { host: 'gpu-b', cmd: 'vllm serve Q' }, 'launch on gpu-b: vllm serve Q'],
  ['codex.cookbook.serve', { cmd: 'vllm serve Q' }, 'launch: vllm serve Q'],
  ['mail.send', { to: ['a@x', 'b@x'], subject: 'Hello' }, 'send a mail to a@x, b@x: Hello'],
  ['mail.send', {}, 'send a mail'],
  ['codex.calendar.create', { summary: 'Talk', dtstart: '2026-12-01' }, 'add the event: Talk, 2026-12-01'],
  ['todos.act', { action: 'add', title: 'Tea' }, 'todos, add: Tea'],
  ['models.copy', { model: 'M', from: 'a', to: 'b' }, 'copy M from a to b'],
  ['memory.add', { text: 'x'.repeat(900) }, `remember: ${'x'.repeat(199)}…`],
  ['todos.list', {}, null],
])('%s is asked in words', (route, given, words) => {
  expect(pleaOf(route, given)).toBe(words)
})
