import { errorWords } from '../../src/contract/replaced.ts'
import type { Signal } from '../store/signal.ts'
import { sanitiseText } from '../terminal/sanitise.ts'
import {
  addToast,
  expireToasts,
  keepSaid,
  type Level,
  nextExpiry,
  type Said,
  type Toast,
} from '../widgets/toasts.ts'

/** What is said to the person: a few rows for a while, and all of it to be read later. */
export class Messages {
  toasts: readonly Toast[] = []
  /** Everything said since the start, the newest last. */
  said: readonly Said[] = []
  readonly #signal: Signal
  #timer: NodeJS.Timeout | undefined

  constructor(signal: Signal) {
    this.#signal = signal
  }

  /** `about`: the next about the same takes its place; what is kept of it is `said` then. */
  say(level: Level, text: string, about?: { topic: string; said: string }): void {
    const [words, now] = [sanitiseText(text), Date.now()]
    this.toasts = addToast(this.toasts, level, words, now, about?.topic)
    this.said = keepSaid(this.said, level, about ? sanitiseText(about.said) : words, now)
    this.#expire()
    this.#signal.soon()
  }

  /** What was said about it holds no longer. */
  settled(topic: string): void {
    this.toasts = this.toasts.filter(toast => toast.topic !== topic)
    this.#signal.soon()
  }

  dismiss(): void {
    this.toasts = []
  }

  /** Does something that may fail; the failure is said, with what it was, until it is dismissed or the same succeeds. */
  async act(what: string, run: () => Promise<unknown>): Promise<boolean> {
    try {
      await run()
      this.mended(what)
      return true
    } catch (error) {
      this.say('bad', `${what}: ${errorWords(error)}`)
      return false
    }
  }

  /** What failed does so no more. */
  mended(what: string): void {
    const failed = sanitiseText(`${what}: `)
    this.toasts = this.toasts.filter(({ level, text }) => level !== 'bad' || !text.startsWith(failed))
    this.#signal.soon()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #expire(): void {
    clearTimeout(this.#timer)
    const next = nextExpiry(this.toasts)
    if (next === null) return
    this.#timer = setTimeout(
      () => {
        this.toasts = expireToasts(this.toasts, Date.now())
        this.#expire()
        this.#signal.now()
      },
      Math.max(1, next - Date.now()),
    )
  }
}
