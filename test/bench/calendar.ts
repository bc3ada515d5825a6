import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { RRuleTemporal } from 'rrule-temporal'
import { Temporal } from 'temporal-polyfill'
import type { Series } from '../../src/calendar/event.ts'
import { expand, type Window } from '../../src/calendar/recurrence.ts'
import { calendar } from '../../src/contract/calendar.ts'
import { calendarSubscriptions } from '../../src/contract/calendar-subscriptions.ts'
import { type TestWorkspace, testWorkspace } from '../peers/workspace.ts'
import { benchCaldav } from './caldav.ts'
import { longestWait } from './parts/waits.ts'
import type { Print } from './run.ts'

export const name = 'calendar'

const ROUNDS = 5
const RULES = [
  'FREQ=DAILY',
  'FREQ=WEEKLY;BYDAY=MO,WE,FR',
  'FREQ=WEEKLY',
  'FREQ=MONTHLY;BYMONTHDAY=15',
  'FREQ=MONTHLY;BYDAY=-1FR',
]
const year: Window = { start: Date.UTC(2026, 0, 1), end: Date.UTC(2027, 0, 1), zone: 'Europe/Berlin' }
const decade: Window = { ...year, end: Date.UTC(2036, 0, 1) }

const series = (uid: number, rrule: string): Series => ({
  uid: String(uid),
  dtstart: '2020-01-06T09:00:00',
  dtend: '2020-01-06T10:00:00',
  allDay: false,
  tzid: 'Europe/Berlin',
  rrule,
  exdates: [],
  rdates: [],
  overrides: [],
})

const START = '2020-01-06T09:00:00[Europe/Berlin]'

function peer(rrule: string, { start, end }: Window): number {
  const rule = new RRuleTemporal({
    rruleString: rrule,
    dtstart: Temporal.ZonedDateTime.from(START),
    maxIterations: 1_000_000,
  })
  return rule.between(new Date(start), new Date(end), true).length
}

/** The library's first thousand, from the start on; over a window it walks every second. */
function peerSeconds(): number {
  const dtstart = Temporal.ZonedDateTime.from(START)
  const rule = new RRuleTemporal({ rruleString: 'FREQ=SECONDLY', dtstart, maxIterations: 1_000_000 })
  return rule.all((_, i) => i < 1000).length
}

function milliseconds(work: () => unknown): number {
  const began = performance.now()
  work()
  return performance.now() - began
}

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!

/** The same year asked of the API: rows read, dates unfolded, 60,000 of them written as JSON and read again. */
async function throughTheApi(print: Print, w: TestWorkspace): Promise<void> {
  w.inside.workspace.config.owner.timezone = year.zone
  for (let index = 0; index < 500; index++)
    await w.client.call(calendar.add, {
      summary: `Event ${index}`,
      start: '2020-01-06T09:00',
      tzid: year.zone,
      rrule: RULES[index % RULES.length]!,
      busy: false,
    })
  const ask = async (start: string, end: string): Promise<string> => {
    const asked = { start, end, limit: 100_000 }
    return (await w.client.stream(calendar.list, asked)).text()
  }
  /** As a reader that takes it piece by piece. */
  const read = async (start: string, end: string): Promise<void> => {
    const { body } = await w.client.stream(calendar.list, { start, end, limit: 100_000 })
    for await (const _piece of body as unknown as AsyncIterable<Uint8Array>);
  }
  const answer = await ask('2026-01-01', '2027-01-01')
  const { items } = JSON.parse(answer) as { items: unknown[] }
  const times = {
    year: [] as number[],
    month: [] as number[],
    floor: [] as number[],
    look: [] as number[],
    wait: [] as number[],
  }
  const { alarms } = w.inside.workspace.calendar
  while (alarms.due(year.start - 1).length > 0);
  for (let round = 0; round < ROUNDS; round++) {
    times.year.push(await timed(() => ask('2026-01-01', '2027-01-01')))
    times.wait.push(await longestWait(() => read('2026-01-01', '2027-01-01')))
    times.floor.push(milliseconds(() => JSON.stringify(items)))
    times.month.push(await timed(() => ask('2026-03-01', '2026-04-01')))
    times.look.push(milliseconds(() => alarms.due(year.start - 1)))
  }
  print({
    what: `a year of 500 recurring events through the API, ${items.length.toLocaleString('en')} dates`,
    value: median(times.year),
    unit: 'ms',
    beside: 'JSON.stringify of the answer alone',
    beside_value: median(times.floor),
  })
  print({
    what: '  the longest that anything behind it waits',
    value: median(times.wait),
    unit: 'ms',
  })
  print({
    what: 'a month of them through the API',
    value: median(times.month),
    unit: 'ms',
    limit: 100,
  })
  print({
    what: "the bell's look at 500 events with nothing due",
    value: median(times.look),
    unit: 'ms',
    limit: 1,
  })
}

/** Ten thousand events of somebody else, read and then all changed, beside the longest time nothing else could run. */
async function aLargeFeed(print: Print, w: TestWorkspace): Promise<void> {
  const text = (word: string): string =>
    ['BEGIN:VCALENDAR', ...Array.from({ length: 10_000 }, (_, i) => eventOf(i, word)), 'END:VCALENDAR'].join(
      '\r\n',
    )
  const texts = [text('Match'), text('Game')]
  let served = texts[0]!
  const server = createServer((_request, response) => response.end(served))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const subscribed = await timed(() => w.client.call(calendarSubscriptions.subscribe, { url, name: 'Large' }))
  served = texts[1]!
  const changed = await timed(() => w.client.call(calendarSubscriptions.refresh, { id: 'Large' }))
  delay.disable()
  server.close()
  print({ what: 'a subscription of 10,000 events read for the first time', value: subscribed, unit: 'ms' })
  print({ what: 'the same when all of them changed', value: changed, unit: 'ms' })
  print({
    what: 'the longest time nothing else could run meanwhile',
    value: delay.max / 1e6,
    unit: 'ms',
    limit: 100,
  })
}

const eventOf = (n: number, word: string): string =>
  [
    'BEGIN:VEVENT',
    `UID:event-${n}@example.org`,
    'DTSTAMP:20260101T000000Z',
    `DTSTART;TZID=Europe/Berlin:2026${String((n % 12) + 1).padStart(2, '0')}${String((n % 28) + 1).padStart(2, '0')}T090000`,
    'DURATION:PT1H',
    `SUMMARY:${word} ${n}`,
    'DESCRIPTION:Some words\\, and more of them',
    'END:VEVENT',
  ].join('\r\n')

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

export async function run(print: Print): Promise<void> {
  const events = Array.from({ length: 500 }, (_, i) => series(i, RULES[i % RULES.length]!))
  const daily = Array.from({ length: 500 }, (_, i) => series(i, 'FREQ=DAILY'))
  const expandAll = (all: Series[]): void => {
    for (const event of all) expand(event, year)
  }
  const first = milliseconds(() => expandAll(events))
  const firstPeer = milliseconds(() => events.map(event => peer(event.rrule, year)))
  const times = {
    mixed: [] as number[],
    peer: [] as number[],
    daily: [] as number[],
    seconds: [] as number[],
    peerSeconds: [] as number[],
  }
  for (let round = 0; round < ROUNDS; round++) {
    times.mixed.push(milliseconds(() => expandAll(events)))
    times.peer.push(milliseconds(() => events.map(event => peer(event.rrule, year))))
    times.daily.push(milliseconds(() => expandAll(daily)))
    times.seconds.push(milliseconds(() => expand(series(0, 'FREQ=SECONDLY'), decade)))
    times.peerSeconds.push(milliseconds(peerSeconds))
  }
  const beside = { beside: 'rrule-temporal', beside_value: median(times.peer) }
  print({
    what: 'a year of 500 recurring events, the first time in a process',
    value: first,
    unit: 'ms',
    beside: 'rrule-temporal',
    beside_value: firstPeer,
  })
  print({
    what: 'a year of 500 recurring events',
    value: median(times.mixed),
    unit: 'ms',
    limit: 100,
    ...beside,
  })
  print({ what: 'a year of 500 daily events', value: median(times.daily), unit: 'ms', limit: 100 })
  print({
    what: 'ten years of FREQ=SECONDLY, its thousand in the window',
    value: median(times.seconds),
    unit: 'ms',
    limit: 100,
    beside: 'rrule-temporal, the first thousand',
    beside_value: median(times.peerSeconds),
  })
  const w = await testWorkspace({ now: () => year.start })
  try {
    await throughTheApi(print, w)
    await aLargeFeed(print, w)
  } finally {
    await w[Symbol.asyncDispose]()
  }
  await benchCaldav(print)
}
