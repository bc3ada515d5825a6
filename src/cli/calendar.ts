import { readFile } from 'node:fs/promises'
import { text as readAll } from 'node:stream/consumers'
import type { Command } from 'commander'
import { calendars, type Entry, calendar as routes } from '../contract/calendar.ts'
import { Problem } from '../contract/problem.ts'
import { addCalendarServers } from './calendar-servers.ts'
import { show } from './derive.ts'
import type { Around } from './program.ts'
import { table } from './table.ts'
import { group } from './workspace.ts'

/** Files in and out, and days as a person reads them. */
export const addCalendar = (program: Command, around: Around): void => {
  const calendar = group(program, 'calendar')
  addCalendarServers(calendar, around)

  calendar
    .command('agenda [start]')
    .description(routes.agenda.summary)
    .option('--days <days>', 'how many', '7')
    .option('--calendar <calendar>', 'its id or name')
    .action(async (start: string | undefined, { days, calendar }: { days: string; calendar?: string }) => {
      const client = await around.client()
      const agenda = await client.call(routes.agenda, { start, days, calendar })
      if (around.json()) return around.print(JSON.stringify(agenda, null, 2))
      const clashing = new Set(agenda.overlaps.flatMap(({ first, second }) => [first, second]))
      const rows = agenda.days.flatMap(({ date, items }) =>
        items.map((item, index) => ({
          day: index === 0 ? `${weekday(date)} ${date}` : '',
          time: item.all_day ? 'all day' : `${item.start.slice(11, 16)}–${item.end.slice(11, 16)}`,
          overlaps: clashing.has(item.id) ? 'yes' : '',
          ...words(item),
        })),
      )
      around.print(table(rows, ['day', 'time', 'summary', 'location', 'overlaps', 'id'], around.columns()))
      for (const problem of agenda.problems) around.print(`Not understood: ${problem}`)
      if (agenda.truncated) around.print('There is more on these days than is shown.')
    })

  calendar
    .command('calendars')
    .description(calendars.list.summary)
    .action(async () => {
      const client = await around.client()
      await show(calendars.list, await client.call(calendars.list, {}), around)
    })

  calendar
    .command('import [file]')
    .description(`${routes.import.summary}; without a file, from standard input`)
    .option('--calendar <calendar>', 'its id or name; made when there is none of that name')
    .action(async (file: string | undefined, { calendar }: { calendar?: string }) => {
      const ics = file === undefined || file === '-' ? await readAll(around.stdin) : await textOf(file)
      if (ics.trim() === '') throw new Problem('invalid', 'There is nothing to import: the text is empty.')
      const client = await around.client()
      await show(routes.import, await client.call(routes.import, { ics, calendar }), around)
    })

  calendar
    .command('export [calendar]')
    .description(routes.export.summary)
    .action(async (calendar: string | undefined) => {
      const client = await around.client()
      const response = await client.stream(routes.export, { calendar })
      for await (const chunk of response.body ?? []) around.write(chunk as Uint8Array)
    })
}

const weekday = (date: string): string =>
  new Date(`${date}T00:00:00Z`).toLocaleDateString('en-GB', { weekday: 'short', timeZone: 'UTC' })

const words = ({ summary, location, id, cancelled }: Entry) => ({
  summary: cancelled ? `CANCELLED ${summary}` : summary,
  location,
  id,
})

const textOf = async (file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new Problem('invalid', `${file} cannot be read: ${(error as Error).message}.`)
  }
}
