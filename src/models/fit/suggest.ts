import { tpProblem } from './checks.ts'
import { type Estimate, estimate } from './estimate.ts'
import { marginOf } from './measured.ts'
import { type FitQuestion, type FitSettings, utilisationOf } from './question.ts'

/** A change that makes a launch fit, as flags of its engine. */
export interface Suggestion {
  flag: string
  value: string | null
  settings: Partial<FitSettings>
  verdict: 'fits' | 'tight'
  /** What is given up, in words for a person. */
  cost: string
}

const FLAGS = {
  vllm: {
    context: '--max-model-len',
    tp: '--tensor-parallel-size',
    utilisation: '--gpu-memory-utilization',
    cache: '--kv-cache-dtype',
  },
  sglang: {
    context: '--context-length',
    tp: '--tp',
    utilisation: '--mem-fraction-static',
    cache: '--kv-cache-dtype',
  },
  'llama.cpp': { context: '--ctx-size', tp: '', utilisation: '', cache: '--cache-type-k' },
} as const

/** The nearest settings that fit, the least costly first; empty when nothing helps. */
export function suggest(question: FitQuestion): Suggestion[] {
  const now = estimate(question)
  if (now.verdict === 'fits' || now.verdict === 'unknown') return []
  return [share, context, cacheType, split, layers].flatMap(candidate => {
    const found = candidate(question, now)
    if (!found) return []
    const { verdict } = estimate({
      ...question,
      settings: { ...question.settings, ...found.settings },
      gpus: spread(question, found),
    })
    const better = verdict === 'fits' || (verdict === 'tight' && now.verdict === 'does not')
    return better ? [{ ...found, verdict: verdict === 'fits' ? 'fits' : 'tight' } satisfies Suggestion] : []
  })
}

type Candidate = Omit<Suggestion, 'verdict'>

/** A larger split runs on more GPUs; they are taken to be like the fullest of those known. */
function spread(question: FitQuestion, candidate: Candidate): FitQuestion['gpus'] {
  const wanted = (candidate.settings.tp ?? question.settings.tp) * question.settings.pp
  const [first] = question.gpus
  if (!first || wanted <= question.gpus.length) return question.gpus
  return Array.from({ length: wanted }, (_, i) => question.gpus[i] ?? first)
}

/** Down when others hold part of the GPU, up when the share is what is short. */
function share(question: FitQuestion, now: Estimate): Candidate | null {
  if (question.engine === 'llama.cpp') return null
  const gpu = question.gpus.reduce((least, one) => (one.freeBytes < least.freeBytes ? one : least))
  const current = utilisationOf(question)
  const limit = question.engine === 'vllm' ? Math.min(0.95, gpu.freeBytes / gpu.totalBytes - 0.005) : 0.92
  const base = question.engine === 'vllm' ? gpu.totalBytes : gpu.freeBytes
  const wanted = (now.need + marginOf(question)) / base
  const value =
    Math.floor(Math.min(limit, Math.max(wanted + 0.005, now.occupied > 0 ? limit : 0)) * 100) / 100
  if (value <= 0 || value === current || (value < current && now.occupied === 0)) return null
  const cost =
    value < current
      ? 'leaves what other processes hold alone; less room for cache'
      : 'less memory left for everything else'
  return {
    flag: FLAGS[question.engine].utilisation,
    value: String(value),
    settings: { utilisation: value },
    cost,
  }
}

function context(question: FitQuestion, now: Estimate): Candidate | null {
  const roomy = estimate({
    ...question,
    overhead: { ...question.overhead, runtime: question.overhead.runtime + marginOf(question) },
  })
  const longest = roomy.longest >= 2048 ? roomy.longest : now.longest
  const value = longest >= 1024 ? Math.floor(longest / 256) * 256 : 0
  if (value === 0 || value >= now.context) return null
  return {
    flag: FLAGS[question.engine].context,
    value: String(value),
    settings: { context: value },
    cost: `requests of at most ${value} tokens instead of ${now.context}`,
  }
}

function cacheType(question: FitQuestion): Candidate | null {
  if (question.settings.cacheDtype !== 'auto' && question.settings.cacheDtype !== 'f16') return null
  if (question.engine === 'llama.cpp')
    return {
      flag: '--cache-type-k',
      value: 'q8_0',
      settings: { cacheDtype: 'q8_0', valueCacheDtype: 'q8_0' },
      cost: 'give it --cache-type-v q8_0 as well; a little accuracy',
    }
  const capability = Number(question.gpus[0]?.capability ?? 0)
  if (capability > 0 && capability < 8.9) return null
  return {
    flag: FLAGS[question.engine].cache,
    value: question.engine === 'vllm' ? 'fp8' : 'fp8_e5m2',
    settings: { cacheDtype: 'fp8' },
    cost: 'a cache of half the size, a little accuracy',
  }
}

function split(question: FitQuestion): Candidate | null {
  if (question.engine === 'llama.cpp') return null
  const { tp, pp } = question.settings
  for (let next = tp + 1; next * pp <= question.gpusOnHost; next++) {
    if (tpProblem(question.architecture, next) !== null) continue
    const found: Candidate = {
      flag: FLAGS[question.engine].tp,
      value: String(next),
      settings: { tp: next },
      cost: `${next * pp} GPUs instead of ${tp * pp}`,
    }
    const { verdict } = estimate({
      ...question,
      settings: { ...question.settings, tp: next },
      gpus: spread(question, found),
    })
    if (verdict !== 'does not') return found
  }
  return null
}

/** llama.cpp can leave layers to the processor. */
function layers(question: FitQuestion, now: Estimate): Candidate | null {
  if (question.engine !== 'llama.cpp' || question.settings.gpuLayers !== null) return null
  const all = question.architecture.layerCount + 1
  const each = (now.terms.weights + now.terms.cache) / all
  const room = now.budget - marginOf(question) - now.terms.activations - now.terms.runtime
  const value = Math.floor(room / each)
  if (value < 1 || value >= all) return null
  return {
    flag: '--n-gpu-layers',
    value: String(value),
    settings: { gpuLayers: value },
    cost: `${all - value} of ${all} layers on the processor, which is slow`,
  }
}
