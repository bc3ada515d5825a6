import { type CalendarInfo, calendars, PERSONAL } from '../../../src/contract/calendar.ts'
import { calendarAccounts } from '../../../src/contract/calendar-accounts.ts'
import { calendarSubscriptions } from '../../../src/contract/calendar-subscriptions.ts'
import type { Action } from '../../actions/registry.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { wrapText } from '../../widgets/text.ts'
import { changed } from '../changed.ts'
import { age, day } from '../words.ts'
import type { CalendarBook } from './book.ts'
import { showConflicts } from './conflict.tsx'
import { reasonOf, refused, serversMenu, serversNote } from './servers.ts'

const fields = [
  { id: 'name', label: 'name', kind: 'text' },
  { id: 'color', label: 'colour', kind: 'text', placeholder: '#5b8abf or a name' },
] as const

const where = ['calendar']

/** How a calendar stands with where it lives. */
export function standing(one: CalendarInfo): string {
  const { kind, events, synced_at, waiting, conflicts, problem, kept, read_only } = one
  if (!kept) return 'on its server only'
  const verb = kind === 'subscription' ? 'read' : 'synced'
  const when = synced_at === null ? `never ${verb}` : `${verb} ${day(synced_at)}`
  return [
    ...(problem === null ? [] : [`! ${sanitiseText(problem).replace(/\.$/, '')}`]),
    `${events} events`,
    ...(kind === 'local' ? [] : [when]),
    ...(kind === 'caldav' && read_only ? ['only to read'] : []),
    ...(waiting > 0 ? [`${waiting} to send`] : []),
    ...(conflicts > 0 ? [`${conflicts} in conflict`] : []),
  ].join(', ')
}

/** What is not as it should be, each in a sentence. */
export function troubleRows(book: CalendarBook, width: number): string[] {
  const { troubled, conflicts } = book
  const inConflict = (conflicts.value ?? []).length
  return [
    ...troubled
      .filter(({ problem }) => problem !== null)
      .flatMap(one => {
        const last = one.synced_at === null ? 'never before' : `last ${day(one.synced_at)}`
        return wrapText(sanitiseText(`! ${one.name}: ${one.problem} (${last})`), width)
      }),
    ...refused(book).flatMap(one =>
      wrapText(sanitiseText(`! ${reasonOf(one, one.reason!)} c, servers: change it.`), width),
    ),
    ...(inConflict === 0
      ? []
      : wrapText(`! ${inConflict} not the same here and on the server: C shows and settles it`, width)),
  ]
}

/** What is done with calendars as a whole. */
export function calendarActions(shell: Shell, book: CalendarBook): Action<Shell, never>[] {
  return [
    {
      id: 'calendar.calendars',
      title: 'calendars',
      help: 'Shows and hides calendars; makes, subscribes to, changes and deletes them; how each is synced.',
      where,
      alone: true,
      danger: 'none',
      run: () => calendarsMenu(shell, book),
    },
    {
      id: 'calendar.conflicts',
      title: 'conflicts',
      help: 'Events that were changed here and on their server, side by side: which counts.',
      where,
      alone: true,
      danger: 'none',
      disabled: () => ((book.conflicts.value ?? []).length === 0 ? 'nothing is in conflict' : undefined),
      run: () => showConflicts(shell, book),
    },
    {
      id: 'calendar.sync',
      title: 'sync',
      help: 'Asks calendar servers and subscriptions for news now.',
      where,
      alone: true,
      writes: true,
      danger: 'none',
      run: () => syncAll(shell, book),
    },
  ]
}

async function syncAll(shell: Shell, book: CalendarBook): Promise<void> {
  const feeds = (book.calendars.value ?? []).filter(({ kind }) => kind === 'subscription')
  const { received, sent, problems } = await shell.client.call(calendarAccounts.sync, {})
  const read = await Promise.all(
    feeds.map(({ id }) => shell.client.call(calendarSubscriptions.refresh, { id })),
  )
  const failed = [
    ...problems,
    ...read.flatMap(({ name, problem }) => (problem === null ? [] : [`${name}: ${problem}`])),
  ]
  for (const problem of failed.slice(0, 3)) shell.toast('warn', problem)
  if (failed.length === 0)
    shell.toast('good', `Synced: ${received} received, ${sent} sent, ${feeds.length} subscriptions read.`)
}

/** The calendars: which are shown, how they are, and what can be done with them. */
export function calendarsMenu(shell: Shell, book: CalendarBook): void {
  const all = () => book.calendars.value ?? []
  const writes = shell.readOnly ? { disabled: 'this screen only reads' } : {}
  const conflicts = (book.conflicts.value ?? []).length
  shell.menu('Calendars: Enter shows or hides', [
    ...all().map(one => ({
      id: one.id,
      get title() {
        const on = book.shown.some(({ id }) => id === one.id)
        return `${on ? '[x]' : '[ ]'} ${book.markOf(one.id)} ${sanitiseText(one.name)}`
      },
      get note() {
        return standing(all().find(({ id }) => id === one.id) ?? one)
      },
      stays: true,
      ...(one.kept ? {} : { disabled: 'on its server only: change ... holds it here' }),
      run: () => book.toggle(one.id),
    })),
    {
      id: 'all',
      title: 'show all',
      run() {
        book.only = null
        book.hidden.clear()
        book.again()
      },
    },
    {
      id: 'one',
      title: 'change one ...',
      note: 'only it, name, colour, how it is read, delete',
      run: () => pick(shell, book),
    },
    { id: 'new', title: 'new ...', ...writes, run: () => create(shell) },
    {
      id: 'subscribe',
      title: 'subscribe ...',
      note: 'to one of others, by its address',
      ...writes,
      run: () => subscribe(shell),
    },
    {
      id: 'servers',
      title: 'servers ...',
      note: serversNote(book),
      run: () => serversMenu(shell, book),
    },
    {
      id: 'sync',
      title: 'sync all now',
      ...writes,
      run: () => void shell.act('sync', () => syncAll(shell, book)),
    },
    ...(conflicts > 0
      ? [
          {
            id: 'conflicts',
            title: 'conflicts ...',
            note: `${conflicts}`,
            run: () => showConflicts(shell, book),
          },
        ]
      : []),
  ])
}

function pick(shell: Shell, book: CalendarBook): void {
  shell.menu(
    'Which calendar',
    (book.calendars.value ?? []).map(one => ({
      id: one.id,
      title: sanitiseText(one.name),
      note: standing(one),
      run: () => oneMenu(shell, book, one),
    })),
  )
}

function oneMenu(shell: Shell, book: CalendarBook, one: CalendarInfo): void {
  const writes = shell.readOnly ? { disabled: 'this screen only reads' } : {}
  const fed = one.subscription
  shell.menu(
    sanitiseText(one.name),
    [
      {
        id: 'only',
        title: 'show only this',
        run: () => book.showOnly(one),
      },
      { id: 'edit', title: 'change ...', note: 'name and colour', ...writes, run: () => edit(shell, one) },
      ...(fed
        ? [
            {
              ...{ id: 'read', title: 'read it now', ...writes },
              run: () =>
                void shell.act('read', async () => {
                  const { problem } = await shell.client.call(calendarSubscriptions.refresh, { id: one.id })
                  if (problem === null) shell.toast('good', `Read '${one.name}'.`)
                  else shell.toast('warn', `${one.name}: ${problem}`)
                }),
            },
            { id: 'how', title: 'how it is read ...', ...writes, run: () => change(shell, one) },
          ]
        : []),
      ...(one.kind === 'caldav'
        ? [
            {
              ...{ id: 'keep', title: one.kept ? 'hold it no more here' : 'hold it here', ...writes },
              run: () =>
                void shell.act('change', async () => {
                  await shell.client.call(calendars.edit, { id: one.id, keep: !one.kept })
                }),
            },
          ]
        : [{ id: 'remove', title: 'delete ...', ...writes, run: () => remove(shell, one) }]),
    ],
    [standing(one), ...(fed ? [`from ${fed.host}, every ${age(fed.every * 1000)}`] : [])],
  )
}

function create(shell: Shell): void {
  shell.form({
    title: 'New calendar',
    verb: 'Create',
    values: { name: '', color: PERSONAL.color },
    fields,
    async submit({ name = '', color = '' }) {
      await shell.client.call(calendars.add, { name, color })
      shell.toast('good', `Made the calendar '${name}'.`)
    },
  })
}

const how = [
  { id: 'every', label: 'every', kind: 'text', placeholder: '30m, 6h, 1d; left out: as it asks' },
  { id: 'alarms', label: 'alarms ring', kind: 'toggle' },
] as const

function subscribe(shell: Shell): void {
  shell.form({
    title: 'Subscribe to a calendar',
    verb: 'Subscribe',
    values: { url: '', name: '', color: '', every: '', alarms: 'no' },
    fields: [
      { id: 'url', label: 'address', kind: 'text', placeholder: 'https://, webcal://' },
      { id: 'name', label: 'name', kind: 'text', placeholder: 'as it calls itself' },
      { id: 'color', label: 'colour', kind: 'text', placeholder: 'as it says' },
      ...how,
    ],
    async submit({ url = '', name = '', color = '', every = '', alarms }) {
      const made = await shell.client.call(calendarSubscriptions.subscribe, {
        url,
        ...(name.trim() === '' ? {} : { name }),
        ...(color.trim() === '' ? {} : { color }),
        ...(every.trim() === '' ? {} : { every }),
        alarms: alarms === 'yes',
      })
      shell.toast('good', `Subscribed to '${made.name}', ${made.events} events.`)
    },
  })
}

function change(shell: Shell, one: CalendarInfo): void {
  const alarms = one.subscription?.alarms ? 'yes' : 'no'
  shell.form({
    title: `How ${sanitiseText(one.name)} is read`,
    verb: 'Save',
    values: { url: '', every: '', alarms },
    fields: [{ id: 'url', label: 'address', kind: 'text', placeholder: 'as it was' }, ...how],
    async submit({ url = '', every = '', alarms: ring }) {
      const { problem, name } = await shell.client.call(calendarSubscriptions.change, {
        id: one.id,
        ...(url.trim() === '' ? {} : { url }),
        ...(every.trim() === '' ? {} : { every }),
        ...(ring === alarms ? {} : { alarms: ring === 'yes' }),
      })
      if (problem === null) shell.toast('good', `Read '${name}'.`)
      else shell.toast('warn', `${name}: ${problem}`)
    },
  })
}

function edit(shell: Shell, one: CalendarInfo): void {
  const before = { name: sanitiseText(one.name), color: sanitiseText(one.color) }
  shell.form({
    title: 'Change calendar',
    verb: 'Save',
    values: before,
    fields,
    async submit(values) {
      await shell.client.call(calendars.edit, { id: one.id, ...changed(before, values) })
    },
  })
}

async function remove(shell: Shell, one: CalendarInfo): Promise<void> {
  const name = sanitiseText(one.name)
  const yes = await shell.confirm({
    title: `Delete the calendar ${name}`,
    facts: [`${one.events} events go with it.`, 'u brings all of it back.'],
    verb: 'Delete',
    mustType: name,
  })
  if (!yes) return
  await shell.act('delete calendar', async () => {
    await shell.client.call(calendars.remove, { id: one.id })
    shell.toast('good', `Deleted the calendar '${name}'. u takes it back.`)
  })
}
