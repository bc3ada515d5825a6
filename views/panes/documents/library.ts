import { documents, type Entry } from '../../../src/contract/documents.ts'
import type { Action } from '../../actions/registry.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { growing } from '../../widgets/table.ts'
import { toWidth } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'
import { choose } from '../choosing.ts'
import { Searched } from '../searched.ts'
import { bytes, shortDay } from '../words.ts'

export type Shelf = 'library' | 'archive' | 'deleted'
const shelves: readonly Shelf[] = ['library', 'archive', 'deleted']

const orders = [
  ['recent', 'newest change first'],
  ['oldest', 'oldest first'],
  ['edits', 'most versions first'],
  ['alpha', 'by title'],
] as const
type Order = (typeof orders)[number][0]

/** The documents on one shelf, in one order, of one language or of all. */
export class Library {
  shelf: Shelf = 'library'
  order: Order = 'recent'
  language: string | null = null
  readonly list: Searched<Entry>
  readonly #shell: Shell

  constructor(shell: Shell) {
    this.#shell = shell
    this.list = new Searched<Entry>(shell, {
      nouns: ['document'],
      idOf: ({ id }) => id,
      row: entryRow,
      empty: () =>
        this.language !== null
          ? sanitiseText(`Nothing is written in ${this.language}. Esc shows all.`)
          : this.shelf === 'library'
            ? 'No documents yet. a writes one, M drafts a mail.'
            : `Nothing is ${this.shelf === 'archive' ? 'archived' : 'deleted'}. . shows the others.`,
      notes: () => [
        ...(this.shelf === 'library' ? [] : [this.shelf]),
        ...(this.language === null ? [] : [sanitiseText(`only ${this.language}`)]),
        ...(this.order === 'recent' ? [] : [orders.find(([order]) => order === this.order)![1]]),
      ],
      page: query => this.#page(query),
      get: id => shell.client.call(documents.get, { id }),
    })
  }

  /** The next shelf. */
  turn(): void {
    this.shelf = shelves[(shelves.indexOf(this.shelf) + 1) % shelves.length]!
    this.list.unmark()
    this.list.turn()
  }

  /** One level up: from marks, a language or another shelf to the library as a whole. */
  up(): boolean {
    if (this.list.unmark()) return true
    if (this.list.filter.text !== '') return false
    if (this.language === null && this.shelf === 'library') return false
    if (this.language !== null) this.language = null
    else this.shelf = 'library'
    this.list.turn()
    return true
  }

  actions(): Action<Shell, never>[] {
    const shell = this.#shell
    const base = { where: ['documents'], danger: 'none' as const }
    return [
      {
        ...base,
        id: 'documents.shelf',
        title: 'other shelf',
        help: 'The library, the archive, or what was deleted.',
        run: () => this.turn(),
      },
      {
        ...base,
        id: 'documents.sort',
        title: 'sort',
        help: 'By the newest change, the oldest, the most versions, or the title.',
        run: () =>
          choose(shell, 'Sort documents', orders, this.order, order => {
            this.order = order
            this.list.turn()
          }),
      },
      {
        ...base,
        id: 'documents.language',
        title: 'language',
        help: 'Shows one language only, such as email or markdown, or all.',
        run: () => this.#chooseLanguage(),
      },
    ]
  }

  async #chooseLanguage(): Promise<void> {
    const { items } = await this.#shell.toOpen(this.#shell.client.call(documents.languages, {}))
    const only = (language: string | null) => () => {
      this.language = language
      this.list.turn()
    }
    this.#shell.menu('Show', [
      { id: '', title: 'all', run: only(null) },
      ...items.map(({ language, count }) => ({
        id: language,
        title: sanitiseText(language),
        note: String(count),
        run: only(language),
      })),
    ])
  }

  async #page({ search, ...query }: { search?: string; limit: number; cursor?: string }) {
    const { client } = this.#shell
    const how = { ...query, sort: this.order, ...(this.language === null ? {} : { language: this.language }) }
    if (this.shelf !== 'deleted')
      return client.call(documents.list, {
        ...how,
        archived: this.shelf === 'archive',
        ...(search === undefined ? {} : { search }),
      })
    const page = await client.call(documents.list, { ...how, deleted: true })
    const words = (search ?? '').toLowerCase()
    return { ...page, items: page.items.filter(({ title }) => title.toLowerCase().includes(words)) }
  }
}

export function entryRow(entry: Entry, width: number): string {
  const facts = ` v${entry.version} ${bytes(entry.size).padStart(4)} ${shortDay(entry.updated_at).padStart(6)}`
  const kind = growing(width, 44, [5, 10])
  const language = toned(toWidth(sanitiseText(entry.language), kind), 'quiet')
  const room = Math.max(8, width - kind - 1 - (width < 50 ? 0 : facts.length))
  return `${language} ${toWidth(sanitiseText(entry.title) || 'Untitled', room)}${toned(width < 50 ? '' : facts, 'quiet')}`
}
