import { expect, test } from 'vitest'
import { calendar, type Entry } from '../../../src/contract/calendar.ts'
import { placed, stopsOf } from '../../../views/panes/calendar/slots.ts'
import { flow, ScreenStage, sizes } from './stage.tsx'

const day = '2026-12-01'
const entry = (id: string, from: string, to: string, more: Partial<Entry> = {}): Entry =>
  ({ id, starts_at: Date.parse(from), ends_at: Date.parse(to), all_day: false, ...more }) as Entry
const on = (id: string, from: string, to: string) => entry(id, `${day}T${from}Z`, `${day}T${to}Z`)

test('what shares a row stands side by side, and what comes after has the place for itself', () => {
  const found = placed(
    [
      on('a', '09:00', '11:00'),
      on('b', '09:30', '10:00'),
      on('c', '10:00', '12:00'),
      on('d', '13:00', '13:00'),
    ],
    day,
    'UTC',
    60,
  )
  expect(found.map(({ entry, lane, lanes }) => [entry.id, lane, lanes])).toEqual([
    ['a', 0, 2],
    ['b', 1, 2],
    ['c', 1, 2],
    ['d', 0, 1],
  ])
  const [night] = placed([entry('n', '2026-11-30T22:00Z', '2026-12-01T02:00Z')], day, 'UTC', 60)
  expect([night!.from, night!.to]).toEqual([0, 120])
})

test('where the clock is put back, what runs into the second of the hours reaches to the end of the first', () => {
  const berlin = (from: string, to: string, on = '2026-10-25') => {
    const [found] = placed([entry('n', from, to)], on, 'Europe/Berlin', 30)
    return [found!.from, found!.to]
  }
  expect(berlin('2026-10-25T02:30+02:00', '2026-10-25T02:30+01:00')).toEqual([150, 180])
  expect(berlin('2026-10-25T01:30+02:00', '2026-10-25T02:10+01:00')).toEqual([90, 180])
  expect(berlin('2026-10-24T23:00+02:00', '2026-10-25T02:10+01:00')).toEqual([0, 180])
  expect(berlin('2026-10-25T01:00+02:00', '2026-10-25T04:00+01:00')).toEqual([60, 240])
  expect(berlin('2026-10-25T02:10+01:00', '2026-10-25T02:30+01:00')).toEqual([130, 150])
  expect(berlin('2026-10-25T02:10+02:00', '2026-10-25T02:30+02:00')).toEqual([130, 150])
  const [havana] = placed(
    [entry('h', '2026-11-01T00:30-04:00', '2026-11-01T00:20-05:00')],
    ...(['2026-11-01', 'America/Havana', 30] as const),
  )
  expect([havana!.from, havana!.to]).toEqual([30, 60])
})

test('the cursor stands at everything that begins, and at every hour between', () => {
  const whole = entry('w', `${day}T00:00Z`, '2026-12-02T00:00Z', { all_day: true })
  const stops = stopsOf([whole, on('a', '09:00', '11:00'), on('b', '09:30', '10:00')], day, 'UTC')
  expect(stops).toHaveLength(1 + 24 + 1)
  expect(stops.slice(0, 1).map(({ hour, entry }) => [hour, entry?.id])).toEqual([[-1, 'w']])
  expect(stops.slice(9, 13).map(({ hour, entry }) => [hour, entry?.id])).toEqual([
    [8, undefined],
    [9, 'a'],
    [9, 'b'],
    [10, 'a'],
  ])
})

flow('hours of a day and of a week', 'calendar', async stage => {
  const { client } = stage.workspace
  const start = 'tomorrow 9am'
  await client.call(calendar.add, { summary: '漢字の会議', start, end: 'tomorrow 11am' })
  await client.call(calendar.add, { summary: 'clash', start: 'tomorrow 9:30am' })
  await client.call(calendar.add, { summary: 'holiday', start: 'tomorrow', all_day: true })
  const { event } = await client.call(calendar.add, { summary: 'gone', start: 'tomorrow 2pm' })
  await client.call(calendar.edit, { id: event.id, cancelled: true })
  await stage.until('CANCELLED gone')
  await stage.press('D', 'l')
  await stage.until(/day +\|holiday/)
  await stage.until(/>09.*\|(漢字|\?\?).*\|(:30 )?clash/s)
  await stage.until(/14.*\|x gone/)
  await stage.press('j')
  await stage.until(/09:30 - 10:30/)
  await stage.press('e')
  await stage.until('Edit event')
  await stage.press('\x1b')
  // Down to noon, where nothing is: a new event begins there.
  await stage.press('j', 'j', 'j', 'n')
  await stage.until(/New event.*12:00/s)
  await stage.press('\x1b', 'W')
  await stage.until(/>12/)
  await stage.press('k', 'k', 'k')
  await stage.until(/>09/)
})

test('what lies above or below the hours in view is counted over its day', async () => {
  await using stage = await ScreenStage.open(sizes[0]!, 'calendar')
  const { client } = stage.workspace
  await client.call(calendar.add, { summary: 'night train', start: '2031-05-01T23:00' })
  await client.call(calendar.add, { summary: 'early bird', start: '2031-05-02T05:00' })
  await stage.press('W', 'T', '2031-04-30', '\r')
  await stage.until(/Wed 30\].*Thu 1 +v1.*Fri 2 +\^1/)
  expect(stage.screen.text()).not.toContain('night')
  await stage.press('l', 'G')
  await stage.until(/>23:00.*night/)
  await stage.until(/\[Thu 1\] +Fri 2 +\^1/)
})
