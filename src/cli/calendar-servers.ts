import type { Command } from 'commander'
import { calendarAccounts } from '../contract/calendar-accounts.ts'
import { type Conflict, calendarSync } from '../contract/calendar-sync.ts'
import type { Output, Route } from '../contract/route.ts'
import { addVerb } from './derive.ts'
import { EXIT } from './exit.ts'
import type { Around } from './program.ts'
import { clean, table } from './table.ts'
import { told } from './told.ts'

/** Calendars on servers: accounts, syncing, conflicts. */
export const addCalendarServers = (noun: Command, around: Around): void => {
  const accounts = noun.command('accounts').description('Calendar servers (CalDAV)')
  const spoken: [string, Route][] = [
    [
      'list',
      {
        ...calendarAccounts.list,
        cli: {
          columns: ['id', 'name', 'calendars', 'state', 'waiting', 'conflicts', 'reason'],
          rows: 'items',
        },
      },
    ],
    ['add', { ...calendarAccounts.add, cli: { words: ['server'], stdin: 'password' } }],
    ['edit', { ...calendarAccounts.edit, cli: { words: ['id'], stdin: 'password' } }],
    ['rm', { ...calendarAccounts.remove, cli: { words: ['id'] } }],
  ]
  for (const [verb, route] of spoken) addVerb(accounts.command(verb), route, around)
  accounts
    .command('test <id>')
    .description(calendarAccounts.test.summary)
    .action(async (id: string) => {
      const client = await around.client()
      const { ok, steps } = await client.call(calendarAccounts.test, { id })
      around.print(around.json() ? JSON.stringify({ ok, steps }, null, 2) : steps.map(told).join('\n'))
      if (!ok) process.exitCode = EXIT.failed
    })

  noun
    .command('sync [account]')
    .description(calendarAccounts.sync.summary)
    .option('--calendar <calendar>', 'its id or name')
    .action(async (account: string | undefined, { calendar }: { calendar?: string }) => {
      const client = await around.client()
      const round = await client.call(calendarAccounts.sync, { account, calendar })
      around.print(around.json() ? JSON.stringify(round, null, 2) : summary(round))
      if (round.problems.length > 0) process.exitCode = EXIT.failed
    })

  noun
    .command('conflicts')
    .description(calendarSync.conflicts.summary)
    .option('--calendar <calendar>', 'its id or name')
    .action(async (options: { calendar?: string }) => {
      const client = await around.client()
      const found = await client.call(calendarSync.conflicts, options)
      if (around.json()) return around.print(JSON.stringify(found, null, 2))
      if (found.items.length === 0) return around.print('Nothing is in conflict.')
      around.print(found.items.map(item => asText(item, around.columns())).join('\n\n'))
    })
}

const summary = (round: Output<typeof calendarAccounts.sync>): string =>
  [
    `${round.calendars} calendars: ${round.received} changes came, ${round.sent} were sent, ${round.deleted} deleted there.`,
    ...(round.conflicts > 0
      ? [`${round.conflicts} changed on both sides, or were refused: ithaca calendar conflicts`]
      : []),
    ...round.problems.map(problem => clean(problem)),
  ].join('\n')

const SIDES = ['start', 'end', 'summary', 'location', 'rrule', 'description'] as const

/** Both sides, line by line where they differ. */
const asText = ({ id, reason, calendar_name, mine, theirs }: Conflict, columns: number): string => {
  const rows = SIDES.filter(field => mine?.[field] !== theirs?.[field]).map(field => ({
    field,
    mine: mine ? (mine[field] ?? '') : 'deleted',
    theirs: theirs ? (theirs[field] ?? '') : 'deleted',
  }))
  return [
    `${clean(calendar_name)}: ${clean(reason)}`,
    table(rows, ['field', 'mine', 'theirs'], columns),
    `ithaca calendar resolve ${id} mine|theirs|both`,
  ].join('\n')
}
