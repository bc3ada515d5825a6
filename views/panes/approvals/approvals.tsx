import type { Shell } from '../../shell/shell.ts'
import { markActions, markKeys } from '../marking.ts'
import type { Pane } from '../pane.ts'
import { searchActions, searchIn, TextSide } from '../text-side.tsx'
import { approvalActions } from './actions.ts'
import { Meanings } from './meaning.ts'
import { Queue } from './queue.ts'
import { approvalRows } from './rows.ts'

/** What agents ask the operator, with everything the answer depends on. */
export function approvalsPane(shell: Shell): Pane {
  const { approvals } = shell.world
  const queue = new Queue(shell)
  const meanings = new Meanings(shell)
  const text = new TextSide()
  return {
    id: 'approvals',
    tab: 'Ask',
    title: 'Approvals',
    share: 0.7,
    actions: [
      ...approvalActions(shell, queue),
      ...markActions('approvals', 'approvals.list', () => (queue.decided ? queue.history : queue.list)),
      ...searchActions('approvals', text),
    ],
    keys: {
      'approvals.allow': ['y'],
      'approvals.deny': ['n'],
      'approvals.allow-note': ['Y'],
      'approvals.deny-note': ['N'],
      'approvals.page': ['P'],
      'approvals.shelf': ['.'],
      ...markKeys('approvals'),
      // n and N answer here.
      'approvals.find-next': [']'],
      'approvals.find-before': ['['],
    },
    places: side => [side === 'list' ? 'approvals.list' : 'approvals.text', 'approvals'],
    search: () => searchIn(shell, text),
    hints: () =>
      queue.decided
        ? ['approvals.shelf', 'screen.turn', 'approvals.page', 'screen.filter']
        : [
            'approvals.allow',
            'approvals.deny',
            'approvals.deny-note',
            'screen.turn',
            'approvals.shelf',
            'approvals.page',
            'screen.filter',
          ],
    badge: () => (approvals.items.length > 0 ? `!${approvals.items.length}` : ''),
    get filter() {
      return queue.decided ? queue.history.filter : queue.list.filter
    },
    lists: { list: queue.list, decided: queue.history },
    hand: () => [queue.decided ? queue.history : queue.list],
    list: box => queue.view(box),
    detail(box) {
      const { selected } = queue
      const rows = selected ? approvalRows(selected, box.width, meanings.of(selected)) : []
      return text.view(rows, box, selected?.id)
    },
    move(motion, side) {
      if (side === 'list') queue.move(motion)
      else text.move(motion)
    },
    pick: ({ y }, side) => (side === 'list' ? (queue.decided ? queue.history : queue.list).pick(y) : null),
    up(side) {
      if (side !== 'list') return text.forget()
      if ((queue.decided ? queue.history : queue.list).unmark()) return true
      if (!queue.decided || queue.history.filter.text !== '') return false
      queue.turn()
      return true
    },
    reveal: id => queue.reveal(id),
    objects: () =>
      approvals.items.map(one => ({
        id: one.id,
        title: `${one.actor}: ${one.reason}`,
        open() {
          queue.decided = false
          shell.go('approvals')
          queue.list.select(one.id)
        },
      })),
  }
}
