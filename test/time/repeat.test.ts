import { describe, expect, test } from 'vitest'
import { nextAfter, readRepeat, repeatTyped, repeatWord } from '../../src/time/repeat.ts'

const at = (iso: string): number => Date.parse(iso)

describe('the older repeat words', () => {
  test.each([
    ['daily', 'FREQ=DAILY'],
    ['weekly', 'FREQ=WEEKLY'],
    ['weekly:0', 'FREQ=WEEKLY;BYDAY=SU'],
    ['monthly:day:15', 'FREQ=MONTHLY;BYMONTHDAY=15'],
    ['monthly:day:31', 'FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1'],
    ['monthly:nth:2:1', 'FREQ=MONTHLY;BYDAY=2MO'],
    ['monthly:last:5', 'FREQ=MONTHLY;BYDAY=-1FR'],
    ['yearly', 'FREQ=YEARLY'],
  ])('%s is %s, both ways', (word, repeat) => {
    expect(readRepeat(word)).toEqual({ ok: true, repeat })
    expect(repeatWord(repeat)).toBe(word)
  })

  test('none, rules without a word, and what is neither', () => {
    expect(readRepeat('none')).toEqual({ ok: true, repeat: null })
    expect(repeatWord(null)).toBe('none')
    expect(repeatWord('FREQ=WEEKLY;INTERVAL=2;BYDAY=FR')).toBeNull()
    expect(readRepeat('rrule:freq=weekly;byday=fr,mo')).toEqual({
      ok: true,
      repeat: 'FREQ=WEEKLY;BYDAY=MO,FR',
    })
    for (const text of [
      'weekly:7',
      'monthly:day:0',
      'monthly:day:32',
      'monthly:nth:6:1',
      'sometimes',
      'toString',
      'FREQ=NEVER',
    ]) {
      expect(readRepeat(text)).toEqual({ ok: false, reason: expect.any(String) })
    }
  })
})

describe('the next time', () => {
  test('stays at nine when the clock is changed', () => {
    const next = nextAfter('FREQ=DAILY', '2027-03-01T09:00:00', 'Europe/Berlin', at('2027-03-27T12:00:00Z'))
    expect(next).toEqual({ at: at('2027-03-28T09:00:00+02:00'), local: '2027-03-28T09:00:00' })
  })

  test('is never lost in the hour that is skipped', () => {
    const next = nextAfter('FREQ=DAILY', '2027-03-01T02:30:00', 'Europe/Berlin', at('2027-03-27T12:00:00Z'))
    expect(next?.local).toBe('2027-03-28T03:30:00')
  })

  test('is strictly after, the first one included', () => {
    const nine = at('2026-11-20T08:00:00Z')
    expect(nextAfter('FREQ=DAILY', '2026-11-20T09:00', 'Europe/Berlin', nine - 1)?.at).toBe(nine)
    expect(nextAfter('FREQ=DAILY', '2026-11-20T09:00', 'Europe/Berlin', nine)?.local).toBe(
      '2026-11-21T09:00:00',
    )
  })

  test('keeps the step of its anchor', () => {
    const next = nextAfter('FREQ=WEEKLY;INTERVAL=2', '2026-11-20T09:00', 'UTC', at('2026-11-21T00:00:00Z'))
    expect(next?.local).toBe('2026-12-04T09:00:00')
  })

  test('on the 31st is the last day of a shorter month', () => {
    const read = readRepeat('monthly:day:31')
    const repeat = read.ok ? read.repeat! : ''
    expect(nextAfter(repeat, '2027-01-31T09:00', 'UTC', at('2027-02-01T00:00:00Z'))?.local).toBe(
      '2027-02-28T09:00:00',
    )
  })

  test('ends with its count, its end, or a rule that never comes', () => {
    const later = at('2030-01-01T00:00:00Z')
    expect(nextAfter('FREQ=DAILY;COUNT=3', '2026-11-20T09:00', 'UTC', later)).toBeNull()
    expect(nextAfter('FREQ=DAILY;UNTIL=20261231', '2026-11-20T09:00', 'UTC', later)).toBeNull()
    expect(nextAfter('FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30', '2026-11-20T09:00', 'UTC', later)).toBeNull()
  })
})

describe('the words of a person', () => {
  test.each([
    ['every monday', 'FREQ=WEEKLY;BYDAY=MO'],
    ['Every Monday and Thursday', 'FREQ=WEEKLY;BYDAY=MO,TH'],
    ['every weekday', 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR'],
    ['every other friday', 'FREQ=WEEKLY;INTERVAL=2;BYDAY=FR'],
    ['weekly on tuesday', 'FREQ=WEEKLY;BYDAY=TU'],
    ['every week', 'FREQ=WEEKLY'],
    ['every month on the 15th', 'FREQ=MONTHLY;BYMONTHDAY=15'],
    ['every 31st', 'FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1'],
    ['quarterly', 'FREQ=MONTHLY;INTERVAL=3'],
    ['every feb 29', 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29'],
    ['every day, 3 times', 'FREQ=DAILY;COUNT=3'],
    ['every friday until 2027-03-01', 'FREQ=WEEKLY;UNTIL=20270301;BYDAY=FR'],
  ])('%s is %s', (words, repeat) => {
    expect(readRepeat(words)).toEqual({ ok: true, repeat })
  })

  test('are no repeat where they name a time of day, or nonsense', () => {
    for (const words of [
      'every morning',
      'every noon',
      'every monday at 9',
      'every month on day 40',
      'friday',
    ])
      expect(readRepeat(words)).toEqual({ ok: false, reason: expect.any(String) })
  })

  test.each([
    'FREQ=HOURLY',
    'FREQ=MINUTELY;INTERVAL=30',
    'FREQ=DAILY;COUNT=3;INTERVAL=2',
    'FREQ=WEEKLY',
    'FREQ=WEEKLY;BYDAY=SU,SA',
    'FREQ=WEEKLY;UNTIL=20270301;INTERVAL=2;BYDAY=MO,TH',
    'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR',
    'FREQ=HOURLY;BYDAY=MO',
    'FREQ=MONTHLY;BYMONTHDAY=1,15',
    'FREQ=MONTHLY;INTERVAL=2;BYDAY=1MO,3MO',
    'FREQ=MONTHLY;BYDAY=-1FR',
    'FREQ=MONTHLY;BYMONTHDAY=-1',
    'FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=28,29,30;BYSETPOS=-1',
    'FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25',
  ])('%s is typed in words', repeat => {
    expect(repeatTyped(repeat)).not.toBe(repeat)
    expect(readRepeat(repeatTyped(repeat))).toEqual({ ok: true, repeat })
  })

  test('stay away where they would say less than the rule', () => {
    for (const rule of [
      'FREQ=WEEKLY;UNTIL=20270301T080000Z;BYDAY=FR',
      'FREQ=WEEKLY;BYDAY=MO;WKST=SU',
      'FREQ=DAILY;BYHOUR=9',
    ])
      expect(repeatTyped(rule)).toBe(rule)
  })
})
