import { type CalendarInfo, calendars, PERSONAL } from '../../../src/contract/calendar.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { changed } from '../changed.ts'
import type { CalendarBook } from './book.ts'

const fields = [
  { id: 'name', label: 'name', kind: 'text' },
  { id: 'color', label: 'colour', kind: 'text', placeholder: '#5b8abf or a name' },
] as const

/** The calendars: to look at one or all, to make, change and delete them. */
export function calendarsMenu(shell: Shell, book: CalendarBook): void {
  const all = book.calendars.value ?? []
  const look = (only: CalendarInfo | null) => () => {
    book.only = only
    book.again()
  }
  shell.menu('Calendars', [
    { id: 'all', title: 'show all', run: look(null) },
    ...all.map(one => ({
      id: one.id,
      title: `only ${sanitiseText(one.name)}`,
      note: `${one.events} events, ${sanitiseText(one.color)}`,
      run: look(one),
    })),
    { id: 'new', title: 'new ...', ...writing(shell), run: () => create(shell) },
    ...all.map(one => ({
      id: `edit ${one.id}`,
      title: `change ${sanitiseText(one.name)} ...`,
      ...writing(shell),
      run: () => edit(shell, one),
    })),
    ...all.map(one => ({
      id: `remove ${one.id}`,
      title: `delete ${sanitiseText(one.name)} ...`,
      ...writing(shell),
      run: () => remove(shell, one),
    })),
  ])
}

const writing = (shell: Shell) => (shell.readOnly ? { disabled: 'this screen only reads' } : {})

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
