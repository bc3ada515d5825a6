import { expect, test } from 'vitest'
import { alarmsOf, alarmsText } from '../../../views/panes/calendar/alarms.ts'

test.each([
  [[10], false, '10'],
  [[60, 1440, 90, 0], false, '1h, 1d, 90, 0'],
  [[-540, 900], true, '09:00, 1d 09:00'],
  [[-2000], true, '-2000'],
])('%j, a whole day: %s, is %s and back', (alarms, allDay, text) => {
  expect(alarmsText(alarms, allDay)).toBe(text)
  expect(alarmsOf(text)).toEqual(alarms)
})

test('minutes may stand apart by blanks, and what is none is refused in words', () => {
  expect(alarmsOf('10 60,5m')).toEqual([10, 60, 5])
  expect(alarmsOf('')).toEqual([])
  for (const wrong of ['soon', '25:00', '10x'])
    expect(() => alarmsOf(wrong)).toThrow(`reminds: '${wrong}' is not understood; say how long before`)
})
