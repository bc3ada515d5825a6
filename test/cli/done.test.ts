import { PassThrough, Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { doneWords } from '../../src/cli/done.ts'
import { runProgram } from '../../src/cli/program.ts'
import { showOf } from '../../src/cli/shown.ts'
import { table } from '../../src/cli/table.ts'
import { groups } from '../../src/contract/all.ts'
import { calendarAccounts } from '../../src/contract/calendar-accounts.ts'
import { calendarSubscriptions } from '../../src/contract/calendar-subscriptions.ts'
import { mailAccounts } from '../../src/contract/mail-accounts.ts'
import { done } from '../../src/contract/words.ts'
import { testWorkspace } from '../peers/workspace.ts'

const spoken = [...Object.values(groups), mailAccounts, calendarAccounts]
  .flatMap(group => Object.values(group))
  .filter(route => route.out === done && (route.cli || route.id.includes('.accounts.')))

test('what answers no more than that it was done says so in the words of its noun', () => {
  expect(spoken.length).toBeGreaterThan(10)
  for (const route of spoken) {
    const words = doneWords(route, { id: 'gpu\x1b[2J-a', channel: 'ntfy', keep: 'mine' })
    expect(words, route.id).toMatch(/^[A-Z].*\.$/)
    expect(words, route.id).not.toContain('\x1b')
  }
})

test('a series is deleted as far as was said', () => {
  const remove = spoken.find(({ id }) => id === 'calendar.rm')!
  const date = 'e1::2026-12-01T09:00'
  expect(doneWords(remove, { id: date })).toMatch(/^Deleted the date e1::2026-12-01T09:00\./)
  expect(doneWords(remove, { id: date, scope: 'following' })).toContain('every date after it')
  expect(doneWords(remove, { id: date, scope: 'all' })).toMatch(/^Deleted the event/)
  expect(doneWords(remove, { id: 'e1' })).toMatch(/^Deleted the event e1\./)
})

test('an id in a table is short and whole, whatever room there is', () => {
  const id = '867e2a8b-3ebb-4d7f-91f8-4e9a71166a96'
  const rows = [
    { id: `${id}::2026-12-01T09:00`, summary: 'A stand-up with a long name' },
    { id, summary: 'x' },
  ]
  const text = table(rows, ['summary', 'id'], 40)
  expect(text).toContain('867e2a8b::2026-12-01T09:00\n')
  expect(text).toMatch(/ 867e2a8b$/)
  expect(text.split('\n')[1]).toHaveLength(40)
})

test('a table fits in a terminal whatever columns it has', () => {
  const serve = { name: 'long-context', host_name: 'local', port: 19484, gpus: '2', state: 'crashed' }
  const more = { id: 'serve-dfcb1c7e', cause: 'kv_cache_too_small', launched_at: '2026-11-29T13:42:00Z' }
  const columns = ['id', 'name', 'host_name', 'port', 'gpus', 'state', 'cause', 'launched_at']
  for (const line of table([{ ...serve, ...more }], columns, 80).split('\n'))
    expect(line.length).toBeLessThanOrEqual(80)
})

test('a subscription says how often and how much as a person would', () => {
  const words = (events: number, every: number) =>
    showOf(calendarSubscriptions.subscribe)!(
      { name: 'Club', events, subscription: { host: 'c.example', every } } as never,
      80,
    )
  expect(words(1, 3600)).toBe('Subscribed to "Club" at c.example: 1 event, read again every hour.')
  expect(words(2, 21_600)).toContain('2 events, read again every 6 hours.')
  expect(words(0, 5400)).toContain('0 events, read again every 90 minutes.')
})

test('an account without a password is saved with a word about it', () => {
  const account = {
    ...{ name: 'My work', address: 'ann@corp.example', auth: 'none', smtp: null },
    imap: { host: 'imap.corp.example', port: 993, security: 'tls' },
  }
  const add = (more: object) => showOf(mailAccounts.add)!({ ...account, ...more } as never, 80)
  expect(add({})).toContain(
    'Saved: My work <ann@corp.example>. It reads from imap.corp.example:993 (TLS) and cannot send.',
  )
  expect(add({})).toContain(
    "! It logs in without a password. To give one: ithaca mail accounts edit 'My work' --password",
  )
  expect(add({ auth: 'password' })).not.toContain('!')
})

test('a todo that is deleted is named', async () => {
  await using w = await testWorkspace()
  const say = async (...argv: string[]) => {
    const stdout = new PassThrough()
    await runProgram({
      ...{ version: '0', argv, groups, extend: () => undefined },
      open: async () => ({ client: w.client, url: '', close: async () => undefined }),
      ...{ stdout: stdout as never, stderr: new PassThrough() as never, stdin: Readable.from(['']) as never },
    })
    return String(stdout.read() ?? '')
  }
  const [, id = ''] = /\(([0-9a-f]{8})\)/.exec(await say('todos', 'add', 'Call Ann'))!
  expect(
    await say('todos', 'add', 'Call', 'Bob', '#ops', '--due', '2031-05-02', '--repeat', 'weekly'),
  ).toMatch(/^Saved: Call Bob \([0-9a-f]{8}\), due 2031-05-02, repeats every week, #ops\n$/)
  expect(await say('todos', 'add', 'Fix', '#ops', '--no-quick')).toMatch(/^Saved: Fix #ops \(/)
  expect(await say('todos', 'rm', id)).toBe(`Deleted the todo ${id}. ithaca undo brings it back.\n`)
})
