/** Older than this, ages are told anew with the next frame that is drawn anyway. */
const old = 1000

/** The moment that ages are told at: it goes on with what else is drawn, for an age alone is worth no frame. */
export class Ages {
  now = Date.now()
  #own = false
  readonly #redraw: () => void

  constructor(redraw: () => void) {
    this.#redraw = redraw
  }

  /** Something is drawn anyway, for a key. */
  goOn(): void {
    this.now = Date.now()
  }

  /** A frame was drawn; where it differs for another cause, one with new ages follows. */
  drawn(differs: boolean): void {
    const own = this.#own
    this.#own = false
    if (own || !differs || Date.now() - this.now < old) return
    this.#own = true
    this.goOn()
    this.#redraw()
  }
}
