/** A page that was last read so long ago is likely another by now. */
const freshFor = 1000
/** So long the newest page is waited for before the one at hand is shown. */
const patience = 150

/** Nobody looked at a log that is followed: the page at hand is old, and to draw it just before the newest is to draw twice. */
export class Absence {
  #leftAt = Number.POSITIVE_INFINITY
  #timer: NodeJS.Timeout | undefined

  /** Whether the newest page is waited for. */
  get isFelt(): boolean {
    return this.#timer !== undefined
  }

  begin(): void {
    this.end()
    this.#leftAt = performance.now()
  }

  /** Somebody looks again; `shown` is called where the newest page does not come soon. */
  feel(shown: () => void): void {
    if (performance.now() - this.#leftAt < freshFor) return
    this.#leftAt = Number.POSITIVE_INFINITY
    this.#timer = setTimeout(() => {
      this.end()
      shown()
    }, patience)
  }

  /** Answers whether it was felt until now. */
  end(): boolean {
    const { isFelt } = this
    clearTimeout(this.#timer)
    this.#timer = undefined
    return isFelt
  }
}
