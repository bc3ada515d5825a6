/** Changes nobody pressed a key for are shown together, this often at most. */
const batch = 100

/** Says that something the screen shows has changed. Keys are shown at once, the world in batches. */
export class Signal {
  #version = 0
  #timer: NodeJS.Timeout | undefined
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
    this.#version++
    for (const listener of this.#listeners) listener()
  }

  readonly soon = (): void => {
    this.#timer ??= setTimeout(this.now, batch)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#listeners.clear()
  }
}
