import { type LogSource, pageSize } from './source.ts'

const maxPages = 48

/** The part of a log that is at hand: its last bytes and the pages looked at lately, never more than a few megabytes. */
export class LogBytes {
  size = 0
  readonly #source: LogSource
  readonly #pages = new Map<number, Uint8Array>()
  readonly #loading = new Map<number, Promise<void>>()
  #tail: { from: number; bytes: Uint8Array } = { from: 0, bytes: new Uint8Array() }

  constructor(source: LogSource) {
    this.#source = source
  }

  /** Asks how long the log is. `shrunk` means that it was replaced: nothing known of it holds any more. */
  async pull(max: number): Promise<{ grew: boolean; shrunk: boolean }> {
    const { size, bytes } = await this.#source.tail(max)
    const shrunk = size < this.size
    const grew = size > this.size
    if (shrunk) this.#pages.clear()
    if (shrunk || grew) this.#tail = { from: size - bytes.length, bytes }
    this.size = size
    return { grew, shrunk }
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
