import { describe, expect, test } from 'vitest'
import { findWhen, parseWhen } from '../../src/time/phrase.ts'

// A Friday.
const NOW = '2026-11-20T09:15:00+01:00'
const berlin = { now: NOW, zone: 'Europe/Berlin' }

async function said(text: string, speaker = berlin): Promise<string> {
  const when = await parseWhen(text, speaker)
  return when.ok ? when.local.slice(0, 16) + (when.repeat ? ` ${when.repeat}` : '') : 'not understood'
}

describe('a phrase means what a person means', () => {
  test.each([
    ['tonight at 8', '2026-11-20T20:00'],
    ['tonight at 10:30', '2026-11-20T22:30'],
    ['tonight at 1', '2026-11-21T01:00'],
    ['tonight', '2026-11-20T20:00'],
    ['noon', '2026-11-20T12:00'],
    ['midnight', '2026-11-21T00:00'],
    ['Friday at midnight', '2026-11-21T00:00'],
    ['in 3 weeks', '2026-12-11T09:15'],
    ['in 3 weeks at 9am', '2026-12-11T09:00'],
    ['in two hours', '2026-11-20T11:15'],
    ['in 1.5 hours', '2026-11-20T10:45'],
    ['in 1h30m', '2026-11-20T10:45'],
    ['in half an hour', '2026-11-20T09:45'],
    ['5 minutes', '2026-11-20T09:20'],
    ['a week from tomorrow', '2026-11-28T09:00'],
    ['two weeks from Friday at 5pm', '2026-12-04T17:00'],
    ['three months after 2026-12-01', '2027-03-01T09:00'],
    ['next Monday 9am', '2026-11-23T09:00'],
    ['end of day', '2026-11-20T17:00'],
    ['end of week', '2026-11-20T17:00'],
    ['end of month', '2026-11-30T09:00'],
    ['end of next month', '2026-12-31T09:00'],
    ['last day of the year', '2026-12-31T09:00'],
    ['tomorrow morning', '2026-11-21T09:00'],
    ['tomorrow evening at 7', '2026-11-21T19:00'],
    ['this weekend', '2026-11-21T09:00'],
    ['next weekend', '2026-11-28T09:00'],
    ['next week', '2026-11-23T09:00'],
    ['5pm', '2026-11-20T17:00'],
    ['8am', '2026-11-21T08:00'],
    ['at 8', '2026-11-20T20:00'],
    ['13:00', '2026-11-20T13:00'],
    ['3pm today', '2026-11-20T15:00'],
    ['5 pm tomorrow', '2026-11-21T17:00'],
    ['tomorrow at 5', '2026-11-21T17:00'],
    ['Friday', '2026-11-27T09:00'],
    ['Friday 5pm', '2026-11-20T17:00'],
    ['last Friday', '2026-11-13T09:00'],
    ['yesterday', '2026-11-19T09:00'],
    ['the 15th', '2026-12-15T09:00'],
    ['25.12. 18:00', '2026-12-25T18:00'],
    ['12/25/2026', '2026-12-25T09:00'],
    ['25/12/2026', '2026-12-25T09:00'],
    ['Dec 25 at 6pm', '2026-12-25T18:00'],
    ['25 December 2026 18:00', '2026-12-25T18:00'],
    ['Feb 29', '2028-02-29T09:00'],
    ['last Friday of December', '2026-12-25T09:00'],
    ['day after tomorrow at noon', '2026-11-22T12:00'],
    ['half past 8', '2026-11-20T20:30'],
    ['half past nine', '2026-11-20T09:30'],
    ['quarter to five', '2026-11-20T16:45'],
    ['in three quarters of an hour', '2026-11-20T10:00'],
    ['8 in the evening', '2026-11-20T20:00'],
    ['10 at night', '2026-11-20T22:00'],
    ['18 Uhr', '2026-11-20T18:00'],
    ['um 9:30 Uhr', '2026-11-20T09:30'],
    ['24.12. 18 Uhr', '2026-12-24T18:00'],
    ['1.12. um 9', '2026-12-01T09:00'],
    ['18h30', '2026-11-20T18:30'],
    ['24:00', '2026-11-21T00:00'],
    ['first thing tomorrow', '2026-11-21T09:00'],
    ['first of next month', '2026-12-01T09:00'],
    ['next quarter', '2027-01-01T09:00'],
    ['a week on Monday', '2026-11-30T09:00'],
    ['Monday week', '2026-11-30T09:00'],
    ['cob Monday', '2026-11-23T17:00'],
    ['Monday eod', '2026-11-23T17:00'],
    ['tomorrow at lunchtime', '2026-11-21T12:00'],
    ['every last day of the month', '2026-11-30T09:00 FREQ=MONTHLY;BYMONTHDAY=-1'],
    ['every noon', '2026-11-20T12:00 FREQ=DAILY'],
    ['2026-12-01', '2026-12-01T09:00'],
    ['2026-12-01T10:00', '2026-12-01T10:00'],
    ['2026-12-01T10:00:00Z', '2026-12-01T11:00'],
    ['2026-12-01T10:00:00-05:00', '2026-12-01T16:00'],
  ])('%s', async (text, local) => {
    expect(await said(text)).toBe(local)
  })

  test.each([
    ['every weekday at 9am', '2026-11-23T09:00 FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR'],
    ['every day at 9', '2026-11-21T09:00 FREQ=DAILY'],
    ['every Monday and Thursday 10:00', '2026-11-23T10:00 FREQ=WEEKLY;BYDAY=MO,TH'],
    ['every 2 weeks on Friday', '2026-11-27T09:00 FREQ=WEEKLY;INTERVAL=2;BYDAY=FR'],
    ['every other day', '2026-11-21T09:00 FREQ=DAILY;INTERVAL=2'],
    ['first Monday of the month', '2026-12-07T09:00 FREQ=MONTHLY;BYDAY=1MO'],
    ['every last Friday of the month', '2026-11-27T09:00 FREQ=MONTHLY;BYDAY=-1FR'],
    ['monthly on the 15th', '2026-12-15T09:00 FREQ=MONTHLY;BYMONTHDAY=15'],
    ['monthly on the 31st', '2026-12-31T09:00 FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1'],
    ['last day of every month', '2026-11-30T09:00 FREQ=MONTHLY;BYMONTHDAY=-1'],
    ['yearly', '2027-11-20T09:00 FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=20'],
    ['every year on December 25', '2026-12-25T09:00 FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25'],
    ['every 4 hours', '2026-11-20T13:15 FREQ=HOURLY;INTERVAL=4'],
    ['every day starting tomorrow at 8', '2026-11-21T08:00 FREQ=DAILY'],
    ['mon, thu 20:00', '2026-11-23T20:00 FREQ=WEEKLY;BYDAY=MO,TH'],
    ['sat and sun 10:30', '2026-11-21T10:30 FREQ=WEEKLY;BYDAY=SU,SA'],
    ['8pm friday night', '2026-11-20T20:00'],
    ['mondays and thursdays at 8pm', '2026-11-23T20:00 FREQ=WEEKLY;BYDAY=MO,TH'],
  ])('%s', async (text, expected) => {
    expect(await said(text)).toBe(expected)
  })

  test.each([
    '',
    'someday',
    'asap',
    '123',
    '8',
    '25:00',
    '13pm',
    '2026-02-30',
    '30 february',
    'tomorrow tomorrow',
    'in 99999999 years',
    'every 0 days',
    'buy milk tomorrow',
    '%',
    '\u0000',
    'every '.repeat(19),
    `${'9'.repeat(500)}pm`,
    'tomorrow '.repeat(10_000),
  ])('not understood: case %#', async text => {
    const when = await parseWhen(text, berlin)
    expect(when).toEqual({ ok: false, reason: expect.any(String) })
  })
})

describe('what the answer says beside the time', () => {
  test('the instant carries the offset of its day', async () => {
    expect(await parseWhen('July 1 at 9am', berlin)).toMatchObject({
      at: '2027-07-01T09:00:00+02:00',
      dateOnly: false,
    })
    expect(await parseWhen('tomorrow', berlin)).toMatchObject({ dateOnly: true, uncertain: [] })
    expect(await parseWhen('tomorrow', { ...berlin, dayStart: '00:00' })).toMatchObject({
      local: '2026-11-21T00:00:00',
    })
  })

  test('guesses are named', async () => {
    expect(await parseWhen('tomorrow at 8', berlin)).toMatchObject({ uncertain: ['meridiem'] })
    expect(await parseWhen('tomorrow at 08:00', berlin)).toMatchObject({ uncertain: [] })
    expect(await parseWhen('yesterday', berlin)).toMatchObject({ uncertain: ['past'] })
    expect(await parseWhen('mon,thu 18:00', berlin)).toMatchObject({ uncertain: ['repeat'] })
    for (const text of ['tomorrow 8:30', 'every weekday 8:30'])
      expect(await parseWhen(text, berlin), text).toMatchObject({ uncertain: [] })
    for (const text of ['8:30', 'today 8:30', 'tomorrow 5:30'])
      expect(await parseWhen(text, berlin), text).toMatchObject({ uncertain: ['meridiem'] })
  })

  test('a time the clock jumps over moves forward, one that comes twice is its first', async () => {
    expect(await parseWhen('2027-03-28 02:30', berlin)).toMatchObject({
      at: '2027-03-28T03:30:00+02:00',
      uncertain: ['gap'],
    })
    expect(await parseWhen('March 28 at 02:30', berlin)).toMatchObject({
      at: '2027-03-28T03:30:00+02:00',
      uncertain: ['gap'],
    })
    expect(await parseWhen('2027-10-31 02:30', berlin)).toMatchObject({
      at: '2027-10-31T02:30:00+02:00',
      uncertain: ['overlap'],
    })
  })

  test('hours are real ones and days are calendar days across a change of the clock', async () => {
    const before = { now: '2027-03-27T20:00:00+01:00', zone: 'Europe/Berlin' }
    expect(await said('in 12 hours', before)).toBe('2027-03-28T09:00')
    expect(await said('in 1 day', before)).toBe('2027-03-28T20:00')
  })

  test('a zone that is said wins', async () => {
    expect(await parseWhen('tomorrow 9am Europe/London', berlin)).toMatchObject({
      at: '2026-11-21T09:00:00+00:00',
      zone: 'Europe/London',
    })
    expect(await parseWhen('9am EST', berlin)).toMatchObject({
      at: '2026-11-20T09:00:00-05:00',
      uncertain: ['zone'],
    })
  })

  test('the day is the speaker’s, not that of UTC', async () => {
    const now = '2026-11-20T23:30:00Z'
    expect(await said('today at 5pm', { now, zone: 'Pacific/Auckland' })).toBe('2026-11-21T17:00')
    expect(await said('tomorrow', { now, zone: 'America/Los_Angeles' })).toBe('2026-11-21T09:00')
  })
})

describe('a time inside a sentence', () => {
  test.each([
    ['remind me tomorrow 5pm to call the dentist', '2026-11-21T17:00', 'call the dentist'],
    ['tomorrow call the dentist at 5pm', '2026-11-21T17:00', 'call the dentist'],
    ['Remind me in 20 minutes to check the oven', '2026-11-20T09:35', 'check the oven'],
    ['call mum at 5pm tomorrow', '2026-11-21T17:00', 'call mum'],
    ['pay rent on the 1st', '2026-12-01T09:00', 'pay rent'],
    ['read chapter 5 tonight', '2026-11-20T20:00', 'read chapter 5'],
    ['submit taxes by April 15', '2027-04-15T09:00', 'submit taxes'],
    ['call Bob 12/25/2026 5pm', '2026-12-25T17:00', 'call Bob'],
    ['ship it 2026-12-01T10:00 please', '2026-12-01T10:00', 'ship it please'],
    ['water plants daily', '2026-11-21T09:00', 'water plants'],
    ['day after tomorrow pay', '2026-11-22T09:00', 'pay'],
    ['by friday write the report', '2026-11-27T09:00', 'write the report'],
    ['tomorrow at 9.30 stand-up', '2026-11-21T09:30', 'stand-up'],
    ['tomorrow 6pm evening walk', '2026-11-21T18:00', 'evening walk'],
    ['tomorrow 6:30 evening walk', '2026-11-21T18:30', 'walk'],
    ['tomorrow 8pm at night walk', '2026-11-21T20:00', 'walk'],
    ['morgen Zahnarzt tomorrow 14.15 Uhr', '2026-11-21T14:15', 'morgen Zahnarzt'],
  ])('%s', async (text, local, title) => {
    const found = await findWhen(text, berlin)
    expect(found).toMatchObject({ title, when: { local: `${local}:00` } })
  })

  test.each([
    'buy 3 apples',
    'the cat sat on the mat',
    'write the weekly report',
    'may I go',
    'version 2.10 release',
    'x '.repeat(5000),
    '',
  ])('no time in: case %#', async text => {
    expect(await findWhen(text, berlin)).toBeNull()
  })
})

test('what looks like a time and is none is told, not passed over', async () => {
  for (const text of ['friday 25:00 nothing', 'tomorrow 13pm lunch', 'every day at 25:00 x'])
    expect((await findWhen(text, berlin))!.when.uncertain).toContain('unread')
  for (const text of ['friday 15:00 nothing', 'tomorrow ratio 16:9', 'friday play bingo'])
    expect((await findWhen(text, berlin))!.when.uncertain).not.toContain('unread')
})

test('a day that has begun is not past, and a repeat keeps its clock though the first day leaves it out', async () => {
  const today = await parseWhen('today', berlin)
  expect(today.ok && today.uncertain).toEqual([])
  const lastOfMonth = { now: '2026-10-31T18:00:00+01:00', zone: 'Europe/Berlin' }
  const end = await parseWhen('end of month', lastOfMonth)
  expect(end.ok && [end.local, end.uncertain]).toEqual(['2026-10-31T09:00:00', []])
  const night = { now: '2027-03-27T12:00:00+01:00', zone: 'Europe/Berlin' }
  const daily = await parseWhen('every day at 2:30am', night)
  expect(daily.ok && [daily.at, daily.local]).toEqual(['2027-03-28T03:30:00+02:00', '2027-03-28T02:30:00'])
})
