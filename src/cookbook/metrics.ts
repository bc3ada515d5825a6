import type { ServeMetrics } from '../contract/serve.ts'
import { HostError } from '../hosts/host.ts'
import { readBody } from '../hosts/http.ts'
import type { Gateway } from './gateway.ts'
import { readPage } from './prometheus.ts'
import type { Known, Serves } from './serves.ts'
import type { Watch } from './watch.ts'

/** What ready servers measure of themselves, asked often while somebody looks and seldom otherwise. */
export interface Metrics {
  /** Asks those whose turn it is. */
  round(): Promise<void>
  sample(one: Known): Promise<ServeMetrics | null>
  history(id: string, since: number): ServeMetrics[]
}

const OFTEN = 4000
const SELDOM = 60_000
const KEPT = 360
/** Of so many serves: what one measured can be looked at for a while after its end. */
const SERVES = 200
const TIMEOUT = 4000

/** Counters that only say something beside the ones before. */
interface Counters {
  at: number
  tokens: number | null
  ttftSum: number | null
  ttftCount: number | null
}

interface Reading {
  metrics: Omit<ServeMetrics, 'at' | 'tokens_per_second' | 'ttft_ms'>
  /** Tokens a second where the engine itself says it. */
  rate: number | null
  counters: Omit<Counters, 'at'>
}

export const openMetrics = (deps: {
  serves: Serves
  gateway: Gateway
  watch: Watch
  now: () => number
}): Metrics => {
  const { serves, gateway, watch, now } = deps
  const rings = new Map<string, ServeMetrics[]>()
  const before = new Map<string, Counters>()
  const asked = new Map<string, number>()

  const sample: Metrics['sample'] = async one => {
    const { id, engine } = one.kept
    const reading = await ask(one)
    if (!reading) return null
    const at = now()
    const last = before.get(id)
    before.set(id, { at, ...reading.counters })
    const metrics: ServeMetrics = {
      at,
      ...reading.metrics,
      tokens_per_second: round(rateOf(reading, last, at, engine)),
      ttft_ms: round(ttftOf(reading.counters, last)),
    }
    const ring = rings.get(id) ?? []
    ring.push(metrics)
    if (ring.length > KEPT) ring.shift()
    rings.delete(id)
    rings.set(id, ring)
    const [longest] = rings.keys()
    if (rings.size > SERVES) rings.delete(longest!)
    serves.notice(one, { metrics })
    return metrics
  }

  const ask = async (one: Known): Promise<Reading | null> => {
    const ollama = one.kept.engine === 'ollama'
    try {
      const answer = await gateway.exchange(one, { path: ollama ? '/api/ps' : '/metrics', timeout: TIMEOUT })
      const text = (await readBody(answer, 8 << 20)).toString()
      if (answer.status !== 200) return null
      return ollama ? fromOllama(text) : fromPage(text)
    } catch (error) {
      // Not measured this time; whether it is well is for its health to say.
      if (error instanceof HostError || error instanceof SyntaxError) return null
      throw error
    }
  }

  serves.onEnd(({ kept: { id } }) => {
    before.delete(id)
    asked.delete(id)
  })

  return {
    sample,

    async round() {
      const due = serves.all().filter(one => {
        if (one.kept.port === null || one.kept.engine === null || serves.state(one) !== 'ready') return false
        const pause = watch.watched(one.kept.host) ? OFTEN : SELDOM
        return now() - (asked.get(one.kept.id) ?? 0) >= pause
      })
      for (const one of due) asked.set(one.kept.id, now())
      await Promise.all(due.map(sample))
    },

    history(id, since) {
      return (rings.get(serves.get(id).kept.id) ?? []).filter(({ at }) => at > since)
    },
  }
}

const round = (value: number | null): number | null => (value === null ? null : Math.round(value * 10) / 10)

const rateOf = (
  reading: Reading,
  last: Counters | undefined,
  at: number,
  engine: string | null,
): number | null => {
  const { tokens } = reading.counters
  // A counter that fell began anew with its process.
  if (tokens !== null && last?.tokens != null && at > last.at && tokens >= last.tokens)
    return ((tokens - last.tokens) * 1000) / (at - last.at)
  // What llama-server says of itself is a mean over its life, which says nothing of now.
  return engine === 'llama.cpp' ? null : reading.rate
}

const ttftOf = (now: Omit<Counters, 'at'>, last: Counters | undefined): number | null => {
  const { ttftSum: sum, ttftCount: count } = now
  if (sum === null || count === null || count === 0) return null
  const since = last?.ttftSum != null && last.ttftCount != null && last.ttftCount <= count ? last : null
  if (since && count > since.ttftCount!) return ((sum - since.ttftSum!) * 1000) / (count - since.ttftCount!)
  return since ? null : (sum * 1000) / count
}

/** The names of each engine, newer ones first. */
const NAMES = {
  running: [
    'vllm:num_requests_running',
    'sglang:num_running_reqs',
    'llamacpp:requests_processing',
    'tgi_batch_current_size',
  ],
  waiting: [
    'vllm:num_requests_waiting',
    'sglang:num_queue_reqs',
    'llamacpp:requests_deferred',
    'tgi_queue_size',
  ],
  kv: [
    'vllm:kv_cache_usage_perc',
    'vllm:gpu_cache_usage_perc',
    'sglang:token_usage',
    'llamacpp:kv_cache_usage_ratio',
  ],
  tokens: [
    'vllm:generation_tokens_total',
    'sglang:generation_tokens_total',
    'llamacpp:tokens_predicted_total',
    'tgi_request_generated_tokens_sum',
  ],
  rate: ['sglang:gen_throughput'],
  ttft: ['vllm:time_to_first_token_seconds', 'sglang:time_to_first_token_seconds'],
} as const

export const fromPage = (text: string): Reading | null => {
  const page = readPage(text)
  const first = (names: readonly string[], suffix = '') =>
    names.map(name => page.get(name + suffix)).find(found => found !== undefined) ?? null
  const sum = (names: readonly string[], suffix?: string) => first(names, suffix)?.sum ?? null
  const kv = first(NAMES.kv)
  const running = sum(NAMES.running)
  const tokens = sum(NAMES.tokens)
  if (running === null && tokens === null && kv === null) return null
  return {
    metrics: { running, waiting: sum(NAMES.waiting), kv_use: kv && kv.sum / kv.count },
    rate: sum(NAMES.rate),
    counters: { tokens, ttftSum: sum(NAMES.ttft, '_sum'), ttftCount: sum(NAMES.ttft, '_count') },
  }
}

/** Ollama says which models it holds, and nothing of how fast it is. */
export const fromOllama = (text: string): Reading | null => {
  const { models } = JSON.parse(text) as { models?: unknown[] }
  if (!Array.isArray(models)) return null
  return {
    metrics: { running: null, waiting: null, kv_use: null },
    rate: null,
    counters: { tokens: null, ttftSum: null, ttftCount: null },
  }
}
