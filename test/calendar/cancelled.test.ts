import { expect, test } from 'vitest'
import { calendar } from '../../src/contract/calendar.ts'
import { ics, wrapped } from '../peers/shared-calendar.ts'
import { testWorkspace } from '../peers/workspace.ts'

const NOW = Date.parse('2026-11-30T08:00:00Z')
const series = wrapped([
  ...['BEGIN:VEVENT', 'UID:daily', 'DTSTAMP:20260101T000000Z', 'SUMMARY:Daily'],
  ...['DTSTART:20261201T090000Z', 'DTEND:20261201T100000Z', 'RRULE:FREQ=DAILY;COUNT=3'],
  ...['BEGIN:VALARM', 'ACTION:DISPLAY', 'TRIGGER:-PT10M', 'END:VALARM', 'END:VEVENT'],
  ...['BEGIN:VEVENT', 'UID:daily', 'DTSTAMP:20260101T000000Z', 'RECURRENCE-ID:20261202T090000Z'],
  ...['DTSTART:20261202T090000Z', 'DTEND:20261202T100000Z', 'STATUS:CANCELLED', 'END:VEVENT'],
])

test('what is cancelled stays to be seen, takes no time, and rings nobody', async () => {
  await using w = await testWorkspace({ now: () => NOW })
  const { client } = w
  await client.call(calendar.import, { ics: series })
  await client.call(calendar.import, { ics: ics('whole', 'Whole', 'STATUS:CANCELLED') })
  const { items } = await client.call(calendar.list, { start: '2026-12-01', end: '2026-12-05' })
  expect(items.map(({ summary, start, cancelled }) => [summary, start.slice(0, 10), cancelled])).toEqual([
    ['Daily', '2026-12-01', false],
    ['Whole', '2026-12-01', true],
    ['Daily', '2026-12-02', true],
    ['Daily', '2026-12-03', false],
  ])
  const agenda = await client.call(calendar.agenda, { start: '2026-12-01', days: 4 })
  expect(agenda.days.flatMap(({ items }) => items.filter(each => each.cancelled))).toHaveLength(2)
  expect(agenda.overlaps).toEqual([])
  const { warnings } = await client.call(calendar.add, {
    summary: 'Instead',
    start: '2026-12-02T09:00Z',
    alarms: null,
  })
  expect(warnings).toEqual([])
  const { alarms } = w.inside.workspace.calendar
  const rings: string[] = []
  for (const day of ['01', '02', '03'])
    for (const each of alarms.due(Date.parse(`2026-12-${day}T09:00:00Z`))) {
      rings.push(new Date(each.at).toISOString().slice(0, 10))
      alarms.rang(each.event.id, each.at)
    }
  expect(rings).toEqual(['2026-12-01', '2026-12-03'])
  // It can be looked at, and takes place after all.
  const cancelled = items.find(each => each.repeats && each.cancelled)!
  expect((await client.call(calendar.get, { id: cancelled.id })).cancelled).toBe(true)
  await client.call(calendar.edit, { id: cancelled.id, cancelled: false })
  expect((await client.call(calendar.get, { id: cancelled.id })).cancelled).toBe(false)
})
