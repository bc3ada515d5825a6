import type { Input } from '../../../src/contract/route.ts'
import { todos } from '../../../src/contract/todos.ts'
import type { Action } from '../../actions/registry.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseTyped } from '../../terminal/sanitise.ts'
import { itemsOf, type TodoDetail } from './detail.tsx'
import type { TodoList } from './list.ts'

type Step = Omit<Input<typeof todos.item>, 'id'>

/** What can be done with the items of a checklist. */
export function checklistActions(shell: Shell, list: TodoList, detail: TodoDetail): Action<Shell, never>[] {
  const { items } = detail
  const base = {
    where: ['todos.items'],
    writes: true,
    danger: 'none' as const,
    disabled: () => (items.selected ? undefined : 'it has no such item; a adds one'),
  }
  /** `then`: the place of the item that is selected after it; -1 is the last. */
  const step = async (id: string, input: Step, then?: number) => {
    const { value, seq } = await shell.client.ask(todos.item, { id, ...input })
    list.todos.put(value.todo, seq)
    const item = then === undefined ? undefined : itemsOf(value.todo).at(then)
    if (item) items.select(item.id)
  }
  const move = (id: string, title: string, by: number): Action<Shell, never> => ({
    ...base,
    id,
    title,
    help: `Moves the item ${title}.`,
    async run() {
      const { index, text } = items.selected!
      const to = index + by
      if (to >= 0 && to < list.selected!.items.length)
        await step(list.selected!.id, { op: 'move', index, to, text }, to)
    },
  })
  const add: Action<Shell, never> = {
    ...base,
    id: 'todos.item-add',
    title: 'add item',
    help: 'Adds items to its checklist, one after the other; Enter on nothing or Esc ends.',
    disabled: () => (list.selected ? undefined : 'select a todo first'),
    run() {
      const { id } = list.selected!
      // One after the other, until nothing is typed or Esc.
      const ask = () =>
        shell.ask({
          label: 'item: ',
          async enter(text) {
            if (text.trim() === '') return true
            const added = await shell.act('add item', () => step(id, { op: 'add', text }, -1))
            if (added) ask()
            return added
          },
        })
      ask()
    },
  }
  return [
    {
      ...base,
      id: 'todos.item-toggle',
      title: 'tick',
      help: 'Ticks the item, or takes the tick away.',
      run() {
        const { index, text } = items.selected!
        return step(list.selected!.id, { op: 'toggle', index, text })
      },
    },
    add,
    {
      ...base,
      id: 'todos.item-edit',
      title: 'edit item',
      help: 'Changes the words of the item.',
      run() {
        const { id, text } = items.selected!
        const todo = list.selected!.id
        shell.ask({
          label: 'item: ',
          value: sanitiseTyped(text),
          async enter(words) {
            if (words === sanitiseTyped(text)) return true
            const now = list.get(todo)
            const index = now ? (itemsOf(now).find(item => item.id === id)?.index ?? -1) : -1
            if (index >= 0)
              return shell.act('edit item', () =>
                step(todo, { op: 'edit', index, was: text, text: words }, index),
              )
            shell.toast('warn', 'edit item: it is not there any more')
            return true
          },
        })
      },
    },
    move('todos.item-down', 'down', 1),
    move('todos.item-up', 'up', -1),
    {
      ...base,
      id: 'todos.item-remove',
      title: 'remove item',
      help: 'Removes the item; u brings it back.',
      async run() {
        const { index, text } = items.selected!
        await step(list.selected!.id, { op: 'remove', index, text })
        shell.toast('info', `Removed '${text}'. u takes it back.`)
      },
    },
  ]
}
