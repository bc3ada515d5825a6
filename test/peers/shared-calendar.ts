import type { CalendarEvent, CalendarInfo } from '../../src/contract/calendar.ts'
import { calendar, calendars } from '../../src/contract/calendar.ts'
import { type CalendarAccount, calendarAccounts } from '../../src/contract/calendar-accounts.ts'
import { type Conflict, calendarSync } from '../../src/contract/calendar-sync.ts'
import { type Dav, type DavOptions, type Dialect, startDav } from './caldav.ts'
import { type Meddler, startMeddler } from './meddler.ts'
import { type TestWorkspace, testWorkspace } from './workspace.ts'

/** A workspace with an account on a real server, and what both sides of it say. */
export interface Shared extends AsyncDisposable {
  w: TestWorkspace
  dav: Dav
  /** What stands between the two. */
  line: Meddler
  sync(): Promise<{ received: number; sent: number; deleted: number; conflicts: number; problems: string[] }>
  account(): Promise<CalendarAccount>
  calendars(): Promise<CalendarInfo[]>
  find(words: string): Promise<CalendarEvent | undefined>
  conflicts(): Promise<Conflict[]>
  /** What this workspace holds, by summary. */
  held(): Promise<string[]>
  /** What lies on the server in `work`, by summary; the same summary twice is there twice. */
  there(): Promise<string[]>
}

export const ics = (uid: string, summary: string, ...more: string[]): string =>
  wrapped([
    'BEGIN:VEVENT',
    `UID:${uid}`,
    'DTSTAMP:20260101T000000Z',
    ...(more.some(line => line.startsWith('DTSTART'))
      ? []
      : ['DTSTART:20261201T090000Z', 'DTEND:20261201T100000Z']),
    `SUMMARY:${summary}`,
    ...more,
    'END:VEVENT',
  ])

export const wrapped = (lines: string[]): string =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Somebody else//EN', ...lines, 'END:VCALENDAR', ''].join(
    '\r\n',
  )

export const shareCalendar = async (
  dialect: Dialect,
  options: DavOptions & { now?: () => number; account?: Record<string, unknown> } = {},
): Promise<Shared> => {
  const dav = await startDav(dialect, options)
  await dav.make('work', { name: 'Work', color: '#ff8800' })
  const w = await testWorkspace({
    now: options.now,
    config: '[owner]\ntimezone = "Europe/Berlin"\n',
  })
  const line = await startMeddler(dav.port)
  await w.client.call(calendarAccounts.add, {
    ...{ server: `http://127.0.0.1:${line.port}/`, name: 'Test', user: 'ann' },
    ...(options.account ?? { password: 'secret' }),
  })
  const { client } = w
  const summaryOf = (text: string): string => /^SUMMARY[^:]*:(.*)$/m.exec(text)?.[1]?.trim() ?? ''
  return {
    w,
    dav,
    line,
    sync: () => client.call(calendarAccounts.sync, { account: 'Test' }),
    account: async () => (await client.call(calendarAccounts.list, {})).items[0]!,
    calendars: async () => (await client.call(calendars.list, {})).items,
    find: async q => (await client.call(calendar.search, { q })).items[0],
    conflicts: async () => (await client.call(calendarSync.conflicts, {})).items,
    async held() {
      const text = await (await client.stream(calendar.export, { calendar: 'Work' })).text()
      return [...text.matchAll(/^SUMMARY:(.*)$/gm)].map(found => found[1]!.trim()).sort()
    },
    there: async () => [...(await dav.lies('work')).values()].map(summaryOf).sort(),
    async [Symbol.asyncDispose]() {
      await w[Symbol.asyncDispose]()
      await line[Symbol.asyncDispose]()
      await dav[Symbol.asyncDispose]()
    },
  }
}
