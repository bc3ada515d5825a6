import { documents, type Entry, type Version } from '../../../src/contract/documents.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { toWidth, wrapText } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'
import { Asked } from '../asked.ts'
import { Searched } from '../searched.ts'
import { bytes, shortDay } from '../words.ts'
import { OpenedText } from './opened.ts'
import { diffRows } from './text.ts'

/** The versions of one document, the newest first; beside them what the selected one changed, or all of its text. */
export class History {
  readonly entry: Entry
  readonly list: Searched<Version>
  /** What the others are compared with; null: each with the one before it. */
  base: number | null = null
  whole = false
  readonly #shell: Shell
  readonly #text: OpenedText
  #shown: { key: string; lay: (width: number) => string[]; width: number; rows: readonly string[] } | null =
    null
  readonly #asked: Asked

  constructor(shell: Shell, entry: Entry) {
    this.#shell = shell
    this.entry = entry
    this.#text = new OpenedText(shell)
    this.#asked = new Asked(shell.live)
    const { id } = entry
    this.list = new Searched<Version>(shell, {
      nouns: ['document'],
      idOf: ({ version }) => String(version),
      row: (one, width) => this.#row(one, width),
      empty: () => 'It has no versions.',
      notes: () => [
        sanitiseText(`versions of ${entry.title.slice(0, 40)}`),
        ...(this.base === null ? [] : [`compared with ${this.base}`]),
      ],
      async page({ search = '', ...query }) {
        const page = await shell.client.call(documents.versions, { id, ...query })
        const words = search.toLowerCase().split(/\s+/)
        const text = ({ version, by, note }: Version) => `${version} ${by} ${note}`.toLowerCase()
        return { ...page, items: page.items.filter(one => words.every(word => text(one).includes(word))) }
      },
    })
    this.list.look()
  }

  get selected(): Version | undefined {
    return this.list.selected
  }

  /** What the detail is of: another pair is read from its beginning. */
  get of(): string {
    const version = this.selected?.version
    if (version === undefined) return ''
    return `${this.entry.id} ${this.whole ? 'text' : this.base} ${version}`
  }

  rows(width: number): readonly string[] {
    const { selected } = this
    if (!selected) return []
    if (this.whole) return this.#text.rows({ ...this.entry, version: selected.version }, width)
    this.#read(selected)
    const shown = this.#shown
    if (shown?.key !== this.of) return ['']
    if (shown.width !== width) {
      shown.width = width
      shown.rows = shown.lay(width)
    }
    return shown.rows
  }

  #row({ version, by, note, size, created_at }: Version, width: number): string {
    const sign = version === this.base ? 'A ' : '  '
    const facts = `${shortDay(created_at).padStart(6)} ${bytes(size).padStart(4)}`
    const room = Math.max(8, width - facts.length - 1)
    const words = sanitiseText(
      `${sign}${String(version).padStart(3)}  ${by}${note === '' ? '' : `: ${note}`}`,
    )
    return `${toWidth(words, room)} ${toned(facts, 'quiet')}`
  }

  #read({ version }: Version): void {
    const key = this.of
    if (!this.#asked.begins(key)) return
    setImmediate(async () => {
      if (!this.#asked.is(key)) return
      const lay = await this.#changes(version).catch((error: Error) => {
        if (this.#asked.is(key)) this.#asked.failed()
        return () => [toned(sanitiseText(error.message), 'bad')]
      })
      if (!this.#asked.is(key)) return
      this.#shown = { key, lay, width: 0, rows: [] }
      this.#shell.signal.soon()
    })
  }

  async #changes(version: number): Promise<(width: number) => string[]> {
    const { id } = this.entry
    const from = this.base ?? version - 1
    if (from === version)
      return width => wrapText('It is what the others are compared with; space takes that back.', width)
    if (from < 1)
      return width =>
        wrapText('It is the first version: there is nothing before it. t shows its text.', width)
    const [low, high] = [Math.min(from, version), Math.max(from, version)]
    const { added, removed, text } = await this.#shell.client.call(documents.diff, {
      id,
      from: low,
      to: high,
    })
    const head = toned(`Version ${low} to ${high}: +${added} -${removed}`, 'title')
    return width => [head, ...(text === '' ? ['Nothing changed.'] : diffRows(text, width))]
  }
}
