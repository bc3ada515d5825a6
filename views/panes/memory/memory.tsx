import { CATEGORIES, type Category, type Memory, memory } from '../../../src/contract/memory.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseBlock, sanitiseText } from '../../terminal/sanitise.ts'
import { toWidth, wrapText } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'
import { factRows } from '../facts.ts'
import type { Pane } from '../pane.ts'
import { Searched } from '../searched.ts'
import { TextSide } from '../text-side.tsx'
import { day } from '../words.ts'
import { memoryActions } from './actions.ts'

/** What agents know of the owner. */
export function memoryPane(shell: Shell): Pane {
  let only: Category | null = null
  const memories = new Searched<Memory>(shell, {
    nouns: ['memory'],
    idOf: ({ id }) => id,
    row: memoryRow,
    empty: () =>
      only ? `Nothing in ${only}. Esc shows all.` : 'Nothing is remembered yet. a adds something.',
    page: query => shell.client.call(memory.list, { ...query, ...(only ? { category: only } : {}) }),
    get: id => shell.client.call(memory.get, { id }),
  })
  const { side } = memories
  const text = new TextSide()
  const narrow = (to: Category | null) => () => {
    only = to
    memories.again()
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
        id: 'memory.mark',
        title: 'mark',
        help: 'Marks it: pin and delete are for all that are marked. Esc unmarks.',
        where: ['memory'],
        danger: 'none',
        run: () => side.mark(),
      },
    ],
    keys: {
      'memory.add': ['a'],
      'memory.edit': ['e'],
      'memory.text': ['E'],
      'memory.pin': ['p'],
      'memory.category': ['c'],
      'memory.mark': ['space', 'v'],
      'memory.remove': ['X'],
    },
    places: () => ['memory'],
    hints: () => [
      'memory.add',
      'memory.edit',
      'memory.pin',
      'memory.category',
      'memory.remove',
      'screen.filter',
      'memory.mark',
      'screen.turn',
    ],
    badge: () => (only ? '*' : ''),
    filter: memories.filter,
    list: box => side.view(box),
    detail: box => text.view(side.selected ? memoryRows(side.selected, box.width) : [], box),
    move(motion, at) {
      if (at === 'list') memories.move(motion)
      else text.move(motion)
    },
    opened: () => memories.look(),
    up(at) {
      if (at !== 'list') return false
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

function memoryRow(one: Memory, width: number): string {
  const category = toned(toWidth(one.category, width < 60 ? 6 : 11), 'quiet')
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
