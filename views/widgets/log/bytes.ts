import { type LogSource, pageSize } from './source.ts'

const maxPages = 48
/** Milliseconds between two bursts that are read whole. */
const burstsApart = 1000

interface Piece {
  from: number
  bytes: Uint8Array
}

/** The part of a log that is at hand: its last bytes and the pages looked at lately, never more than a few megabytes. */
export class LogBytes {
  size = 0
  readonly #source: LogSource
  readonly #pages = new Map<number, Uint8Array>()
  readonly #loading = new Map<number, Promise<void>>()
  #tail: Piece = { from: 0, bytes: new Uint8Array() }
  #isKnown = false
  /** How long it was when that was asked; pages may tell more before it is asked again. */
  #asked = 0
  #caughtUp = Number.NEGATIVE_INFINITY

  constructor(source: LogSource) {
    this.#source = source
  }

  /** Whether anything was heard of it at all. */
  get isKnown(): boolean {
    return this.#isKnown
  }

  /** Asks how long the log is; `from` is how long it was when that was asked before. `replaced` means that it is another one: nothing known of it holds any more. */
  async pull(max: number): Promise<{ first: boolean; from: number; grew: boolean; replaced: boolean }> {
    const { size, bytes } = await this.#source.tail(max)
    const tail = { from: size - bytes.length, bytes }
    const first = !this.#isKnown
    const replaced = size < this.size || !agree(this.#tail, tail)
    const from = replaced ? 0 : this.#asked
    const grew = size > from
    if (replaced) this.#pages.clear()
    if (replaced || grew) this.#tail = tail
    this.size = size
    this.#asked = size
    this.#isKnown = true
    if (grew && from > 0) await this.#catchUp(from)
    return { first, from, grew, replaced }
  }

  /** The bytes from `from` to `to`, or undefined where they have to be loaded first. */
  slice(from: number, to: number): Uint8Array | undefined {
    if (from >= this.#tail.from && to <= this.#tail.from + this.#tail.bytes.length)
      return this.#tail.bytes.subarray(from - this.#tail.from, to - this.#tail.from)
    const parts: Uint8Array[] = []
    for (let page = Math.floor(from / pageSize); page * pageSize < to; page++) {
      const bytes = this.#page(page)
      const start = page * pageSize
      if (!bytes || start + bytes.length < Math.min(to, start + pageSize)) return undefined
      parts.push(bytes.subarray(Math.max(0, from - start), to - start))
    }
    return parts.length === 1 ? parts[0] : Buffer.concat(parts)
  }

  /** Loads what `slice` lacked. */
  async load(from: number, to: number): Promise<void> {
    const wanted: Promise<void>[] = []
    for (let page = Math.floor(from / pageSize); page * pageSize < to; page++) wanted.push(this.#load(page))
    await Promise.all(wanted)
  }

  /** All but its last bytes, by which another log in its place is told. */
  letGo(): void {
    this.#pages.clear()
  }

  /** A burst that is more than was asked for is read, so that all of it is seen; a flood is not. */
  async #catchUp(from: number): Promise<void> {
    const now = performance.now()
    if (this.size - from > pageSize || now - this.#caughtUp < burstsApart || this.slice(from, this.size))
      return
    this.#caughtUp = now
    await this.load(from, this.size)
  }

  #page(page: number): Uint8Array | undefined {
    const bytes = this.#pages.get(page)
    if (bytes) {
      this.#pages.delete(page)
      this.#pages.set(page, bytes)
    }
    return bytes
  }

  #load(page: number): Promise<void> {
    const under = this.#loading.get(page)
    if (under) return under
    const loading = this.#source
      .read(page)
      .then(bytes => {
        this.#pages.delete(page)
        this.#pages.set(page, bytes)
        this.size = Math.max(this.size, page * pageSize + bytes.length)
        for (const oldest of this.#pages.keys()) {
          if (this.#pages.size <= maxPages) break
          this.#pages.delete(oldest)
        }
      })
      .finally(() => this.#loading.delete(page))
    this.#loading.set(page, loading)
    return loading
  }
}

/** Whether two pieces of one log say the same where they are about the same place: what is written is only added to. */
function agree(one: Piece, other: Piece): boolean {
  const from = Math.max(one.from, other.from)
  const to = Math.min(one.from + one.bytes.length, other.from + other.bytes.length)
  if (to <= from) return true
  const part = ({ from: start, bytes }: Piece) => bytes.subarray(from - start, to - start)
  return Buffer.compare(part(one), part(other)) === 0
}
