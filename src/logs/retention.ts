export interface Limits {
  /** Older ones go. */
  maxAgeSeconds: number
  /** Beyond this, the oldest go until the rest fits. */
  maxBytes: number
}

export interface Candidate {
  id: string
  lineage: string
  /** Nothing of it runs or will run again. */
  over: boolean
  /** When it ended or was last written to, in seconds by the host's clock. */
  lastAt: number
  bytes: number
}

/** Whoever may still want to compare attempts has this long to do so. */
const KEPT_SECONDS = 7 * 24 * 3600

/** Which sessions may go: nothing that runs, nothing of a lineage in which something happened within 7 days. */
export function expired(candidates: readonly Candidate[], limits: Limits, now: number): string[] {
  const youngest = new Map<string, number>()
  for (const { lineage, over, lastAt } of candidates) {
    youngest.set(lineage, Math.max(youngest.get(lineage) ?? 0, over ? lastAt : now))
  }
  const oldestFirst = candidates.toSorted((a, b) => a.lastAt - b.lastAt || a.id.localeCompare(b.id))
  let total = candidates.reduce((sum, { bytes }) => sum + bytes, 0)
  const gone: string[] = []
  for (const { id, lineage, lastAt, bytes } of oldestFirst) {
    if (now - youngest.get(lineage)! < KEPT_SECONDS) continue
    if (now - lastAt <= limits.maxAgeSeconds && total <= limits.maxBytes) continue
    gone.push(id)
    total -= bytes
  }
  return gone
}
