import { type Document, documents, type Entry } from '../../../src/contract/documents.ts'
import { type Draft, draftOf } from '../../../src/contract/letter.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseBlock, sanitiseText } from '../../terminal/sanitise.ts'
import { proseRows, toWidth } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'
import { Asked } from '../asked.ts'
import { factRows } from '../facts.ts'
import { Searched } from '../searched.ts'
import { shortDay } from '../words.ts'
import { type Parts, partsOf, partWords } from './parts.ts'

/** A letter as it stands in its document. */
export interface Written {
  id: string
  version: number
  /** When it was last changed, deleted or brought back. */
  at: number
  draft: Draft
}

/** Read whole: with the names of its files that hang on mails. */
export type Read = Written & { parts: Parts }

export const writtenOf = ({ id, version, updated_at, content }: Document): Written => ({
  ...{ id, version, at: updated_at },
  draft: draftOf(content),
})

const keyOf = (id: string, version: number, at: number) => `${id} ${version} ${at}`

/** What is being written: documents of the language email, until they are sent. */
export class Letters {
  readonly side: Searched<Entry>
  readonly #shell: Shell
  #written: Read | null = null
  readonly #asked: Asked
  #error: string | null = null

  constructor(shell: Shell) {
    this.#shell = shell
    this.#asked = new Asked(shell.live)
    this.side = new Searched<Entry>(shell, {
      nouns: ['document'],
      idOf: ({ id }) => id,
      row: ({ title, updated_at }, width) => {
        const when = shortDay(updated_at).padStart(6)
        return `${toWidth(sanitiseText(title) || 'No subject', Math.max(8, width - when.length - 1))} ${toned(when, 'quiet')}`
      },
      empty: () => 'No letter is being written. m begins one, r answers a mail.',
      page: query => shell.client.call(documents.list, { ...query, language: 'email' }),
      get: id => shell.client.call(documents.get, { id }),
    })
  }

  get selected(): Entry | undefined {
    return this.side.side.selected
  }

  /** The selected letter, where its text is here. */
  get written(): Read | undefined {
    const { selected } = this
    const one = this.#written
    return one &&
      selected &&
      keyOf(one.id, one.version, one.at) === keyOf(selected.id, selected.version, selected.updated_at)
      ? one
      : undefined
  }

  rows(width: number): string[] {
    const { selected } = this
    if (!selected) return []
    this.#ask(selected)
    const { written } = this
    if (!written) return [this.#error === null ? '' : toned(sanitiseText(this.#error), 'bad')]
    const { draft, parts } = written
    const missing = draft.to || draft.cc || draft.bcc ? '' : 'nobody yet: e says to whom'
    return [
      ...factRows(
        [
          ['from', draft.from ?? ''],
          ['to', draft.to || missing],
          ['cc', draft.cc ?? ''],
          ['bcc', draft.bcc ?? ''],
          ['subject', draft.subject || '(none)'],
          ...(draft.attach ?? []).map(file => ['attached', partWords(file, parts)] as const),
        ],
        width,
      ),
      '',
      ...(draft.body === '' ? [toned('It has no text yet. E writes it.', 'quiet')] : []),
      ...sanitiseBlock(draft.body).flatMap(line =>
        proseRows(line, width).map(row => (line.startsWith('>') ? toned(row, 'quiet') : row)),
      ),
    ]
  }

  async read(id: string): Promise<Read> {
    const written = writtenOf(await this.#shell.client.call(documents.get, { id }))
    return { ...written, parts: await partsOf(this.#shell, written.draft.attach) }
  }

  /** Reads the text of the selected one now, for what comes next. */
  async load(id: string): Promise<void> {
    await this.side.reveal(id)
    this.#written = await this.read(id)
    this.#asked.now(keyOf(id, this.#written.version, this.#written.at))
  }

  #ask({ id, version, updated_at }: Entry): void {
    const key = keyOf(id, version, updated_at)
    if (!this.#asked.begins(key)) return
    setImmediate(async () => {
      if (!this.#asked.is(key)) return
      try {
        const written = await this.read(id)
        if (!this.#asked.is(key)) return
        this.#written = written
        this.#error = null
      } catch (error) {
        if (!this.#asked.is(key)) return
        this.#asked.failed()
        this.#error = (error as Error).message
      }
      this.#shell.signal.soon()
    })
  }
}
