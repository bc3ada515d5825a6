import { Problem } from '../../src/contract/problem.ts'
import type { Live } from '../store/live.ts'

/** Changes that were made by one key, so that one key takes them back: until the operator changes something else. */
export class Together {
  #seqs: readonly number[] = []
  /** Up to here the changes of the operator are known. */
  #known = 0
  /** What could not be taken back, so that it is not in the way of what was before it. */
  readonly refused = new Set<number>()

  constructor(live: Live) {
    live.onEvent(({ seq, actor }) => {
      if (seq !== null && seq > this.#known && actor === 'operator') this.#seqs = []
    })
  }

  /** Does the same to each of them that is still there; where it fails, says how far it came. */
  async each<T>(chosen: readonly T[], run: (one: T) => Promise<number | null>): Promise<void> {
    const seqs: number[] = []
    const { length } = chosen
    let gone = 0
    try {
      for (const one of chosen)
        try {
          seqs.push((await run(one)) ?? 0)
        } catch (error) {
          if (length === 1) throw error
          if (!(error instanceof Problem) || error.code !== 'not_found')
            throw new Error(
              `after ${seqs.length} of ${length}: ${error instanceof Error ? error.message : String(error)}`,
            )
          gone++
        }
    } finally {
      this.keep(seqs)
    }
    if (gone > 0) throw new Error(`${gone} of ${length} gone meanwhile, done to the others`)
  }

  /** These are taken back by one key; `known`: a later change that is no reason to forget them. */
  keep(seqs: readonly number[], known = 0): void {
    this.#seqs = seqs.filter(seq => seq > 0).sort((a, b) => a - b)
    this.#known = Math.max(known, this.#seqs.at(-1) ?? 0)
  }

  /** What is taken back together, the newest first; empty where it is one change or none. */
  take(): readonly number[] {
    const seqs = this.#seqs
    this.#seqs = []
    return seqs.length > 1 ? seqs.toReversed() : []
  }
}
