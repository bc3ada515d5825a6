import { type Approval, access } from '../../../src/contract/access.ts'
import type { Action } from '../../actions/registry.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { ListSide } from '../list-side.tsx'
import type { Pane } from '../pane.ts'
import { TextSide } from '../text-side.tsx'
import { approvalRows } from './rows.ts'

/** What agents ask the operator, with everything the answer depends on. */
export function approvalsPane(shell: Shell): Pane {
  const { approvals } = shell.world
  const list = new ListSide<Approval>({
    items: () => [...approvals.items].sort((a, b) => a.created_at - b.created_at),
    idOf: ({ id }) => id,
    row: one => `${sanitiseText(one.actor)}  ${sanitiseText(one.reason)}`,
    words: one => `${one.actor} ${one.reason} ${one.method} ${one.path}`,
    empty: () => (approvals.error ? sanitiseText(approvals.error) : 'Nobody asks anything.'),
    changed: shell.signal.now,
  })
  const text = new TextSide()
  const decide = (allow: boolean): Action<Shell, never> => ({
    id: allow ? 'approvals.allow' : 'approvals.deny',
    title: allow ? 'allow' : 'deny',
    help: allow ? 'Says yes: the request runs as it was asked.' : 'Says no: nothing happens.',
    where: ['approvals'],
    writes: true,
    danger: 'none',
    disabled: () => (list.selected ? undefined : 'nobody asks anything'),
    async run() {
      const one = list.selected!
      const { value, seq } = await shell.client.ask(access.decide, { id: one.id, allow })
      approvals.put(value, seq)
      shell.toast(allow ? 'good' : 'info', `${allow ? 'Allowed' : 'Denied'} ${one.actor}: ${one.reason}`)
    },
  })
  return {
    id: 'approvals',
    tab: 'Ask',
    title: 'Approvals',
    share: 0.7,
    actions: [decide(true), decide(false)],
    keys: { 'approvals.allow': ['y'], 'approvals.deny': ['n'] },
    places: () => ['approvals'],
    hints: () => ['approvals.allow', 'approvals.deny', 'screen.turn', 'screen.filter'],
    badge: () => (approvals.items.length > 0 ? `!${approvals.items.length}` : ''),
    filter: list.filter,
    list: box => list.view(box),
    detail: box => text.view(list.selected ? approvalRows(list.selected, box.width) : [], box),
    move(motion, side) {
      if (side === 'list') list.move(motion)
      else text.move(motion)
    },
    objects: () =>
      approvals.items.map(one => ({
        id: one.id,
        title: `${one.actor}: ${one.reason}`,
        open() {
          shell.go('approvals')
          list.select(one.id)
        },
      })),
  }
}
