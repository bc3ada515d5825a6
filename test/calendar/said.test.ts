import { expect, test } from 'vitest'
import { saidEvent } from '../../src/calendar/said.ts'
import { readTimes } from '../../src/calendar/when.ts'

// A Friday.
const speaker = { now: '2026-11-20T09:15:00+01:00', zone: 'Europe/Berlin' }

/** What is stored of a sentence: from, to, and its words. */
async function stored(text: string, there = speaker): Promise<string> {
  const said = await saidEvent(text, there)
  if (!said) return 'no time'
  const read = await readTimes({ dtstart: said.start, dtend: said.end, allDay: said.allDay }, there)
  if (!read.ok) return read.reason
  const { dtstart, dtend } = read.times
  return `${dtstart.slice(0, 16)} ${dtend.slice(0, 16)} ${said.summary}${read.rrule ? ` ${read.rrule}` : ''}`
}

test.each([
  ['tomorrow 9am-10am stand-up', '2026-11-21T09:00 2026-11-21T10:00 stand-up'],
  ['tomorrow 9:30 to 11 review', '2026-11-21T09:30 2026-11-21T11:00 review'],
  ['tomorrow from 9 to 11 review', '2026-11-21T09:00 2026-11-21T11:00 review'],
  ['monday 2 to 4pm workshop', '2026-11-23T14:00 2026-11-23T16:00 workshop'],
  ['9-5pm monday shift', '2026-11-23T09:00 2026-11-23T17:00 shift'],
  ['11-1pm tomorrow lunch', '2026-11-21T11:00 2026-11-21T13:00 lunch'],
  ['tomorrow 9am to noon errands', '2026-11-21T09:00 2026-11-21T12:00 errands'],
  ['tuesday 22:00 to 02:00 deploy', '2026-11-24T22:00 2026-11-25T02:00 deploy'],
  ['tuesday 22:00-02:00 night deploy', '2026-11-24T22:00 2026-11-25T02:00 night deploy'],
  ['mon,thu 18:00 gym', '2026-11-23T18:00 2026-11-23T19:00 gym FREQ=WEEKLY;BYDAY=MO,TH'],
  ['2026-12-01 10:00-12:30 audit', '2026-12-01T10:00 2026-12-01T12:30 audit'],
  ['tomorrow 14.00-15.30 Uhr Zahnarzt', '2026-11-21T14:00 2026-11-21T15:30 Zahnarzt'],
  ['every weekday 8:30-9:00 sync', '2026-11-23T08:30 2026-11-23T09:00 sync FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR'],
  ['tomorrow 3pm walk for 2 hours', '2026-11-21T15:00 2026-11-21T17:00 walk'],
  ['tomorrow 3pm walk for half an hour', '2026-11-21T15:00 2026-11-21T15:30 walk'],
  ['friday trip for 3 days', '2026-11-27 2026-11-30 trip'],
  ['friday all day hackathon', '2026-11-27 2026-11-28 hackathon'],
  ['2 dec to 4 dec conference', '2026-12-02 2026-12-05 conference'],
  ['dec 2-4 conference', '2026-12-02 2026-12-05 conference'],
  ['2.-4. dec conference', '2026-12-02 2026-12-05 conference'],
  ['from monday to wednesday offsite', '2026-11-23 2026-11-26 offsite'],
  ['friday 18:00 to sunday 16:00 hut', '2026-11-20T18:00 2026-11-22T16:00 hut'],
])('%s', async (text, expected) => {
  expect(await stored(text)).toBe(expected)
})

test.each([
  ['read pages 9-10 tomorrow 5pm', '2026-11-21T17:00 2026-11-21T18:00 read pages 9-10'],
  ['table for 4 tomorrow 7pm', '2026-11-21T19:00 2026-11-21T20:00 table for 4'],
  ['call 555-1234 tomorrow 7pm', '2026-11-21T19:00 2026-11-21T20:00 call 555-1234'],
  ['nothing at all', 'no time'],
])('figures that are no end stay words: %s', async (text, expected) => {
  expect(await stored(text)).toBe(expected)
})

test('an end over a night in which the clock is changed is where its clock shows it', async () => {
  const before = { now: '2027-03-27T09:00:00+01:00', zone: 'Europe/Berlin' }
  expect(await stored('today 22:00-04:00 watch', before)).toBe('2027-03-27T22:00 2027-03-28T04:00 watch')
  expect(await stored('today 12:00 for 1 day watch', before)).toBe('2027-03-27T12:00 2027-03-28T12:00 watch')
  expect(await stored('today 22:00 for 6 hours watch', before)).toBe(
    '2027-03-27T22:00 2027-03-28T05:00 watch',
  )
})

test.each([
  ['Meeting tomorow at 25pm', ['unread']],
  ['friday 25:00 review', ['unread']],
  ['tomorrow 3pm walk for 2 hours', []],
  ['friday all day hackathon', []],
])('what looks like a time and is none is a doubt: %s', async (text, doubts) => {
  expect((await saidEvent(text, speaker))?.uncertain).toEqual(doubts)
})
