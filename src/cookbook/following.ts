import type { Host } from '../hosts/host.ts'
import { follow } from '../logs/follow.ts'
import { range } from '../logs/pages.ts'
import { MOST_BYTES } from '../logs/slice.ts'

/** What a follower has to know of what it follows. */
export interface Followed {
  host: Host
  /** The log of the attempt after the one that writes this log, once its rule has started it again. */
  next(path: string): string | null
  ended(): boolean
  /** Told whenever one of these may have changed. */
  onChange(listener: () => void): () => void
}

/** All that is written from a place in a log on, in that of every attempt; it ends with what it follows, and not before its last byte. */
export async function* following(
  one: Followed,
  first: { path: string; at: number },
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  let { path, at } = first
  while (!signal.aborted) {
    const full = new AbortController()
    const look = (): void => {
      if (one.ended() || one.next(path)) full.abort()
    }
    const unsubscribe = one.onChange(look)
    try {
      look()
      if (!full.signal.aborted)
        for await (const bytes of follow(one.host, path, {
          from: at,
          signal: AbortSignal.any([signal, full.signal]),
        })) {
          at += bytes.length
          yield bytes
        }
    } finally {
      unsubscribe()
    }
    // Nothing more is written here, but not all of it need have arrived.
    while (!signal.aborted) {
      const rest = await range(one.host, path, at, at + MOST_BYTES, { signal })
      if (rest.bytes.length === 0) break
      at = rest.end
      yield rest.bytes
    }
    const next = one.next(path)
    if (!next) return
    path = next
    at = 0
  }
}
