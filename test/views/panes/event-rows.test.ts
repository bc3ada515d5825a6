import { expect, test } from 'vitest'
import type { CalendarEvent, Entry } from '../../../src/contract/calendar.ts'
import { entryRows } from '../../../views/panes/calendar/rows.ts'
import { withoutColours } from '../../../views/terminal/sanitise.ts'

const entry = (all_day: boolean): Entry =>
  ({
    ...{ id: 'x', summary: 'x', description: '', location: '', calendar_name: 'Mine', all_day, tzid: null },
    ...{ starts_at: Date.parse('2026-12-01T00:00:00Z'), ends_at: Date.parse('2026-12-02T00:00:00Z') },
    ...{ repeats: false, busy: true, cancelled: false, answer: null },
  }) as unknown as Entry

const reminds = (all_day: boolean, ...alarms: number[]) =>
  entryRows(entry(all_day), [], 200, {
    ...{ zone: 'UTC', today: '2026-11-29' },
    whole: { alarms, attendees: [], organizer: null } as unknown as CalendarEvent,
  })
    .map(withoutColours)
    .find(row => row.startsWith('reminds'))
    ?.replace(/^reminds +/, '')

test('a whole day reminds at a time of the clock, what has a time before or after it', () => {
  expect(reminds(true, -540, 0, 900, 1440, 2340)).toBe(
    'at 09:00, at 00:00, at 09:00 the day before, at 00:00 the day before, at 09:00 2 days before',
  )
  expect(reminds(false, 10, 0, -5)).toBe('10m before, at its start, 5m after')
})
