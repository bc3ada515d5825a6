import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { addCalendar } from '../../src/cli/calendar.ts'
import { runProgram } from '../../src/cli/program.ts'
import { groups } from '../../src/contract/all.ts'
import { type TestWorkspace, testWorkspace } from '../peers/workspace.ts'

const NOW = Date.parse('2026-03-20T08:00:00Z')

const opened = async (): Promise<TestWorkspace> => {
  const w = await testWorkspace({ now: () => NOW })
  w.inside.workspace.config.owner.timezone = 'Europe/Berlin'
  return w
}

const say = async (w: TestWorkspace, argv: string[], input = '') => {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const code = await runProgram({
    version: '0',
    argv,
    groups,
    extend: addCalendar,
    open: async () => ({ client: w.client, url: '', close: async () => undefined }),
    stdout: stdout as never,
    stderr: stderr as never,
    stdin: Readable.from([input]) as never,
  })
  const heard = (stream: PassThrough): string => String(stream.read() ?? '')
  return { code, out: heard(stdout), err: heard(stderr) }
}

test('a table says when on the clock of the owner', async () => {
  await using w = await opened()
  await say(w, ['calendar', 'add', 'Standup', '2026-03-23T08:00Z', '2026-03-23T08:15Z'])
  const { out } = await say(w, ['calendar', 'list', '2026-03-23'])
  expect(out).toMatch(/2026-03-23 09:00 +2026-03-23 09:15 +Standup/)
})

test('a sentence about a whole day is told with its last day, as what it becomes is', async () => {
  await using w = await opened()
  const { out } = await say(w, ['calendar', 'when', 'fair on 3 april'])
  expect(out).toMatch(/^start +2026-04-03$/m)
  expect(out).toMatch(/^end +2026-04-03$/m)
})

test('a day is written, read and cleared from the command line', async () => {
  await using w = await opened()
  const made = await say(w, [
    ...['calendar', 'add', 'Standup', '2026-03-23T09:00', '2026-03-23T09:15'],
    ...['--tzid', 'Europe/Berlin', '--rrule', 'weekly', '--alarms', '5', '--alarms', '30', '--json'],
  ])
  expect(made.code).toBe(0)
  const { event } = JSON.parse(made.out) as { event: { id: string; alarms: number[] } }
  expect(event.alarms).toEqual([5, 30])
  const clash = await say(w, [
    'calendar',
    'add',
    'Dentist on monday at 9am',
    '--location',
    'Old \u001b[31mtown',
  ])
  expect(clash.out).toContain('Overlaps "Standup", 2026-03-23 09:00–09:15.')
  const agenda = await say(w, ['calendar', 'agenda', '2026-03-23', '--days', '1'])
  expect(agenda.out).toMatch(/Mon 2026-03-23 +09:00–\d\d:\d\d +\w+/)
  expect(agenda.out).not.toContain('\u001b')
  const list = await say(w, ['calendar', 'list', '2026-03-20', '2026-04-01', '--json'])
  expect(JSON.parse(list.out).items).toHaveLength(3)
  const short = event.id.slice(0, 8)
  expect((await say(w, ['calendar', 'edit', short, '--no-alarms', '--no-busy'])).code).toBe(0)
  expect(JSON.parse((await say(w, ['calendar', 'get', short, '--json'])).out)).toMatchObject({
    alarms: [],
    busy: false,
  })
  expect((await say(w, ['calendar', 'rm', `${short}::2026-03-23T09:00`])).code).toBe(0)
  expect((await say(w, ['calendar', 'rm', `${short}::2026-03-23T09:00`])).code).toBe(3)
  expect((await say(w, ['calendar', 'calendars'])).out).toContain('Personal')
  expect(await say(w, ['calendar', 'list', 'someday'])).toMatchObject({ code: 2 })
})

test('a file, or what is piped, comes in; one goes out', async () => {
  await using w = await opened()
  await say(w, ['calendar', 'add', 'Standup', '2026-03-23T09:00'])
  const { out } = await say(w, ['calendar', 'export'])
  expect(out).toMatch(/^BEGIN:VCALENDAR\r\n/)
  const file = join(w.home, 'out.ics')
  writeFileSync(file, out)
  expect((await say(w, ['calendar', 'import', file])).out).toMatch(/unchanged +1/)
  expect((await say(w, ['calendar', 'import', '--calendar', 'Other'], out)).out).toMatch(/added +1/)
  expect((await say(w, ['calendar', 'import', join(w.home, 'none.ics')])).err).toContain('none.ics')
  expect((await say(w, ['calendar', 'import'], 'nonsense')).err).toContain('not a calendar')
})
