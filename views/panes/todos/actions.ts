import * as z from 'zod'
import { Problem } from '../../../src/contract/problem.ts'
import type { Input } from '../../../src/contract/route.ts'
import { type Todo, todos } from '../../../src/contract/todos.ts'
import type { Action } from '../../actions/registry.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { changed } from '../changed.ts'
import { editText } from '../editing.ts'
import type { TodoList } from './list.ts'
import { nameOf } from './rows.ts'

type Saved = {
  todo: Todo
  understood?: { at: string; repeat: string | null; uncertain: string[] } | undefined
}

const cleared = (text: string) => (text.trim() === '' ? null : text.trim())

/** What can be done with todos as a whole: with the selected one, or all that are marked. */
export function todoActions(shell: Shell, list: TodoList): Action<Shell, never>[] {
  const { side } = list
  const none = () => (side.selected || side.chosen.length > 0 ? undefined : 'there is no todo here')
  const one = () => (side.selected ? undefined : 'select a todo first')
  const base = { where: ['todos.list', 'todos'], writes: true, danger: 'none' as const, disabled: none }

  const keep = ({ value, seq }: { value: Saved; seq: number | null }): Saved => {
    list.todos.put(value.todo, seq)
    return value
  }
  const edit = async (input: Input<typeof todos.edit>) => keep(await shell.client.ask(todos.edit, input))

  /** Does the same to every chosen one and says so once; where it fails, how far it came. */
  const each = async (
    chosen: readonly Todo[],
    what: string,
    run: (todo: Todo) => Promise<Saved | undefined>,
  ) => {
    let said: Saved | undefined
    let count = 0
    try {
      for (const todo of chosen) {
        said = await run(todo)
        count++
      }
    } catch (error) {
      const far = chosen.length > 1 ? `after ${count} of ${chosen.length}: ` : ''
      throw new Error(`${far}${(error as Error).message}`)
    }
    side.unmark()
    const name = chosen.length === 1 ? `'${nameOf(chosen[0]!)}'` : `${count} todos`
    shell.toast(
      'good',
      `${what} ${name}${when(said)}. u takes ${count > 1 ? 'them back one by one' : 'it back'}.`,
    )
  }
  /** What was chosen when the line was opened is what it is for, whatever the list does meanwhile. */
  const line = (
    label: string,
    current: (todo: Todo) => string | null,
    enter: (chosen: readonly Todo[], text: string | null) => Promise<void>,
  ) => {
    const chosen = side.chosen
    shell.ask({
      label: `${label}: `,
      value: chosen.length === 1 ? sanitiseText(current(chosen[0]!) ?? '') : '',
      enter: async text => void (await shell.act(label, () => enter(chosen, cleared(text)))),
    })
  }
  const snooze = (chosen: readonly Todo[], until: string) =>
    shell.act('snooze', () =>
      each(chosen, 'Put off', async ({ id }) => keep(await shell.client.ask(todos.snooze, { id, until }))),
    )
  /** What the question before a deletion named. */
  let agreed: readonly Todo[] = []
  const flipping = (is: (todo: Todo) => boolean) => !side.chosen.every(is)

  const add: Action<Shell, string> = {
    ...base,
    id: 'todos.add',
    title: 'add',
    help: 'Adds a todo from a sentence: "every friday 9am water the plants".',
    where: ['todos.list'],
    disabled: () => undefined,
    args: z.string().trim().min(1, 'say what to do'),
    async run(_shell, title) {
      const saved = keep(await shell.client.ask(todos.add, { title, quick: true }))
      side.select(saved.todo.id)
      shell.toast('good', `Added '${saved.todo.title}'${when(saved)}. u takes it back.`)
    },
  }
  return [
    add as Action<Shell, never>,
    {
      ...base,
      id: 'todos.done',
      title: 'done',
      help: 'Marks it done, or not done in the archive; a repeating one moves to its next date.',
      run: () =>
        each(side.chosen, list.archive ? 'Reopened' : 'Did', async ({ id }) =>
          keep(await shell.client.ask(todos.done, { id, done: !list.archive })),
        ),
    },
    {
      ...base,
      id: 'todos.edit',
      title: 'edit',
      help: 'Changes title, date, repeat, label.',
      where: ['todos.list'],
      disabled: one,
      run: () => editForm(shell, side.selected!, edit),
    },
    {
      ...base,
      id: 'todos.text',
      title: 'text',
      help: 'Opens its text in $EDITOR.',
      disabled: one,
      run() {
        const { id } = side.selected!
        const now = async () => (await shell.client.call(todos.get, { id })).content
        return editText(shell, {
          key: `todo ${id}`,
          extension: 'md',
          async read() {
            const text = await now()
            return { text, mark: text }
          },
          async write(content, mark) {
            if (mark !== null && mark !== (await now())) throw new Problem('conflict', 'It was changed.')
            await edit({ id, content })
          },
        })
      },
    },
    {
      ...base,
      id: 'todos.when',
      title: 'when',
      help: 'Sets the day or time it is due: "friday 9am"; nothing takes it away.',
      run: () =>
        line(
          'due',
          todo => todo.due,
          (chosen, due) => each(chosen, 'Moved', ({ id }) => edit({ id, due })),
        ),
    },
    {
      ...base,
      id: 'todos.repeat',
      title: 'repeat',
      help: 'Sets how it repeats: "weekly", "every weekday"; nothing ends it.',
      run: () =>
        line(
          'repeat',
          todo => todo.repeat,
          (chosen, repeat) => each(chosen, 'Changed', ({ id }) => edit({ id, repeat })),
        ),
    },
    {
      ...base,
      id: 'todos.label',
      title: 'label',
      help: 'Gives it a label, or none.',
      run: () =>
        line(
          'label',
          todo => todo.label,
          (chosen, label) => each(chosen, 'Labelled', ({ id }) => edit({ id, label })),
        ),
    },
    {
      ...base,
      id: 'todos.snooze',
      title: 'snooze',
      help: 'Reminds again later, without moving the date.',
      disabled: () =>
        none() ??
        (side.chosen.some(({ due_at }) => due_at === null) ? 'it has no date to put off' : undefined),
      run() {
        const { chosen } = side
        shell.menu('Remind again', [
          ...['in 1 hour', 'in 3 hours', 'tomorrow 9am', 'next monday 9am'].map(until => ({
            id: until,
            title: until,
            run: async () => void (await snooze(chosen, until)),
          })),
          {
            id: 'other',
            title: 'another time ...',
            run: () =>
              shell.ask({
                label: 'snooze until: ',
                enter: async until => void (await snooze(chosen, until)),
              }),
          },
        ])
      },
    },
    {
      ...base,
      id: 'todos.pin',
      title: 'pin',
      help: 'Keeps it first in its group, or no more.',
      run: () => {
        const pinned = flipping(todo => todo.pinned)
        return each(side.chosen, pinned ? 'Pinned' : 'Unpinned', ({ id }) => edit({ id, pinned }))
      },
    },
    {
      ...base,
      id: 'todos.archive',
      title: 'archive',
      help: 'Puts it into the archive, or back among the open ones.',
      run: () =>
        each(side.chosen, list.archive ? 'Took back' : 'Archived', ({ id }) =>
          edit({ id, archived: !list.archive }),
        ),
    },
    {
      ...base,
      id: 'todos.remove',
      title: 'delete',
      help: 'Deletes it, or all that are marked; u brings them back.',
      where: ['todos.list'],
      danger: 'confirm',
      stakes: () => {
        agreed = side.chosen
        const names = agreed.map(nameOf)
        return {
          title: names.length === 1 ? 'Delete this todo' : `Delete ${names.length} todos`,
          facts: [...names.slice(0, 8), ...(names.length > 8 ? [`and ${names.length - 8} more`] : [])],
          verb: 'Delete',
          name: '',
        }
      },
      run: () =>
        each(agreed, 'Deleted', async ({ id }) => {
          await shell.client.call(todos.remove, { id })
          list.todos.drop(id)
          return undefined
        }),
    },
  ]
}

/** How a date was understood. */
function when(saved: Saved | undefined): string {
  const { understood } = saved ?? {}
  if (!understood) return ''
  const doubts = understood.uncertain.length > 0 ? ` (${understood.uncertain.join('; ')})` : ''
  return `, ${understood.at}${understood.repeat ? ` and ${understood.repeat}` : ''}${doubts}`
}

function editForm(shell: Shell, todo: Todo, edit: (input: Input<typeof todos.edit>) => Promise<Saved>): void {
  const before = {
    title: sanitiseText(todo.title),
    due: sanitiseText(todo.due ?? ''),
    repeat: sanitiseText(todo.repeat ?? ''),
    label: sanitiseText(todo.label ?? ''),
    pinned: todo.pinned ? 'yes' : 'no',
  }
  shell.form({
    title: 'Edit todo',
    verb: 'Save',
    values: before,
    fields: [
      { id: 'title', label: 'title', kind: 'text' },
      { id: 'due', label: 'due', kind: 'text', placeholder: 'friday 9am' },
      { id: 'repeat', label: 'repeat', kind: 'text', placeholder: 'weekly' },
      { id: 'label', label: 'label', kind: 'text' },
      { id: 'pinned', label: 'pinned', kind: 'toggle' },
    ],
    async submit(values) {
      const { title, due, repeat, label, pinned } = changed(before, values)
      const saved = await edit({
        id: todo.id,
        ...(title === undefined ? {} : { title }),
        ...(due === undefined ? {} : { due: cleared(due) }),
        ...(repeat === undefined ? {} : { repeat: cleared(repeat) }),
        ...(label === undefined ? {} : { label: cleared(label) }),
        ...(pinned === undefined ? {} : { pinned: pinned === 'yes' }),
      })
      shell.toast('good', `Changed '${nameOf(saved.todo)}'${when(saved)}.`)
    },
  })
}
