import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { agendaOf, overlapsOf } from '../../src/calendar/agenda.ts'
import {
  deleteOccurrence,
  editOccurrence,
  editSeries,
  endSeriesBefore,
  splitSeries,
} from '../../src/calendar/edit.ts'
import type { Series } from '../../src/calendar/event.ts'
import { expand, type Window } from '../../src/calendar/recurrence.ts'

const daily: Series = {
  uid: 'u',
  dtstart: '2026-11-23T09:00:00',
  dtend: '2026-11-23T10:00:00',
  allDay: false,
  tzid: 'Europe/Berlin',
  rrule: 'FREQ=DAILY;COUNT=5',
  exdates: [],
  rdates: [],
  overrides: [],
}
const year: Window = { start: Date.UTC(2026, 10, 1), end: Date.UTC(2027, 10, 1), zone: 'Europe/Berlin' }
const starts = (series: Series): string[] => expand(series, year).occurrences.map(o => o.dtstart.slice(0, 16))

function done<T>(edited: { ok: true; event: T } | { ok: false; reason: string }): T {
  if (!edited.ok) throw new Error(edited.reason)
  return edited.event
}

describe('one occurrence', () => {
  test('is deleted, alone', () => {
    const event = done(deleteOccurrence(daily, '2026-11-24T09:00'))
    expect(starts(event)).toEqual([
      '2026-11-23T09:00',
      '2026-11-25T09:00',
      '2026-11-26T09:00',
      '2026-11-27T09:00',
    ])
    expect(deleteOccurrence(event, '2026-11-24T09:00')).toEqual({
      ok: false,
      reason: 'Event u has no occurrence 2026-11-24T09:00.',
    })
  })

  test('is changed, moved, changed again and deleted', () => {
    const moved = done(editOccurrence(daily, '2026-11-24T09:00', { dtstart: '2026-11-24T15:00:00' }))
    const renamed = done(editOccurrence(moved, '2026-11-24T09:00', { summary: 'new' }))
    expect(renamed.overrides).toEqual([
      {
        recurrenceId: '2026-11-24T09:00',
        changes: { dtstart: '2026-11-24T15:00:00', dtend: '2026-11-24T16:00:00', summary: 'new' },
      },
    ])
    expect(starts(renamed)[1]).toBe('2026-11-24T15:00')
    expect(starts(done(deleteOccurrence(renamed, '2026-11-24T09:00')))).toHaveLength(4)
  })

  test.each(['2026-11-24T10:00', '2026-11-22T09:00', '2026-11-28T09:00', '2026-11-24', 'nonsense', ''])(
    '%s is none of this series',
    key => {
      expect(deleteOccurrence(daily, key).ok).toBe(false)
      expect(editOccurrence(daily, key, { summary: 'x' }).ok).toBe(false)
      expect(splitSeries(daily, key, 'v').ok).toBe(false)
    },
  )
})

describe('the series', () => {
  test('moves with its exceptions', () => {
    const event = done(deleteOccurrence(daily, '2026-11-24T09:00'))
    const later = done(editSeries(event, { dtstart: '2026-11-23T11:30:00' }))
    expect(later.dtend).toBe('2026-11-23T12:30:00')
    expect(later.exdates).toEqual(['2026-11-24T11:30'])
    expect(starts(later)).toHaveLength(4)
  })

  test('with another rule forgets them', () => {
    const event = done(deleteOccurrence(daily, '2026-11-24T09:00'))
    expect(done(editSeries(event, { rrule: 'FREQ=WEEKLY;COUNT=2' })).exdates).toEqual([])
  })

  test('ends before an occurrence', () => {
    expect(starts(done(endSeriesBefore(daily, '2026-11-25T09:00')))).toEqual([
      '2026-11-23T09:00',
      '2026-11-24T09:00',
    ])
    expect(endSeriesBefore(daily, '2026-11-23T09:00').ok).toBe(false)
  })

  test('split anywhere, the two halves are the whole', () => {
    const rules = [
      'FREQ=DAILY;COUNT=40',
      'FREQ=WEEKLY;BYDAY=MO,TH',
      'FREQ=MONTHLY;BYMONTHDAY=23,-1',
      'FREQ=DAILY;INTERVAL=3;UNTIL=20270601T000000Z',
      'FREQ=HOURLY;INTERVAL=7;COUNT=90',
    ]
    const kinds: Partial<Series>[] = [
      {},
      { dtstart: '2026-11-23T09:00:00Z', dtend: '2026-11-23T10:00:00Z', tzid: null },
      { tzid: null },
      { dtstart: '2026-11-23', dtend: '2026-11-24', allDay: true, tzid: null },
    ]
    fc.assert(
      fc.property(
        fc.constantFrom(...rules),
        fc.constantFrom(...kinds),
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 0, max: 30 }),
        (rrule, kind, at, deleted) => {
          fc.pre(!(kind.allDay && rrule.includes('HOURLY')))
          const plain: Series = { ...daily, ...kind, rrule }
          const all = expand(plain, year).occurrences
          const gone = all[deleted]?.recurrenceId
          const whole = gone ? done(deleteOccurrence(plain, gone)) : plain
          const cut = all[at]?.recurrenceId
          fc.pre(cut !== undefined && cut !== gone)
          const split = splitSeries(whole, cut!, 'v')
          if (!split.ok) throw new Error(split.reason)
          expect([...starts(split.before), ...starts(split.after)]).toEqual(starts(whole))
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('the agenda', () => {
  test('is in order, with whole days first, and says what it leaves out', () => {
    const day: Series = {
      ...daily,
      uid: 'day',
      dtstart: '2026-11-23',
      dtend: '2026-11-24',
      allDay: true,
      tzid: null,
      rrule: '',
    }
    const endless: Series = { ...daily, uid: 'endless', rrule: 'FREQ=MINUTELY' }
    const agenda = agendaOf([daily, endless, day], { ...year, end: Date.UTC(2026, 10, 23, 8, 2) })
    expect(agenda.entries.map(entry => entry.uid)).toEqual([
      'day',
      'endless::2026-11-23T09:00',
      'u::2026-11-23T09:00',
      'endless::2026-11-23T09:01',
    ])
    expect(agendaOf([endless], year).truncated).toEqual(['endless'])
  })

  test('warns of what wants the same time', () => {
    const at = (uid: string, from: string, to: string): Series => ({
      ...daily,
      uid,
      rrule: '',
      dtstart: `2026-11-23T${from}:00`,
      dtend: `2026-11-23T${to}:00`,
    })
    const { entries } = agendaOf(
      [
        at('a', '09:00', '12:00'),
        at('b', '11:00', '13:00'),
        at('c', '12:00', '12:30'),
        at('d', '13:00', '14:00'),
      ],
      year,
    )
    expect(overlapsOf(entries).map(({ first, second }) => first.uid + second.uid)).toEqual(['ab', 'bc'])
    expect(overlapsOf(entries, entry => entry.uid !== 'b')).toEqual([])
  })

  test('a thousand at once is not a million warnings', () => {
    const { entries } = agendaOf(
      Array.from({ length: 1000 }, (_, i) => ({ ...daily, uid: String(i), rrule: '' })),
      year,
    )
    expect(overlapsOf(entries)).toHaveLength(1000)
  })
})
