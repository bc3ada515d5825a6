import { describe, expect, test } from 'vitest'
import { calendar, calendars } from '../../../src/contract/calendar.ts'
import { coloured } from '../../../views/panes/calendar/colour.ts'
import { dayName, dayOf, plusDays, plusMonths, timeOf, weekdayOf } from '../../../views/panes/days.ts'
import { hostile, ScreenStage, sizes } from './stage.tsx'

const open = async (size = sizes[0]!) => {
  const stage = await ScreenStage.open(size, 'calendar')
  await stage.until('Nothing in these weeks')
  return stage
}
/** Every row of this month's page has its days: the frame was not moved. */
const sunday = (stage: ScreenStage) => stage.screen.rows().some(row => / Mon +.*Sun/.test(row))

test('a sentence about several days is previewed with the last of them', async () => {
  await using stage = await open()
  await stage.press('a', 'dec 2-4 fair')
  await stage.until(/^add: .* = \w+ 2 Dec( \d+)? - \w+ 4 Dec/m)
})

describe.each(sizes)('the calendar at $cols x $rows', size => {
  test('a sentence becomes an event in the agenda, the day, the week and the month', async () => {
    await using stage = await open(size)
    await stage.press('a', 'tomorrow 9am breakfast')
    await stage.until(/^add: .* = \w+ \d+ \w+ 09:/m)
    await stage.press('\r')
    await stage.until(/> +09:00-10:00/)
    await stage.press('M')
    await stage.until(() => sunday(stage))
    expect(stage.screen.text()).toMatch(/\[\d+\]/)
    await stage.press('\r')
    await stage.until(/>09.*\| ?breakf/)
    await stage.press('\x1b')
    await stage.until(() => sunday(stage))
    await stage.press('W')
    await stage.until(/>09.*\| ?break/)
    await stage.press('l', 'h', ']', '[', 'j', 'k', 'D')
    await stage.until(/>09.*\| ?breakf/)
    await stage.press('u')
    await stage.until('Undone: ')
    stage.shell.dismiss()
    stage.shell.signal.soon()
    await stage.until(() => !stage.screen.text().includes('breakf'))
    expect(stage.isWhole).toBe(true)
  })

  test('hostile text in every field leaves the frame whole in every view', async () => {
    await using stage = await open(size)
    const { client } = stage.workspace
    await client.call(calendars.add, { name: hostile.slice(0, 100), color: '#f00' })
    for (const start of ['today 10am', 'today 10:30am'])
      await client.call(calendar.add, {
        summary: hostile,
        location: hostile,
        description: hostile,
        start,
        calendar: hostile.slice(0, 100),
      })
    await stage.until('10:30')
    for (const key of ['j', '\t', 'j', '\t', 'M', 'W', 'D', 'A', 'c', '\x1b', 'X', '\x1b', 'e', '\x1b']) {
      await stage.press(key)
      expect(stage.screen.leftOn.filter(mode => mode !== 'hidden cursor')).toEqual([])
      expect(stage.screen.rows()[0]).toMatch(/Cal|event|Keys/)
    }
    await stage.until(() => stage.isWhole)
  })
})

describe('a series', () => {
  const series = async () => {
    const stage = await open()
    const { client } = stage.workspace
    const { event } = await client.call(calendar.add, {
      summary: 'standup',
      start: plusDays(dayOf(Date.now(), 'UTC'), 1),
      all_day: true,
      rrule: `FREQ=DAILY;UNTIL=${plusDays(dayOf(Date.now(), 'UTC'), 4).replaceAll('-', '')}`,
    })
    await stage.until('(repeats)')
    const left = async () => (await client.call(calendar.list, {})).items.map(({ summary }) => summary)
    return { stage, client, event, left }
  }
  const choose = async (stage: ScreenStage, downs: number) => {
    await stage.press('X')
    await stage.until('this and the following')
    await stage.press(...'j'.repeat(downs), '\r')
    await stage.until('Delete of a series')
    await stage.later()
    await stage.press('y')
    await stage.until('Deleted')
  }

  test.each([
    [0, 3],
    [1, 1],
    [2, 0],
  ])('loses one date, the following, or all (%i)', async (downs, kept) => {
    const { stage, left } = await series()
    await using _ = stage
    await stage.press('j')
    await choose(stage, downs)
    expect(await left()).toHaveLength(kept)
    await stage.press('u')
    await expect.poll(left).toHaveLength(4)
  })

  test('is changed on one date, or from then on', async () => {
    const { stage, left } = await series()
    await using _ = stage
    await stage.press('j', 'e')
    await stage.until('Edit event')
    await stage.press(' moved', '\x1b\r')
    await stage.until("Changed 'standup moved'")
    expect(await left()).toEqual(['standup', 'standup moved', 'standup', 'standup'])
    await stage.press('j', 'e')
    await stage.until('Edit event')
    await stage.press('\x1b[Z', ' ', '\t', ' late', '\x1b\r')
    await stage.until("Changed 'standup late'")
    expect(await left()).toEqual(['standup', 'standup moved', 'standup late', 'standup late'])
  })
})

test('what overlaps is said when it is added, marked in the list and named beside it', async () => {
  await using stage = await open()
  await stage.press('a', 'tomorrow 9am breakfast', '\r')
  await stage.until('breakfast')
  await stage.press('a', 'tomorrow 9:30am call', '\r')
  await stage.until(/! .*breakfast/)
  await stage.until(/\| ! breakfast/)
  await stage.press('\x1b')
  await stage.until('! overlaps')
})

test('calendars are made, hidden, looked at alone, and deleted by name', async () => {
  await using stage = await open()
  const { client } = stage.workspace
  const to = async (title: string) => {
    for (let n = 0; n < 12 && !new RegExp(`> .*${title}`).test(stage.screen.text()); n++)
      await stage.press('j')
    await stage.until(new RegExp(`> .*${title}`))
  }
  await client.call(calendar.add, { summary: 'mine', start: 'tomorrow 9am' })
  await stage.until('mine')
  await stage.press('c')
  await to('new ')
  await stage.press('\r')
  await stage.until('New calendar')
  await stage.press('Work', '\x1b\r')
  await stage.until("Made the calendar 'Work'")
  await stage.press('n')
  await stage.until('New event')
  await stage.press('review', '\t', ' 3pm', '\t\t\t\t', ' ', '\x1b\r')
  await stage.until(/Added 'review', \w{3} \d+ \w{3} 15:00\./)
  expect((await client.call(calendar.list, { calendar: 'Work' })).items).toHaveLength(1)
  // Two calendars: each has a letter, colours or not.
  await stage.until(/15:00-16:00 W review/)
  await stage.until(/09:00-10:00 P mine/)
  await stage.press('\x1b', 'c')
  await stage.until(/> \[x\] P Personal +1 events/)
  await stage.press('\r')
  await stage.until(/> \[ \] P Personal/)
  await stage.press('\x1b')
  await stage.until(() => !stage.screen.text().includes('mine') && stage.screen.text().includes('review'))
  expect(stage.shell.pane.remember?.()).toMatchObject({ hidden: [expect.any(String)] })
  await stage.press('c')
  await to('show all')
  await stage.press('\r')
  await stage.until('mine')
  await stage.press('c')
  await to('change one')
  await stage.press('\r')
  await to('Work')
  await stage.press('\r')
  await stage.until('show only this')
  await stage.press('\r')
  await stage.until(() => !stage.screen.text().includes('mine'))
  await stage.press('c')
  await to('change one')
  await stage.press('\r')
  await to('Work')
  await stage.press('\r')
  await to('delete')
  await stage.press('\r')
  await stage.until('Delete the calendar Work')
  await stage.later()
  await stage.press('Work', '\r')
  await stage.until("Deleted the calendar 'Work'")
  await stage.until('mine')
  expect((await client.call(calendars.list, {})).items.map(({ name }) => name)).toEqual(['Personal'])
})

test('what is known of an event stands beside it: its rule in words, its reminders', async () => {
  await using stage = await open()
  const { client } = stage.workspace
  const start = 'tomorrow 9am'
  await client.call(calendar.add, {
    summary: 'gym',
    start,
    rrule: 'FREQ=WEEKLY;INTERVAL=2;COUNT=9',
    alarms: [90, 0],
  })
  await stage.until('every 2 weeks, 9 times')
  await stage.until('1h30 before, at its start')
})

test('a plain event is edited on the owner’s clock and deleted after a question', async () => {
  await using stage = await open()
  const { client } = stage.workspace
  const { event } = await client.call(calendar.add, { summary: 'dinner', start: 'tomorrow 6pm' })
  await stage.until('dinner')
  await stage.press('e')
  await stage.until('Edit event')
  await stage.press('\t', '\x7f\x7f\x7f\x7f\x7f', '19:00', '\x1b\r')
  await stage.until("Changed 'dinner'")
  const { items } = await client.call(calendar.list, {})
  expect(items[0]!.starts_at).toBe(event.starts_at + 3_600_000)
  expect(items[0]!.ends_at).toBe(event.ends_at + 3_600_000)
  await stage.press('X')
  await stage.until('Delete this event')
  await stage.later()
  await stage.press('y')
  await stage.until('Nothing in these weeks')
})

describe('days', () => {
  test('lie in the zone of the owner and are counted without one', () => {
    const at = Date.parse('2026-03-28T23:30:00Z')
    expect([dayOf(at, 'Europe/Berlin'), timeOf(at, 'Europe/Berlin')]).toEqual(['2026-03-29', '00:30'])
    expect([dayOf(at, 'UTC'), plusDays('2026-12-31', 1), plusDays('2028-03-01', -1)]).toEqual([
      '2026-03-28',
      '2027-01-01',
      '2028-02-29',
    ])
    expect([plusMonths('2026-01-31', 1), plusMonths('2026-01-15', -1)]).toEqual(['2026-02-28', '2025-12-15'])
    expect([weekdayOf('2026-11-23'), dayName('2026-11-23', '2026-01-01')]).toEqual([0, 'Mon 23 Nov'])
  })

  test('a colour that is none is left out', () => {
    expect(coloured('x', '#0f0')).toBe('\x1b[38;2;0;255;0mx\x1b[39m')
    expect(coloured('x', '\x1b[2J')).toBe('x')
    expect(coloured('x', 'mauve')).toBe('x')
  })
})

test('the form of what lasts whole days names its last day and the time it reminds, and what is no time is refused in words', async () => {
  await using stage = await ScreenStage.open(sizes[0]!, 'calendar')
  const { client } = stage.workspace
  const { event } = await client.call(calendar.add, {
    summary: 'fair',
    start: '2031-12-02',
    end: '2031-12-05',
  })
  const now = () => client.call(calendar.get, { id: event.id })
  await stage.press('A', 'T', '2031-12-02', '\r')
  await stage.until(/> +all day +\S fair/)
  await stage.press('e')
  await stage.until(/last day +2031-12-04/)
  await stage.until(/reminds +09:00/)
  await stage.press('\t', '\t', '\x15', '2031-12-06', '\x1b\r')
  await stage.until("Changed 'fair'")
  expect(await now()).toMatchObject({ start: '2031-12-02', end: '2031-12-07' })
  await stage.press('e')
  await stage.until(/last day +2031-12-06/)
  await stage.press('\x1b[Z', '\x1b[Z', '\x15', 'soon', '\x1b\r')
  await stage.until("reminds: 'soon' is not understood")
  await stage.press('\x15', '1d 18:00', '\x1b\r')
  await stage.until(/reminds +at 18:00 the day before/)
  expect((await now()).alarms).toEqual([360])
})

test('what is selected stays so on the day it is moved to, by whomever', async () => {
  await using stage = await ScreenStage.open(sizes[0]!, 'calendar')
  const { client } = stage.workspace
  const { event } = await client.call(calendar.add, { summary: 'moving', start: '2031-12-02T10:00' })
  await client.call(calendar.add, { summary: 'staying', start: '2031-12-02T11:00' })
  await stage.press('A', 'T', '2031-12-01', '\r')
  await stage.until(/> .*moving/)
  await client.call(calendar.edit, { id: event.id, start: '2031-12-05T15:00' })
  await stage.until(/Fri 5 Dec 2031\s+> +15:00-16:00 \S moving/)
})

test("times in the form are the owner's, though the event is kept on another clock", async () => {
  await using stage = await ScreenStage.open(sizes[0]!, 'calendar')
  const { client } = stage.workspace
  const { event } = await client.call(calendar.add, {
    ...{ summary: 'overseas', start: '2031-12-02T12:00', tzid: 'America/New_York' },
  })
  await stage.press('A', 'T', '2031-12-01', '\r')
  await stage.until(/> .*overseas/)
  await stage.press('e', '\t', '\x15', '2031-12-02 10:00', '\x1b\r')
  await stage.until(/> +10:00-11:00 \S overseas/)
  await stage.press('e', '\t', '\x15', '14:30', '\x1b\r')
  await stage.until(/> +14:30-15:30 \S overseas/)
  expect((await client.call(calendar.get, { id: event.id })).tzid).toBe('America/New_York')
})
