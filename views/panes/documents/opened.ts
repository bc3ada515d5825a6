import { type Document, documents } from '../../../src/contract/documents.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { toned } from '../../widgets/theme.ts'
import { Asked } from '../asked.ts'
import { LaidOut } from './text.ts'

/** Which text is looked at: of a document, at one of its versions; `language` because another lays it out anew. */
interface Wanted {
  id: string
  version: number
  language: string
}

/** The text that is looked at: read when it is, laid out once for each width. */
export class OpenedText {
  readonly #shell: Shell
  #document: Document | null = null
  readonly #asked: Asked
  #error: string | null = null
  #laid: { of: Document; width: number; text: LaidOut } | null = null

  constructor(shell: Shell) {
    this.#shell = shell
    this.#asked = new Asked(shell.live)
  }

  rows(wanted: Wanted | undefined, width: number): readonly string[] {
    if (!wanted) return []
    this.#read(wanted)
    const document = this.#document
    if (document?.id !== wanted.id)
      return [this.#error === null ? '' : toned(sanitiseText(this.#error), 'bad')]
    if (this.#laid?.of !== document || this.#laid.width !== width) {
      this.#laid?.text.stop()
      const text = new LaidOut(document, width, this.#shell.glyphs, this.#shell.signal.soon)
      this.#laid = { of: document, width, text }
    }
    return this.#laid.text.rows
  }

  /** A move through the list asks for the last one only. */
  #read({ id, version, language }: Wanted): void {
    const key = `${id} ${version} ${language}`
    if (!this.#asked.begins(key)) return
    setImmediate(async () => {
      if (!this.#asked.is(key)) return
      try {
        const document = await this.#shell.client.call(documents.get, { id, version })
        if (!this.#asked.is(key)) return
        this.#document = { ...document, language }
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
