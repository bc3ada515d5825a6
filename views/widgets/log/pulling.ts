/** Between two questions about new lines; a log that rests is asked less often. */
const pullEvery = 100
const pullAtRest = 250

/** Asks for news again and again, until it is stopped. */
export class Pulling {
  readonly #ask: () => Promise<boolean>
  #timer: NodeJS.Timeout | undefined
  #isOn = false

  /** `ask` answers whether there was any. */
  constructor(ask: () => Promise<boolean>) {
    this.#ask = ask
  }

  get isOn(): boolean {
    return this.#isOn
  }

  start(): void {
    if (this.#isOn) return
    this.#isOn = true
    void this.#turn()
  }

  stop(): void {
    this.#isOn = false
    clearTimeout(this.#timer)
  }

  async #turn(): Promise<void> {
    const isNews = await this.#ask()
    if (this.#isOn) this.#timer = setTimeout(() => void this.#turn(), isNews ? pullEvery : pullAtRest)
  }
}
