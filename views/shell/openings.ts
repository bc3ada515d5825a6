/** What is asked of the API before it is opened; whoever asked may give it up. */
export class Openings {
  readonly #giveUp = new Set<() => void>()

  get any(): boolean {
    return this.#giveUp.size > 0
  }

  /** The answer, unless it is given up before or the person did not stay. */
  async of<T>(answer: Promise<T>, stays: () => boolean): Promise<T> {
    const givenUp = Promise.withResolvers<never>()
    const giveUp = () => givenUp.reject(new Error('given up.'))
    this.#giveUp.add(giveUp)
    try {
      const value = await Promise.race([answer, givenUp.promise])
      if (stays()) return value
    } finally {
      this.#giveUp.delete(giveUp)
    }
    throw new Error('the answer came when you had gone on; the same key asks again')
  }

  /** False where nothing was asked for. */
  giveUp(): boolean {
    const { any } = this
    for (const giveUp of this.#giveUp) giveUp()
    return any
  }
}
