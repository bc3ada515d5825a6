import type * as z from 'zod'
import { CHANNELS } from '../../../src/contract/notify.ts'
import type { Input } from '../../../src/contract/route.ts'
import { type Todo, todos, type Understood } from '../../../src/contract/todos.ts'
import { readRepeat, repeatTyped } from '../../../src/time/repeat.ts'
import { repeatWords } from '../../../src/time/repeat-said.ts'
import type { Judgement, Values } from '../../shell/overlays/form.tsx'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseTyped } from '../../terminal/sanitise.ts'
import { changed } from '../changed.ts'
import { zoneOf } from '../days.ts'
import { understoodWords } from '../understood.ts'
import type { Now } from './groups.ts'
import { dueTyped, nameOf } from './rows.ts'

export type Saved = {
  todo: Todo
  understood?: z.output<typeof Understood> | undefined
}

export const cleared = (text: string): string | null => (text.trim() === '' ? null : text.trim())

/** Everything of a todo that fits a line each; only what was changed is written. */
export function editForm(
  shell: Shell,
  todo: Todo,
  now: Now,
  edit: (input: Input<typeof todos.edit>) => Promise<Saved>,
  when: (saved: Saved) => string,
): void {
  const { id } = todo
  const before = valuesOf(todo, now)
  shell.form({
    title: 'Edit todo',
    verb: 'Save',
    values: before,
    fields: [
      { id: 'title', label: 'title', kind: 'text' },
      { id: 'due', label: 'due', kind: 'text', placeholder: 'friday 9am' },
      { id: 'repeat', label: 'repeat', kind: 'text', placeholder: 'every monday' },
      { id: 'label', label: 'label', kind: 'text' },
      {
        id: 'channels',
        label: 'reminds by',
        kind: 'text',
        placeholder: `as all do; or none, or: ${CHANNELS.join(' ')}`,
      },
      { id: 'pinned', label: 'pinned', kind: 'toggle' },
    ],
    judge: (values, signal) => judge(shell, changed(before, values), todo.repeat, signal),
    now: async () => valuesOf(await shell.client.call(todos.get, { id }), now),
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

const valuesOf = (todo: Todo, now: Now) => ({
  title: sanitiseTyped(todo.title),
  due: sanitiseTyped(dueTyped(todo, now)),
  repeat: sanitiseTyped(todo.repeat ? repeatTyped(todo.repeat) : ''),
  label: sanitiseTyped(todo.label ?? ''),
  // An older daemon tells none.
  channels: sanitiseTyped(todo.channels ? todo.channels.join(' ') || 'none' : ''),
  pinned: todo.pinned ? 'yes' : 'no',
})

function channelsOf(words: string): string[] | null {
  if (words.trim() === '') return null
  return words.trim() === 'none' ? [] : words.split(/[\s,]+/).filter(Boolean)
}

/** How a new date and a new repeat are understood, while they are typed. */
async function judge(
  shell: Shell,
  { due, repeat }: Partial<Values>,
  stood: string | null,
  signal: AbortSignal,
): Promise<Judgement> {
  const rule = repeat === undefined ? { ok: true as const, repeat: stood } : readRepeat(repeat)
  if (!rule.ok) return { problems: { repeat: rule.reason } }
  const repeats = repeat !== undefined && rule.repeat ? [`repeats ${repeatWords(rule.repeat)}`] : []
  if (!due?.trim()) return { rows: repeats }
  try {
    const { understood } = await shell.client.call(todos.when, { text: due }, { signal })
    const read = understood && { ...understood, repeat: understood.repeat ?? rule.repeat }
    return { rows: read ? [`due ${understoodWords(zoneOf(shell), read)}`] : [] }
  } catch (error) {
    return { problems: { due: (error as Error).message } }
  }
}
