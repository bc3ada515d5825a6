import * as z from 'zod'
import type { Input } from '../../../src/contract/route.ts'
import { type Todo, todos } from '../../../src/contract/todos.ts'
import { repeatTyped } from '../../../src/time/repeat.ts'
import type { Action } from '../../actions/registry.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseTyped } from '../../terminal/sanitise.ts'
import { zoneOf } from '../days.ts'
import { editText, onlyIf } from '../editing.ts'
import { spend, targets } from '../marking.ts'
import { foundWords, judgeRepeat, judgeWhen, understoodWords } from '../understood.ts'
import { cleared, editForm, type Saved } from './form.ts'
import type { TodoList } from './list.ts'
import { dueTyped, dueWords, nameOf } from './rows.ts'

type Kept = Saved & { seq: number | null }

/** What can be done with todos as a whole: with the selected one, or all that are marked. */
export function todoActions(shell: Shell, list: TodoList): Action<Shell, never>[] {
  const chosen = () => targets(shell, list)
  const none = () => (chosen().length > 0 ? undefined : 'there is no todo here')
  const one = () => (list.selected ? undefined : 'select a todo first')
  const base = { where: ['todos.list', 'todos'], writes: true, danger: 'none' as const, disabled: none }

  const keep = ({ value, seq }: { value: Saved; seq: number | null }): Kept => {
    list.put(value.todo, seq)
    return { ...value, seq }
  }
  const edit = async (input: Input<typeof todos.edit>) => keep(await shell.client.ask(todos.edit, input))
  const when = (saved: Saved | undefined) =>
    saved?.understood ? `, ${understoodWords(zoneOf(shell), saved.understood)}` : ''

  /** Does the same to every chosen one and says so once. */
  const each = async (
    them: readonly Todo[],
    what: string,
    run: (todo: Todo) => Promise<{ seq: number | null } | Kept>,
    more: (saved: Kept) => string = when,
  ) => {
    let said = ''
    await shell.together.each(them, async todo => {
      const saved = await run(todo)
      if ('todo' in saved) said = more(saved)
      return saved.seq
    })
    spend(shell, list)
    const one = them.length === 1
    const name = one ? `'${nameOf(them[0]!)}'` : `${them.length} todos`
    shell.toast('good', `${what} ${name}${said}. u takes ${one ? 'it' : 'them'} back.`)
  }
  /** What was chosen when the line was opened is what it is for, whatever the list does meanwhile. */
  const line = (
    label: string,
    stood: (todo: Todo) => { kept: string | null; typed?: string },
    enter: (them: readonly Todo[], text: string | null) => Promise<void>,
    judge?: (text: string, signal: AbortSignal, only?: Todo) => Promise<string>,
  ) => {
    const them = chosen()
    const only = them.length === 1 ? them[0] : undefined
    const several = only ? '' : ` of ${them.length}`
    const { kept, typed } = only ? stood(only) : { kept: null }
    const value = sanitiseTyped(typed ?? kept ?? '')
    // Words say less than what they stand for: left as they are, they mean just that.
    const meant = (text: string) => (text === value ? kept : text)
    shell.ask({
      label: `${label}${several}: `,
      value,
      ...(judge ? { judge: (text, signal) => judge(meant(text) ?? '', signal, only), replaces: true } : {}),
      enter: text => shell.act(label, () => enter(them, cleared(meant(text) ?? ''))),
    })
  }
  const snooze = (them: readonly Todo[], until: string) =>
    shell.act('snooze', () =>
      each(them, 'Put off', async ({ id }) => keep(await shell.client.ask(todos.snooze, { id, until }))),
    )
  const flipping = (is: (todo: Todo) => boolean) => !chosen().every(is)

  const add: Action<Shell, string> = {
    ...base,
    id: 'todos.add',
    title: 'add',
    help: 'Adds a todo from a sentence: "every friday 9am water the plants #home".',
    where: ['todos.list'],
    alone: true,
    disabled: () => undefined,
    args: z.string().trim().min(1, 'say what to do'),
    judge: (_shell, typed, signal) => judgeWhen(shell, { quick: true })(typed, signal),
    async run(_shell, title) {
      const saved = keep(await shell.client.ask(todos.add, { title, quick: true }))
      if (list.archive) list.turn()
      list.select(saved.todo.id)
      shell.toast('good', `Added '${saved.todo.title}'${foundWords(zoneOf(shell), saved)}. u takes it back.`)
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
        each(
          chosen(),
          list.archive ? 'Reopened' : 'Did',
          async ({ id }) => keep(await shell.client.ask(todos.done, { id, done: !list.archive })),
          ({ todo }) =>
            todo.repeat !== null && todo.due_at !== null ? `, next ${dueWords(todo, list.now)}` : '',
        ),
    },
    {
      ...base,
      id: 'todos.edit',
      title: 'edit',
      help: 'Changes title, date, repeat, label.',
      where: ['todos.list'],
      disabled: one,
      run: () => editForm(shell, list.selected!, list.now, edit, when),
    },
    {
      ...base,
      id: 'todos.text',
      title: 'text',
      help: 'Opens its text in $EDITOR.',
      disabled: one,
      run() {
        const { id } = list.selected!
        const now = async () => (await shell.client.call(todos.get, { id })).content
        return editText(shell, {
          key: `todo ${id}`,
          extension: 'md',
          async read() {
            const text = await now()
            return { text, mark: text }
          },
          async write(content, mark) {
            await edit({ id, content, ...onlyIf(mark) })
          },
        })
      },
    },
    {
      ...base,
      id: 'todos.when',
      title: 'when',
      help: 'Sets the day or time it is due: "friday 9am"; a repeat goes on from there. Nothing takes both away.',
      run: () =>
        line(
          'due',
          todo => ({ kept: todo.due, typed: dueTyped(todo, list.now) }),
          (them, due) => each(them, 'Moved', ({ id }) => edit({ id, due })),
          (text, signal, only) => judgeWhen(shell, { repeat: only?.repeat })(text, signal),
        ),
    },
    {
      ...base,
      id: 'todos.repeat',
      title: 'repeat',
      help: 'Sets how it repeats: "every monday", "every 2 weeks"; nothing ends it.',
      run: () =>
        line(
          'repeat',
          todo => ({ kept: todo.repeat, ...(todo.repeat ? { typed: repeatTyped(todo.repeat) } : {}) }),
          (them, repeat) =>
            each(
              them,
              'Changed',
              ({ id }) => edit({ id, repeat }),
              saved => (saved.todo.repeat === null ? ', repeats no more' : when(saved)),
            ),
          judgeRepeat,
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
          todo => ({ kept: todo.label }),
          (them, label) => each(them, 'Labelled', ({ id }) => edit({ id, label })),
        ),
    },
    {
      ...base,
      id: 'todos.snooze',
      title: 'snooze',
      help: 'Reminds later, never earlier, without moving the date; an hour counts from when it reminds next.',
      disabled: () =>
        none() ?? (chosen().some(({ due_at }) => due_at === null) ? 'it has no date to put off' : undefined),
      run() {
        const them = chosen()
        const only = them.length === 1 ? them[0] : undefined
        shell.menu('Remind again', [
          ...['in 1 hour', 'in 3 hours', 'tomorrow 9am', 'next monday 9am'].map(until => ({
            id: until,
            title: until.replace(/^in (.*)/, '$1 later'),
            run: async () => void (await snooze(them, until)),
          })),
          {
            id: 'other',
            title: 'another time ...',
            run: () =>
              shell.ask({
                label: 'snooze until: ',
                judge: judgeWhen(shell, only ? { snooze: only.id } : {}),
                enter: until => snooze(them, until),
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
        return each(chosen(), pinned ? 'Pinned' : 'Unpinned', ({ id }) => edit({ id, pinned }))
      },
    },
    {
      ...base,
      id: 'todos.archive',
      title: 'archive',
      help: 'Puts it into the archive, or back among the open ones.',
      run: () =>
        each(chosen(), list.archive ? 'Took back' : 'Archived', ({ id }) =>
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
      deed() {
        const them = chosen()
        const names = them.map(nameOf)
        return {
          stakes: {
            title: names.length === 1 ? 'Delete this todo' : `Delete ${names.length} todos`,
            facts: [...names.slice(0, 8), ...(names.length > 8 ? [`and ${names.length - 8} more`] : [])],
            verb: 'Delete',
            name: '',
          },
          run: () =>
            each(them, 'Deleted', async ({ id }) => {
              const { seq } = await shell.client.ask(todos.remove, { id })
              list.todos.drop(id)
              return { seq }
            }),
        }
      },
    },
  ]
}
