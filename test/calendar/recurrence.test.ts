import { describe, expect, test } from 'vitest'
import { readUid, type Series } from '../../src/calendar/event.ts'
import { expand, validateRule, type Window } from '../../src/calendar/recurrence.ts'

const series = (more: Partial<Series> = {}): Series => ({
  uid: 'u',
  dtstart: '2026-11-23T09:00:00',
  dtend: '2026-11-23T10:00:00',
  allDay: false,
  tzid: 'Europe/Berlin',
  rrule: 'FREQ=DAILY',
  exdates: [],
  rdates: [],
  overrides: [],
  ...more,
})

const between = (from: string, to: string, zone = 'Europe/Berlin'): Window => ({
  start: Date.parse(from),
  end: Date.parse(to),
  zone,
})
const november = between('2026-11-23T00:00:00+01:00', '2026-11-27T00:00:00+01:00')
const keys = (s: Series, window: Window): (string | null)[] =>
  expand(s, window).occurrences.map(o => o.recurrenceId)

describe('what an occurrence looks like', () => {
  test('timed, all day, and once', () => {
    expect(expand(series(), november).occurrences[1]).toEqual({
      uid: 'u::2026-11-24T09:00',
      seriesUid: 'u',
      recurrenceId: '2026-11-24T09:00',
      dtstart: '2026-11-24T09:00:00',
      dtend: '2026-11-24T10:00:00',
      allDay: false,
      tzid: 'Europe/Berlin',
      startsAt: Date.parse('2026-11-24T09:00:00+01:00'),
      endsAt: Date.parse('2026-11-24T10:00:00+01:00'),
      changes: null,
    })
    const day = series({ dtstart: '2026-11-23', dtend: '2026-11-24', allDay: true, tzid: null })
    expect(expand(day, november).occurrences[0]).toMatchObject({
      uid: 'u::2026-11-23',
      dtend: '2026-11-24',
      startsAt: november.start,
    })
    expect(expand(series({ rrule: '' }), november).occurrences).toMatchObject([
      { uid: 'u', recurrenceId: null },
    ])
  })

  test('times in UTC keep their notation', () => {
    const utc = series({ dtstart: '2026-11-23T09:00:00Z', dtend: '2026-11-23T10:00:00Z', tzid: null })
    expect(expand(utc, november).occurrences[1]).toMatchObject({
      uid: 'u::2026-11-24T09:00',
      dtstart: '2026-11-24T09:00:00Z',
    })
  })

  test('uids come apart again', () => {
    expect(readUid('u::2026-11-24T09:00')).toEqual({
      ok: true,
      seriesUid: 'u',
      recurrenceId: '2026-11-24T09:00',
    })
    expect(readUid('a::b')).toEqual({ ok: true, seriesUid: 'a::b', recurrenceId: null })
    expect(readUid('::2026-11-24')).toEqual({ ok: false, reason: expect.stringContaining('malformed') })
  })
})

describe('the window', () => {
  test('is half open', () => {
    expect(keys(series(), between('2026-11-24T10:00:00+01:00', '2026-11-25T09:00:00+01:00'))).toEqual([])
    expect(keys(series(), between('2026-11-24T09:59:59+01:00', '2026-11-25T09:00:01+01:00'))).toHaveLength(2)
  })

  test('holds what began before it', () => {
    const long = series({ rrule: 'FREQ=WEEKLY', dtend: '2026-11-28T10:00:00' })
    expect(keys(long, between('2026-12-04T00:00:00+01:00', '2026-12-05T00:00:00+01:00'))).toEqual([
      '2026-11-30T09:00',
    ])
  })

  test('holds an event without length once', () => {
    const point = series({ dtend: '2026-11-23T09:00:00' })
    expect(keys(point, between('2026-11-24T09:00:00+01:00', '2026-11-24T09:00:01+01:00'))).toEqual([
      '2026-11-24T09:00',
    ])
  })

  test('places days where the reader is', () => {
    const day = series({ dtstart: '2026-11-23', dtend: '2026-11-24', allDay: true, tzid: null, rrule: '' })
    const auckland = between('2026-11-22T12:00:00Z', '2026-11-23T00:00:00Z', 'Pacific/Auckland')
    expect(expand(day, auckland).occurrences).toHaveLength(1)
    expect(expand(day, { ...auckland, zone: 'America/Los_Angeles' }).occurrences).toHaveLength(0)
  })
})

describe('changes of the clock', () => {
  const march = between('2027-03-27T00:00:00+01:00', '2027-03-30T00:00:00+02:00')

  test('a nine o’clock meeting stays at nine', () => {
    const starts = expand(series(), march).occurrences.map(o => new Date(o.startsAt).toISOString())
    expect(starts).toEqual([
      '2027-03-27T08:00:00.000Z',
      '2027-03-28T07:00:00.000Z',
      '2027-03-29T07:00:00.000Z',
    ])
  })

  test('a night that loses an hour ends when the clock says', () => {
    const night = series({ dtstart: '2026-11-23T22:00:00', dtend: '2026-11-24T06:00:00' })
    const [found] = expand(
      night,
      between('2027-03-28T03:00:00+02:00', '2027-03-28T04:00:00+02:00'),
    ).occurrences
    expect(found!.endsAt - found!.startsAt).toBe(7 * 3_600_000)
  })

  test('a reading that does not exist is no occurrence and is not counted', () => {
    const half = series({
      dtstart: '2027-03-27T02:30:00',
      dtend: '2027-03-27T02:45:00',
      rrule: 'FREQ=DAILY;COUNT=3',
    })
    expect(keys(half, between('2027-03-01T00:00:00Z', '2027-05-01T00:00:00Z'))).toEqual([
      '2027-03-27T02:30',
      '2027-03-29T02:30',
      '2027-03-30T02:30',
    ])
  })

  test('every hour is an hour of real time, and the second pass has a name of its own', () => {
    const hourly = series({
      dtstart: '2026-10-25T00:00:00',
      dtend: '2026-10-25T00:10:00',
      rrule: 'FREQ=HOURLY;COUNT=5',
    })
    const found = keys(hourly, between('2026-10-24T00:00:00Z', '2026-10-26T00:00:00Z'))
    expect(found).toEqual([
      '2026-10-25T00:00',
      '2026-10-25T01:00',
      '2026-10-25T02:00',
      '2026-10-25T02:00+01:00',
      '2026-10-25T03:00',
    ])
    const without = { ...hourly, exdates: ['2026-10-25T02:00+01:00'] }
    expect(keys(without, between('2026-10-24T00:00:00Z', '2026-10-26T00:00:00Z'))).toEqual(
      found.toSpliced(3, 1),
    )
  })
})

describe('exceptions', () => {
  test('a deleted occurrence still counts', () => {
    expect(keys(series({ rrule: 'FREQ=DAILY;COUNT=3', exdates: ['2026-11-24T09:00'] }), november)).toEqual([
      '2026-11-23T09:00',
      '2026-11-25T09:00',
    ])
  })

  test('deleted by instant, by day, by reading with seconds', () => {
    const exdates = ['2026-11-23T08:00:00Z', '2026-11-24', '2026-11-25T09:00:00']
    expect(keys(series({ exdates }), november)).toEqual(['2026-11-26T09:00'])
  })

  test('an added date is not counted and not shown twice', () => {
    const added = series({ rrule: 'FREQ=DAILY;COUNT=2', rdates: ['2026-11-24T09:00', '2026-11-25T12:00'] })
    expect(keys(added, november)).toEqual(['2026-11-23T09:00', '2026-11-24T09:00', '2026-11-25T12:00'])
  })

  test('an occurrence moved into the window is in it, one moved out is not', () => {
    const override = {
      recurrenceId: '2026-12-10T09:00',
      changes: { dtstart: '2026-11-25T18:00:00', summary: 'early' },
    }
    const moved = series({ rrule: 'FREQ=MONTHLY;BYMONTHDAY=23,10', overrides: [override] })
    expect(expand(moved, november).occurrences).toMatchObject([
      { recurrenceId: '2026-11-23T09:00', changes: null },
      {
        recurrenceId: '2026-12-10T09:00',
        dtstart: '2026-11-25T18:00:00',
        dtend: '2026-11-25T19:00:00',
        changes: { summary: 'early' },
      },
    ])
    expect(keys(moved, between('2026-12-10T00:00:00Z', '2026-12-11T00:00:00Z'))).toEqual([])
  })

  test('the start is the first occurrence even where the rule would not make it', () => {
    expect(keys(series({ rrule: 'FREQ=WEEKLY;BYDAY=WE;COUNT=2' }), november)).toEqual([
      '2026-11-23T09:00',
      '2026-11-25T09:00',
    ])
  })
})

describe('no rule costs more than a fixed amount of work', () => {
  const decade = between('2026-11-23T00:00:00Z', '2036-11-23T00:00:00Z')

  test.each([
    'FREQ=SECONDLY',
    'FREQ=MINUTELY;BYHOUR=9',
    'FREQ=SECONDLY;COUNT=999999',
    'FREQ=DAILY;BYHOUR=1,2,3,4;BYMINUTE=1,2,3,4,5,6,7',
  ])('%s stops at a thousand and says so', rrule => {
    const { occurrences, truncated } = expand(series({ rrule }), decade)
    expect(occurrences).toHaveLength(1000)
    expect(truncated).toBe(true)
  })

  test('a late window of a rule by the second is found without walking there', () => {
    const late = between('2036-01-01T00:00:00Z', '2036-01-01T00:00:05Z')
    expect(expand(series({ rrule: 'FREQ=SECONDLY', dtend: '2026-11-23T09:00:00' }), late)).toMatchObject({
      truncated: false,
      occurrences: { length: 5 },
    })
  })

  test.each([
    'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=YEARLY;BYWEEKNO=20;BYYEARDAY=366',
  ])('%s never comes', rrule => {
    expect(keys(series({ rrule }), decade)).toEqual(['2026-11-23T09:00'])
  })

  test('a search that was given up is not passed off as complete', () => {
    expect(expand(series({ rrule: 'FREQ=SECONDLY;INTERVAL=2;BYSECOND=1' }), decade).truncated).toBe(true)
  })
})

describe('what cannot be used is said', () => {
  test('a rule that is none, a zone nobody knows, a start that is no time', () => {
    expect(expand(series({ rrule: 'FREQ=NEVER' }), november)).toMatchObject({
      occurrences: [{ uid: 'u' }],
      problem: expect.stringContaining('FREQ must be'),
    })
    expect(expand(series({ tzid: 'Mars/Olympus' }), november).problem).toContain('Mars/Olympus')
    expect(expand(series({ dtstart: 'soon' }), november)).toEqual({
      occurrences: [],
      truncated: false,
      problem: expect.stringContaining('"soon"'),
    })
  })

  test.each([
    ['freq=weekly;byday=fr,mo;', 'FREQ=WEEKLY;BYDAY=MO,FR'],
    ['RRULE:FREQ=DAILY;INTERVAL=1', 'FREQ=DAILY'],
    ['FREQ=MONTHLY;BYDAY=+1MO', 'FREQ=MONTHLY;BYDAY=1MO'],
    ['FREQ=DAILY;UNTIL=2026-12-31', 'FREQ=DAILY;UNTIL=20261231'],
  ])('%s is spelled %s', (text, rrule) => {
    expect(validateRule(text)).toEqual({ ok: true, rrule })
  })

  test.each([
    '',
    'daily',
    'FREQ=',
    'FREQ=DAILY;FREQ=DAILY',
    'FREQ=DAILY;COUNT=0',
    'FREQ=DAILY;COUNT=3;UNTIL=20261231',
    'FREQ=DAILY;INTERVAL=0',
    'FREQ=DAILY;INTERVAL=1e9',
    'FREQ=DAILY;BYMONTH=13',
    'FREQ=DAILY;BYDAY=1MO',
    'FREQ=WEEKLY;BYMONTHDAY=1',
    'FREQ=MONTHLY;BYWEEKNO=1',
    'FREQ=DAILY;BYSETPOS=1',
    'FREQ=DAILY;UNTIL=tomorrow',
    'FREQ=DAILY;X=1',
    'FREQ=DAILY\r\nATTENDEE:x',
    `FREQ=DAILY;BYMONTH=${'1,'.repeat(10_000)}1`,
    'FREQ=YEARLY;RSCALE=CHINESE',
  ])('case %# is refused', text => {
    expect(validateRule(text)).toEqual({ ok: false, reason: expect.any(String) })
  })

  test('a rule that ends before it starts is refused', () => {
    expect(validateRule('FREQ=DAILY;UNTIL=20251231', '2026-11-23T09:00:00').ok).toBe(false)
  })
})
