/** Between two frames that nobody pressed a key for, in milliseconds: while such changes are rare, and while they go on. */
const frame = 33
const batch = 100
/** How many may follow each other at frame pace; each batch's time brings one back. */
const most = 30
/** Of those, kept for what somebody did: what is only measured may come all the time. */
const reserve = 15

export type Cause = 'done' | 'measured'

/** When a change that nobody pressed a key for may be shown: the rare one at once, what never ends ten times a second. */
export class Pace {
  #left = most
  #counted = Number.NEGATIVE_INFINITY
  #last = Number.NEGATIVE_INFINITY
  #key = Number.NEGATIVE_INFINITY

  /** May lie in the past. */
  due(cause: Cause, now: number): number {
    const left = this.#leftAt(now)
    const rare = cause === 'done' ? left >= 1 : left > reserve
    // The next key shows what was measured by the way; a frame of its own would be in that key's way.
    const afterKey = this.#key + (cause === 'done' ? frame : batch)
    return Math.max(afterKey, this.#last + (rare ? frame : batch))
  }

  /** It was shown. */
  shown(now: number): void {
    this.#left = Math.max(0, this.#leftAt(now) - 1)
    this.#counted = now
    this.#last = now
  }

  /** Shown as well, but for a key. */
  pressed(now: number): void {
    this.#key = now
  }

  #leftAt(now: number): number {
    return Math.min(most, this.#left + (now - this.#counted) / batch)
  }
}
