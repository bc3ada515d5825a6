import type { Shell } from '../../shell/shell.ts'
import { markActions, markKeys } from '../marking.ts'
import type { Pane } from '../pane.ts'
import { searchActions, searchIn, searchKeys, TextSide } from '../text-side.tsx'
import { documentActions } from './actions.ts'
import { History } from './history.ts'
import { Library } from './library.ts'
import { OpenedText } from './opened.ts'
import { versionActions } from './versions.ts'

/** Texts of the owner and the agents, with their histories. */
export function documentsPane(shell: Shell): Pane {
  const library = new Library(shell)
  const { list } = library
  const opened = new OpenedText(shell)
  const text = new TextSide()
  let history: History | null = null
  const show = () => {
    history = new History(shell, list.selected!)
    shell.side = 'list'
  }
  return {
    id: 'documents',
    tab: 'Docs',
    title: 'Documents',
    get share() {
      return history ? 0.6 : 0.5
    },
    actions: [
      ...documentActions(shell, library, show),
      ...library.actions(),
      ...versionActions(shell, () => history),
      ...searchActions('documents', text),
      ...markActions('documents', 'documents.list', list),
    ],
    keys: {
      'documents.open': ['enter', 'l', 'right'],
      'documents.add': ['a'],
      'documents.text': ['E'],
      'documents.edit': ['e'],
      'documents.draft': ['M'],
      'documents.send': ['S'],
      'documents.history': ['H'],
      'documents.diff': ['d'],
      'documents.archive': ['A'],
      'documents.recover': ['r'],
      'documents.page': ['P'],
      'documents.copy': ['y'],
      'documents.shelf': ['.'],
      'documents.sort': ['o'],
      'documents.language': ['L'],
      'documents.remove': ['X'],
      'documents.version-open': ['enter', 'l', 'right'],
      'documents.version-base': ['space'],
      'documents.version-text': ['t'],
      'documents.version-restore': ['r'],
      'documents.version-copy': ['y'],
      ...markKeys('documents'),
      ...searchKeys('documents'),
    },
    places(at) {
      const reading = at === 'detail' ? ['documents.text'] : []
      if (history) return [...reading, 'documents.versions']
      return at === 'list' ? ['documents.list', 'documents'] : [...reading, 'documents']
    },
    hints(at) {
      if (history)
        return [
          'documents.version-restore',
          'documents.version-base',
          'documents.version-text',
          'documents.version-open',
          'documents.version-copy',
          'screen.back',
        ]
      if (library.shelf === 'deleted') return ['documents.recover', 'documents.open', 'documents.shelf']
      const mail = list.selected?.language === 'email' ? ['documents.send'] : []
      return [
        ...(at === 'list' ? ['documents.open'] : ['screen.back', 'screen.filter']),
        ...mail,
        'documents.text',
        'documents.add',
        'documents.history',
        'documents.diff',
        'documents.edit',
        'documents.remove',
        'documents.sort',
        'documents.shelf',
        'screen.filter',
      ]
    },
    badge: () => (library.shelf === 'library' ? '' : `(${library.shelf})`),
    get filter() {
      return history ? history.list.filter : list.filter
    },
    lists: { list },
    hand: () => [history ? history.list : list],
    search: () => searchIn(shell, text),
    list: box => (history ? history.list : list).view(box),
    detail(box) {
      if (history) return text.view(history.rows(box.width), box, history.of)
      return text.view(opened.rows(list.selected, box.width), box, list.selected?.id)
    },
    move(motion, at) {
      if (at === 'list') (history ? history.list : list).move(motion)
      else text.move(motion)
    },
    pick: ({ y }, at) => (at === 'list' ? (history ? history.list : list).pick(y) : null),
    opened: () => list.look(),
    up(at) {
      if (at === 'detail') return text.forget()
      if (!history) return library.up()
      if (history.list.filter.text !== '') return false
      history = null
      return true
    },
    async reveal(id) {
      history = null
      await list.reveal(id)
    },
    objects: () =>
      list.items.map(entry => ({
        id: entry.id,
        title: entry.title,
        words: entry.language,
        open() {
          history = null
          shell.go('documents')
          list.select(entry.id)
        },
      })),
  }
}
