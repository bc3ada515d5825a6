import { CATEGORIES, type Category, type Memory, memory } from '../../../src/contract/memory.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseBlock, sanitiseText } from '../../terminal/sanitise.ts'
import { growing } from '../../widgets/table.ts'
import { toWidth, wrapText } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'
import { choose } from '../choosing.ts'
import { factRows } from '../facts.ts'
import { markActions, markKeys } from '../marking.ts'
import type { Pane } from '../pane.ts'
import { Searched } from '../searched.ts'
import { searchActions, searchIn, searchKeys, TextSide } from '../text-side.tsx'
import { day } from '../words.ts'
import { memoryActions } from './actions.ts'

const orders = [
  ['recent', 'newest change first'],
  ['oldest', 'oldest first'],
  ['uses', 'most helpful first'],
] as const
type Order = (typeof orders)[number][0]

/** What agents know of the owner. */
export function memoryPane(shell: Shell): Pane {
  let only: Category | null = null
  let order: Order = 'recent'
  const memories = new Searched<Memory>(shell, {
    nouns: ['memory'],
    idOf: ({ id }) => id,
    row: memoryRow,
    notes: () => [
      ...(only ? [`only ${only}`] : []),
      ...(order === 'recent' ? [] : [orders.find(([one]) => one === order)![1]]),
    ],
    empty: () =>
      only ? `Nothing in ${only}. Esc shows all.` : 'Nothing is remembered yet. a adds something.',
    page: query =>
      shell.client.call(memory.list, { ...query, sort: order, ...(only ? { category: only } : {}) }),
    get: id => shell.client.call(memory.get, { id }),
  })
  const side = memories
  const text = new TextSide()
  const narrow = (to: Category | null) => () => {
    only = to
    memories.turn()
  }
  return {
    id: 'memory',
    tab: 'Mem',
    title: 'Memory',
    actions: [
      ...memoryActions(shell, memories, () => only),
      {
        id: 'memory.category',
        title: 'category',
        help: 'Shows one category, or all.',
        where: ['memory'],
        danger: 'none',
        run: () =>
          shell.menu('Show', [
            { id: 'all', title: 'all', run: narrow(null) },
            ...CATEGORIES.map(category => ({ id: category, title: category, run: narrow(category) })),
          ]),
      },
      {
        id: 'memory.sort',
        title: 'sort',
        help: 'By the newest change, the oldest, or what helped most often.',
        where: ['memory'],
        danger: 'none',
        run: () =>
          choose(shell, 'Sort memories', orders, order, chosen => {
            order = chosen
            memories.turn()
          }),
      },
      ...markActions('memory', 'memory.list', memories),
      ...searchActions('memory', text),
    ],
    keys: {
      'memory.add': ['a'],
      'memory.edit': ['e'],
      'memory.text': ['E'],
      'memory.pin': ['p'],
      'memory.category': ['c'],
      'memory.sort': ['o'],
      'memory.sort-in': ['m'],
      'memory.copy': ['y'],
      ...markKeys('memory'),
      ...searchKeys('memory'),
      'memory.remove': ['X'],
    },
    places: at => [at === 'list' ? 'memory.list' : 'memory.text', 'memory'],
    hints: () => [
      'memory.add',
      'memory.edit',
      'memory.pin',
      'memory.category',
      'memory.remove',
      'screen.filter',
      'memory.mark',
      'memory.sort',
      'screen.turn',
    ],
    badge: () => (only ? '*' : ''),
    filter: memories.filter,
    lists: { memories },
    list: box => side.view(box),
    search: () => searchIn(shell, text),
    detail: box =>
      text.view(side.selected ? memoryRows(side.selected, box.width) : [], box, side.selected?.id),
    move(motion, at) {
      if (at === 'list') memories.move(motion)
      else text.move(motion)
    },
    pick: ({ y }, at) => (at === 'list' ? memories.pick(y) : null),
    opened: () => memories.look(),
    up(at) {
      if (at !== 'list') return text.forget()
      if (side.unmark()) return true
      if (only === null || memories.filter.text !== '') return false
      narrow(null)()
      return true
    },
    reveal: id => memories.reveal(id),
    objects: () =>
      memories.items.map(one => ({
        id: one.id,
        title: one.text.slice(0, 80),
        words: one.category,
        open() {
          shell.go('memory')
          side.select(one.id)
        },
      })),
  }
}

export function memoryRow(one: Memory, width: number): string {
  const category = toned(toWidth(one.category, growing(width, 40, [6, 11])), 'quiet')
  return `${category} ${one.pinned ? '! ' : ''}${sanitiseText(one.text.slice(0, 500))}`
}

function memoryRows(one: Memory, width: number): string[] {
  return [
    ...sanitiseBlock(one.text).flatMap(line => wrapText(line, width)),
    '',
    ...factRows(
      [
        ['category', `${one.category}${one.pinned ? ', pinned' : ''}`],
        ['from', one.source],
        ['helped', one.uses === 0 ? '' : `${one.uses} times`],
        ['changed', day(one.updated_at)],
      ],
      width,
    ),
  ]
}
