/** That the selection went to another, because what was selected is gone or something came before it. */
export interface Slip {
  from: string
  at: number
}

/** After that, a key that was meant for the first changes nothing for so long. */
const deafFor = 500

export const isFresh = (slip: Slip | null): slip is Slip =>
  slip !== null && performance.now() - slip.at < deafFor

/** Tells where the selection became another without the person. */
export class Slips {
  last: Slip | null = null
  readonly #wary: boolean
  #known: string | null

  /** `wary`: what comes where nothing was counts, too. */
  constructor(wary = false) {
    this.#wary = wary
    this.#known = wary ? '' : null
  }

  /** What is selected now. */
  see(id: string | null): void {
    if (id === this.#known) return
    if (id === null) {
      if (this.#wary) this.#known = ''
      return
    }
    if (this.#known !== null) this.last = { from: this.#known, at: performance.now() }
    this.#known = id
  }

  /** What is selected next is as the person wants it. */
  expect(): void {
    this.#known = null
  }
}
