import { cookbook } from '../../../src/contract/cookbook.ts'
import { presets } from '../../../src/contract/presets.ts'
import type { Shell } from '../../shell/shell.ts'
import type { Pane } from '../pane.ts'
import { Book } from './book.tsx'
import { Herald } from './herald.ts'
import { isLive } from './kitchen.ts'
import { presetForm } from './launch.ts'
import { listActions, serveActions, serveKeys } from './list-actions.ts'
import { causeActions, logActions, logKeys } from './log-actions.ts'

/** Of its list, enough for a state in words; a wider screen gives the rest to the log. */
export const broadOf = (columns: number): number => Math.max(60, Math.min(64, columns * 0.36)) / columns

/** Hosts and what runs on them: logs, causes, launches and stops. */
export function cookbookPane(shell: Shell): Pane {
  const book = new Book(shell)
  const { list, log } = book
  const herald = new Herald(shell)
  shell.live.onEvent(event => herald.tell(event))
  const place = () => (book.serve ? `cook.${book.mode}` : 'cook.host')
  const detailHints: Record<string, string[]> = {
    'cook.log': [
      'log.follow',
      'log.next',
      'log.only',
      'log.next-error',
      'cook.cause',
      'log.attempt-before',
      'cook.copy',
      'cook.stop',
      'log.wrap',
    ],
    'cook.details': ['cause.log', 'cook.copy', 'cook.relaunch', 'cook.stop'],
    'cook.metrics': ['cause.log', 'screen.back', 'screen.zoom'],
    'cook.host': ['cook.launch', 'cook.shell', 'screen.back'],
  }
  return {
    id: 'cook',
    tab: 'Cook',
    title: 'Cookbook',
    actions: [...listActions(book), ...serveActions(book), ...logActions(book), ...causeActions(book)],
    keys: { ...serveKeys, ...logKeys },
    places: side => (side === 'list' ? ['cook.list', 'cook'] : [place(), 'cook']),
    hints(side) {
      if (side === 'list') return listHints(book)
      return place() === 'cook.cause' ? causeHints(book) : (detailHints[place()] ?? [])
    },
    get wants() {
      return list.wants
    },
    get broad() {
      return broadOf(shell.screen.columns)
    },
    badge() {
      // The first row is drawn before what is under it.
      const isShown = shell.pane.id === 'cook' && shell.layout.detail !== null
      if (isShown && book.serve) herald.seen(book.serve)
      return herald.unseen > 0 ? `!${herald.unseen}` : ''
    },
    filter: list.filter,
    lists: { list },
    search() {
      if (book.mode !== 'log' || !book.serve) return
      shell.ask({
        label: '/',
        enter: query => void shell.act('The log was not searched', async () => log.search?.find(query)),
      })
    },
    list: box => book.drawList(box),
    detail(box) {
      book.follow()
      return book.drawDetail(box)
    },
    move(motion, side) {
      if (side === 'list') list.move(motion)
      else if (book.serve && (book.mode === 'log' || shell.side === 'list')) log.move(motion)
      else if (
        book.serve &&
        book.mode === 'cause' &&
        shell.side === 'detail' &&
        motion !== 'home' &&
        motion !== 'end' &&
        'rows' in motion
      ) {
        const fixes = book.diagnosis(book.serve)?.fixes.length ?? 0
        book.fix = Math.max(0, Math.min(fixes - 1, book.fix + motion.rows))
      } else book.text.move(motion)
    },
    pick: ({ y }, side) => (side === 'list' ? list.pick(y) : null),
    up(side) {
      if (side === 'list') return list.unmark()
      if (!book.serve || book.mode === 'log') return false
      book.mode = 'log'
      shell.side = 'list'
      return true
    },
    closed: () => log.leave(),
    async reveal(id) {
      book.show(shell.world.serves.get(id) ?? (await shell.client.call(cookbook.task, { id })))
    },
    objects: () =>
      shell.world.serves.items.map(serve => ({
        id: serve.id,
        title: serve.name,
        words: `${serve.model} ${serve.host_name} ${serve.state}`,
        open() {
          shell.go('cook')
          list.select(serve.lineage)
        },
      })),
    async finds(query, signal) {
      const { items } = await shell.client.call(presets.list, { search: query }, { signal })
      return items.map(preset => ({
        id: preset.id,
        title: `preset ${preset.name}`,
        words: `${preset.model} ${preset.cmd}`,
        open() {
          shell.go('cook')
          if (shell.readOnly) shell.toast('warn', 'launch: this screen only reads')
          else presetForm(shell, preset, serve => book.show(serve))
        },
      }))
    },
    remember: () => ({ folded: [...book.folded], mine: book.mineOnly, ...log.liked }),
    recall(kept) {
      const { folded, mine, wrap, clock } = kept as Partial<Record<string, unknown>>
      if (Array.isArray(folded)) for (const one of folded) book.folded.add(String(one))
      book.mineOnly = mine === true
      log.recall(wrap, clock)
    },
  }
}

/** Nothing is relaunched that is on its way. */
const causeHints = ({ serve }: Book): string[] =>
  serve && isLive(serve)
    ? ['cause.log', 'cook.metrics', 'cook.details', 'cook.stop', 'screen.back']
    : ['cause.apply', 'cause.log', 'cook.relaunch', 'cook.copy']

/** What is wanted of what is selected comes first: there is room for six or seven. */
function listHints({ item }: Book): string[] {
  const menu = ['cook.menu', 'screen.filter']
  if (item?.kind === 'host')
    return ['cook.log', 'cook.launch', 'cook.shell', 'cook.commands', 'cook.mine', ...menu]
  if (item?.kind === 'process') return ['cook.launch', 'cook.shell', 'cook.commands', ...menu]
  const common = ['cook.relaunch', 'cook.launch', 'cook.details', 'cook.attach']
  if (item && !isLive(item.serve)) return ['cook.log', 'cook.cause', ...common, 'cook.copy', ...menu]
  const first = item?.serve.state === 'ready' ? 'cook.ask' : 'cook.cause'
  return ['cook.log', first, 'cook.stop', ...common, 'cook.metrics', ...menu]
}
