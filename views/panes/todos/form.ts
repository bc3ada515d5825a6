import type * as z from 'zod'
import { CHANNELS } from '../../../src/contract/notify.ts'
import type { Input } from '../../../src/contract/route.ts'
import { type Todo, todos, type Understood } from '../../../src/contract/todos.ts'
import type { Judgement, Values } from '../../shell/overlays/form.tsx'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseTyped } from '../../terminal/sanitise.ts'
import { changed } from '../changed.ts'
import { understoodWords } from '../understood.ts'
import { nameOf } from './rows.ts'

export type Saved = {
  todo: Todo
  understood?: z.output<typeof Understood> | undefined
}

export const cleared = (text: string): string | null => (text.trim() === '' ? null : text.trim())

/** Everything of a todo that fits a line each; only what was changed is written. */
export function editForm(
  shell: Shell,
  todo: Todo,
  edit: (input: Input<typeof todos.edit>) => Promise<Saved>,
  when: (saved: Saved) => string,
): void {
  const { id } = todo
  const before = valuesOf(todo)
  shell.form({
    title: 'Edit todo',
    verb: 'Save',
    values: before,
    fields: [
      { id: 'title', label: 'title', kind: 'text' },
      { id: 'due', label: 'due', kind: 'text', placeholder: 'friday 9am' },
      { id: 'repeat', label: 'repeat', kind: 'text', placeholder: 'weekly' },
      { id: 'label', label: 'label', kind: 'text' },
      {
        id: 'channels',
        label: 'reminds by',
        kind: 'text',
        placeholder: `as all do; or none, or: ${CHANNELS.join(' ')}`,
      },
      { id: 'pinned', label: 'pinned', kind: 'toggle' },
    ],
    judge: (values, signal) => judge(shell, values, signal),
    now: async () => valuesOf(await shell.client.call(todos.get, { id })),
    async submit(values) {
      const { title, due, repeat, label, pinned, channels } = changed(before, values)
      const saved = await edit({
        id,
        ...(title === undefined ? {} : { title }),
        ...(due === undefined ? {} : { due: cleared(due) }),
        ...(repeat === undefined ? {} : { repeat: cleared(repeat) }),
        ...(label === undefined ? {} : { label: cleared(label) }),
        ...(channels === undefined ? {} : { channels: channelsOf(channels) }),
        ...(pinned === undefined ? {} : { pinned: pinned === 'yes' }),
      })
      shell.toast('good', `Changed '${nameOf(saved.todo)}'${when(saved)}. u takes it back.`)
    },
  })
}

const valuesOf = (todo: Todo) => ({
  title: sanitiseTyped(todo.title),
  due: sanitiseTyped(todo.due ?? ''),
  repeat: sanitiseTyped(todo.repeat ?? ''),
  label: sanitiseTyped(todo.label ?? ''),
  // An older daemon tells none.
  channels: sanitiseTyped(todo.channels ? todo.channels.join(' ') || 'none' : ''),
  pinned: todo.pinned ? 'yes' : 'no',
})

function channelsOf(words: string): string[] | null {
  if (words.trim() === '') return null
  return words.trim() === 'none' ? [] : words.split(/[\s,]+/).filter(Boolean)
}

/** How the date is understood, while it is typed. */
async function judge(shell: Shell, { due = '' }: Values, signal: AbortSignal): Promise<Judgement> {
  if (due.trim() === '') return { rows: [] }
  try {
    const { understood } = await shell.client.call(todos.when, { text: due }, { signal })
    return { rows: understood ? [`due ${understoodWords(shell, understood)}`] : [] }
  } catch (error) {
    return { problems: { due: (error as Error).message } }
  }
}
