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
    if (grew) this.#lengthen()
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
      if (!this.#reaches(page, to)) return undefined
      const start = page * pageSize
      parts.push(this.#page(page)!.subarray(Math.max(0, from - start), to - start))
    }
    return parts.length === 1 ? parts[0] : Buffer.concat(parts)
  }

  /** As much of what ends at `to` as is at hand in one piece, back to `from` at most. */
  endingAt(to: number, from: number): Uint8Array {
    const page = Math.floor((to - 1) / pageSize) * pageSize
    for (const start of [from, this.#tail.from, page]) {
      const bytes = start >= from && start <= to ? this.slice(start, to) : undefined
      if (bytes) return bytes
    }
    return new Uint8Array()
  }

  /** Loads what `slice` lacked. */
  async load(from: number, to: number): Promise<void> {
    const wanted: Promise<void>[] = []
    for (let page = Math.floor(from / pageSize); page * pageSize < to; page++)
      if (!this.#reaches(page, to)) wanted.push(this.#load(page))
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

  /** The page the log ended in goes on with what came, so that it need not be read again. */
  #lengthen(): void {
    const { from, bytes } = this.#tail
    const end = from + bytes.length
    for (let page = Math.floor(from / pageSize); page * pageSize < end; page++) {
      const start = page * pageSize
      const short = this.#pages.get(page) ?? (this.#pages.has(page - 1) ? new Uint8Array() : undefined)
      const known = start + (short?.length ?? 0)
      if (!short || known < from || known >= Math.min(end, start + pageSize)) continue
      this.#keep(page, Buffer.concat([short, bytes.subarray(known - from, start + pageSize - from)]))
    }
  }

  /** Whether a page is at hand, as far as to there. */
  #reaches(page: number, to: number): boolean {
    const length = this.#pages.get(page)?.length ?? -1
    return length >= Math.min(to - page * pageSize, pageSize)
  }

  #keep(page: number, bytes: Uint8Array): void {
    this.#pages.delete(page)
    this.#pages.set(page, bytes)
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= maxPages) break
      this.#pages.delete(oldest)
    }
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
        this.#keep(page, bytes)
        this.size = Math.max(this.size, page * pageSize + bytes.length)
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
