import { describe, expect, test } from 'vitest'
import { type AskedTimes, readTimes } from '../../src/calendar/when.ts'

const speaker = { now: '2026-11-20T09:15:00+01:00', zone: 'Europe/Berlin' }

async function stored(asked: AskedTimes): Promise<string> {
  const read = await readTimes(asked, speaker)
  return read.ok
    ? `${read.times.dtstart} ${read.times.dtend} ${read.times.allDay ? 'day' : (read.times.tzid ?? '-')}`
    : read.reason
}

describe('the notation an event is stored in', () => {
  test.each<[AskedTimes, string]>([
    [{ dtstart: '2026-12-01T10:00:00Z' }, '2026-12-01T10:00:00Z 2026-12-01T11:00:00Z -'],
    [
      { dtstart: '2026-12-01T10:00:00+01:00', dtend: '2026-12-01T12:00:00+01:00' },
      '2026-12-01T09:00:00Z 2026-12-01T11:00:00Z -',
    ],
    [{ dtstart: '2026-12-01T10:00' }, '2026-12-01T10:00:00 2026-12-01T11:00:00 -'],
    [{ dtstart: '2026-12-01' }, '2026-12-01 2026-12-02 day'],
    [{ dtstart: '2026-12-01T10:00', allDay: true }, '2026-12-01 2026-12-02 day'],
    [
      { dtstart: '2026-12-01T10:00', tzid: 'America/New_York' },
      '2026-12-01T10:00:00 2026-12-01T11:00:00 America/New_York',
    ],
    [
      { dtstart: '2026-12-01T10:00Z', tzid: 'America/New_York' },
      '2026-12-01T05:00:00 2026-12-01T06:00:00 America/New_York',
    ],
    [{ dtstart: 'tomorrow at 5pm' }, '2026-11-21T17:00:00 2026-11-21T18:00:00 Europe/Berlin'],
    [{ dtstart: 'tomorrow' }, '2026-11-21 2026-11-22 day'],
    [{ dtstart: 'friday 9am', dtend: '11am' }, '2026-11-27T09:00:00 2026-11-27T11:00:00 Europe/Berlin'],
    [{ dtstart: 'monday 22:00', dtend: '2:00' }, '2026-11-23T22:00:00 2026-11-24T02:00:00 Europe/Berlin'],
    [
      { dtstart: 'friday 9am', dtend: 'an hour later' },
      '2026-11-27T09:00:00 2026-11-27T10:00:00 Europe/Berlin',
    ],
    [{ dtstart: 'friday 9am', dtend: '90 min' }, '2026-11-27T09:00:00 2026-11-27T10:30:00 Europe/Berlin'],
    [{ dtstart: '2026-12-01T10:00', dtend: '2 hours' }, '2026-12-01T10:00:00 2026-12-01T12:00:00 -'],
    [{ dtstart: '2026-12-01', dtend: '3 days' }, '2026-12-01 2026-12-04 day'],
    [
      { dtstart: '24 october 2027 10:00', dtend: '2 weeks' },
      '2027-10-24T10:00:00 2027-11-07T10:00:00 Europe/Berlin',
    ],
    [{ dtstart: '2027-03-28T01:00', dtend: '3 hours' }, '2027-03-28T01:00:00 2027-03-28T05:00:00 -'],
    [{ dtstart: '2027-01-31T10:00', dtend: '1 month' }, '2027-01-31T10:00:00 2027-02-28T10:00:00 -'],
    [{ dtstart: '2027-03-01', dtend: '2 months' }, '2027-03-01 2027-05-01 day'],
    [{ dtstart: '2026-12-04', dtend: 'monday' }, '2026-12-04 2026-12-07 day'],
  ])('%o', async (asked, expected) => {
    expect(await stored(asked)).toBe(expected)
  })

  test('a repeat given with the owner’s own offset stays on the owner’s clock, with another it does not', async () => {
    expect(await stored({ dtstart: '2026-12-01T09:00:00+01:00', repeats: true })).toBe(
      '2026-12-01T09:00:00 2026-12-01T10:00:00 Europe/Berlin',
    )
    expect(await stored({ dtstart: '2026-12-01T09:00:00-08:00', repeats: true })).toBe(
      '2026-12-01T17:00:00Z 2026-12-01T18:00:00Z -',
    )
    expect(await stored({ dtstart: '2026-12-01T09:00:00Z', repeats: true })).toBe(
      '2026-12-01T09:00:00Z 2026-12-01T10:00:00Z -',
    )
  })

  test.each<[AskedTimes, string]>([
    [{ dtstart: 'someday' }, 'start: "someday" is not a time'],
    [{ dtstart: '2026-12-01T10:00', dtend: '2026-12-01T09:00' }, 'is not after the start'],
    [{ dtstart: '2026-12-01', dtend: '2026-12-01' }, 'the day after its last'],
    [{ dtstart: '2026-12-01T10:00', tzid: 'Mars/Olympus' }, 'no time zone "Mars/Olympus"'],
    [{ dtstart: 'every day at 9', repeats: true }, 'as rrule'],
    [{ dtstart: '2026-12-01T10:00', dtend: 'every day at 11' }, 'as rrule'],
  ])('%o is refused', async (asked, reason) => {
    expect(await stored(asked)).toContain(reason)
  })
})
