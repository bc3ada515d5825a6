import { expect, test } from 'vitest'
import { readMove } from '../../src/calendar/when.ts'

// A Friday.
const speaker = { now: '2026-11-20T09:15:00+01:00', zone: 'Europe/Berlin' }
const times = (dtstart: string, dtend: string, tzid: string | null = 'Europe/Berlin') => ({
  ...{ dtstart, dtend, tzid, allDay: dtstart.length === 10 },
})
const meeting = times('2026-12-01T09:00:00', '2026-12-01T10:30:00')

async function moved(asked: { dtstart?: string; dtend?: string }, before = meeting): Promise<string> {
  const read = await readMove(asked, before, speaker)
  return read.ok ? `${read.times.dtstart} ${read.times.dtend}` : read.reason
}

test.each([
  ['10:00', '2026-12-01T10:00:00 2026-12-01T11:30:00'],
  ['at 3pm', '2026-12-01T15:00:00 2026-12-01T16:30:00'],
  ['noon', '2026-12-01T12:00:00 2026-12-01T13:30:00'],
  ['2026-12-02', '2026-12-02T09:00:00 2026-12-02T10:30:00'],
  ['tomorrow 10:00', '2026-11-21T10:00:00 2026-11-21T11:30:00'],
])('a start said as %s', async (dtstart, expected) => {
  expect(await moved({ dtstart })).toBe(expected)
})

test('only a time of day stays within the day of the event, on the clock it is kept on', async () => {
  const newYork = times('2026-12-01T20:00:00', '2026-12-01T21:00:00', 'America/New_York')
  expect(await moved({ dtstart: '21:00' }, newYork)).toBe('2026-12-01T21:00:00 2026-12-01T22:00:00')
  const utc = times('2026-12-01T08:00:00Z', '2026-12-01T09:00:00Z', null)
  expect(await moved({ dtstart: '11:00' }, utc)).toBe('2026-12-01T10:00:00Z 2026-12-01T11:00:00Z')
})

test.each([
  [{ dtend: '11am' }, '2026-12-01T09:00:00 2026-12-01T11:00:00'],
  [{ dtend: '2 hours' }, '2026-12-01T09:00:00 2026-12-01T11:00:00'],
  [{ dtend: '2:00' }, '2026-12-01T09:00:00 2026-12-01T14:00:00'],
  [{ dtstart: '22:00', dtend: '2:00' }, '2026-12-01T22:00:00 2026-12-02T02:00:00'],
  [{ dtstart: '2026-12-05', dtend: '12:00' }, '2026-12-05T09:00:00 2026-12-05T12:00:00'],
])('an end is said from its start on: %o', async (asked, expected) => {
  expect(await moved(asked)).toBe(expected)
})
