import { KeyDecoder, type Stroke } from './decode.ts'

/** How long an Escape may be the start of a longer key: a slow line delivers one in pieces. */
const patience = { local: 25, remote: 100 }

/** Strokes as they happen, one after the other: the next waits until what the last one did is settled. */
export class Keyboard {
  readonly #decoder = new KeyDecoder()
  readonly #stroke: (stroke: Stroke) => void | Promise<void>
  readonly #patience: number
  readonly #queue: Stroke[] = []
  #timer: NodeJS.Timeout | undefined
  #busy = false

  constructor(stroke: (stroke: Stroke) => void | Promise<void>, remote: boolean) {
    this.#stroke = stroke
    this.#patience = remote ? patience.remote : patience.local
  }

  bytes(bytes: Buffer): void {
    clearTimeout(this.#timer)
    this.#take(this.#decoder.push(bytes))
    if (this.#decoder.waiting)
      this.#timer = setTimeout(() => this.#take(this.#decoder.flush()), this.#patience)
  }

  #take(strokes: Stroke[]): void {
    this.#queue.push(...strokes)
    if (!this.#busy) void this.#run()
  }

  async #run(): Promise<void> {
    this.#busy = true
    try {
      for (let stroke = this.#queue.shift(); stroke; stroke = this.#queue.shift()) await this.#stroke(stroke)
    } finally {
      this.#busy = false
    }
  }
}
