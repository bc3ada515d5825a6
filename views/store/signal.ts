import { type Cause, Pace } from './pace.ts'

/** Says that something the screen shows has changed. Keys are shown at once, the world as its pace allows. */
export class Signal {
  #version = 0
  #timer: NodeJS.Timeout | undefined
  #due = 0
  #turn: NodeJS.Immediate | undefined
  readonly #pace = new Pace()
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
    this.#turn ??= setImmediate(this.#pressed)
  }

  /** Without waiting for the end of the turn: what comes next reads it from what is drawn. */
  readonly atOnce = (): void => {
    this.#version++
    this.#pressed()
  }

  /** What was measured or read. */
  readonly soon = (): void => this.#await('measured')

  /** What somebody did: ahead of all that is only measured. */
  readonly nextFrame = (): void => this.#await('done')

  #await(cause: Cause): void {
    const now = performance.now()
    const due = this.#pace.due(cause, now)
    if (this.#timer !== undefined && this.#due <= due) return
    clearTimeout(this.#timer)
    this.#due = due
    this.#timer = setTimeout(this.#waited, Math.max(0, due - now))
  }

  readonly #waited = (): void => {
    this.#version++
    this.#pace.shown(performance.now())
    this.#tell()
  }

  readonly #pressed = (): void => {
    this.#pace.pressed(performance.now())
    this.#tell()
  }

  readonly #tell = (): void => {
    clearTimeout(this.#timer)
    clearImmediate(this.#turn)
    this.#timer = undefined
    this.#turn = undefined
    for (const listener of this.#listeners) listener()
  }

  stop(): void {
    clearTimeout(this.#timer)
    clearImmediate(this.#turn)
    this.#listeners.clear()
  }
}
