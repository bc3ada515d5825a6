import type { Shell } from '../../shell/shell.ts'
import type { Pane } from '../pane.ts'
import { todoActions } from './actions.ts'
import { checklistActions } from './checklist.ts'
import { TodoDetail } from './detail.tsx'
import { TodoList } from './list.ts'
import { nameOf } from './rows.ts'

/** What there is to do, by when it is due; beside it the selected one with its checklist. */
export function todosPane(shell: Shell): Pane {
  const list = new TodoList(shell)
  const { side } = list
  const detail = new TodoDetail(() => side.selected, shell.signal.now)
  const where = ['todos.list']
  return {
    id: 'todos',
    tab: 'Todo',
    title: 'Todos',
    actions: [
      ...todoActions(shell, list),
      ...checklistActions(shell, list, detail),
      {
        id: 'todos.open',
        title: 'open',
        help: 'Gives the keys to its text and checklist.',
        where,
        danger: 'none',
        disabled: () => (side.selected ? undefined : 'there is no todo here'),
        run() {
          shell.side = 'detail'
        },
      },
      {
        id: 'todos.mark',
        title: 'mark',
        help: 'Marks it: what comes next is for all that are marked. Esc unmarks.',
        where,
        danger: 'none',
        run: () => side.mark(),
      },
      {
        id: 'todos.shelf',
        title: 'open or archive',
        help: 'Shows the archive, or what is open.',
        where,
        danger: 'none',
        run: () => list.turn(),
      },
    ],
    keys: {
      'todos.open': ['enter', 'l', 'right'],
      'todos.add': ['a'],
      'todos.done': ['t'],
      'todos.edit': ['e'],
      'todos.text': ['E'],
      'todos.when': ['w'],
      'todos.snooze': ['s'],
      'todos.repeat': ['r'],
      'todos.label': ['L'],
      'todos.pin': ['p'],
      'todos.archive': ['A'],
      'todos.mark': ['space', 'v'],
      'todos.shelf': ['.'],
      'todos.remove': ['X'],
      'todos.item-toggle': ['space', 'enter'],
      'todos.item-add': ['a'],
      'todos.item-edit': ['e'],
      'todos.item-down': ['J'],
      'todos.item-up': ['K'],
      'todos.item-remove': ['X'],
    },
    places: at => (at === 'list' ? ['todos.list', 'todos'] : ['todos.items', 'todos']),
    hints: at =>
      at === 'list'
        ? [
            'todos.add',
            'todos.done',
            'todos.open',
            'todos.edit',
            'todos.snooze',
            'todos.when',
            'todos.mark',
            'todos.shelf',
            'todos.remove',
            'screen.filter',
          ]
        : [
            'todos.item-toggle',
            'todos.item-add',
            'todos.item-edit',
            'todos.item-down',
            'todos.item-remove',
            'todos.text',
            'screen.back',
          ],
    badge: () => (list.overdue > 0 ? `!${list.overdue}` : ''),
    filter: side.filter,
    list: box => side.view(box),
    detail: box => detail.view(box, list.now),
    move(motion, at) {
      if (at === 'list') side.move(motion)
      else detail.move(motion)
    },
    up: at => at === 'list' && side.unmark(),
    async reveal(id) {
      if (!list.todos.get(id)) await list.find(id)
      side.select(id)
    },
    objects: () =>
      list.todos.items.map(todo => ({
        id: todo.id,
        title: nameOf(todo),
        words: todo.label ?? '',
        open() {
          shell.go('todos')
          side.select(todo.id)
        },
      })),
    remember: () => ({ selected: side.selected?.id ?? null }),
    recall(kept) {
      const { selected } = kept as { selected?: unknown }
      if (typeof selected === 'string') side.select(selected)
    },
  }
}
