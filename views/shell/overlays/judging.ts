/** Asks how what is typed is understood: a moment after the last key, and only the last answer counts. */
export class Judging {
  #timer: NodeJS.Timeout | undefined
  #asking = new AbortController()

  ask<T>(judge: (signal: AbortSignal) => Promise<T>, after: number, answered: (judged: T) => void): void {
    this.stop()
    const asking = new AbortController()
    this.#asking = asking
    this.#timer = setTimeout(async () => {
      const judged = await judge(asking.signal)
      if (!asking.signal.aborted) answered(judged)
    }, after)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#asking.abort()
  }
}
