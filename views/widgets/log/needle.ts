import type { LogBytes } from './bytes.ts'
import { pageSize } from './source.ts'

const newline = '\n'
/** So far a search for the next hit reads on its own before it gives up. */
const reach = 64 * pageSize

/** Text as it is looked for in the bytes of a log; letters alike where case does not matter. */
export class Needle {
  readonly #text: string
  readonly #ignoreCase: boolean

  constructor(query: string, ignoreCase: boolean) {
    this.#ignoreCase = ignoreCase
    this.#text = this.#plain(Buffer.from(query))
  }

  /** Where the lines begin that hold it; `bytes` begin with a line, at `start`. */
  linesIn(bytes: Uint8Array, start: number): number[] {
    const text = this.#plain(bytes)
    const lines: number[] = []
    for (let at = text.indexOf(this.#text); at >= 0; ) {
      lines.push(start + text.lastIndexOf(newline, at) + 1)
      const end = text.indexOf(newline, at)
      at = end < 0 ? -1 : text.indexOf(this.#text, end)
    }
    return lines
  }

  #plain(bytes: Uint8Array): string {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
    return this.#ignoreCase ? text.toLowerCase() : text
  }
}

/** The nearest line behind (1) or before (-1) the one at `from` that holds this, read page by page. */
export async function seek(
  log: LogBytes,
  needle: Needle,
  from: number,
  direction: 1 | -1,
): Promise<number | undefined> {
  const read = async (start: number, end: number) => {
    if (!log.slice(start, end)) await log.load(start, end)
    return log.slice(start, end) ?? new Uint8Array()
  }
  const last = direction === 1 ? Math.min(log.size, from + reach) : Math.max(0, from - reach)
  for (let at = Math.max(0, from); direction === 1 ? at < last : at > last; ) {
    const start = direction === 1 ? at : Math.max(0, at - pageSize)
    const end = direction === 1 ? Math.min(log.size, at + pageSize) : at
    const bytes = await read(start, end)
    // What is before the first end of line is part of another line, but for the one that was begun with.
    const skipped = direction === 1 || start === 0 ? 0 : bytes.indexOf(10) + 1
    const found = needle.linesIn(bytes.subarray(skipped), start + skipped)
    const line = direction === 1 ? found.find(one => one > from) : found.findLast(one => one < from)
    if (line !== undefined) return line
    if (direction === 1) {
      const whole = bytes.lastIndexOf(10) + 1
      at = end >= log.size ? last : start + (whole > 0 ? whole : bytes.length)
    } else at = skipped > 0 ? start + skipped : start
    if (direction === -1 && at === end) return undefined
  }
  return undefined
}
