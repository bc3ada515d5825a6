import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { calendar } from '../../src/contract/calendar.ts'
import { calendarAccounts } from '../../src/contract/calendar-accounts.ts'
import { type Dav, davMissing, startDav } from '../peers/caldav.ts'
import { ics } from '../peers/shared-calendar.ts'
import { type TestWorkspace, testWorkspace } from '../peers/workspace.ts'
import type { Print } from './run.ts'

const MANY = 10_000
const QUIET = 10

/** The smallest question that tells whether anything changed, asked with nothing else in it, and its answer. */
const LEAST =
  '<?xml version="1.0"?><d:propfind xmlns:d="DAV:" xmlns:cs="http://calendarserver.org/ns/"><d:prop><cs:getctag/></d:prop></d:propfind>'

/** Calendars on a server: all of them for the first time, and then nothing new. */
export const benchCaldav = async (print: Print): Promise<void> => {
  const missing = davMissing('radicale')
  if (missing) {
    process.stdout.write(`  left out: ${missing}\n`)
    return
  }
  const dav = await startDav('radicale')
  const w = await testWorkspace()
  try {
    await dav.make('work')
    fill(dav)
    // The server reads ten thousand files once, before anybody is timed.
    await dav.ask('PROPFIND', dav.path('work'), LEAST, { depth: '1', 'content-type': 'text/xml' })
    await w.client.call(calendarAccounts.add, {
      ...{ server: dav.url, name: 'bench', user: 'ann', password: 'secret' },
    })
    await first(w, print)
    await quiet(w, dav, print)
  } finally {
    await w[Symbol.asyncDispose]()
    await dav[Symbol.asyncDispose]()
  }
}

const fill = (dav: Dav): void => {
  const folder = dav.files('work')
  mkdirSync(folder, { recursive: true })
  for (let turn = 0; turn < MANY; turn++) {
    const day = new Date(Date.UTC(2024, 0, 1 + (turn % 1500))).toISOString().slice(0, 10).replaceAll('-', '')
    writeFileSync(
      join(folder, `${turn}.ics`),
      ics(
        `bench-${turn}`,
        `Meeting ${turn}`,
        `DTSTART:${day}T090000Z`,
        `DTEND:${day}T100000Z`,
        'LOCATION:Room 5',
        `DESCRIPTION:About the budget of ${turn}`,
        ...(turn % 10 === 0 ? ['RRULE:FREQ=WEEKLY;COUNT=20'] : []),
      ),
    )
  }
}

const first = async (w: TestWorkspace, print: Print): Promise<void> => {
  const late: number[] = []
  const api: number[] = []
  let last = performance.now()
  let peak = 0
  const before = process.memoryUsage().rss
  const timer = setInterval(() => {
    const now = performance.now()
    late.push(Math.max(0, now - last - 10))
    last = now
    if (late.length % 10 === 0) peak = Math.max(peak, process.memoryUsage().rss)
  }, 10)
  const asking = setInterval(async () => {
    const began = performance.now()
    await w.client.call(calendar.list, { start: '2026-12-01', end: '2026-12-02' })
    api.push(performance.now() - began)
  }, 250)
  const began = performance.now()
  const { received } = await w.client.call(calendarAccounts.sync, {})
  const seconds = (performance.now() - began) / 1000
  clearInterval(timer)
  clearInterval(asking)
  print({ what: `first sync of ${MANY.toLocaleString('en')} events`, value: seconds, unit: 's' })
  print({ what: 'events that are here', value: received, unit: 'events', limit: MANY, least: true })
  print({ what: 'how late a timer came meanwhile, p99', value: quantile(late, 0.99), unit: 'ms', limit: 33 })
  print({ what: 'at worst', value: Math.max(...late), unit: 'ms' })
  print({ what: 'a day of the agenda meanwhile, p90', value: quantile(api, 0.9), unit: 'ms' })
  print({
    what: 'memory it took, the thread of the protocol included',
    value: (peak - before) / 2 ** 20,
    unit: 'MiB',
  })
}

const quiet = async (w: TestWorkspace, dav: Dav, print: Print): Promise<void> => {
  const { syncing } = w.inside.workspace.calendar
  await w.client.call(calendarAccounts.sync, {})
  const before = syncing.carried()
  const took: number[] = []
  for (let turn = 0; turn < QUIET; turn++) {
    const began = performance.now()
    await w.client.call(calendarAccounts.sync, {})
    took.push(performance.now() - began)
  }
  const after = syncing.carried()
  const ask = () => dav.ask('PROPFIND', dav.path('work'), LEAST, { depth: '0', 'content-type': 'text/xml' })
  const began = performance.now()
  const least = await ask()
  const theirs = performance.now() - began
  const bytes = (after.there - before.there + after.back - before.back) / QUIET
  print({
    what: 'requests to learn "nothing new"',
    value: (after.exchanges - before.exchanges) / QUIET,
    unit: 'requests',
    limit: 1,
  })
  print({
    what: 'bytes of it, both ways',
    value: bytes,
    unit: 'bytes',
    beside: 'the smallest PROPFIND and its answer',
    beside_value: Buffer.byteLength(LEAST) + Buffer.byteLength(least.text),
  })
  print({
    what: 'time of it, median',
    value: quantile(took, 0.5),
    unit: 'ms',
    beside: 'the smallest PROPFIND',
    beside_value: theirs,
  })
}

const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((one, other) => one - other)[
    Math.min(values.length - 1, Math.floor(values.length * share))
  ]!
