import type { KeptServe } from '../../store/serves.ts'
import type { Attempt } from '../contract/serve.ts'
import { range, tail } from '../logs/pages.ts'
import { launchFigures } from '../models/fit/overhead.ts'
import { settingsOf } from '../models/fit/settings.ts'
import { type Invocation, literal, quoteWord } from '../sessions/word.ts'
import type { Machines, Place } from './machines.ts'
import type { Reading } from './reading.ts'
import type { Known, Serves } from './serves.ts'

export type SortBy = 'attempt' | 'tps' | 'ttft' | 'ready' | 'kv'

/** What was tried in a lineage, and how each of it went. */
export interface Attempts {
  of(id: string, sort: SortBy): { lineage: string; items: Attempt[] }
}

const HEAD = 512 * 1024

export const openAttempts = (deps: {
  machines: Machines
  serves: Serves
  reading: Reading
  now: () => number
  later: (work: Promise<unknown>) => void
}): Attempts => {
  const { machines, serves, reading, now } = deps

  serves.onReady(one => {
    // What the log says of its cache stands in it by now; nobody waits for this.
    deps.later(learn(one))
  })

  const learn = async (one: Known): Promise<void> => {
    const path = await reading.path(one.kept.id)
    if (!path || one.kept.kind !== 'serve') return
    const { host } = machines.at(one.kept.host)
    const head = await range(host, path, 0, HEAD)
    const rest = head.size > head.end ? (await tail(host, path, 500)).bytes.toString('utf8') : ''
    const log = `${head.bytes.toString('utf8')}\n${rest}`
    const kv_tokens = cacheTokens(log)
    const { kept } = one
    const figures = figuresOf(machines.at(kept.host), kept, log)
    if (kv_tokens === null && figures === null) return
    const score = {
      ...kept.score,
      ...(kv_tokens === null ? {} : { kv_tokens }),
      ...(figures ? { figures } : {}),
    }
    const summary = kv_tokens === null ? `${kept.name} measured` : `${kept.name} caches ${kv_tokens} tokens`
    serves.save({ actor: 'ithaca' }, { ...kept, score }, { action: 'score', summary })
  }

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

/** What a launch took for itself, as the next one on this host is judged by it. */
const figuresOf = (place: Place, kept: KeptServe, log: string) => {
  const run = kept.run as Invocation | null
  if (kept.engine !== 'vllm' || run === null) return null
  const used = (place.gpus.reading?.gpus ?? []).filter(
    gpu => kept.gpus.length === 0 || kept.gpus.includes(gpu.index),
  )
  const total = Math.min(...used.map(gpu => gpu.totalMiB ?? Number.POSITIVE_INFINITY)) / 1024
  if (!Number.isFinite(total)) return null
  const { utilisation } = settingsOf(
    'vllm',
    run.argv.map(word => literal(word) ?? quoteWord(word)),
  )
  return launchFigures(log, total, utilisation ?? 0.9)
}

const CACHE_SIZES = [
  /GPU KV cache size: ([\d,]+) tokens/g,
  /KV Cache is allocated\.[^\n]*#tokens: ([\d,]+)/g,
  /max_total_num_tokens=(\d+)/g,
  /Inferred max batch total tokens: (\d+)/g,
  /n_ctx\s*= (\d+)/g,
]

/** How many tokens the engine says its cache holds. */
export const cacheTokens = (log: string): number | null => {
  for (const pattern of CACHE_SIZES) {
    const found = [...log.matchAll(pattern)].at(-1)?.[1]
    if (found) return Number(found.replaceAll(',', ''))
  }
  return null
}
