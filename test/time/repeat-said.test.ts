import { expect, test } from 'vitest'
import { repeatTyped } from '../../src/time/repeat.ts'
import { repeatWords } from '../../src/time/repeat-said.ts'

test.each([
  ['FREQ=DAILY', 'every day'],
  ['FREQ=WEEKLY;BYDAY=FR', 'every Friday'],
  ['FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR', 'every weekday'],
  ['FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH', 'every 2 weeks on Monday, Thursday'],
  ['FREQ=MONTHLY;COUNT=3', 'every month, 3 times'],
  ['FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR', 'every weekday'],
  ['FREQ=HOURLY;BYDAY=MO,TU,WE,TH,FR', 'every hour on Monday, Tuesday, Wednesday, Thursday, Friday'],
  ['FREQ=YEARLY;UNTIL=20301231', 'every year until 2030-12-31'],
  ['FREQ=WEEKLY;BYDAY=MO,TH;UNTIL=20270301T080000', 'every Monday, Thursday until 2027-03-01'],
  ['FREQ=DAILY;UNTIL=20261201T045959Z', 'FREQ=DAILY;UNTIL=20261201T045959Z'],
  ['FREQ=MONTHLY;BYDAY=-1FR', 'every month on the last Friday'],
  ['FREQ=MONTHLY;INTERVAL=2;BYDAY=1MO,3MO', 'every 2 months on the first Monday, the third Monday'],
  ['FREQ=MONTHLY;BYMONTHDAY=15', 'every month on day 15'],
  ['FREQ=MONTHLY;BYMONTHDAY=-1', 'every month on the last day'],
  ['FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1', 'every month on day 31, or its last'],
  ['FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25', 'every year on 25 Dec'],
  ['FREQ=MONTHLY;BYDAY=9MO', 'FREQ=MONTHLY;BYDAY=9MO'],
  ['FREQ=MONTHLY;BYMONTHDAY=-3', 'FREQ=MONTHLY;BYMONTHDAY=-3'],
  ['FREQ=YEARLY;BYMONTH=1,7;BYMONTHDAY=1', 'FREQ=YEARLY;BYMONTH=1,7;BYMONTHDAY=1'],
  ['FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1', 'FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1'],
  ['FREQ=DAILY;BYHOUR=9', 'FREQ=DAILY;BYHOUR=9'],
  ['nonsense', 'nonsense'],
])('%s is %s', (rule, words) => {
  expect(repeatWords(rule)).toBe(words)
})

test.each([
  ['America/New_York', 'every day until 2026-11-30'],
  ['Europe/Berlin', 'every day until 2026-12-01'],
  ['Mars/Olympus', 'FREQ=DAILY;UNTIL=20261201T045959Z'],
])('an end in UTC is told as a day of %s', (zone, words) => {
  expect(repeatWords('FREQ=DAILY;UNTIL=20261201T045959Z', zone)).toBe(words)
})

test('words for an end in UTC are typed only where they are read as that end', () => {
  const nightly = 'FREQ=DAILY;UNTIL=20261201T045959Z'
  expect(repeatTyped(nightly, 'America/New_York')).toBe('every day until 2026-11-30')
  expect(repeatTyped(nightly, 'Europe/Berlin')).toBe(nightly)
  expect(repeatTyped('FREQ=DAILY;UNTIL=20261130T235959', 'UTC')).toBe('every day until 2026-11-30')
})
