import type { CalendarAccount } from '../../../src/contract/calendar-accounts.ts'
import { calendarAccounts } from '../../../src/contract/calendar-accounts.ts'
import type { Values } from '../../shell/overlays/form.tsx'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText, sanitiseTyped } from '../../terminal/sanitise.ts'
import type { FormField } from '../../widgets/form-state.ts'
import { changed } from '../changed.ts'
import { showSteps } from '../steps.ts'
import { day } from '../words.ts'
import type { CalendarBook } from './book.ts'

/** Those of which no calendar is here that could say what is wrong with them. */
export const refused = ({ accounts }: CalendarBook): CalendarAccount[] =>
  (accounts.value ?? []).filter(({ calendars, reason }) => calendars === 0 && reason !== null)

/** What is wrong, naming its server once. */
export const reasonOf = ({ name }: CalendarAccount, reason: string): string =>
  reason.startsWith(`${name}:`) ? reason : `${name}: ${reason}`

export function serversNote(book: CalendarBook): string {
  const count = (book.accounts.value ?? []).length
  const bad = refused(book).length
  return count === 0 ? 'CalDAV: with all its calendars' : `${count}${bad > 0 ? `, ! ${bad} not reached` : ''}`
}

function standing({ name, calendars, reason, synced_at, state }: CalendarAccount): string {
  const when = synced_at === null ? 'never synced' : `synced ${day(synced_at)}`
  const last = state === 'syncing' ? 'syncing' : when
  return sanitiseText(
    [
      ...(reason === null ? [] : [`! ${reason.replace(`${name}: `, '').replace(/\.$/, '')}`]),
      `${calendars} calendars`,
      last,
    ].join(', '),
  )
}

/** The CalDAV servers: added, tested, changed and removed. */
export function serversMenu(shell: Shell, book: CalendarBook): void {
  const only = shell.readOnly ? { disabled: 'this screen only reads' } : {}
  shell.menu('Calendar servers', [
    ...(book.accounts.value ?? []).map(account => ({
      id: account.id,
      title: sanitiseText(account.name),
      note: standing(account),
      run: () => serverMenu(shell, book, account),
    })),
    { id: 'add', title: 'add one ...', note: 'CalDAV', ...only, run: () => addServer(shell, book) },
  ])
}

function serverMenu(shell: Shell, book: CalendarBook, account: CalendarAccount): void {
  const { id } = account
  const name = sanitiseText(account.name)
  const only = shell.readOnly ? { disabled: 'this screen only reads' } : {}
  shell.menu(
    name,
    [
      {
        ...{ id: 'test', title: 'test it', note: 'step by step, what works' },
        run: () =>
          showSteps(shell, `Testing ${name}`, async () => {
            const { steps } = await shell.client.call(calendarAccounts.test, { id })
            return steps
          }),
      },
      {
        ...{ id: 'sync', title: 'sync now', ...only },
        run: () =>
          void shell.act('sync', async () => {
            const { received, sent, problems } = await shell.client.call(calendarAccounts.sync, {
              account: id,
            })
            for (const problem of problems.slice(0, 3)) shell.toast('warn', problem)
            if (problems.length === 0) shell.toast('good', `Synced: ${received} received, ${sent} sent.`)
          }),
      },
      {
        id: 'edit',
        title: 'change it ...',
        note: 'address, login',
        ...only,
        run: () => editServer(shell, book, account),
      },
      { id: 'remove', title: 'remove it ...', ...only, run: () => remove(shell, book, account) },
    ],
    [sanitiseText(account.url), standing(account)],
  )
}

const password = { id: 'password', label: 'password', kind: 'text', mask: '*' } as const
const command: FormField = {
  ...{ id: 'password_command', label: 'or command' },
  kind: 'text',
  placeholder: 'prints the password',
}

/** What is left empty is not said. */
const given = (values: Values) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value.trim() !== ''))

/** Its first sync, and how that went: an account whose server said no is kept, and says so. */
async function begin(
  shell: Shell,
  book: CalendarBook,
  verb: string,
  account: CalendarAccount,
): Promise<void> {
  const { id, name } = account
  const say = (level: 'good' | 'bad', words: string) =>
    shell.toast(level, words, { topic: `calendar-server ${id}`, said: words })
  try {
    const { problems } = await shell.client.call(calendarAccounts.sync, { account: id })
    const { items } = await shell.client.call(calendarAccounts.list, {})
    const calendars = items.find(each => each.id === id)?.calendars ?? 0
    say('good', `${verb} '${name}', ${calendars} calendars.`)
    for (const problem of problems.slice(0, 3)) shell.toast('warn', problem)
  } catch (error) {
    say('bad', `${verb}, but ${reasonOf(account, (error as Error).message)} c, servers: test or change it.`)
  }
  book.again()
}

function addServer(shell: Shell, book: CalendarBook): void {
  shell.form({
    title: 'Add a calendar server',
    verb: 'Add',
    values: { server: '', user: '', password_command: '', password: '' },
    fields: [
      { id: 'server', label: 'server', kind: 'text', placeholder: 'me@example.org, or its address' },
      { id: 'user', label: 'user', kind: 'text', placeholder: 'the address' },
      { ...password, placeholder: 'sealed here' },
      command,
    ],
    async submit(values) {
      const made = await shell.client.call(calendarAccounts.add, { server: '', ...given(values) })
      await begin(shell, book, 'Added', made)
    },
  })
}

function editServer(shell: Shell, book: CalendarBook, account: CalendarAccount): void {
  const before = {
    server: sanitiseTyped(account.url),
    user: sanitiseTyped(account.user),
    password: '',
    password_command: sanitiseTyped(account.command ?? ''),
  }
  shell.form({
    title: `Change ${sanitiseText(account.name)}`,
    verb: 'Save',
    values: before,
    fields: [
      { id: 'server', label: 'server', kind: 'text' },
      { id: 'user', label: 'user', kind: 'text' },
      { ...password, placeholder: account.auth === 'password' ? 'as it was' : 'sealed here' },
      command,
    ],
    async submit(values) {
      const input = { id: account.id, ...given(changed(before, values)) }
      const saved = await shell.client.call(calendarAccounts.edit, input)
      await begin(shell, book, 'Changed', saved)
    },
  })
}

async function remove(shell: Shell, book: CalendarBook, account: CalendarAccount): Promise<void> {
  const { id, waiting } = account
  const name = sanitiseText(account.name)
  const unsent = waiting > 0 ? [`${waiting} changes it has not heard of are lost.`] : []
  const yes = await shell.confirm({
    title: 'Remove this calendar server',
    facts: [name, 'What is held here of its calendars goes; nothing changes on it.', ...unsent],
    verb: 'Remove',
  })
  if (!yes) return
  await shell.act('remove', async () => {
    await shell.client.call(calendarAccounts.remove, { id, force: waiting > 0 })
    shell.toast('good', `Removed '${name}'.`)
    book.again()
  })
}
