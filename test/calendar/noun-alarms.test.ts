import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Alarmed } from '../../src/calendar/bell.ts'
import type { NewEvent } from '../../src/calendar/calendar.ts'
import { eventRings } from '../../src/calendar/rings.ts'
import { openBell } from '../../src/notify/bell.ts'
import { findPaths } from '../../src/workspace/paths.ts'
import { openWorkspace, type Workspace } from '../../src/workspace/workspace.ts'

const at = (text: string): number => Date.parse(`2026-03-${text}Z`)
const ME = { actor: 'operator' }

/** A workspace that can be closed and opened again, with a clock that is set and a bell that is looked at by hand. */
const opened = () => {
  const home = mkdtempSync(join(tmpdir(), 'ithaca-alarms-'))
  const paths = findPaths({ ITHACA_HOME: home })
  mkdirSync(paths.data, { recursive: true })
  let now = at('20T08:00:00')
  let zone = 'Europe/Berlin'
  const told: string[] = []
  const open = (): Workspace => {
    const workspace = openWorkspace({ paths, version: '0', now: () => now })
    workspace.config.owner.timezone = zone
    workspace.changes.subscribe(events => {
      for (const event of events)
        if (event.action === 'notify.tell')
          told.push(`${new Date(now).toISOString().slice(8, 16)} ${event.summary}`)
    })
    workspace.calendar.alarms.recheck()
    return workspace
  }
  let workspace = open()
  const look = (): Promise<void> =>
    openBell({
      notify: workspace.notify,
      now: () => now,
      sources: [eventRings(workspace.calendar)],
      settle: () => workspace.changes.settle(),
    }).look()
  return {
    told,
    add: async (event: NewEvent) => (await workspace.calendar.add(ME, event)).found.event,
    get calendar() {
      return workspace.calendar
    },
    get changes() {
      return workspace.changes
    },
    /** What the bell does first; what it does next is lost with the process. */
    tell(alarm: Alarmed): void {
      const { title, body, key } = alarm
      const about = { kind: 'reminder', priority: 'normal', noun: 'event', object: alarm.event.id } as const
      workspace.notify.tell({
        ...{ ...about, title, body, key, due_at: alarm.at },
        ...{ late: false, channels: null, urgent: false },
      })
    },
    /** The bell at a moment, and once more: it must not ring twice. */
    async until(text: string): Promise<void> {
      now = at(text)
      await look()
      await look()
    },
    set(text: string): void {
      now = at(text)
    },
    async again(newZone = zone): Promise<void> {
      await workspace.close()
      zone = newZone
      workspace = open()
    },
    async [Symbol.asyncDispose]() {
      await workspace.close()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

test('each date of a series rings once, over restarts and the change of the clock, and not before its time', async () => {
  await using w = opened()
  await w.add({
    summary: 'Standup',
    start: '2026-03-27T09:00',
    tzid: 'Europe/Berlin',
    rrule: 'FREQ=DAILY',
    alarms: [10],
    location: 'Room 4',
  })
  for (const moment of ['27T07:49:59', '27T07:50:00', '28T07:49:00', '28T07:50:01']) await w.until(moment)
  await w.again()
  await w.until('28T07:50:03')
  await w.until('29T06:49:59')
  await w.again()
  await w.until('29T06:50:00')
  await w.until('29T07:50:00')
  expect(w.told).toEqual(['27T07:50 Standup', '28T07:50 Standup', '29T06:50 Standup'])
  expect(w.calendar.alarms.due(at('29T07:50:00'))).toEqual([])
})

test('what was slept through rings late, the last one for all', async () => {
  await using w = opened()
  const event = await w.add({
    summary: 'Standup',
    start: '2026-03-21T09:00',
    tzid: 'Europe/Berlin',
    rrule: 'FREQ=DAILY',
    alarms: [60, 10],
  })
  await w.again()
  await w.until('23T12:00:00')
  expect(w.told).toEqual(['23T12:00 Late: Standup'])
  const [tell] = w.changes
    .audit({ limit: 50, object: event.id })
    .items.filter(row => row.action === 'notify.tell')
  const [told] = w.changes.since(tell!.seq - 1, 1)
  expect((told!.data as { body: string }).body).toBe(
    '2026-03-23 09:00–10:00\n5 earlier alarms of it were missed.',
  )
  await w.again()
  await w.until('24T07:00:00')
  await w.until('24T07:50:00')
  expect(w.told.slice(1)).toEqual(['24T07:00 Standup', '24T07:50 Standup'])
})

test('however much of a fast series was slept through, it is told once', async () => {
  await using w = opened()
  const start = '2026-03-20T10:00'
  const { id } = await w.add({ summary: 'Tick', start, rrule: 'FREQ=SECONDLY;COUNT=100000', alarms: [0] })
  await w.until('21T23:00:00')
  await w.until('21T23:00:05')
  expect(w.told).toEqual(['21T23:00 Late: Tick'])
  await w.add({ summary: 'Next', start: '2026-03-22T12:00', alarms: [10] })
  await w.until('21T23:01:00')
  expect(w.calendar.alarms.next(at('21T23:01:00'))).toMatchObject({ title: 'Next', at: at('22T10:50:00') })
  w.calendar.remove(ME, id)
})

test('told before the end came, it is not told again after it', async () => {
  await using w = opened()
  await w.add({ summary: 'Talk', start: '2026-03-20T12:00', alarms: [10] })
  w.set('20T10:50:00')
  const [alarm] = w.calendar.alarms.due(at('20T10:50:00'))
  w.tell(alarm!)
  await w.again()
  await w.until('20T10:50:01')
  expect(w.told).toEqual(['20T10:50 Talk'])
})

test('a changed date rings by its own time and alarms, a deleted one not, and undo is not in the way of either', async () => {
  await using w = opened()
  const { id } = await w.add({
    summary: 'Standup',
    start: '2026-03-21T09:00',
    tzid: 'Europe/Berlin',
    rrule: 'FREQ=DAILY;COUNT=4',
    alarms: [10],
  })
  await w.until('20T08:00:01')
  await w.calendar.edit(ME, { id: `${id}::2026-03-22T09:00`, start: '2026-03-22T12:00', alarms: [30] })
  w.calendar.remove(ME, `${id}::2026-03-23T09:00`)
  await w.until('21T07:50:00')
  w.changes.undo(ME, { actor: 'operator', token: null, any: true }, { last: 'any' })
  w.calendar.remove(ME, `${id}::2026-03-24T09:00`)
  for (const moment of ['22T07:50:00', '22T10:30:00', '23T07:50:00', '24T07:50:00', '31T00:00:00'])
    await w.until(moment)
  expect(w.told).toEqual(['21T07:50 Standup', '22T10:30 Standup', '23T07:50 Standup'])
})

test('an event moved rings at its new time only; one written after its alarm does not ring', async () => {
  await using w = opened()
  const { id } = await w.add({ summary: 'Talk', start: '2026-03-20T12:00', alarms: [10] })
  await w.add({ summary: 'At once', start: '2026-03-20T09:05', alarms: [10] })
  await w.add({ summary: 'Silent', start: '2026-03-20T11:00', alarms: null })
  await w.until('20T08:01:00')
  await w.calendar.edit(ME, { id, start: '2026-03-20T14:00' })
  await w.until('20T10:50:00')
  await w.until('20T12:50:00')
  w.set('20T12:51:00')
  await w.calendar.edit(ME, { id, summary: 'The talk' })
  await w.until('20T12:52:00')
  w.calendar.remove(ME, id)
  w.changes.undo(ME, { actor: 'operator', token: null, any: true }, { last: 'any' })
  await w.until('20T12:53:00')
  expect(w.told).toEqual(['20T12:50 Talk'])
})

test('whole days and floating times ring by the clock the owner has now', async () => {
  await using w = opened()
  await w.add({ summary: 'Birthday', start: '2026-03-22' })
  await w.add({ summary: 'Pills', start: '2026-03-22T20:00', alarms: [0] })
  await w.until('20T08:00:00')
  await w.again('America/New_York')
  await w.until('22T08:00:00')
  await w.until('22T13:00:00')
  await w.until('22T19:00:00')
  await w.until('23T00:00:00')
  expect(w.told).toEqual(['22T13:00 Birthday', '23T00:00 Pills'])
})

test('a look at a bell with nothing to ring asks for nothing but the next moment', async () => {
  await using w = opened()
  for (let index = 0; index < 20; index++)
    await w.add({ summary: `Event ${index}`, start: '2026-04-01T09:00', rrule: 'FREQ=MINUTELY', alarms: [1] })
  await w.until('20T08:00:00')
  const before = w.changes.newest()
  await w.until('20T08:00:01')
  expect(w.calendar.alarms.due(at('20T08:00:02'))).toEqual([])
  expect(w.changes.newest()).toBe(before)
})
