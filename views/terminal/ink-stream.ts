import { Writable } from 'node:stream'

/** The terminal as Ink sees it: every write is one whole frame. */
export class InkStream extends Writable {
  readonly isTTY = true
  columns: number
  rows: number
  readonly #frame: (text: string) => void

  constructor(columns: number, rows: number, frame: (text: string) => void) {
    super({ decodeStrings: false })
    this.columns = columns
    this.rows = rows
    this.#frame = frame
    this.setMaxListeners(0)
  }

  resize(columns: number, rows: number): void {
    this.columns = columns
    this.rows = rows
    this.emit('resize')
  }

  override _write(text: string | Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#frame(text.toString())
    done()
  }
}
