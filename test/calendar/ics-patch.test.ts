import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { deleteOccurrence, editOccurrence, editSeries } from '../../src/calendar/edit.ts'
import type { CalendarEvent } from '../../src/calendar/event.ts'
import { patchIcs } from '../../src/calendar/ics-patch.ts'
import { readIcs } from '../../src/calendar/ics-read.ts'
import { contentOf } from '../../src/calendar/same.ts'
import { wrapped } from '../peers/shared-calendar.ts'

const options = { zone: 'Europe/Berlin', now: Date.UTC(2026, 10, 20) }

const read = async (ics: string): Promise<CalendarEvent> => {
  const reading = await readIcs(ics, options)
  if (!reading.ok) throw new Error(reading.reason)
  return reading.events[0]!
}
const ok = <T>(edited: { ok: true; event: T } | { ok: false; reason: string }): T => {
  if (!edited.ok) throw new Error(edited.reason)
  return edited.event
}
const unfolded = (text: string): string => text.replace(/\r\n[ \t]/g, '')

/** As others write it: a zone of their own, parameters and lines of their own, a changed and a cancelled date. */
const FOREIGN = wrapped([
  ...['METHOD:PUBLISH', 'X-WR-CALNAME:Team'],
  ...['BEGIN:VTIMEZONE', 'TZID:Customized Time Zone', 'BEGIN:STANDARD', 'DTSTART:16010101T030000'],
  ...['TZOFFSETFROM:+0200', 'TZOFFSETTO:+0100', 'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10', 'END:STANDARD'],
  ...['BEGIN:DAYLIGHT', 'DTSTART:16010101T020000', 'TZOFFSETFROM:+0100', 'TZOFFSETTO:+0200'],
  ...['RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3', 'END:DAYLIGHT', 'END:VTIMEZONE'],
  ...['BEGIN:VEVENT', 'UID:u1', 'DTSTAMP:20260101T000000Z', 'LAST-MODIFIED:20260101T000000Z', 'SEQUENCE:3'],
  ...['SUMMARY;LANGUAGE=de:Besprechung', 'DESCRIPTION:Alt', 'X-ALT-DESC;FMTTYPE=text/html:<b>Alt</b>'],
  ...['DTSTART;TZID=Customized Time Zone:20261201T090000', 'DTEND;TZID=Customized Time Zone:20261201T100000'],
  ...['RRULE:FREQ=DAILY;COUNT=10', 'EXDATE;TZID=Customized Time Zone:20261203T090000'],
  ...[
    'ORGANIZER;CN=Ann:mailto:ann@example.org',
    'ATTENDEE;CN=Bob;X-NUM-GUESTS=0;RSVP=TRUE:mailto:bob@example.org',
  ],
  ...['X-MICROSOFT-CDO-BUSYSTATUS:BUSY', 'CLASS:PRIVATE', 'TRANSP:OPAQUE'],
  ...[
    'BEGIN:VALARM',
    'UID:alarm-1',
    'ACTION:DISPLAY',
    'TRIGGER:-PT15M',
    'DESCRIPTION:Reminder',
    'END:VALARM',
  ],
  ...[
    'BEGIN:VALARM',
    'ACTION:EMAIL',
    'TRIGGER:-PT1H',
    'ATTENDEE:mailto:a@example.org',
    'SUMMARY:s',
    'DESCRIPTION:d',
    'END:VALARM',
  ],
  'END:VEVENT',
  ...[
    'BEGIN:VEVENT',
    'UID:u1',
    'DTSTAMP:20260101T000000Z',
    'RECURRENCE-ID;TZID=Customized Time Zone:20261204T090000',
  ],
  ...[
    'DTSTART;TZID=Customized Time Zone:20261204T140000',
    'DURATION:PT2H',
    'SUMMARY;LANGUAGE=de:Besprechung',
    'X-ROOM:7',
    'END:VEVENT',
  ],
  ...[
    'BEGIN:VEVENT',
    'UID:u1',
    'DTSTAMP:20260101T000000Z',
    'RECURRENCE-ID;TZID=Customized Time Zone:20261205T090000',
  ],
  ...[
    'DTSTART;TZID=Customized Time Zone:20261205T090000',
    'STATUS:CANCELLED',
    'SUMMARY:Besprechung',
    'END:VEVENT',
  ],
])

describe('a change to what others wrote', () => {
  test('is none where nothing changed', async () => {
    expect(await patchIcs(FOREIGN, await read(FOREIGN), options)).toBeNull()
  })

  test('touches the lines it is about, and no others', async () => {
    const event = await read(FOREIGN)
    const text = unfolded((await patchIcs(FOREIGN, { ...event, location: 'Aula; left' }, options))!)
    const before = FOREIGN.split('\r\n')
    const after = text.split('\r\n')
    expect(before.filter(line => !after.includes(line))).toEqual(['LAST-MODIFIED:20260101T000000Z'])
    // The changed date has the place of its series, so it is written there as well.
    expect(after.filter(line => !before.includes(line))).toEqual([
      ...['DTSTAMP:20261120T000000Z', 'LAST-MODIFIED:20261120T000000Z', 'LOCATION:Aula\\; left'],
      ...['DTSTAMP:20261120T000000Z', 'LOCATION:Aula\\; left'],
    ])
  })

  test('of the description takes its HTML twin away', async () => {
    const event = await read(FOREIGN)
    const text = (await patchIcs(FOREIGN, { ...event, description: 'New' }, options))!
    expect(text).toContain('DESCRIPTION:New')
    expect(text).not.toContain('X-ALT-DESC')
  })

  test('moves a series with its dates, in the zone as the text names it', async () => {
    const event = await read(FOREIGN)
    const moved = ok(editSeries(event, { dtstart: '2026-12-01T11:00:00', dtend: '2026-12-01T12:00:00' }))
    const text = unfolded((await patchIcs(FOREIGN, moved, options))!)
    expect(text).toContain('DTSTART;TZID=Customized Time Zone:20261201T110000')
    expect(text).toContain('RECURRENCE-ID;TZID=Customized Time Zone:20261204T110000')
    expect(text).toContain('X-ROOM:7')
    expect(text).toContain('BEGIN:VTIMEZONE\r\nTZID:Customized Time Zone')
    expect(text).not.toContain('TZID=Europe/Berlin')
    expect(contentOf(await read(text))).toBe(contentOf(moved))
  })

  test('of one date writes it whole, with what its series has', async () => {
    const event = await read(FOREIGN)
    const changed = ok(editOccurrence(event, '2026-12-07T09:00', { summary: 'Other', alarms: [] }))
    const text = unfolded((await patchIcs(FOREIGN, changed, options))!)
    const [fresh] = text
      .split('BEGIN:VEVENT')
      .filter(part => part.includes('RECURRENCE-ID;TZID=Customized Time Zone:20261207T090000'))
    expect(fresh).toContain('SUMMARY:Other')
    expect(fresh).toContain('CLASS:PRIVATE')
    expect(fresh).toContain('ATTENDEE;CN=Bob;X-NUM-GUESTS=0;RSVP=TRUE:mailto:bob@example.org')
    expect(fresh).toContain('ACTION:EMAIL')
    expect(fresh).not.toContain('RRULE')
    expect(fresh).not.toContain('alarm-1')
  })

  test('takes a changed date and a date back out', async () => {
    const event = await read(FOREIGN)
    const without = ok(deleteOccurrence(event, '2026-12-04T09:00'))
    const text = unfolded((await patchIcs(FOREIGN, without, options))!)
    expect(text).not.toContain('X-ROOM:7')
    expect(text).toContain('EXDATE;TZID=Customized Time Zone:20261204T090000')
    expect(text).not.toContain('EXDATE;TZID=Customized Time Zone:20261205T090000')
    expect(contentOf(await read(text))).toBe(contentOf(without))
    const back = {
      ...event,
      overrides: event.overrides.filter(({ recurrenceId }) => recurrenceId !== '2026-12-05T09:00'),
    }
    const again = (await patchIcs(FOREIGN, back, options))!
    expect(again).not.toContain('STATUS:CANCELLED')
    expect(contentOf(await read(again))).toBe(contentOf(back))
  })

  test('an alarm that stays keeps what nothing here reads, one that goes is gone', async () => {
    const event = await read(FOREIGN)
    const more = (await patchIcs(
      FOREIGN,
      { ...event, alarms: [...event.alarms, { minutesBefore: 5 }] },
      options,
    ))!
    expect(more).toContain('UID:alarm-1')
    expect(more).toContain('TRIGGER:-PT5M')
    const none = (await patchIcs(FOREIGN, { ...event, alarms: [] }, options))!
    expect(none).not.toContain('UID:alarm-1')
    expect(none).toContain('ACTION:EMAIL')
  })

  test('to another zone brings its definition along', async () => {
    const event = await read(FOREIGN)
    const away = ok(
      editSeries(event, {
        tzid: 'America/New_York',
        dtstart: '2026-12-01T09:00:00',
        dtend: '2026-12-01T10:00:00',
      }),
    )
    const text = unfolded((await patchIcs(FOREIGN, away, options))!)
    expect(text).toContain('TZID:America/New_York')
    expect(text).toContain('DTSTART;TZID=America/New_York:20261201T090000')
    expect(contentOf(await read(text))).toBe(contentOf(away))
  })

  test('says in the end what the event says, whatever was changed', async () => {
    const words = fc
      .string({ unit: 'grapheme', maxLength: 40 })
      .map(text => text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' '))
    const days = fc.integer({ min: 1, max: 9 }).map(day => `2026-12-0${day}T09:00`)
    const edit = fc.oneof(
      fc.record({ what: fc.constant('words'), summary: words, location: words, description: words }),
      fc.record({
        what: fc.constant('date'),
        key: days,
        summary: words,
        hour: fc.integer({ min: 10, max: 20 }),
      }),
      fc.record({ what: fc.constant('without'), key: days }),
      fc.record({ what: fc.constant('moved'), hour: fc.integer({ min: 0, max: 22 }) }),
      fc.record({
        what: fc.constant('flags'),
        busy: fc.boolean(),
        minutes: fc.array(fc.integer({ min: -60, max: 600 }), { maxLength: 3 }),
      }),
    )
    const original = await read(FOREIGN)
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async edits => {
        let event = original
        let text = FOREIGN
        for (const each of edits) {
          event = applied(event, each)
          text = (await patchIcs(text, event, options)) ?? text
          expect(contentOf(await read(text))).toBe(contentOf(event))
        }
        expect(text).toContain('X-MICROSOFT-CDO-BUSYSTATUS:BUSY')
        expect(text).toContain('ACTION:EMAIL')
      }),
      { numRuns: 60 },
    )
  })
})

type Edit = {
  what: string
  key?: string
  hour?: number
  busy?: boolean
  minutes?: number[]
  [word: string]: unknown
}

const applied = (event: CalendarEvent, edit: Edit): CalendarEvent => {
  const hours = String(edit.hour).padStart(2, '0')
  if (edit.what === 'words') {
    const { summary, location, description } = edit as unknown as CalendarEvent
    return { ...event, summary, location, description }
  }
  if (edit.what === 'flags')
    return {
      ...event,
      busy: edit.busy!,
      alarms: [...new Set(edit.minutes)].map(minutesBefore => ({ minutesBefore })),
    }
  if (edit.what === 'moved')
    return ok(
      editSeries(event, {
        dtstart: `2026-12-01T${hours}:00:00`,
        dtend: `2026-12-01T${String(edit.hour! + 1).padStart(2, '0')}:00:00`,
      }),
    )
  const key = `${edit.key!.slice(0, 11)}${event.dtstart.slice(11, 16)}`
  if (edit.what === 'without') {
    const left = deleteOccurrence(event, key)
    return left.ok ? left.event : event
  }
  const day = key.slice(0, 10)
  const changed = editOccurrence(event, key, {
    summary: edit.summary as string,
    cancelled: false,
    dtstart: `${day}T${hours}:00:00`,
    dtend: `${day}T${hours}:30:00`,
  })
  return changed.ok ? changed.event : event
}
