const TTFT_BOUNDS = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]

export class Histogram {
  readonly bounds = TTFT_BOUNDS
  readonly counts: number[] = TTFT_BOUNDS.map(() => 0)
  sum = 0
  count = 0

  observe(value: number): void {
    this.sum += value
    this.count++
    this.bounds.forEach((bound, i) => {
      if (value <= bound) this.counts[i] = (this.counts[i] ?? 0) + 1
    })
  }
}

/** What a server has done and is doing; its metrics and its throughput lines are read from here. */
export class Load {
  readonly kvTokens: number
  readonly slots: number
  running = 0
  waiting = 0
  kvInUse = 0
  promptTokens = 0
  generatedTokens = 0
  promptSeconds = 0
  generatedSeconds = 0
  steps = 0
  readonly finished = { stop: 0, length: 0, abort: 0 }
  readonly firstToken = new Histogram()
  readonly #queue: (() => void)[] = []
  #last = { at: Date.now(), prompt: 0, generated: 0 }

  constructor(kvTokens: number, slots: number) {
    this.kvTokens = kvTokens
    this.slots = slots
  }

  /** Waits for a slot; `leave` gives it back. */
  async enter(): Promise<void> {
    if (this.running >= this.slots) {
      this.waiting++
      await new Promise<void>(resolve => this.#queue.push(resolve))
      this.waiting--
    }
    this.running++
  }

  leave(): void {
    this.running--
    this.#queue.shift()?.()
  }

  get kvShare(): number {
    return this.kvTokens > 0 ? Math.min(1, this.kvInUse / this.kvTokens) : 0
  }

  /** Tokens per second since the last time somebody asked. */
  rates(): { prompt: number; generated: number } {
    const now = Date.now()
    const seconds = Math.max(0.001, (now - this.#last.at) / 1000)
    const rates = {
      prompt: (this.promptTokens - this.#last.prompt) / seconds,
      generated: (this.generatedTokens - this.#last.generated) / seconds,
    }
    this.#last = { at: now, prompt: this.promptTokens, generated: this.generatedTokens }
    return rates
  }
}
