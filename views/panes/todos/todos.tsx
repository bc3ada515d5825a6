import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { choose } from '../choosing.ts'
import { markActions, markKeys } from '../marking.ts'
import type { Pane } from '../pane.ts'
import { todoActions } from './actions.ts'
import { checklistActions } from './checklist.ts'
import { TodoDetail } from './detail.tsx'
import { orders } from './groups.ts'
import { TodoList } from './list.ts'
import { nameOf } from './rows.ts'

/** What there is to do, by when it is due; beside it the selected one with its checklist. */
export function todosPane(shell: Shell): Pane {
  const list = new TodoList(shell)
  const detail = new TodoDetail(() => list.selected, shell.signal.now)
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
        disabled: () => (list.selected ? undefined : 'there is no todo here'),
        run() {
          shell.side = 'detail'
        },
      },
      ...markActions('todos', 'todos.list', () => list.side),
      {
        id: 'todos.labels',
        alone: true,
        title: 'only a label',
        help: 'Shows only what has one label, or everything.',
        where,
        danger: 'none',
        run: () => chooseLabel(shell, list),
      },
      {
        id: 'todos.sort',
        alone: true,
        title: 'sort',
        help: 'By when it is due, by label, by title, or the newest first.',
        where,
        danger: 'none',
        run: () => choose(shell, 'Sort todos', orders, list.order, order => list.sort(order)),
      },
      {
        id: 'todos.shelf',
        alone: true,
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
      ...markKeys('todos'),
      'todos.labels': ['#'],
      'todos.sort': ['o'],
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
            'todos.labels',
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
    get filter() {
      return list.side.filter
    },
    list: box => list.view(box),
    detail: box => detail.view(box, list.now),
    move(motion, at) {
      if (at === 'list') list.move(motion)
      else detail.move(motion)
    },
    pick: ({ y }, at) => (at === 'list' ? list.side.pick(y) : detail.pick(y)),
    up: at => at === 'list' && list.up(),
    reveal: id => list.find(id),
    objects: () =>
      list.todos.items.map(todo => ({
        id: todo.id,
        title: nameOf(todo),
        words: todo.label ?? '',
        open() {
          shell.go('todos')
          return list.find(todo.id)
        },
      })),
    lists: { open: list.open, archive: list.shelf },
    hand: () => (shell.side === 'detail' ? [list.side, detail.items] : [list.side]),
    remember: () => ({ order: list.order }),
    recall(kept) {
      const { order } = kept as { order?: unknown }
      list.order = orders.find(([one]) => one === order)?.[0] ?? list.order
    },
  }
}

/** The labels there are, with how many have each. */
function chooseLabel(shell: Shell, list: TodoList): void {
  const counts = new Map<string, number>()
  for (const { label } of list.side === list.shelf ? list.shelf.items : list.todos.items)
    if (label !== null) counts.set(label, (counts.get(label) ?? 0) + 1)
  const only = (label: string | null) => () => list.only(label)
  shell.menu('Show', [
    { id: '', title: 'everything', run: only(null) },
    ...[...counts]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([label, count]) => ({
        id: label,
        title: sanitiseText(`#${label}`),
        note: String(count),
        run: only(label),
      })),
  ])
}
