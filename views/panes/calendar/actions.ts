import * as z from 'zod'
import { calendar, type Entry } from '../../../src/contract/calendar.ts'
import type { Action } from '../../actions/registry.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { dayOf, plusDays } from '../days.ts'
import { editText, onlyIf } from '../editing.ts'
import { answerEvent } from './answers.ts'
import { type CalendarBook, type View, views } from './book.ts'
import { addEvent, editEvent, judgeEvent, type Scope, said, scopes } from './event-form.ts'
import { written } from './rows.ts'

const where = ['calendar']

/** Which days are looked at, and how. */
export function viewActions(shell: Shell, book: CalendarBook): Action<Shell, never>[] {
  const base = { where, danger: 'none' as const, alone: true }
  const view = (name: View): Action<Shell, never> => ({
    ...base,
    id: `calendar.${name}`,
    title: name,
    help: `Shows the ${name}.`,
    run: () => book.show(name),
  })
  const go = (id: string, title: string, help: string, run: () => void): Action<Shell, never> => ({
    ...base,
    id: `calendar.${id}`,
    title,
    help,
    run,
  })
  const jump: Action<Shell, string> = {
    ...base,
    id: 'calendar.jump',
    title: 'go to',
    help: 'Goes to a day: "24 dec", "next monday".',
    args: z.string().trim().min(1, 'say which day'),
    async run(_shell, start) {
      const { days } = await shell.client.call(calendar.agenda, { start, days: 1 })
      book.go(days[0]!.date)
    },
  }
  return [
    ...views.map(view),
    go('turn', 'next view', 'Agenda, month, week, day.', () =>
      book.show(views[(views.indexOf(book.view) + 1) % views.length]!),
    ),
    go('today', 'today', 'Goes to today.', () => book.go(book.today)),
    go('next-day', 'next day', 'One day on.', () => book.go(plusDays(book.day, 1))),
    go('last-day', 'day before', 'One day back.', () => book.go(plusDays(book.day, -1))),
    go('next', 'next', 'The next month, week or day.', () => book.page(1)),
    go('last', 'before', 'The month, week or day before.', () => book.page(-1)),
    jump as Action<Shell, never>,
    {
      ...go(
        'open',
        'open',
        'Opens the day, or what is selected in it; at a free hour of a day it adds an event.',
        () => {
          if (book.view === 'agenda' || book.selected) shell.side = 'detail'
          else if (book.view === 'day') addEvent(shell, book)
          else book.show('day')
        },
      ),
      alone: false,
    },
  ]
}

/** What can be done with events. */
export function eventActions(shell: Shell, book: CalendarBook): Action<Shell, never>[] {
  const selected = () => {
    if (book.view === 'month') return 'open the day first, with Enter'
    return book.selected ? book.refusal : 'there is no event here'
  }
  const base = { where, writes: true, danger: 'none' as const, disabled: selected }
  const remove = async (entry: Entry, scope?: Scope) => {
    await shell.client.call(calendar.remove, { id: entry.id, ...(scope ? { scope } : {}) })
    shell.toast('good', `Deleted '${entry.summary}'. u takes it back.`)
  }
  const askWhich = (entry: Entry) =>
    shell.menu(
      `Delete '${sanitiseText(entry.summary)}'`,
      scopes.map(({ value, label }) => ({
        id: value,
        title: label,
        async run() {
          const facts = [...factsOf(entry), `It repeats: this deletes ${label}.`]
          if (await shell.confirm({ title: 'Delete of a series', facts, verb: 'Delete' }))
            await shell.act('delete', () => remove(entry, value))
        },
      })),
    )
  const add: Action<Shell, string> = {
    ...base,
    alone: true,
    id: 'calendar.add',
    title: 'add',
    help: 'Adds an event from a sentence: "friday 9am breakfast with Ann".',
    disabled: () => undefined,
    args: z.string().trim().min(1, 'say what and when'),
    judge: (_shell, typed, signal) => judgeEvent(shell, typed, signal),
    async run(_shell, summary) {
      const only = book.only ? { calendar: book.only.id } : {}
      const { event, warnings } = await shell.client.call(calendar.add, { summary, ...only })
      said(shell, 'Added', event, warnings)
      book.go(dayOf(event.starts_at, book.zone))
    },
  }
  return [
    add as Action<Shell, never>,
    {
      ...base,
      id: 'calendar.new',
      alone: true,
      title: 'new',
      help: 'Adds an event with a form, on this day, at the hour where the cursor stands.',
      disabled: () => undefined,
      run: () => addEvent(shell, book),
    },
    {
      ...base,
      id: 'calendar.edit',
      title: 'edit',
      help: 'Changes an event; of a series this date, this and the following, or all.',
      run: () => editEvent(shell, book, book.selected!.id),
    },
    {
      ...base,
      id: 'calendar.answer',
      title: 'answer',
      help: 'Answers an invitation, and tells its organizer; of a series for this date or for all.',
      disabled: () => selected() ?? (book.selected?.answer === null ? 'nobody invited you to it' : undefined),
      run: () => answerEvent(shell, book.selected!),
    },
    {
      ...base,
      id: 'calendar.text',
      title: 'text',
      help: 'Opens its description in $EDITOR; of a series that of all dates.',
      run() {
        const { event_id: id } = book.selected!
        const now = async () => (await shell.client.call(calendar.get, { id })).description
        return editText(shell, {
          key: `event ${id}`,
          extension: 'md',
          async read() {
            const text = await now()
            return { text, mark: text }
          },
          async write(description, mark) {
            await shell.client.call(calendar.edit, { id, description, scope: 'all', ...onlyIf(mark) })
          },
        })
      },
    },
    {
      ...base,
      id: 'calendar.remove',
      title: 'delete',
      help: 'Deletes an event; of a series this date, this and the following, or all. u brings it back.',
      danger: 'confirm',
      deed() {
        const entry = book.selected!
        const stakes = { title: 'Delete this event', facts: factsOf(entry), verb: 'Delete', name: '' }
        return entry.repeats ? { run: () => askWhich(entry) } : { stakes, run: () => remove(entry) }
      },
    },
  ]
}

const factsOf = (entry: Entry) => [sanitiseText(entry.summary), written(entry.start)]
