import { type Document, documents, type Entry } from '../../../src/contract/documents.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { toned } from '../../widgets/theme.ts'
import { documentRows } from './text.ts'

/** The text of the document that is selected: read when it is looked at, laid out once for each width. */
export class OpenedText {
  readonly #shell: Shell
  #document: Document | null = null
  #asking: string | null = null
  #error: string | null = null
  #rows: { of: Document; width: number; rows: string[] } | null = null

  constructor(shell: Shell) {
    this.#shell = shell
  }

  rows(entry: Entry | undefined, width: number): string[] {
    if (!entry) return []
    this.#read(entry)
    const document = this.#document
    if (document?.id !== entry.id)
      return [this.#error === null ? '' : toned(sanitiseText(this.#error), 'bad')]
    if (this.#rows?.of !== document || this.#rows.width !== width)
      this.#rows = { of: document, width, rows: documentRows(document, width, this.#shell.glyphs) }
    return this.#rows.rows
  }

  /** A move through the list asks for the last one only. */
  #read(entry: Entry): void {
    const key = `${entry.id} ${entry.version} ${entry.language}`
    if (this.#asking === key) return
    this.#asking = key
    setImmediate(async () => {
      if (this.#asking !== key) return
      try {
        const document = await this.#shell.client.call(documents.get, { id: entry.id })
        if (this.#asking !== key) return
        this.#document = document
        this.#error = null
      } catch (error) {
        this.#error = (error as Error).message
      }
      this.#shell.signal.soon()
    })
  }
}
