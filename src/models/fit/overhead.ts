const GIB = 1024 ** 3

export type EngineName = 'vllm' | 'sglang' | 'llama.cpp'

/** What an engine takes per GPU beside weights and cache, in bytes. */
export interface Overhead {
  activations: number
  graphs: number
  runtime: number
  /** How far off the above may be: what has to stay free before a launch counts as fitting. */
  margin: number
  /** Launches it was learned from; 0 for the published figures. */
  samples: number
}

/** Where published launches lie, until a host's own logs say better. */
const PUBLISHED: Record<EngineName, Overhead> = {
  vllm: { activations: 1.5 * GIB, graphs: 0.6 * GIB, runtime: 0.65 * GIB, margin: GIB, samples: 0 },
  sglang: { activations: 1.5 * GIB, graphs: 1.2 * GIB, runtime: 0.65 * GIB, margin: GIB, samples: 0 },
  'llama.cpp': { activations: 0.3 * GIB, graphs: 0, runtime: 0.25 * GIB, margin: 0.25 * GIB, samples: 0 },
}

export function publishedOverhead(engine: EngineName): Overhead {
  return PUBLISHED[engine]
}

/** One past launch on a host, in GiB per GPU, as its log told it. */
export interface LaunchFigures {
  /** Total memory times the share the engine was allowed. */
  allowed: number
  weights: number
  cache: number
  graphs: number | null
}

/**
 * What past launches took for themselves: the allowed share less weights and cache is activations and runtime together.
 * The median stands for the usual case, and the margin shrinks to how far the launches lay apart.
 */
export function learnOverhead(engine: EngineName, launches: readonly LaunchFigures[]): Overhead {
  const start = PUBLISHED[engine]
  const rests = launches
    .map(one => (one.allowed - one.weights - one.cache) * GIB)
    .filter(rest => Number.isFinite(rest) && rest > 0)
  if (rests.length === 0) return start
  const graphs = launches.flatMap(one =>
    one.graphs === null || !Number.isFinite(one.graphs) ? [] : [one.graphs * GIB],
  )
  const middle = median(rests)
  const runtime = Math.min(start.runtime, middle)
  const spread = Math.max(...rests.map(rest => Math.abs(rest - middle)))
  const floor = rests.length >= 3 ? 0.25 * GIB : 0.5 * GIB
  return {
    activations: middle - runtime,
    runtime,
    graphs: graphs.length > 0 ? median(graphs) : start.graphs,
    margin: Math.min(start.margin, Math.max(floor, spread)),
    samples: rests.length,
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2
}

/** Reads the figures of a launch off vLLM's log; null unless it says all that is needed. */
export function launchFigures(log: string, totalGiB: number, utilisation: number): LaunchFigures | null {
  const last = (pattern: RegExp) => {
    const found = [...log.matchAll(pattern)].at(-1)?.[1]
    return found === undefined ? null : Number(found)
  }
  const weights = last(/Model loading took (\d+(?:\.\d+)?) Gi?B/g)
  const cache = last(/Available KV cache memory: (\d+(?:\.\d+)?) GiB/g)
  if (weights === null || cache === null) return null
  const graphs = last(/Graph capturing finished in [^\n]*? took (\d+(?:\.\d+)?) GiB/g)
  return { allowed: totalGiB * utilisation, weights, cache, graphs }
}
