import { cacheBytes, cacheDtypeBytes, longestContext } from './cache.ts'
import { cacheScale, marginOf, measuredFor } from './measured.ts'
import { type FitQuestion, utilisationOf } from './question.ts'

export type Verdict = 'fits' | 'tight' | 'does not' | 'unknown'

/** Bytes on one GPU. */
export interface Terms {
  weights: number
  cache: number
  activations: number
  graphs: number
  runtime: number
}

export interface Estimate {
  verdict: Verdict
  terms: Terms
  need: number
  /** What the engine may use of each GPU. */
  budget: number
  /** Budget less need: negative by how much it does not fit. */
  spare: number
  /** Bytes that other processes hold and that the engine counts on having; 0 when it may start. */
  occupied: number
  /** The context asked for, or the model's own. */
  context: number
  /** The longest context that would fit as things are. */
  longest: number
  largest: keyof Terms
  bound: 'exact' | 'upper'
  /** By what the engine itself said before, instead of by arithmetic. */
  measured: boolean
}

/** What a launch would take of the fullest of its GPUs. */
export function estimate(question: FitQuestion): Estimate {
  const { architecture, settings, overhead, engine } = question
  const split = Math.max(1, settings.tp * settings.pp)
  const gpu = question.gpus.reduce((least, one) => (one.freeBytes < least.freeBytes ? one : least))
  const context = settings.context ?? architecture.maxContext ?? 4096
  const cache = cacheSettings(question)
  const measured = measuredFor(question)
  const scale = measured
    ? cacheScale(question, measured)
    : engine === 'llama.cpp'
      ? Math.max(1e-9, share(question) / question.gpus.length)
      : 1
  const terms: Terms = {
    weights:
      measured?.weights ??
      (question.weightBytes * share(question)) / (engine === 'llama.cpp' ? question.gpus.length : split),
    cache: cacheBytes(architecture, { ...cache, tokens: context }) * scale,
    activations:
      measured?.compute ??
      (engine === 'llama.cpp'
        ? Math.max(overhead.activations, computeBuffer(question))
        : overhead.activations),
    graphs: settings.eager ? 0 : overhead.graphs,
    runtime: overhead.runtime,
  }
  const room = roomFor(question, gpu.totalBytes, gpu.freeBytes)
  if (measured && measured.allowed !== null) {
    // What was neither weights nor left for the cache of its share is everything else, whatever it was for.
    const rest = Math.max(0, measured.allowed - measured.weights - measured.cache)
    Object.assign(terms, {
      activations: Math.max(0, rest - terms.runtime),
      runtime: Math.min(rest, terms.runtime),
    })
    room.counted = ['activations', 'runtime']
  }
  const need = terms.weights + terms.cache + room.counted.reduce((sum, name) => sum + terms[name], 0)
  // To the byte: the sum of what was measured is the share itself.
  const spare = Math.round(room.budget - need)
  const forCache = room.budget - (need - terms.cache)
  const longest = forCache > 0 && scale > 0 ? longestContext(architecture, (forCache + 1) / scale, cache) : 0
  // SGLang computes in what its fraction leaves over.
  const crowded =
    engine === 'sglang' &&
    measured === null &&
    terms.activations + terms.graphs > gpu.freeBytes * (1 - utilisationOf(question))
  const verdict = judge(question, { spare, crowded, occupied: room.occupied })
  const names = Object.keys(terms) as (keyof Terms)[]
  const largest = names.reduce((most, name) => (terms[name] > terms[most] ? name : most))
  return {
    verdict,
    terms,
    need,
    budget: room.budget,
    spare,
    occupied: room.occupied,
    context,
    longest: Math.min(longest, architecture.maxContext ?? longest),
    largest,
    bound: architecture.bound,
    measured: measured !== null,
  }
}

function judge(question: FitQuestion, now: { spare: number; crowded: boolean; occupied: number }): Verdict {
  if (cacheDtypeBytes(question.settings.cacheDtype) === null) return 'unknown'
  if (now.spare < 0 || now.occupied > 0) return 'does not'
  return now.spare < marginOf(question) || now.crowded ? 'tight' : 'fits'
}

interface Room {
  budget: number
  occupied: number
  counted: ('activations' | 'graphs' | 'runtime')[]
}

function roomFor(question: FitQuestion, total: number, free: number): Room {
  const utilisation = utilisationOf(question)
  switch (question.engine) {
    case 'vllm':
      // It asks for its whole share to be free before it begins. Older versions draw graphs from beyond the share.
      return {
        budget: total * utilisation,
        occupied: Math.max(0, total * utilisation - free),
        counted: ['activations', 'graphs', 'runtime'],
      }
    case 'sglang':
      // Weights and cache come out of the fraction, everything else out of what is left.
      return { budget: free * utilisation, occupied: 0, counted: ['runtime'] }
    case 'llama.cpp':
      return { budget: free, occupied: 0, counted: ['activations', 'graphs', 'runtime'] }
  }
}

function cacheSettings(question: FitQuestion) {
  const { settings, engine } = question
  const keyBytes = cacheDtypeBytes(settings.cacheDtype) ?? 2
  const valueBytes =
    settings.valueCacheDtype === null ? keyBytes : (cacheDtypeBytes(settings.valueCacheDtype) ?? 2)
  const split = engine === 'llama.cpp' ? { tp: 1, pp: 1 } : { tp: settings.tp, pp: settings.pp }
  return {
    ...split,
    keyBytes,
    valueBytes,
    batchedTokens: engine === 'llama.cpp' ? 512 : settings.batchedTokens,
  }
}

/** The part of a model that llama.cpp was told to put on GPUs. */
function share(question: FitQuestion): number {
  const { gpuLayers } = question.settings
  if (question.engine !== 'llama.cpp' || gpuLayers === null) return 1
  const all = question.architecture.layerCount + 1
  return Math.min(1, Math.max(0, gpuLayers) / all)
}

/** llama.cpp computes the words of one small batch at once, and that table is its largest buffer. */
function computeBuffer(question: FitQuestion): number {
  return 512 * (question.architecture.vocabulary + 4 * question.architecture.hidden) * 4
}
