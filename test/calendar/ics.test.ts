import ICAL from 'ical.js'
import { describe, expect, test } from 'vitest'
import type { CalendarEvent } from '../../src/calendar/event.ts'
import { readIcs } from '../../src/calendar/ics-read.ts'
import { writeIcs } from '../../src/calendar/ics-write.ts'
import { expand } from '../../src/calendar/recurrence.ts'

const NOW = Date.UTC(2026, 10, 20)
const berlin = { zone: 'Europe/Berlin' }

const meeting: CalendarEvent = {
  uid: 'meeting-1',
  dtstart: '2026-11-23T09:00:00',
  dtend: '2026-11-23T09:45:00',
  allDay: false,
  tzid: 'Europe/Berlin',
  rrule: 'FREQ=WEEKLY;COUNT=20;BYDAY=MO,TH',
  exdates: ['2026-11-26T09:00'],
  rdates: ['2026-11-28T10:30'],
  overrides: [
    {
      recurrenceId: '2026-11-30T09:00',
      changes: { dtstart: '2026-11-30T14:00:00', dtend: '2026-11-30T15:00:00', summary: 'Later; once' },
    },
  ],
  summary: 'Stand-up, with "quotes"; and\nlines — ünïcode '.repeat(3).trim(),
  description: 'back\\slash',
  location: 'Room 1, 2nd floor',
  busy: false,
  cancelled: false,
  alarms: [{ minutesBefore: 10 }, { minutesBefore: -5, text: 'late' }, { minutesBefore: 1440 }],
  organizer: { name: 'Boss', address: 'boss@example.org', rest: ';SENT-BY="mailto:aide@example.org"' },
  attendees: [
    {
      name: 'Doe, Jane',
      address: 'jane@example.org',
      answer: 'accepted',
      role: 'optional',
      rsvp: true,
      rest: '',
    },
    {
      name: 'The "room"',
      address: 'room@example.org',
      uri: '/aMTA/principal/',
      answer: 'needs-action',
      role: 'required',
      rsvp: false,
      rest: ';CUTYPE=ROOM;EMAIL=room@example.org;X-GUESTS="a,b","c"',
    },
  ],
  sequence: 3,
  unread: ['CATEGORIES:work,team', 'X-OURS;X-P=1:any\\,thing'],
}

const once: CalendarEvent = {
  ...meeting,
  uid: 'once',
  rrule: '',
  exdates: [],
  rdates: [],
  overrides: [],
  busy: true,
  alarms: [],
  organizer: null,
  attendees: [],
  sequence: 0,
  unread: [],
  summary: 'x',
}
const kinds: CalendarEvent[] = [
  meeting,
  {
    ...once,
    uid: 'utc',
    dtstart: '2026-11-23T09:00:00Z',
    dtend: '2026-11-23T10:00:00Z',
    tzid: null,
    rrule: 'FREQ=DAILY',
    exdates: ['2026-11-24T09:00'],
  },
  { ...once, uid: 'floating', tzid: null },
  {
    ...once,
    uid: 'day',
    dtstart: '2026-11-23',
    dtend: '2026-11-25',
    allDay: true,
    tzid: null,
    rrule: 'FREQ=MONTHLY',
    exdates: ['2026-12-23'],
  },
  { ...once, uid: 'cancelled', cancelled: true },
]

async function read(text: string): Promise<{ events: CalendarEvent[]; warnings: string[] }> {
  const reading = await readIcs(text, berlin)
  if (!reading.ok) throw new Error(reading.reason)
  return reading
}

const calendar = (...lines: string[]): string =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', ...lines, 'END:VCALENDAR'].join('\r\n')
const event = (...lines: string[]): string[] => ['BEGIN:VEVENT', 'UID:a', ...lines, 'END:VEVENT']

describe('what is written is read back the same', () => {
  test.each(kinds)('$uid', async original => {
    const { events, warnings } = await read(writeIcs([original], { now: NOW }))
    expect(events).toEqual([original])
    expect(warnings).toEqual([])
  })

  test('no line is longer than 75 octets, and an independent reader takes it', () => {
    const text = writeIcs(kinds, { now: NOW, name: 'Work' })
    for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75)
    const component = new ICAL.Component(ICAL.parse(text) as never)
    expect(component.getAllSubcomponents('vevent').map(each => each.getFirstPropertyValue('uid'))).toEqual([
      'meeting-1',
      'meeting-1',
      'utc',
      'floating',
      'day',
      'cancelled',
    ])
    expect(new ICAL.Event(component.getAllSubcomponents('vevent')[0]!).summary).toBe(meeting.summary)
  })

  test('the written zone gives an independent reader the right instants, both halves of the year', () => {
    const text = writeIcs([{ ...once, rrule: 'FREQ=MONTHLY;COUNT=30' }], { now: NOW })
    const component = new ICAL.Component(ICAL.parse(text) as never)
    const zone = new ICAL.Timezone({
      component: component.getFirstSubcomponent('vtimezone')!,
      tzid: 'Europe/Berlin',
    })
    const ours = expand(
      { ...once, rrule: 'FREQ=MONTHLY;COUNT=30' },
      { start: 0, end: Date.UTC(2040, 0, 1), zone: 'UTC' },
    ).occurrences
    expect(ours).toHaveLength(30)
    for (const { dtstart, startsAt } of ours) {
      const time = ICAL.Time.fromDateTimeString(dtstart)
      time.zone = zone
      expect(time.toUnixTime() * 1000).toBe(startsAt)
    }
  })
})

describe('zones', () => {
  test.each([
    ['Europe/Berlin', 'Europe/Berlin'],
    ['W. Europe Standard Time', 'Europe/Berlin'],
    ['/freeassociation.sourceforge.net/Tzfile/America/New_York', 'America/New_York'],
  ])('TZID %s without a definition is %s', async (tzid, zone) => {
    const { events } = await read(calendar(...event(`DTSTART;TZID=${tzid}:20260601T090000`)))
    expect(events[0]).toMatchObject({ tzid: zone, dtstart: '2026-06-01T09:00:00' })
  })

  test('a name nobody knows is found by what its definition does', async () => {
    const definition = [
      'BEGIN:VTIMEZONE',
      'TZID:Office',
      'BEGIN:STANDARD',
      'DTSTART:16011028T030000',
      'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10',
      'TZOFFSETFROM:+0200',
      'TZOFFSETTO:+0100',
      'END:STANDARD',
      'BEGIN:DAYLIGHT',
      'DTSTART:16010325T020000',
      'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3',
      'TZOFFSETFROM:+0100',
      'TZOFFSETTO:+0200',
      'END:DAYLIGHT',
      'END:VTIMEZONE',
    ]
    const { events, warnings } = await read(
      calendar(...definition, ...event('DTSTART;TZID=Office:20260601T090000')),
    )
    expect(events[0]?.tzid).toBe('Europe/Berlin')
    expect(warnings).toEqual([])
  })

  test('a name nothing explains is said to be unknown', async () => {
    const { events, warnings } = await read(calendar(...event('DTSTART;TZID=Nowhere:20260601T090000')))
    expect(events[0]).toMatchObject({ tzid: null, dtstart: '2026-06-01T09:00:00' })
    expect(warnings.join()).toContain('"Nowhere" is not known')
  })

  test('exceptions in another zone are found', async () => {
    const { events } = await read(
      calendar(
        ...event(
          'DTSTART;TZID=Europe/Berlin:20260601T090000',
          'RRULE:FREQ=DAILY',
          'EXDATE:20260602T070000Z,20260603T070000Z',
          'EXDATE;TZID=America/New_York:20260604T030000',
        ),
      ),
    )
    expect(events[0]?.exdates).toEqual(['2026-06-02T09:00', '2026-06-03T09:00', '2026-06-04T09:00'])
  })
})

describe('what others write', () => {
  test('DURATION, folded lines, a cancelled occurrence, a period', async () => {
    const { events } = await read(
      calendar(
        ...event(
          'DTSTART:20260601T090000Z',
          'DURATION:PT1H30M',
          'RRULE:FREQ=DAILY;COUNT=5',
          'SUMMARY:fol',
          ' ded',
          'RDATE;VALUE=PERIOD:20260701T090000Z/PT1H',
        ),
        ...event('RECURRENCE-ID:20260603T090000Z', 'DTSTART:20260603T090000Z', 'STATUS:CANCELLED'),
      ),
    )
    expect(events).toHaveLength(1)
    expect(events[0]).toMatchObject({
      dtend: '2026-06-01T10:30:00Z',
      summary: 'folded',
      exdates: [],
      overrides: expect.arrayContaining([{ recurrenceId: '2026-06-03T09:00', changes: { cancelled: true } }]),
      rdates: ['2026-07-01T09:00'],
    })
  })

  test('a changed occurrence without its series is still there', async () => {
    const { events } = await read(
      calendar(
        ...event(
          'RECURRENCE-ID:20260603T090000Z',
          'DTSTART:20260603T140000Z',
          'DTEND:20260603T150000Z',
          'SUMMARY:moved',
        ),
      ),
    )
    const { occurrences } = expand(events[0]!, {
      start: Date.UTC(2026, 5, 1),
      end: Date.UTC(2026, 6, 1),
      zone: 'UTC',
    })
    expect(occurrences.map(o => o.dtstart)).toEqual(['2026-06-03T14:00:00Z'])
  })

  test('one unusable event does not cost the others', async () => {
    const { events, warnings } = await read(
      calendar(
        ...event('SUMMARY:no start'),
        ...event('DTSTART:20261399T000000'),
        'BEGIN:VEVENT',
        'UID:b',
        'DTSTART:20260601T090000Z',
        'RRULE:FREQ=NEVER',
        'garbage',
        'END:VEVENT',
      ),
    )
    expect(events.map(({ uid }) => uid)).toEqual(['b'])
    expect(warnings).toHaveLength(4)
  })

  test.each([
    ['', 'not a calendar'],
    ['hello', 'not a calendar'],
    ['BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1', 'cut off'],
    ['BEGIN:VCALENDAR\nEND:VEVENT', 'Line 2'],
    ['BEGIN:A\n'.repeat(100_000), 'nested'],
    ['x'.repeat(21 * 1024 * 1024), '20 MB'],
  ])('case %# is refused in words', async (text, reason) => {
    expect(await readIcs(text, berlin)).toEqual({ ok: false, reason: expect.stringContaining(reason) })
  })

  test('hostile lines neither throw nor travel on as structure', async () => {
    const hostile = [
      'SUMMARY:a\\nEND:VEVENT',
      'X-A;B="unclosed:c',
      ':::',
      ';;;',
      'DTEND:zzz',
      'TRIGGER:-P',
      `LOCATION:${'y'.repeat(100_000)}`,
      'EXDATE:,,,',
      'RRULE:',
    ]
    const { events } = await read(calendar(...event('DTSTART:20260601T090000Z', ...hostile)))
    expect(events[0]?.summary).toBe('a\nEND:VEVENT')
    const again = await read(writeIcs(events, { now: NOW }))
    expect(again.events).toEqual(events)
  })
})

test('a date that was added with a length of its own keeps it, and is written so that it stays', async () => {
  const text = [
    ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//x//EN', 'BEGIN:VEVENT', 'UID:periods', 'SUMMARY:x'],
    ...['DTSTAMP:20261101T000000Z', 'DTSTART;TZID=Europe/Berlin:20261102T090000', 'DURATION:PT1H'],
    'RDATE;VALUE=PERIOD:20261103T080000Z/20261103T110000Z,20261105T080000Z/PT30M',
    ...['END:VEVENT', 'END:VCALENDAR', ''],
  ].join('\r\n')
  const window = { start: Date.UTC(2026, 10, 1), end: Date.UTC(2026, 10, 10), zone: 'Europe/Berlin' }
  const spans = (event: CalendarEvent) =>
    expand(event, window).occurrences.map(({ dtstart, dtend }) => [dtstart, dtend])
  const read = await readIcs(text, berlin)
  const wanted = [
    ['2026-11-02T09:00:00', '2026-11-02T10:00:00'],
    ['2026-11-03T09:00:00', '2026-11-03T12:00:00'],
    ['2026-11-05T09:00:00', '2026-11-05T09:30:00'],
  ]
  expect(read.ok && spans(read.events[0]!)).toEqual(wanted)
  const again = await readIcs(writeIcs(read.ok ? read.events : [], { now: NOW }), berlin)
  expect(again.ok && spans(again.events[0]!)).toEqual(wanted)
})
