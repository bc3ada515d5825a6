import { cacheBytes, cacheDtypeBytes } from './cache.ts'
import type { FitQuestion, FitSettings } from './question.ts'
import { FREE_SETTINGS } from './settings.ts'

const GIB = 1024 ** 3
const MIB = 1024 ** 2

/** What an engine said of memory in one start, in bytes on the fullest of its GPUs. */
export interface Measured {
  /** What it could have had: its share of the GPU. Null where it takes only what it is told to. */
  allowed: number | null
  weights: number
  /** What was left for the cache of that share, or, without a share, what the cache took. */
  cache: number
  /** Tokens that this cache holds; null where that says nothing of the length of one request. */
  tokens: number | null
  /** Buffers for computing, where they are told apart. */
  compute: number | null
  /** Memory of the GPU it was measured on. */
  total: number
  settings: FitSettings
}

/** Reads off a log what the engine measured; null unless it says all that is needed. */
export function measuredIn(
  question: Pick<FitQuestion, 'engine' | 'settings'>,
  log: string,
  totalBytes: number,
): Measured | null {
  const { engine, settings } = question
  const found = READERS[engine](log, totalBytes, settings)
  return found && { ...found, total: totalBytes, settings }
}

type Found = Omit<Measured, 'total' | 'settings'> | null
type Reader = (log: string, totalBytes: number, settings: FitSettings) => Found

const READERS: Record<FitQuestion['engine'], Reader> = {
  vllm(log, total, { utilisation }) {
    const weights = last(log, /Model loading took (\d+(?:\.\d+)?) Gi?B/g)
    const cache =
      last(log, /Available KV cache memory: (-?\d+(?:\.\d+)?) GiB/g) ??
      last(log, /available KV cache memory \((-?\d+(?:\.\d+)?) GiB\)/g)
    if (weights === null || cache === null) return null
    return {
      allowed: total * (utilisation ?? 0.9),
      weights: weights * GIB,
      cache: cache * GIB,
      tokens:
        last(log, /estimated maximum model length is ([\d,]+)/g) ??
        last(log, /GPU KV cache size: ([\d,]+) tokens/g),
      compute: null,
    }
  },
  sglang(log, _total, { utilisation }) {
    const before = last(log, /Load weight begin\.[^\n]*?avail mem=(\d+(?:\.\d+)?) GB/g)
    const weights = last(log, /Load weight end\.[^\n]*?mem usage=(\d+(?:\.\d+)?) GB/g)
    const sizes = [...log.matchAll(/#tokens: (\d+), K size: ([\d.]+) GB, V size: ([\d.]+) GB/g)].at(-1)
    if (before === null || weights === null || !sizes) return null
    return {
      allowed: before * GIB * (utilisation ?? 0.88),
      weights: weights * GIB,
      cache: (Number(sizes[2]) + Number(sizes[3])) * GIB,
      tokens: Number(sizes[1]),
      compute: null,
    }
  },
  'llama.cpp'(log) {
    const weights = largest(log, /(CUDA\d+|ROCm\d+|Vulkan\d+|Metal\w*) model buffer size = +([\d.]+) MiB/g)
    const cache = largest(log, /(CUDA\d+|ROCm\d+|Vulkan\d+|Metal\w*) KV buffer size = +([\d.]+) MiB/g)
    const tokens = last(log, /llama_context: n_ctx +?= (\d+)/g)
    if (weights === null || cache === null || tokens === null) return null
    const compute = largest(log, /(CUDA\d+|ROCm\d+|Vulkan\d+|Metal\w*) compute buffer size = +([\d.]+) MiB/g)
    return {
      allowed: null,
      weights: weights * MIB,
      cache: cache * MIB,
      tokens,
      compute: compute && compute * MIB,
    }
  },
}

const last = (log: string, pattern: RegExp): number | null => {
  const found = [...log.matchAll(pattern)].at(-1)?.[1]
  return found === undefined ? null : Number(found.replaceAll(',', ''))
}

/** The fullest device's, of the lines that tell one buffer each. */
const largest = (log: string, pattern: RegExp): number | null => {
  const sums = new Map<string, number>()
  for (const [, device = '', size] of log.matchAll(pattern))
    sums.set(device, (sums.get(device) ?? 0) + Number(size))
  return sums.size === 0 ? null : Math.max(...sums.values())
}

const FREE = new Set<keyof FitSettings>(FREE_SETTINGS)
/** GPUs of one kind differ by a few pages. */
const ALIKE = 0.01

/** What was measured, where it holds for this question: of the same split, on a GPU of that size. */
export function measuredFor(question: FitQuestion): Measured | null {
  const { measured, settings } = question
  if (!measured) return null
  const names = Object.keys(settings) as (keyof FitSettings)[]
  const same = names.every(name => FREE.has(name) || settings[name] === measured.settings[name])
  const alike = question.gpus.every(gpu => Math.abs(gpu.totalBytes / measured.total - 1) < ALIKE)
  return same && alike ? measured : null
}

/** How many times what the arithmetic says the engine's own cache took: blocks, padding, what a config does not tell. */
export function cacheScale({ architecture, engine }: FitQuestion, measured: Measured): number {
  const { tokens, cache, settings } = measured
  if (tokens === null || tokens <= 0 || cache <= 0 || architecture.bound === 'upper') return 1
  const keyBytes = cacheDtypeBytes(settings.cacheDtype)
  if (keyBytes === null) return 1
  const valueBytes =
    settings.valueCacheDtype === null ? keyBytes : (cacheDtypeBytes(settings.valueCacheDtype) ?? keyBytes)
  const split = engine === 'llama.cpp' ? {} : { tp: settings.tp, pp: settings.pp }
  return cache / cacheBytes(architecture, { tokens, keyBytes, valueBytes, ...split })
}

/** How far off an estimate may be; what the engine measured itself is not. */
export const marginOf = (question: FitQuestion): number =>
  measuredFor(question) ? 0 : question.overhead.margin
