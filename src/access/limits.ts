import type { Actor } from '../contract/actor.ts'
import { Problem } from '../contract/problem.ts'

/** Bounds on how often: each token has a bucket of its own, and so has each address that guesses tokens. */
export interface Limits {
  spend(actor: Actor): void
  /** Counts a guess. A good token from the same address is never held back by it. */
  wrongToken(address: string): void
}

interface Bucket {
  left: number
  at: number
}

const GUESSES = { rate: 1, burst: 20 }
const MOST_BUCKETS = 10_000

export const openLimits = (settings: { rate: number; burst: number }, now: () => number): Limits => {
  const tokens = new Map<string, Bucket>()
  const guessers = new Map<string, Bucket>()
  return {
    spend(actor) {
      if (actor.operator) return
      const wait = take(tokens, actor.token ?? actor.name, settings.rate, settings.burst, now())
      if (wait > 0)
        throw new Problem('rate_limited', `This token makes more than ${settings.rate} requests a second.`, {
          retry_after: Math.ceil(wait / 1000),
        })
    },
    wrongToken(address) {
      const wait = take(guessers, address, GUESSES.rate, GUESSES.burst, now())
      if (wait > 0)
        throw new Problem('rate_limited', 'Too many wrong tokens from this address; wait a little.', {
          retry_after: Math.ceil(wait / 1000),
        })
    },
  }
}

/** Takes one from a bucket that refills with time; answers how many milliseconds are missing, 0 when there was one. */
const take = (
  buckets: Map<string, Bucket>,
  key: string,
  rate: number,
  burst: number,
  now: number,
): number => {
  let bucket = buckets.get(key)
  if (!bucket) {
    if (buckets.size >= MOST_BUCKETS) buckets.clear()
    bucket = { left: burst, at: now }
    buckets.set(key, bucket)
  }
  bucket.left = Math.min(burst, bucket.left + (Math.max(0, now - bucket.at) * rate) / 1000)
  bucket.at = now
  if (bucket.left < 1) return ((1 - bucket.left) * 1000) / rate
  bucket.left -= 1
  return 0
}
