import { expect, test } from 'vitest'
import { repeatWords } from '../../../views/panes/repeats.ts'

test.each([
  ['FREQ=DAILY', 'every day'],
  ['FREQ=WEEKLY;BYDAY=FR', 'every Friday'],
  ['FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR', 'every weekday'],
  ['FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH', 'every 2 weeks on Monday, Thursday'],
  ['FREQ=MONTHLY;COUNT=3', 'every month, 3 times'],
  ['FREQ=YEARLY;UNTIL=20301231T000000Z', 'every year until 2030-12-31'],
  ['FREQ=MONTHLY;BYDAY=-1FR', 'FREQ=MONTHLY;BYDAY=-1FR'],
  ['FREQ=MONTHLY;BYMONTHDAY=31', 'FREQ=MONTHLY;BYMONTHDAY=31'],
  ['nonsense', 'nonsense'],
])('%s is %s', (rule, words) => {
  expect(repeatWords(rule)).toBe(words)
})
