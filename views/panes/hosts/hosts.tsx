import type { Host } from '../../../src/contract/hosts.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { toWidth } from '../../widgets/text.ts'
import { ListSide } from '../list-side.tsx'
import type { Pane } from '../pane.ts'
import { TextSide } from '../text-side.tsx'

/** The machines models are served on. */
export function hostsPane(shell: Shell): Pane {
  const { hosts } = shell.world
  const list = new ListSide<Host>({
    items: () => hosts.items,
    idOf: ({ id }) => id,
    row: host =>
      `${toWidth(sanitiseText(host.name), 16)} ${sanitiseText(host.target || 'this machine')}  ${host.reach.state}`,
    words: host => `${host.name} ${host.target}`,
    empty: () => sanitiseText(hosts.error ?? 'No hosts.'),
    changed: shell.signal.now,
  })
  const text = new TextSide()
  return {
    id: 'hosts',
    tab: 'Hosts',
    title: 'Hosts',
    actions: [],
    keys: {},
    places: () => ['hosts'],
    hints: () => ['screen.filter'],
    filter: list.filter,
    list: box => list.view(box),
    detail: box => text.view([], box),
    move: motion => list.move(motion),
  }
}
