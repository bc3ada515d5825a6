import { expect, test } from 'vitest'
import type { CodexEvent } from '../../src/contract/codex/calendar.ts'
import { testWorkspace } from '../peers/workspace.ts'

const NOW = Date.parse('2026-06-01T08:00:00Z')

type Json = Record<string, unknown>
interface Listed {
  events: CodexEvent[]
  truncated?: boolean
}

const opened = async () => {
  const w = await testWorkspace({ now: () => NOW })
  w.inside.workspace.config.owner.timezone = 'Europe/Berlin'
  const token = await w.token('agent', ['calendar:write'])
  const ask = async (method: string, path: string, body?: unknown): Promise<[number, Json]> => {
    const headers = { 'content-type': 'application/json' }
    const response = await w.request(method, `/api/codex/calendar${path}`, { token, body, headers })
    return [response.status, (await response.json()) as Json]
  }
  const list = async (start: string, end: string, more = ''): Promise<Listed> => {
    const query = `start=${encodeURIComponent(start)}&end=${encodeURIComponent(end)}${more}`
    return (await ask('GET', `/events?${query}`))[1] as never
  }
  const add = async (body: Json): Promise<string> => {
    const [status, answer] = await ask('POST', '/events', body)
    expect([status, answer]).toMatchObject([200, { ok: true, uid: expect.any(String) }])
    return answer.uid as string
  }
  return { w, token, ask, list, add, [Symbol.asyncDispose]: () => w[Symbol.asyncDispose]() }
}

const KEYS = [
  ...['uid', 'summary', 'dtstart', 'dtend', 'all_day', 'is_utc', 'description', 'location', 'rrule'],
  ...['recurrence_exdates', 'calendar', 'calendar_href', 'color', 'event_type', 'importance'],
  ...['is_recurrence', 'series_uid', 'truncated'],
]

test('times keep the forms that clients know', async () => {
  await using t = await opened()
  const uid = await t.add({ summary: 'Standup', dtstart: '2026-06-11T03:00:00+02:00' })
  const [event] = (await t.list('2026-06-11', '2026-06-12')).events
  for (const key of KEYS) expect(event).toHaveProperty(key)
  expect(event).toMatchObject({
    uid,
    summary: 'Standup',
    dtstart: '2026-06-11T01:00:00Z',
    dtend: '2026-06-11T02:00:00Z',
    all_day: false,
    is_utc: true,
    rrule: '',
    recurrence_exdates: [],
    calendar: 'Personal',
    color: '#5b8abf',
    event_type: null,
    importance: 'normal',
    is_recurrence: false,
    series_uid: uid,
    truncated: false,
  })
  await t.add({ summary: 'Fair', dtstart: '2026-06-20', all_day: true })
  expect((await t.list('2026-06-20', '2026-06-21')).events).toMatchObject([
    { dtstart: '2026-06-20', dtend: '2026-06-21', all_day: true, is_utc: false },
  ])
  await t.add({ summary: 'Floating', dtstart: '2026-06-25T10:00:00' })
  expect((await t.list('2026-06-25', '2026-06-26')).events).toMatchObject([
    { dtstart: '2026-06-25T10:00:00', dtend: '2026-06-25T11:00:00', is_utc: false },
  ])
})

test('a window is half open, and takes words', async () => {
  await using t = await opened()
  await t.add({ summary: 'x', dtstart: '2026-06-02T10:00:00Z', dtend: '2026-06-02T11:00:00Z' })
  const found = async (start: string, end: string): Promise<number> =>
    (await t.list(start, end)).events.length
  expect(await found('2026-06-02T11:00:00Z', '2026-06-03')).toBe(0)
  expect(await found('2026-06-01', '2026-06-02T10:00:00Z')).toBe(0)
  expect(await found('2026-06-01', '2026-06-02')).toBe(0)
  expect(await found('tomorrow', '2026-06-03')).toBe(1)
  const missing = await t.ask('GET', '/events?end=2026-06-03')
  expect(missing).toEqual([
    422,
    { detail: [{ type: 'missing', loc: ['query', 'start'], msg: 'Field required', input: null }] },
  ])
  expect((await t.ask('GET', '/events?start=whenever&end=2026-06-03'))[0]).toBe(400)
})

test('one date of a series is changed and deleted alone, the series by its own uid', async () => {
  await using t = await opened()
  const uid = await t.add({
    summary: 'Weekly',
    dtstart: '2026-10-20T09:00:00',
    tzid: 'Europe/Berlin',
    rrule: 'FREQ=WEEKLY;COUNT=3',
  })
  const all = async (): Promise<CodexEvent[]> => (await t.list('2026-10-01', '2026-12-01')).events
  const [first, second, third] = (await all()) as [CodexEvent, CodexEvent, CodexEvent]
  expect([first.uid, second.uid]).toEqual([`${uid}::2026-10-20T09:00`, `${uid}::2026-10-27T09:00`])
  // Nine o'clock stays nine o'clock, whatever the offset is.
  expect([first.dtstart, second.dtstart]).toEqual(['2026-10-20T07:00:00Z', '2026-10-27T08:00:00Z'])
  expect([first.start, second.start]).toEqual(['2026-10-20T09:00:00+02:00', '2026-10-27T09:00:00+01:00'])
  expect(second).toMatchObject({ is_recurrence: true, series_uid: uid, rrule: 'FREQ=WEEKLY;COUNT=3' })
  expect(await t.ask('DELETE', `/events/${encodeURIComponent(second.uid)}`)).toEqual([200, { ok: true }])
  expect((await all()).map(event => event.uid)).toEqual([first.uid, third.uid])
  expect((await all())[0]?.recurrence_exdates).toEqual(['2026-10-27T09:00'])
  const [status] = await t.ask('PATCH', `/events/${encodeURIComponent(third.uid)}`, { summary: 'Other' })
  expect(status).toBe(200)
  expect((await all()).map(event => event.summary)).toEqual(['Weekly', 'Other'])
  expect((await t.ask('PUT', `/events/${uid}`, { location: 'Room 1', summary: null }))[0]).toBe(200)
  expect((await all()).map(event => event.location)).toEqual(['Room 1', 'Room 1'])
  expect((await t.ask('DELETE', `/events/${uid}`))[0]).toBe(200)
  expect(await all()).toEqual([])
  expect(await t.ask('DELETE', `/events/${uid}`)).toEqual([404, { detail: 'Event not found' }])
})

test('what is wrong is a 4xx that says what, never a 500', async () => {
  await using t = await opened()
  const uid = await t.add({ summary: 'x', dtstart: '2026-06-02T10:00:00Z' })
  for (const body of [
    { summary: 'x' },
    { dtstart: '2026-06-02' },
    { summary: 'x', dtstart: 'someday' },
    { summary: 'x', dtstart: '2026-02-30T10:00:00Z' },
    { summary: 'x', dtstart: '2026-06-02T10:00:00Z', dtend: '2026-06-02T09:00:00Z' },
    { summary: 'x', dtstart: '2026-06-02T10:00:00Z', rrule: 'FREQ=NEVER' },
    { summary: 'x', dtstart: '2026-06-02T10:00:00Z', tzid: 'Mars/Olympus' },
  ]) {
    const [status, answer] = await t.ask('POST', '/events', body)
    expect([body, status, typeof answer.detail]).toEqual([body, 400, 'string'])
  }
  expect((await t.ask('POST', '/events', { summary: 'x' }))[1].detail).toMatch(/^Invalid event payload: 1 /)
  expect(await t.ask('DELETE', '/events/::2026-06-02')).toEqual([
    400,
    { detail: 'malformed compound UID: missing base before ::' },
  ])
  for (const wrong of ['none', uid.slice(0, 8), '%25', `${uid}::2026-06-09T10:00`])
    expect((await t.ask('DELETE', `/events/${wrong}`))[0]).toBe(404)
  expect((await t.ask('POST', '/events', { summary: 'y', dtstart: 'noon', calendar_href: 'none' }))[0]).toBe(
    404,
  )
  expect((await t.ask('PATCH', `/events/${uid}`, { sumary: 'y' }))[0]).toBe(400)
})

test('calendars are made and listed, overlaps are told, words are found', async () => {
  await using t = await opened()
  await t.ask('POST', '/calendars', { name: 'Personal' })
  const [, made] = await t.ask('POST', '/calendars', { name: 'Work' })
  const { id } = made.calendar as { id: string }
  await t.add({ summary: 'Review', dtstart: '2026-06-02T10:00:00Z', calendar_href: id, alarms: [15] })
  const dentist = { summary: 'Dentist', dtstart: '2026-06-02T10:30:00Z', calendar_href: 'Personal' }
  const [, clash] = await t.ask('POST', '/events', dentist)
  expect((clash.warnings as string[]).join()).toContain('Review')
  const [, { calendars }] = await t.ask('GET', '/calendars')
  const byName = (calendars as { name: string }[]).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  expect(byName).toMatchObject([{ name: 'Personal' }, { id, calendar_href: id, name: 'Work' }])
  expect((await t.list('2026-06-01', '2026-07-01', `&calendar=${id}`)).events).toMatchObject([
    { summary: 'Review', calendar: 'Work', calendar_href: id, alarms: [15] },
  ])
  expect(await t.ask('GET', '/search?q=dent')).toMatchObject([200, { events: [{ summary: 'Dentist' }] }])
})

test('a rule without an end is cut, and says so', async () => {
  await using t = await opened()
  await t.add({ summary: 'Tick', dtstart: '2026-06-01T00:00:00Z', rrule: 'FREQ=MINUTELY' })
  const { events, truncated } = await t.list('2026-06-01', '2026-07-01')
  expect(truncated).toBe(true)
  expect(events).toHaveLength(1000)
  expect(events.every(event => event.truncated)).toBe(true)
})

test('this date and the following are changed, and deleted, when that is said', async () => {
  await using t = await opened()
  const dtstart = '2026-06-08T09:00:00'
  const uid = await t.add({ summary: 'Daily', dtstart, tzid: 'Europe/Berlin', rrule: 'FREQ=DAILY' })
  const at = (day: number): string =>
    encodeURIComponent(`${uid}::2026-06-${String(day).padStart(2, '0')}T09:00`)
  const moved = { scope: 'following', dtstart: '2026-06-10T11:00:00', summary: null }
  const [status, answer] = await t.ask('PATCH', `/events/${at(10)}`, moved)
  expect([status, (answer.event as CodexEvent).series_uid === uid]).toEqual([200, false])
  expect((await t.ask('DELETE', `/events/${at(9)}?scope=following`))[0]).toBe(200)
  expect((await t.list('2026-06-07', '2026-06-12')).events.map(event => event.start)).toEqual([
    '2026-06-08T09:00:00+02:00',
    '2026-06-10T11:00:00+02:00',
    '2026-06-11T11:00:00+02:00',
  ])
  expect((await t.ask('PATCH', `/events/${uid}`, { scope: 'some', summary: 'x' }))[0]).toBe(400)
})
