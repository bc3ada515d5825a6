import type { Serve } from '../../../src/contract/serve.ts'
import { Newest } from '../../store/newest.ts'

const kept = 16

/** How many tokens a second each serve made lately, from what passes by anyway. */
export class Trends {
  readonly #rings = new Newest<string, { at: number; values: number[] }>(1000)

  of({ id, metrics }: Serve): readonly number[] {
    const ring = this.#rings.get(id) ?? { at: 0, values: [] }
    const speed = metrics?.tokens_per_second
    if (metrics && speed != null && metrics.at > ring.at) {
      ring.at = metrics.at
      ring.values = [...ring.values, speed].slice(-kept)
      this.#rings.set(id, ring)
    }
    return ring.values
  }
}
