/** Bytes as they arrive, taken out by length or up to a marker, without copying large answers twice. */
export class Bytes {
  #chunks: Buffer[] = []
  #size = 0

  get size(): number {
    return this.#size
  }

  push(chunk: Buffer): void {
    if (chunk.length === 0) return
    this.#chunks.push(chunk)
    this.#size += chunk.length
  }

  /** Exactly `length` bytes, or null while fewer are here. */
  take(length: number): Buffer | null {
    if (this.#size < length) return null
    const taken: Buffer[] = []
    let missing = length
    while (missing > 0) {
      const chunk = this.#chunks[0]!
      if (chunk.length <= missing) {
        taken.push(chunk)
        this.#chunks.shift()
        missing -= chunk.length
      } else {
        taken.push(chunk.subarray(0, missing))
        this.#chunks[0] = chunk.subarray(missing)
        missing = 0
      }
    }
    this.#size -= length
    return taken.length === 1 ? taken[0]! : Buffer.concat(taken, length)
  }

  /** What stands before `marker`, with the marker itself taken away too; null while it has not come. */
  takeBefore(marker: Buffer | string): Buffer | null {
    const all = this.peek()
    const at = all.indexOf(marker)
    if (at < 0) return null
    const before = this.take(at)!
    this.take(Buffer.byteLength(marker))
    return before
  }

  /** Drops everything that can no longer be the start of `marker`; returns what was dropped. */
  skipTowards(marker: Buffer | string): Buffer {
    return this.take(Math.max(0, this.#size - (Buffer.byteLength(marker) - 1)))!
  }

  peek(): Buffer {
    if (this.#chunks.length !== 1) this.#chunks = [Buffer.concat(this.#chunks, this.#size)]
    return this.#chunks[0]!
  }
}
