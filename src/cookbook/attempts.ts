import type { KeptServe } from '../../store/serves.ts'
import type { Attempt } from '../contract/serve.ts'
import type { Serves } from './serves.ts'

export type SortBy = 'attempt' | 'tps' | 'ttft' | 'ready' | 'kv'

/** What was tried in a lineage, and how each of it went. */
export interface Attempts {
  of(id: string, sort: SortBy): { lineage: string; items: Attempt[] }
}

export const openAttempts = (deps: { serves: Serves; now: () => number }): Attempts => {
  const { serves, now } = deps

  const view = (kept: KeptServe): Attempt => {
    const known = serves.find(kept.id)
    const { ending } = kept
    const end = ending ? kept.ended_at : now()
    return {
      serve: kept.id,
      attempt: kept.attempt,
      parent: kept.parent,
      cmd: kept.shown,
      difference: kept.difference,
      fix: kept.fix,
      launched_at: kept.launched_at,
      seconds: end === null ? null : seconds(end - kept.launched_at),
      state: known ? serves.state(known) : (ending?.kind ?? 'lost'),
      cause: kept.diagnosis?.cause ?? null,
      root_line: kept.diagnosis?.root_line ?? null,
      ready_seconds: kept.ready_at === null ? null : seconds(kept.ready_at - kept.launched_at),
      kv_tokens: kept.score?.kv_tokens ?? null,
      tokens_per_second: kept.score?.tokens_per_second ?? null,
      ttft_ms: kept.score?.ttft_ms ?? null,
    }
  }

  return {
    of(id, sort) {
      const { lineage } = serves.get(id).kept
      const items = serves.lineage(lineage).map(kept => view(serves.find(kept.id)?.kept ?? kept))
      return { lineage, items: sorted(items, sort) }
    },
  }
}

const seconds = (ms: number): number => Math.max(0, Math.round(ms / 100) / 10)

/** The best first; those without the figure keep their order at the end. */
const sorted = (items: Attempt[], sort: SortBy): Attempt[] => {
  const figure: Record<SortBy, (one: Attempt) => number | null> = {
    attempt: one => one.attempt,
    tps: one => (one.tokens_per_second === null ? null : -one.tokens_per_second),
    ttft: one => one.ttft_ms,
    ready: one => one.ready_seconds,
    kv: one => (one.kv_tokens === null ? null : -one.kv_tokens),
  }
  const value = (one: Attempt): number => figure[sort](one) ?? Number.POSITIVE_INFINITY
  return items.toSorted((a, b) => (value(a) === value(b) ? a.attempt - b.attempt : value(a) - value(b)))
}
