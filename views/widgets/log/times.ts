import type { LogBytes } from './bytes.ts'
import { previousLine } from './lines.ts'
import { stampOf, timeIn } from './stamps.ts'

/** How far a line that tells a time is looked for: in bytes on the way to one, in lines above one that is shown. */
const searched = 65_536
const nearLines = 20

/** When the lines of a log were written, as far as they say so themselves. */
export class LogTimes {
  readonly #log: LogBytes
  #first: number | undefined

  constructor(log: LogBytes) {
    this.#log = log
  }

  forget(): void {
    this.#first = undefined
  }

  /** When the first line that tells a time was written; undefined until it is known. */
  get began(): number | undefined {
    return this.#first
  }

  async begin(): Promise<void> {
    this.#first ??= (await this.#stamped(0))?.stamp
  }

  /** When the line before this one was written, of those close by that tell a time. */
  before(offset: number, textOf: (offset: number) => string): number | undefined {
    let at = previousLine(this.#log, offset)
    for (let lines = 0; lines < nearLines && typeof at === 'number'; lines++) {
      const stamp = stampOf(textOf(at))
      if (stamp !== undefined) return stamp
      at = previousLine(this.#log, at)
    }
    return undefined
  }

  /** Where the first line is that was written at this time or after; what is wrong where there is no answer. */
  async find(said: string): Promise<number | string> {
    await this.begin()
    const last = await this.#last()
    if (this.#first === undefined || last === undefined) return 'No line of this log tells a time.'
    const wanted = timeIn(said, this.#first, last)
    if (wanted === undefined)
      return `'${said.trim()}' is not a time such as 02:09, 5m (before its end), +5m (after its start), start or end.`
    return this.#offsetOf(wanted)
  }

  /** The bytes between two places, loaded where they are not at hand. */
  async #bytes(from: number, to: number): Promise<Uint8Array> {
    const end = Math.min(to, this.#log.size)
    if (!this.#log.slice(from, end)) await this.#log.load(from, end)
    return this.#log.slice(from, end) ?? new Uint8Array()
  }

  /** The first line behind this place that tells a time. */
  async #stamped(offset: number): Promise<{ at: number; stamp: number } | undefined> {
    const text = Buffer.from(await this.#bytes(offset, offset + searched)).toString('latin1')
    // What is before the first end of line is part of another line.
    let at = offset === 0 ? 0 : text.indexOf('\n') + 1
    if (offset > 0 && at === 0) return undefined
    while (at < text.length) {
      const end = text.indexOf('\n', at)
      const stamp = stampOf(text.slice(at, end < 0 ? undefined : end))
      if (stamp !== undefined) return { at: offset + at, stamp }
      if (end < 0) return undefined
      at = end + 1
    }
    return undefined
  }

  async #last(): Promise<number | undefined> {
    const from = Math.max(0, this.#log.size - searched)
    const lines = Buffer.from(await this.#bytes(from, this.#log.size))
      .toString('latin1')
      .split('\n')
    for (const line of lines.reverse()) {
      const stamp = stampOf(line)
      if (stamp !== undefined) return stamp
    }
    return undefined
  }

  /** Halves the log until the place is found: what it asks for is a few pages, however long the log. */
  async #offsetOf(wanted: number): Promise<number> {
    let low = 0
    let high = this.#log.size
    let found = high
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      const one = await this.#stamped(middle)
      if (one && one.stamp < wanted) low = Math.max(middle, one.at)
      else {
        if (one) found = Math.min(found, one.at)
        high = middle
      }
    }
    const first = await this.#stamped(0)
    return first && first.stamp >= wanted ? first.at : Math.min(found, this.#log.size)
  }
}
