import { expect, test } from 'vitest'
import { calendar, calendars } from '../../src/contract/calendar.ts'
import { events } from '../../src/contract/events.ts'
import { search } from '../../src/contract/search.ts'
import { type TestWorkspace, testWorkspace } from '../peers/workspace.ts'

const NOW = Date.parse('2026-03-20T08:00:00Z')

const opened = async (zone = 'Europe/Berlin', now = () => NOW): Promise<TestWorkspace> => {
  const w = await testWorkspace({ now })
  w.inside.workspace.config.owner.timezone = zone
  return w
}

const starts = async (w: TestWorkspace, start: string, end: string): Promise<string[]> =>
  (await w.client.call(calendar.list, { start, end })).items.map(item => item.start)

const standup = (w: TestWorkspace, more: object = {}) =>
  w.client.call(calendar.add, {
    summary: 'Standup',
    start: '2026-03-23T09:00',
    end: '2026-03-23T09:15',
    tzid: 'Europe/Berlin',
    rrule: 'FREQ=DAILY',
    ...more,
  })

test('a meeting at nine stays at nine when the clock is changed', async () => {
  await using w = await opened()
  const { event } = await standup(w, { rrule: 'FREQ=WEEKLY' })
  expect(event).toMatchObject({
    clock: 'zone',
    tzid: 'Europe/Berlin',
    rrule: 'FREQ=WEEKLY',
    start: '2026-03-23T09:00:00+01:00',
    calendar_name: 'Personal',
    color: '#5b8abf',
    alarms: [10],
  })
  expect(await starts(w, '2026-03-23', '2026-04-07')).toEqual([
    '2026-03-23T09:00:00+01:00',
    '2026-03-30T09:00:00+02:00',
    '2026-04-06T09:00:00+02:00',
  ])
  await w.client.call(calendar.add, {
    summary: 'Own clock',
    start: '2026-03-29T18:00:00+02:00',
    rrule: 'weekly',
  })
  expect(await starts(w, '2026-10-25', '2026-10-26')).toEqual(['2026-10-25T18:00:00+01:00'])
})

test('a window holds what begins before its end and ends after its start, and says its bounds in words', async () => {
  await using w = await opened()
  await w.client.call(calendar.add, { summary: 'Trip', start: '2026-03-20', end: '2026-03-23' })
  await w.client.call(calendar.add, { summary: 'Call', start: '2026-03-21T10:00', end: '2026-03-21T11:00' })
  const seen = async (start: string, end: string) =>
    (await w.client.call(calendar.list, { start, end })).items.map(item => item.summary)
  expect(await seen('tomorrow', '2026-03-22')).toEqual(['Trip', 'Call'])
  expect(await seen('2026-03-23', '2026-03-24')).toEqual([])
  expect(await seen('2026-03-21T11:00', '2026-03-21T12:00')).toEqual(['Trip'])
  expect(await seen('2026-03-21T09:00', '2026-03-21T10:00')).toEqual(['Trip'])
  expect(await seen('2026-03-21T09:30:00+01:00', '2026-03-21T09:01:00Z')).toEqual(['Trip', 'Call'])
  expect((await w.client.call(calendar.list, {})).items).toHaveLength(2)
  for (const query of [
    { start: 'someday' },
    { start: '2026-03-21', end: 'whenever' },
    { start: '2026-03-21', end: '2026-03-21' },
    { start: '2026-02-30', end: '2026-03-21' },
    { start: 'every day' },
  ])
    await expect(w.client.call(calendar.list, query)).rejects.toMatchObject({ code: 'invalid' })
})

test('one date, this and the following, or all of a series are changed and deleted', async () => {
  await using w = await opened()
  const { event } = await standup(w)
  const at = (day: number): string => `${event.id}::2026-03-${day}T09:00`
  await w.client.call(calendar.edit, { id: at(24), start: '2026-03-24T11:00', summary: 'Late standup' })
  await w.client.call(calendar.remove, { id: at(25) })
  await w.client.call(calendar.edit, { id: at(27), scope: 'following', start: '2026-03-27T08:00' })
  const week = await w.client.call(calendar.list, { start: '2026-03-23', end: '2026-03-29' })
  expect(week.items.map(item => [item.start.slice(8, 16), item.summary, item.changed])).toEqual([
    ['23T09:00', 'Standup', false],
    ['24T11:00', 'Late standup', true],
    ['26T09:00', 'Standup', false],
    ['27T08:00', 'Standup', false],
    ['28T08:00', 'Standup', false],
  ])
  expect(await w.client.call(calendar.get, { id: at(24) })).toMatchObject({
    recurrence_id: '2026-03-24T09:00',
    end: '2026-03-24T11:15:00+01:00',
    changed_dates: ['2026-03-24T09:00'],
  })
  await expect(w.client.call(calendar.get, { id: at(25) })).rejects.toMatchObject({ code: 'not_found' })
  await expect(w.client.call(calendar.remove, { id: at(25) })).rejects.toMatchObject({ code: 'not_found' })
  const later = week.items.at(-1)!
  await w.client.call(calendar.edit, { id: later.id, scope: 'all', start: '2026-03-28T10:00' })
  expect(await starts(w, '2026-03-26', '2026-03-30')).toEqual([
    '2026-03-26T09:00:00+01:00',
    '2026-03-27T10:00:00+01:00',
    '2026-03-28T10:00:00+01:00',
    '2026-03-29T10:00:00+02:00',
  ])
  await w.client.call(calendar.remove, { id: `${later.event_id}::2026-03-28T10:00`, scope: 'following' })
  await w.client.call(calendar.remove, { id: event.id })
  expect(await starts(w, '2026-03-20', '2026-05-01')).toEqual(['2026-03-27T10:00:00+01:00'])
  await w.client.send('POST', '/api/v1/undo', {})
  expect(await starts(w, '2026-03-23', '2026-03-28')).toHaveLength(4)
})

test('an event keeps its clock when it is moved, whatever notation the new time comes in', async () => {
  await using w = await opened()
  const add = async (more: object) =>
    (await w.client.call(calendar.add, { summary: 'x', start: '2026-03-23T09:00', alarms: null, ...more }))
      .event
  const move = async (id: string, more: object) => {
    const { event } = await w.client.call(calendar.edit, { id, ...more })
    return [event.clock, event.start, event.end]
  }
  const tokyo = await add({ tzid: 'Asia/Tokyo' })
  expect(await move(tokyo.id, { start: '2026-04-23T10:00' })).toEqual([
    'zone',
    '2026-04-23T03:00:00+02:00',
    '2026-04-23T04:00:00+02:00',
  ])
  expect(await move(tokyo.id, { start: '2026-04-23T10:00:00+02:00' })).toEqual([
    'zone',
    '2026-04-23T10:00:00+02:00',
    '2026-04-23T11:00:00+02:00',
  ])
  expect(await move(tokyo.id, { start: '2026-04-23T10:00', end: '2026-04-23T10:20' })).toContain(
    '2026-04-23T03:20:00+02:00',
  )
  expect(await move(tokyo.id, { start: '2026-04-24T10:00', tzid: 'Asia/Tokyo' })).toContain(
    '2026-04-24T03:20:00+02:00',
  )
  expect(await move(tokyo.id, { tzid: 'Europe/London' })).toEqual([
    'zone',
    '2026-04-24T11:00:00+02:00',
    '2026-04-24T11:20:00+02:00',
  ])
  const utc = await add({ start: '2026-03-23T08:00:00Z' })
  expect(await move(utc.id, { start: '2026-04-23T10:00' })).toEqual([
    'utc',
    '2026-04-23T10:00:00+02:00',
    '2026-04-23T11:00:00+02:00',
  ])
  expect(await move(utc.id, { start: 'next friday' })).toEqual([
    'utc',
    '2026-03-27T10:00:00+01:00',
    '2026-03-27T11:00:00+01:00',
  ])
  const day = await add({ start: '2026-03-23' })
  expect(await move(day.id, { start: '2026-03-25' })).toEqual(['day', '2026-03-25', '2026-03-26'])
  expect(await move(day.id, { end: '2026-03-28' })).toEqual(['day', '2026-03-25', '2026-03-28'])
  expect(await move(day.id, { start: '2026-03-25T12:00' })).toMatchObject([
    'floating',
    '2026-03-25T12:00:00+01:00',
    '2026-03-25T13:00:00+01:00',
  ])
  expect(await move(day.id, { all_day: true })).toEqual(['day', '2026-03-25', '2026-03-26'])
  await expect(move(tokyo.id, { end: '2026-04-01T10:00' })).rejects.toMatchObject({ code: 'invalid' })
})

test.each([
  ['Europe/Berlin', '2026-03-23T09:00', 'UNTIL=20260402T215959Z'],
  ['America/New_York', '2026-03-23T09:00', 'UNTIL=20260403T035959Z'],
  [undefined, '2026-03-23', 'UNTIL=20260402'],
])('a repeat until a day ends with that day in %s, written as its start is', async (tzid, start, until) => {
  await using w = await opened()
  const rrule = 'every day until 2026-04-02'
  const { event } = await w.client.call(calendar.add, { summary: 'Standup', start, tzid, rrule })
  expect(event.rrule).toBe(`FREQ=DAILY;${until}`)
  const found = await starts(w, '2026-04-01', '2026-04-05')
  expect(found.map(at => at.slice(0, 10))).toEqual(['2026-04-01', '2026-04-02'])
  const edited = await w.client.call(calendar.edit, {
    id: event.id,
    scope: 'all',
    rrule: 'FREQ=DAILY;UNTIL=20260401',
  })
  expect(edited.event.rrule).toBe(`FREQ=DAILY;${until.replace('0402', '0401').replace('0403', '0402')}`)
})

test('what cannot be is refused with the reason', async () => {
  await using w = await opened()
  const bad = (more: object) =>
    w.client.call(calendar.add, { summary: 'x', start: '2026-03-23T09:00', ...more }).then(
      () => 'taken',
      (error: Error) => error.message,
    )
  expect(await bad({ end: '2026-03-23T08:00' })).toContain('is not after the start')
  expect(await bad({ start: '2026-03-23', end: '2026-03-23' })).toContain('the day after its last')
  expect(await bad({ rrule: 'FREQ=SOMETIMES' })).toContain('FREQ')
  expect(await bad({ rrule: 'FREQ=DAILY;UNTIL=20260101' })).toContain('UNTIL')
  expect(await bad({ tzid: 'Mars/Olympus' })).toContain('Mars/Olympus')
  expect(await bad({ start: 'someday' })).toContain('someday')
  expect(await bad({ calendar: 'Nowhere' })).toContain('Nowhere')
  expect(await bad({ alarms: [99_999_999] })).toContain('alarms')
  expect(await bad({ color: 'url(x)' })).toContain('color')
  expect(await bad({ summary: 'no time in it', start: undefined })).toContain('No time was found')
  const { event } = await standup(w)
  const edit = (more: object) => w.client.call(calendar.edit, { id: event.id, ...more })
  await expect(edit({ scope: 'one', summary: 'y' })).rejects.toThrow('name the date')
  await expect(edit({ id: `${event.id}::2026-03-24T09:00`, rrule: 'FREQ=WEEKLY' })).rejects.toThrow(
    'whole series',
  )
  await expect(edit({ id: `${event.id}::2026-03-24T10:00`, summary: 'y' })).rejects.toMatchObject({
    code: 'not_found',
  })
})

test('words alone make an event, and a repeat where they say one', async () => {
  await using w = await opened()
  const lunch = await w.client.call(calendar.add, { summary: 'Lunch with Ann tomorrow at noon' })
  expect(lunch.event).toMatchObject({ summary: 'Lunch with Ann', start: '2026-03-21T12:00:00+01:00' })
  const review = await w.client.call(calendar.add, { summary: 'Review', start: 'every weekday at 9am' })
  expect(review.event.rrule).toContain('MO,TU,WE,TH,FR')
  expect(review.event.tzid).toBe('Europe/Berlin')
  const meeting = await w.client.call(calendar.add, { summary: 'Meeting tomorow at 25pm' })
  expect(meeting.event.start).toBe('2026-03-21')
  expect(meeting.warnings).toContain('What looks like a time in its words was not understood.')
})

test('the audit tells when an event is as a person writes it', async () => {
  await using w = await opened()
  await w.client.call(calendar.add, { summary: 'Review', start: '2026-03-23T09:05' })
  await w.client.call(calendar.add, { summary: 'Trip', start: '2026-03-20', end: '2026-03-23' })
  const { items } = (await (await w.client.send('GET', '/api/v1/audit')).json()) as {
    items: { summary: string }[]
  }
  const told = items.map(({ summary }) => summary)
  expect(told).toEqual(
    expect.arrayContaining(['Added "Review", 2026-03-23 09:05', 'Added "Trip", 2026-03-20']),
  )
})

test('overlaps are told with the answer, and by the agenda', async () => {
  await using w = await opened()
  const first = await w.client.call(calendar.add, { summary: 'Dentist', start: '2026-03-23T09:05' })
  expect(first.warnings).toEqual([])
  const second = await standup(w)
  expect(second.warnings).toEqual(['Overlaps "Dentist", 2026-03-23 09:05–10:05.'])
  const third = await w.client.call(calendar.add, {
    summary: 'Course',
    start: '2026-03-23T09:00',
    rrule: 'FREQ=WEEKLY;COUNT=3',
    tzid: 'Europe/Berlin',
  })
  expect(third.warnings).toContain(
    'Overlaps "Standup", 2026-03-23 09:00–09:15, and 2 more times in the next 60 days.',
  )
  const quiet = await standup(w, { busy: false, summary: 'Music' })
  expect(quiet.warnings).toEqual([])
  await w.client.call(calendar.add, { summary: 'Holiday', start: '2026-03-23' })
  await w.client.call(calendar.add, { summary: 'Fair', start: '2026-03-22', end: '2026-03-24' })
  const agenda = await w.client.call(calendar.agenda, { start: '2026-03-23', days: 2 })
  expect(agenda.days.map(day => [day.date, day.items.map(item => item.summary).sort()])).toEqual([
    ['2026-03-23', ['Course', 'Dentist', 'Fair', 'Holiday', 'Music', 'Standup']],
    ['2026-03-24', ['Music', 'Standup']],
  ])
  expect(agenda.days[0]!.items.map(item => item.all_day).slice(0, 3)).toEqual([true, true, false])
  expect(agenda.overlaps).toHaveLength(3)
})

test('a thousand dates of a series are shown, and that there are more', async () => {
  await using w = await opened()
  await w.client.call(calendar.add, {
    summary: 'Tick',
    start: '2026-03-23T00:00:00Z',
    rrule: 'FREQ=SECONDLY',
  })
  await w.client.call(calendar.add, { summary: 'Once', start: '2026-03-23T00:00:00Z' })
  const found = await w.client.call(calendar.list, { start: '2026-03-23', end: '2036-03-23' })
  expect(found.items).toHaveLength(1001)
  expect(found.truncated).toBe(true)
  const few = await w.client.call(calendar.list, { start: '2026-03-23', end: '2036-03-23', limit: 5 })
  expect([few.items.length, few.truncated]).toEqual([5, true])
})

test('calendars are made on demand, named once, and deleted with what is in them; undo brings all back', async () => {
  await using w = await opened()
  expect((await w.client.call(calendars.list, {})).items).toEqual([])
  const work = await w.client.call(calendars.add, { name: 'Work', color: '#ff0000' })
  await expect(w.client.call(calendars.add, { name: 'work' })).rejects.toMatchObject({ code: 'conflict' })
  const { event } = await standup(w, { calendar: 'Work' })
  expect(event).toMatchObject({ calendar: work.id, color: '#ff0000' })
  await expect(w.client.send('POST', '/api/v1/undo', { seq: 1 })).resolves.toMatchObject({ status: 409 })
  await w.client.call(calendars.edit, { id: work.id, name: 'Office' })
  expect((await w.client.call(calendars.list, {})).items).toMatchObject([{ name: 'Office', events: 1 }])
  await w.client.call(calendars.remove, { id: 'Office' })
  expect(await starts(w, '2026-03-20', '2026-04-20')).toEqual([])
  await w.client.send('POST', '/api/v1/undo', {})
  expect(await starts(w, '2026-03-23', '2026-03-25')).toHaveLength(2)
  const moved = await w.client.call(calendars.add, { name: 'Home' })
  await w.client.call(calendar.edit, { id: event.id, calendar: 'Home' })
  expect((await w.client.call(calendar.list, { start: '2026-03-23', calendar: moved.id })).items).not.toEqual(
    [],
  )
  expect((await w.client.call(calendar.list, { start: '2026-03-23', calendar: 'Office' })).items).toEqual([])
})

test('a file comes in once, is brought up to date, and goes out as it came', async () => {
  await using w = await opened()
  const ics = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//x//y//EN',
    'BEGIN:VEVENT',
    'UID:weekly/1@example.org',
    'DTSTAMP:20260101T000000Z',
    'DTSTART;TZID=Europe/Berlin:20260323T090000',
    'DTEND;TZID=Europe/Berlin:20260323T093000',
    'RRULE:FREQ=WEEKLY;COUNT=4',
    'EXDATE;TZID=Europe/Berlin:20260330T090000',
    'SUMMARY:Weekly\\, with commas',
    'X-KEPT:yes',
    'BEGIN:VALARM',
    'ACTION:DISPLAY',
    'TRIGGER:-PT5M',
    'DESCRIPTION:Go',
    'END:VALARM',
    'END:VEVENT',
    'BEGIN:VEVENT',
    'UID:weekly/1@example.org',
    'RECURRENCE-ID;TZID=Europe/Berlin:20260406T090000',
    'DTSTART;TZID=Europe/Berlin:20260406T140000',
    'DTEND;TZID=Europe/Berlin:20260406T143000',
    'SUMMARY:Moved',
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n')
  const first = await w.client.call(calendar.import, { ics, calendar: 'Club' })
  expect(first).toMatchObject({ added: 1, updated: 0, unchanged: 0, warnings: [] })
  const listed = async () =>
    (await w.client.call(calendar.list, { start: '2026-03-01', end: '2026-06-01' })).items.map(item => [
      item.start,
      item.summary,
    ])
  const dates = await listed()
  expect(dates).toEqual([
    ['2026-03-23T09:00:00+01:00', 'Weekly, with commas'],
    ['2026-04-06T14:00:00+02:00', 'Moved'],
    ['2026-04-13T09:00:00+02:00', 'Weekly, with commas'],
  ])
  expect(await w.client.call(calendar.import, { ics })).toMatchObject({ added: 0, unchanged: 1 })
  const newer = ics.replace('PT5M', 'PT15M')
  expect(await w.client.call(calendar.import, { ics: newer })).toMatchObject({ updated: 1 })
  const event = await w.client.call(calendar.get, { id: 'weekly/1@example.org' })
  expect(event).toMatchObject({ alarms: [15], calendar_name: 'Club', uid: 'weekly/1@example.org' })
  const out = await w.client.stream(calendar.export, { calendar: 'Club' })
  expect(out.headers.get('content-type')).toContain('text/calendar')
  const written = await out.text()
  expect(written).toContain('X-KEPT:yes')
  await w.client.call(calendars.remove, { id: 'Club' })
  expect(await listed()).toEqual([])
  expect(await w.client.call(calendar.import, { ics: written })).toMatchObject({ added: 1, warnings: [] })
  expect(await listed()).toEqual(dates)
  await expect(w.client.call(calendar.import, { ics: 'no calendar' })).rejects.toMatchObject({
    code: 'invalid',
  })
  await w.client.send('POST', '/api/v1/undo', { last: 'any' })
  expect(await listed()).toEqual([])
})

test('an event may be in several calendars, and in each of them once', async () => {
  await using w = await opened()
  const { event } = await standup(w)
  const ics = await (await w.client.stream(calendar.export, {})).text()
  expect(await w.client.call(calendar.import, { ics })).toMatchObject({ added: 0, unchanged: 1 })
  expect(await w.client.call(calendar.import, { ics, calendar: 'Second' })).toMatchObject({ added: 1 })
  const query = { start: '2026-03-23', end: '2026-03-24' }
  const [copy] = (await w.client.call(calendar.list, { ...query, calendar: 'Second' })).items
  expect([copy!.uid, copy!.event_id === event.id]).toEqual([event.uid, false])
  const move = (to: string) => w.client.call(calendar.edit, { id: copy!.event_id, calendar: to })
  await expect(move('Personal')).rejects.toMatchObject({ code: 'conflict' })
  await expect(move('Nowhere')).rejects.toMatchObject({ code: 'not_found' })
  await w.client.call(calendars.add, { name: 'Third' })
  expect((await move('Third')).event.calendar_name).toBe('Third')
})

test('what came back by another way is not brought back twice', async () => {
  await using w = await opened()
  const { event } = await standup(w)
  const ics = await (await w.client.stream(calendar.export, {})).text()
  await w.client.call(calendar.remove, { id: event.id })
  const audit = (await (await w.client.send('GET', '/api/v1/audit')).json()) as { items: { seq: number }[] }
  const [deleted] = audit.items
  await w.client.call(calendar.import, { ics })
  const undone = await w.client.send('POST', '/api/v1/undo', { seq: deleted!.seq })
  expect(undone.status).toBe(409)
})

test('events are searched, alone and among everything, by whoever may read them', async () => {
  await using w = await opened()
  await standup(w, { location: 'Room Ficus', session_id: 's-1' })
  expect((await w.client.call(calendar.search, { q: 'fic' })).items).toMatchObject([{ session_id: 's-1' }])
  expect((await w.client.call(search.find, { q: 'standup' })).items).toMatchObject([{ noun: 'event' }])
  const reader = await w.token('reader', ['calendar:read'])
  expect((await w.request('GET', '/api/v1/calendar/events', { token: reader })).status).toBe(200)
  const body = { summary: 'x', start: 'tomorrow' }
  expect((await w.request('POST', '/api/v1/calendar/events', { token: reader, body })).status).toBe(403)
  const other = await w.token('other', ['todos:write'])
  expect((await w.request('GET', '/api/v1/calendar/events', { token: other })).status).toBe(403)
})

test('what follows counts on from where a counted series is parted', async () => {
  await using w = await opened()
  const { event } = await w.client.call(calendar.add, {
    summary: 'Course',
    start: '2026-03-02T09:00',
    rrule: 'FREQ=WEEKLY;COUNT=4',
  })
  const dates = async () =>
    (await w.client.call(calendar.list, { start: '2026-03-01', end: '2026-06-01' })).items.map(
      date => `${date.summary} ${date.start.slice(0, 10)}`,
    )
  const all = await w.client.call(calendar.list, { start: '2026-03-01', end: '2026-06-01' })
  await w.client.call(calendar.edit, { id: all.items[2]!.id, scope: 'following', summary: 'Moved' })
  expect(await dates()).toEqual([
    'Course 2026-03-02',
    'Course 2026-03-09',
    'Moved 2026-03-16',
    'Moved 2026-03-23',
  ])
  expect(event.rrule).toContain('COUNT=4')
})

test('what was done before the tables had other columns is taken back in those they have by now', async () => {
  await using w = await testWorkspace()
  const made = await w.client.call(calendars.add, { name: 'Old' })
  await w.client.call(calendars.edit, { id: made.id, name: 'New' })
  const { store } = w.inside.workspace
  // As it was kept before there were kinds of calendars, and while tokens lay in the row.
  store
    .sql(
      `UPDATE audit SET images = replace(replace(images, '"kind":"local",', '"sync_token":null,'), '"kept":1,', '') WHERE action = 'calendars.edit'`,
    )
    .run()
  await w.client.call(events.undo, {})
  const items = (await w.client.call(calendars.list, {})).items
  expect(items.find(each => each.id === made.id)).toMatchObject({ name: 'Old', kind: 'local', kept: true })
})

test('how a sentence would be understood is what is then added, and asking writes nothing', async () => {
  await using w = await opened()
  for (const text of ['every weekday at 9am standup', 'friday 2pm-4pm review', 'fair on 3 april']) {
    const told = await w.client.call(calendar.when, { text })
    expect((await w.client.call(calendars.list, {})).items.some(({ name }) => name === 'Personal')).toBe(
      text !== 'every weekday at 9am standup',
    )
    const { event } = await w.client.call(calendar.add, { summary: text })
    const { summary, start, end, all_day, rrule } = event
    expect(told).toEqual({ summary, start, end, all_day, rrule, doubts: [] })
  }
  await expect(w.client.call(calendar.when, { text: 'standup' })).rejects.toThrow('No time was found')
})
