import { expect, test } from 'vitest'
import type { CalendarEvent, Entry } from '../../../src/contract/calendar.ts'
import { entryRows, shownRow } from '../../../views/panes/calendar/rows.ts'
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

test('how long it lasts is said where the clock does not tell it', () => {
  const zone = 'Europe/Berlin'
  const said = (from: string, to: string) => {
    const timed = { ...entry(false), starts_at: Date.parse(from), ends_at: Date.parse(to), color: '' }
    const day = from.slice(0, 10)
    const rows = entryRows(timed, [], 200, { zone, today: '2026-10-01' }).map(withoutColours)
    const when = rows.find(row => row.startsWith('when'))?.replace(/^when +/, '')
    return [withoutColours(shownRow({ key: '', day, entry: timed }, 80, zone, false)).split(' | ')[0], when]
  }
  expect(said('2026-10-25T02:30+02:00', '2026-10-25T02:30+01:00')).toEqual([
    ...['02:30-02:30 (1h00)', 'Sun 25 Oct 02:30 - 02:30 (1h00)'],
  ])
  expect(said('2026-03-29T01:30+01:00', '2026-03-29T03:30+02:00')[0]).toBe('01:30-03:30 (1h00)')
  expect(said('2026-10-26T23:00+01:00', '2026-10-27T00:00+01:00')[0]).toBe('23:00-00:00')
  expect(said('2026-10-26T09:00:30+01:00', '2026-10-26T10:00+01:00')[0]).toBe('09:00-10:00')
})
