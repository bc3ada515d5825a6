import { expect, test } from 'vitest'
import { calendar } from '../../src/contract/calendar.ts'
import { testWorkspace } from '../peers/workspace.ts'

test('a long list leaves in pieces that make one whole: every date as it is shown alone', async () => {
  await using w = await testWorkspace({ listen: true, now: () => Date.UTC(2026, 0, 1) })
  const add = (summary: string, more: object) =>
    w.client.call(calendar.add, { summary, start: '2026-01-05T09:00', tzid: 'UTC', busy: false, ...more })
  await add('Stand-up "daily", über\u2028all', { rrule: 'FREQ=DAILY', location: 'Room \\ 1' })
  await add('Weekly', { rrule: 'FREQ=WEEKLY' })
  await add('Once', { start: '2026-03-01', all_day: true })
  const asked = { start: '2026-01-01', end: '2028-01-01', limit: 5000 }
  const second = (await w.client.call(calendar.list, asked)).items[2]!
  await w.client.call(calendar.edit, { id: second.id, scope: 'one', summary: 'Another word' })

  const { items, truncated, problems } = await w.client.call(calendar.list, asked)
  expect([items.length > 800, truncated, problems]).toEqual([true, false, []])
  expect(items.map(one => one.starts_at)).toEqual(items.map(one => one.starts_at).toSorted((a, b) => a - b))
  expect(items.filter(one => one.changed).map(one => one.summary)).toEqual(['Another word'])
  for (const one of [...items.slice(0, 8), ...items.slice(495, 505), ...items.slice(-3)])
    expect(await w.client.call(calendar.get, { id: one.id })).toMatchObject(one)

  const { url, operatorKey } = w.inside.workspace
  const over = await fetch(`${url}/api/v1/calendar/events?start=2026-01-01&end=2028-01-01&limit=5000`, {
    headers: { authorization: `Bearer ${operatorKey}` },
  })
  expect(over.headers.get('content-type')).toBe('application/json')
  expect(over.headers.get('x-content-type-options')).toBe('nosniff')
  expect(((await over.json()) as { items: unknown[] }).items).toEqual(items)
})
