import { expect, test } from 'vitest'
import { testWorkspace } from '../peers/workspace.ts'

test('what was asked is counted by route and status, and made-up paths make up no names', async () => {
  await using w = await testWorkspace()
  const token = await w.token('t', ['todos:read'])
  await w.request('GET', '/api/v1/todos', { token })
  await w.request('GET', '/api/v1/todos', { token })
  await w.request('GET', '/api/v1/todos/nothing-like-it', { token })
  await w.request('GET', '/api/v1/todos')
  for (let turn = 0; turn < 5; turn++) await w.request('GET', `/api/v1/made-up-${turn}`, { token })
  expect((await w.request('GET', '/metrics')).status).toBe(401)
  const events = await w.request('GET', '/api/v1/events', { token })
  const response = await w.request('GET', '/metrics', { token })
  expect(response.headers.get('content-type')).toMatch('text/plain; version=0.0.4')
  const text = await response.text()
  await events.body?.cancel()
  const lines = text.split('\n')
  expect(lines).toContain('ithaca_requests_total{route="todos.list",status="200"} 2')
  expect(lines).toContain('ithaca_requests_total{route="todos.get",status="404"} 1')
  expect(lines).toContain('ithaca_requests_total{route="none",status="401"} 2')
  expect(lines).toContain('ithaca_requests_total{route="none",status="404"} 5')
  expect(lines).toContain('ithaca_event_subscribers 1')
  expect(text).not.toContain('made-up')
})

test('every line is one that Prometheus reads, and histograms add up', async () => {
  await using w = await testWorkspace()
  await w.client.send('GET', '/api/v1/todos')
  const text = await (await w.client.send('GET', '/metrics')).text()
  const sample =
    /^[a-z_]+(\{[a-z]+="[^"\\\n]*"(,[a-z]+="[^"\\\n]*")*\})? (\d+(\.\d+)?(e[+-]?\d+)?|NaN|\+Inf)$/
  for (const line of text.trimEnd().split('\n'))
    expect(line).toMatch(line.startsWith('#') ? /^# (HELP|TYPE) [a-z_]+ .+$/ : sample)
  const value = (start: string) =>
    Number(
      text
        .split('\n')
        .find(line => line.startsWith(start))
        ?.split(' ')[1],
    )
  expect(value('ithaca_request_seconds_bucket{route="todos.list",le="+Inf"}')).toBe(1)
  expect(value('ithaca_request_seconds_count{route="todos.list"}')).toBe(1)
  expect(value('process_resident_memory_bytes')).toBeGreaterThan(1_000_000)
  expect(value('ithaca_database_bytes')).toBeGreaterThan(1000)
})
