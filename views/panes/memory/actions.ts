import { CATEGORIES, type Category, type Memory, memory } from '../../../src/contract/memory.ts'
import { Problem } from '../../../src/contract/problem.ts'
import type { Action } from '../../actions/registry.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { changed } from '../changed.ts'
import { editText } from '../editing.ts'
import type { Searched } from '../searched.ts'

const fields = [
  { id: 'text', label: 'text', kind: 'text' },
  {
    id: 'category',
    label: 'category',
    kind: 'choice',
    choices: CATEGORIES.map(value => ({ value, label: value })),
  },
  { id: 'pinned', label: 'pinned', kind: 'toggle' },
] as const

const short = (one: Memory) => sanitiseText(one.text.slice(0, 60))

/** What can be done with memories. */
export function memoryActions(
  shell: Shell,
  memories: Searched<Memory>,
  only: () => Category | null,
): Action<Shell, never>[] {
  const { side } = memories
  let agreed: readonly Memory[] = []
  const base = {
    where: ['memory'],
    writes: true,
    danger: 'none' as const,
    disabled: () => (side.selected ? undefined : 'there is nothing here'),
  }
  return [
    {
      ...base,
      id: 'memory.add',
      title: 'add',
      help: 'Remembers something.',
      disabled: () => undefined,
      run: () =>
        shell.form({
          title: 'Remember',
          verb: 'Remember',
          values: { text: '', category: only() ?? 'fact', pinned: 'no' },
          fields,
          async submit({ text = '', category, pinned }) {
            const added = await shell.client.call(memory.add, { text, category, pinned: pinned === 'yes' })
            side.select(added.id)
            shell.toast(
              added.duplicate ? 'info' : 'good',
              added.duplicate ? 'That is known already.' : 'Remembered. u takes it back.',
            )
          },
        }),
    },
    {
      ...base,
      id: 'memory.edit',
      title: 'edit',
      help: 'Changes its words, category and pin.',
      run() {
        const { id, text, category, pinned } = side.selected!
        const before = { text: sanitiseText(text), category, pinned: pinned ? 'yes' : 'no' }
        shell.form({
          title: 'Edit memory',
          verb: 'Save',
          values: before,
          fields,
          async submit(values) {
            const { pinned: pin, ...words } = changed(before, values)
            await shell.client.call(memory.edit, {
              id,
              ...words,
              ...(pin === undefined ? {} : { pinned: pin === 'yes' }),
            })
          },
        })
      },
    },
    {
      ...base,
      id: 'memory.text',
      title: 'text',
      help: 'Opens its text in $EDITOR.',
      run() {
        const { id } = side.selected!
        const now = async () => (await shell.client.call(memory.get, { id })).text
        return editText(shell, {
          key: `memory ${id}`,
          extension: 'md',
          async read() {
            const text = await now()
            return { text, mark: text }
          },
          async write(text, mark) {
            if (mark !== null && mark !== (await now())) throw new Problem('conflict', 'It was changed.')
            await shell.client.call(memory.edit, { id, text })
          },
        })
      },
    },
    {
      ...base,
      id: 'memory.pin',
      title: 'pin',
      help: 'Keeps it at the top, or no more.',
      async run() {
        const { chosen } = side
        const pinned = !chosen.every(one => one.pinned)
        for (const { id } of chosen) await shell.client.call(memory.pin, { id, pinned })
        side.unmark()
      },
    },
    {
      ...base,
      id: 'memory.remove',
      title: 'forget',
      help: 'Deletes it, or all that are marked; u brings them back.',
      danger: 'confirm',
      stakes() {
        agreed = side.chosen
        const more = agreed.length > 8 ? [`and ${agreed.length - 8} more`] : []
        return {
          title: agreed.length === 1 ? 'Forget this' : `Forget ${agreed.length} things`,
          facts: [...agreed.slice(0, 8).map(short), ...more],
          verb: 'Forget',
          name: '',
        }
      },
      async run() {
        for (const { id } of agreed) await shell.client.call(memory.remove, { id })
        side.unmark()
        shell.toast(
          'good',
          `Forgot ${agreed.length === 1 ? `'${short(agreed[0]!)}'` : agreed.length}. u takes it back.`,
        )
      },
    },
  ]
}
