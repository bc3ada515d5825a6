/** Changes nobody pressed a key for are shown together, this often at most. */
const batch = 100

/** Says that something the screen shows has changed. Keys are shown at once, the world in batches. */
export class Signal {
  #version = 0
  #timer: NodeJS.Timeout | undefined
  #turn: NodeJS.Immediate | undefined
  #last = Number.NEGATIVE_INFINITY
  readonly #listeners = new Set<() => void>()

  get version(): number {
    return this.#version
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Once for all that a key changes in one turn: what is drawn twice is drawn half as fast. */
  readonly now = (): void => {
    this.#version++
    this.#turn ??= setImmediate(this.#tell)
  }

  /** Without waiting for the end of the turn: what comes next reads it from what is drawn. */
  readonly atOnce = (): void => {
    this.#version++
    this.#tell()
  }

  readonly #tell = (): void => {
    clearTimeout(this.#timer)
    clearImmediate(this.#turn)
    this.#timer = undefined
    this.#turn = undefined
    this.#last = performance.now()
    for (const listener of this.#listeners) listener()
  }

  readonly soon = (): void => {
    // After a rest the first change is shown at once; only what follows it closely waits.
    this.#timer ??= setTimeout(this.now, Math.max(0, this.#last + batch - performance.now()))
  }

  stop(): void {
    clearTimeout(this.#timer)
    clearImmediate(this.#turn)
    this.#listeners.clear()
  }
}
