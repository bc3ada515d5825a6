import type { Live } from '../store/live.ts'

/** What was asked for last: again where it is another thing, or where it failed on a line that was opened anew since. */
export class Asked {
  readonly #live: Live
  #key: string | null = null
  #line = 0
  #hasFailed = false

  constructor(live: Live) {
    this.#live = live
  }

  /** Whether it is to be asked for now. */
  begins(key: string): boolean {
    const isOver = this.#hasFailed && this.#line !== this.#live.lines
    if (this.is(key) && !isOver) return false
    this.now(key)
    return true
  }

  /** It is asked for, whatever was before. */
  now(key: string): void {
    this.#key = key
    this.#line = this.#live.lines
    this.#hasFailed = false
  }

  is(key: string): boolean {
    return this.#key === key
  }

  failed(): void {
    this.#hasFailed = true
  }
}
