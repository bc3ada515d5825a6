import type { Input } from '../../../src/contract/route.ts'
import { todos } from '../../../src/contract/todos.ts'
import type { Action } from '../../actions/registry.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
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
  const step = async (id: string, input: Step, then?: number) => {
    const { value, seq } = await shell.client.ask(todos.item, { id, ...input })
    list.todos.put(value.todo, seq)
    const item = then === undefined ? undefined : itemsOf(value.todo)[then]
    if (item) items.select(item.id)
  }
  const move = (id: string, title: string, by: number): Action<Shell, never> => ({
    ...base,
    id,
    title,
    help: `Moves the item ${title}.`,
    async run() {
      const { index } = items.selected!
      const to = index + by
      if (to >= 0 && to < list.side.selected!.items.length)
        await step(list.side.selected!.id, { op: 'move', index, to }, to)
    },
  })
  const add: Action<Shell, never> = {
    ...base,
    id: 'todos.item-add',
    title: 'add item',
    help: 'Adds an item to its checklist.',
    disabled: () => (list.side.selected ? undefined : 'select a todo first'),
    run() {
      const todo = list.side.selected!
      shell.ask({
        label: 'item: ',
        enter: async text =>
          void (await shell.act('add item', () => step(todo.id, { op: 'add', text }, todo.items.length))),
      })
    },
  }
  return [
    {
      ...base,
      id: 'todos.item-toggle',
      title: 'tick',
      help: 'Ticks the item, or takes the tick away.',
      run: () => step(list.side.selected!.id, { op: 'toggle', index: items.selected!.index }),
    },
    add,
    {
      ...base,
      id: 'todos.item-edit',
      title: 'edit item',
      help: 'Changes the words of the item.',
      run() {
        const { id, text } = items.selected!
        const todo = list.side.selected!.id
        shell.ask({
          label: 'item: ',
          value: sanitiseText(text),
          async enter(words) {
            if (words === sanitiseText(text)) return
            const now = list.todos.get(todo)
            const index = now ? (itemsOf(now).find(item => item.id === id)?.index ?? -1) : -1
            if (index < 0) shell.toast('warn', 'edit item: it is not there any more')
            else await shell.act('edit item', () => step(todo, { op: 'edit', index, text: words }, index))
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
        await step(list.side.selected!.id, { op: 'remove', index })
        shell.toast('info', `Removed '${text}'. u takes it back.`)
      },
    },
  ]
}
