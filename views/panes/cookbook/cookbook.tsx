import type { Serve } from '../../../src/contract/serve.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { type TreeRow, treeRows } from '../../widgets/tree.ts'
import { ListSide } from '../list-side.tsx'
import type { Pane } from '../pane.ts'
import type { Item } from './kitchen.ts'
import { treeOf } from './kitchen.ts'
import { LogPane } from './log-pane.tsx'
import { itemRow } from './rows.ts'

/** Hosts and what runs on them, with the log of what is selected. */
export function cookbookPane(shell: Shell): Pane {
  const { hosts, serves } = shell.world
  const folded = new Set<string>()
  const rows = () =>
    treeRows(
      treeOf(hosts.items, serves.items, () => true),
      folded,
    )
  const list = new ListSide<TreeRow<Item>>({
    items: rows,
    idOf: ({ id }) => id,
    row: (row, width) => itemRow(row, width, shell.glyphs, Date.now()),
    words: ({ item }) =>
      item.kind === 'host'
        ? item.host.name
        : item.kind === 'serve'
          ? `${item.serve.name} ${item.serve.model} ${item.serve.host_name} ${item.serve.state}`
          : `pid ${item.process.pid} ${item.process.name}`,
    empty: () => sanitiseText(serves.error ?? hosts.error ?? 'opening'),
    changed: shell.signal.now,
  })
  const log = new LogPane(shell)
  const selected = (): Serve | null => {
    const item = list.selected?.item
    return item?.kind === 'serve' ? item.serve : null
  }
  return {
    id: 'cook',
    tab: 'Cook',
    title: 'Cookbook',
    actions: [
      {
        id: 'cook.log',
        title: 'log',
        help: 'Opens its log.',
        where: ['cook.list'],
        danger: 'none',
        disabled: () => (selected() ? undefined : 'select a serve first'),
        run() {
          log.aim(selected(), true)
          shell.side = 'detail'
        },
      },
      {
        id: 'cook.fold',
        title: 'fold',
        help: 'Folds or unfolds a host.',
        where: ['cook.list'],
        danger: 'none',
        run() {
          const row = list.selected
          if (row?.item.kind !== 'host') return
          if (!folded.delete(row.id)) folded.add(row.id)
        },
      },
    ],
    keys: { 'cook.log': ['l', 'enter', 'right'], 'cook.fold': ['h', 'left'] },
    places: side => (side === 'list' ? ['cook.list', 'cook'] : ['cook.log', 'cook']),
    hints: side => (side === 'list' ? ['cook.log', 'screen.filter'] : ['screen.back', 'screen.zoom']),
    filter: list.filter,
    list(box) {
      const view = list.view(box)
      log.aim(selected(), false)
      return view
    },
    detail: box => log.view(box),
    move(motion, side) {
      if (side === 'list') list.move(motion)
      else log.move(motion)
    },
    closed: () => log.close(),
    objects: () =>
      serves.items.map(serve => ({
        id: serve.id,
        title: serve.name,
        words: `${serve.model} ${serve.host_name} ${serve.state}`,
        open() {
          shell.go('cook')
          list.select(serve.id)
        },
      })),
    remember: () => ({ selected: list.state.selected, folded: [...folded] }),
    recall(kept) {
      const { selected: id, folded: ids } = kept as { selected?: string; folded?: string[] }
      if (typeof id === 'string') list.state = { ...list.state, selected: id }
      for (const one of ids ?? []) folded.add(one)
    },
  }
}
