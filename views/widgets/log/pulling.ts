/** Between two questions about new lines; a log that rests is asked less often. */
const pullEvery = 100
const pullAtRest = 250

/** Asks for news again and again, until it is stopped. */
export class Pulling {
  readonly #ask: () => Promise<boolean>
  #timer: NodeJS.Timeout | undefined
  #isOn = false
  /** Which start it is: a question that was asked before a stop asks no more after it. */
  #starts = 0

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
    void this.#turn(++this.#starts)
  }

  stop(): void {
    this.#isOn = false
    clearTimeout(this.#timer)
  }

  async #turn(start: number): Promise<void> {
    const isNews = await this.#ask()
    if (this.#isOn && start === this.#starts)
      this.#timer = setTimeout(() => void this.#turn(start), isNews ? pullEvery : pullAtRest)
  }
}
