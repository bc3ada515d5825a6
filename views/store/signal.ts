/** Changes nobody pressed a key for are shown together, this often at most. */
const batch = 100

/** Says that something the screen shows has changed. Keys are shown at once, the world in batches. */
export class Signal {
  #version = 0
  #timer: NodeJS.Timeout | undefined
  #last = Number.NEGATIVE_INFINITY
  readonly #listeners = new Set<() => void>()

  get version(): number {
    return this.#version
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly now = (): void => {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#last = performance.now()
    this.#version++
    for (const listener of this.#listeners) listener()
  }

  readonly soon = (): void => {
    // After a rest the first change is shown at once; only what follows it closely waits.
    this.#timer ??= setTimeout(this.now, Math.max(0, this.#last + batch - performance.now()))
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#listeners.clear()
  }
}
