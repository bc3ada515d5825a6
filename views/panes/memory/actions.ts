import { CATEGORIES, type Category, type Memory, memory } from '../../../src/contract/memory.ts'
import type { Action } from '../../actions/registry.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText, sanitiseTyped } from '../../terminal/sanitise.ts'
import { changed } from '../changed.ts'
import { choose } from '../choosing.ts'
import { editText, onlyIf } from '../editing.ts'
import { spend, targets } from '../marking.ts'
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

const valuesOf = ({ text, category, pinned }: Memory) => ({
  text: sanitiseTyped(text),
  category,
  pinned: pinned ? 'yes' : 'no',
})

const short = (one: Memory) => sanitiseText(one.text.slice(0, 60))

/** What can be done with memories. */
export function memoryActions(
  shell: Shell,
  memories: Searched<Memory>,
  only: () => Category | null,
): Action<Shell, never>[] {
  const side = memories
  const base = {
    where: ['memory'],
    writes: true,
    danger: 'none' as const,
    disabled: () => (side.selected ? undefined : 'there is nothing here'),
  }
  const said = (what: string, chosen: readonly Memory[]) => {
    spend(shell, side)
    const one = chosen.length === 1
    const name = one ? `'${short(chosen[0]!)}'` : `${chosen.length} memories`
    shell.toast('good', `${what} ${name}. u takes ${one ? 'it' : 'them'} back.`)
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
            const added = await shell.client.call(memory.add, {
              text,
              category: category as Category,
              pinned: pinned === 'yes',
            })
            memories.select(added.id)
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
        const { id, text } = side.selected!
        // In one line the breaks of a longer text would be lost.
        const isLine = !/[\n\r]/.test(text)
        const before = valuesOf(side.selected!)
        shell.form({
          title: isLine ? 'Edit memory' : 'Edit memory; E opens its text',
          verb: 'Save',
          values: before,
          fields: isLine ? fields : fields.slice(1),
          now: async () => valuesOf(await shell.client.call(memory.get, { id })),
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
            await shell.client.call(memory.edit, { id, text, ...onlyIf(mark) })
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
        const chosen = targets(shell, side)
        const pinned = !chosen.every(one => one.pinned)
        await shell.together.each(chosen, async ({ id }) => {
          const { seq } = await shell.client.ask(memory.pin, { id, pinned })
          return seq
        })
        said(pinned ? 'Pinned' : 'Unpinned', chosen)
      },
    },
    {
      ...base,
      id: 'memory.sort-in',
      title: 'categorise',
      help: 'Puts it, or all that are marked, into another category.',
      run() {
        const chosen = targets(shell, side)
        const categories = CATEGORIES.map(category => [category, category] as const)
        const now = chosen.every(one => one.category === chosen[0]!.category) ? chosen[0]!.category : 'fact'
        choose(
          shell,
          chosen.length === 1
            ? `Category of '${short(chosen[0]!)}'`
            : `Category of ${chosen.length} memories`,
          categories,
          now,
          category => {
            void shell.act('categorise', async () => {
              await shell.together.each(chosen, async ({ id }) => {
                const { seq } = await shell.client.ask(memory.edit, { id, category })
                return seq
              })
              said(`Put under ${category}`, chosen)
            })
          },
        )
      },
    },
    {
      ...base,
      id: 'memory.copy',
      title: 'copy',
      help: 'Copies its text to the clipboard, or the texts of all that are marked.',
      writes: false,
      run() {
        const texts = targets(shell, side).map(({ text }) => text)
        shell.copy(texts.join('\n'), texts.length === 1 ? 'the text' : `${texts.length} texts`)
      },
    },
    {
      ...base,
      id: 'memory.remove',
      title: 'forget',
      help: 'Deletes it, or all that are marked; u brings them back.',
      danger: 'confirm',
      deed() {
        const chosen = targets(shell, side)
        const more = chosen.length > 8 ? [`and ${chosen.length - 8} more`] : []
        return {
          stakes: {
            title: chosen.length === 1 ? 'Forget this' : `Forget ${chosen.length} things`,
            facts: [...chosen.slice(0, 8).map(short), ...more],
            verb: 'Forget',
            name: '',
          },
          async run() {
            await shell.together.each(chosen, async ({ id }) => {
              const { seq } = await shell.client.ask(memory.remove, { id })
              return seq
            })
            said('Forgot', chosen)
          },
        }
      },
    },
  ]
}
