import { documents, type Entry } from '../../../src/contract/documents.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { toWidth } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'
import type { Pane } from '../pane.ts'
import { Searched } from '../searched.ts'
import { TextSide } from '../text-side.tsx'
import { bytes, day } from '../words.ts'
import { documentActions, type Shelf, shelves } from './actions.ts'
import { OpenedText } from './opened.ts'

/** Texts of the owner and the agents, with their histories. */
export function documentsPane(shell: Shell): Pane {
  let shelf: Shelf = 'library'
  const library = new Searched<Entry>(shell, {
    nouns: ['document'],
    idOf: ({ id }) => id,
    row: entryRow,
    empty: () =>
      shelf === 'library'
        ? 'No documents yet. a writes one, M drafts a mail.'
        : `Nothing is ${shelf === 'archive' ? 'archived' : 'deleted'}. . shows the others.`,
    async page({ search, ...query }) {
      if (shelf !== 'deleted')
        return shell.client.call(documents.list, {
          ...query,
          archived: shelf === 'archive',
          ...(search === undefined ? {} : { search }),
        })
      const page = await shell.client.call(documents.list, { ...query, deleted: true })
      const words = (search ?? '').toLowerCase()
      return { ...page, items: page.items.filter(({ title }) => title.toLowerCase().includes(words)) }
    },
    get: id => shell.client.call(documents.get, { id }),
  })
  const { side } = library
  const opened = new OpenedText(shell)
  const text = new TextSide()
  let shown: string | undefined
  return {
    id: 'documents',
    tab: 'Docs',
    title: 'Documents',
    actions: [
      ...documentActions(shell, library, () => shelf),
      {
        id: 'documents.shelf',
        title: 'other shelf',
        help: 'The library, the archive, or what was deleted.',
        where: ['documents'],
        danger: 'none',
        run() {
          shelf = shelves[(shelves.indexOf(shelf) + 1) % shelves.length]!
          side.unmark()
          library.again()
        },
      },
    ],
    keys: {
      'documents.open': ['enter', 'l', 'right'],
      'documents.add': ['a'],
      'documents.text': ['E'],
      'documents.edit': ['e'],
      'documents.draft': ['M'],
      'documents.history': ['H'],
      'documents.diff': ['d'],
      'documents.archive': ['A'],
      'documents.recover': ['r'],
      'documents.page': ['P'],
      'documents.copy': ['y'],
      'documents.shelf': ['.'],
      'documents.remove': ['X'],
    },
    places: () => ['documents'],
    hints: () =>
      shelf === 'deleted'
        ? ['documents.recover', 'documents.open', 'documents.shelf']
        : [
            'documents.open',
            'documents.text',
            'documents.add',
            'documents.history',
            'documents.diff',
            'documents.edit',
            'documents.draft',
            'documents.remove',
            'documents.shelf',
            'screen.filter',
          ],
    badge: () => (shelf === 'library' ? '' : `(${shelf})`),
    filter: library.filter,
    list: box => side.view(box),
    detail(box) {
      const { selected } = side
      if (selected?.id !== shown) text.top = 0
      shown = selected?.id
      return text.view(opened.rows(selected, box.width), box)
    },
    move(motion, at) {
      if (at === 'list') library.move(motion)
      else text.move(motion)
    },
    opened: () => library.look(),
    up(at) {
      if (at !== 'list' || shelf === 'library' || library.filter.text !== '') return false
      shelf = 'library'
      library.again()
      return true
    },
    reveal: id => library.reveal(id),
    objects: () =>
      library.items.map(entry => ({
        id: entry.id,
        title: entry.title,
        words: entry.language,
        open() {
          shell.go('documents')
          side.select(entry.id)
        },
      })),
  }
}

function entryRow(entry: Entry, width: number): string {
  const facts = ` v${entry.version} ${bytes(entry.size)} ${day(entry.updated_at)}`
  const language = toned(toWidth(sanitiseText(entry.language), width < 60 ? 5 : 10), 'quiet')
  const room = Math.max(8, width - (width < 60 ? 6 : 11) - (width < 50 ? 0 : facts.length))
  return `${language} ${toWidth(sanitiseText(entry.title) || 'Untitled', room)}${toned(width < 50 ? '' : facts, 'quiet')}`
}
