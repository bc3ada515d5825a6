import type { Architecture, Layers } from './architecture.ts'

export interface CacheSettings {
  /** Tokens of one sequence. */
  tokens: number
  sequences?: number
  tp?: number
  pp?: number
  /** Bytes of one number of a key and of a value. */
  keyBytes?: number
  valueBytes?: number
  /** Tokens one step may add, which a sliding window has to hold on top of itself. */
  batchedTokens?: number
}

/** Bytes of one stored number, by the names engines use for them. */
const DTYPE_BYTES: Record<string, number> = {
  auto: 2,
  bf16: 2,
  bfloat16: 2,
  f16: 2,
  float16: 2,
  f32: 4,
  fp8: 1,
  fp8_e4m3: 1,
  fp8_e5m2: 1,
  fp8_ds_mla: 1.138_888_888_888_889,
  q8_0: 1.0625,
  q5_1: 0.75,
  q5_0: 0.6875,
  q4_1: 0.625,
  q4_0: 0.5625,
  iq4_nl: 0.5625,
}

export function cacheDtypeBytes(name: string): number | null {
  return DTYPE_BYTES[name.toLowerCase()] ?? null
}

/** What the cache of the given sequences takes on each GPU. */
export function cacheBytes(architecture: Architecture, settings: CacheSettings): number {
  const sequences = settings.sequences ?? 1
  return sequences * architecture.layers.reduce((sum, layers) => sum + layersBytes(layers, settings), 0)
}

/** What one more token costs on each GPU once every window is full; exact for plain attention. */
export function cacheBytesPerToken(
  architecture: Architecture,
  settings: Omit<CacheSettings, 'tokens'> = {},
): number {
  const lasting = architecture.layers.filter(layers => layers.kind === 'full' || layers.kind === 'latent')
  return lasting.reduce((sum, layers) => sum + layersBytes(layers, { ...settings, tokens: 1 }), 0)
}

function layersBytes(layers: Layers, settings: CacheSettings): number {
  const { tokens, tp = 1, pp = 1, keyBytes = 2, valueBytes = keyBytes, batchedTokens = 0 } = settings
  const count = Math.ceil(layers.count / pp)
  if (layers.kind === 'latent') return count * tokens * layers.width * keyBytes
  if (layers.kind === 'constant') return Math.ceil((count * layers.bytes) / tp)
  const heads = Math.max(1, Math.ceil(layers.kvHeads / tp))
  const perToken = heads * (layers.keyDim * keyBytes + layers.valueDim * valueBytes)
  const kept = layers.kind === 'window' ? Math.min(tokens, layers.window + batchedTokens) : tokens
  return count * kept * perToken
}

/** The longest context whose cache fits into `bytes` on each GPU. */
export function longestContext(
  architecture: Architecture,
  bytes: number,
  settings: Omit<CacheSettings, 'tokens'>,
): number {
  if (bytes < cacheBytes(architecture, { ...settings, tokens: 1 })) return 0
  let low = 1
  let high = 2 ** 31
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (cacheBytes(architecture, { ...settings, tokens: middle }) <= bytes) low = middle
    else high = middle
  }
  return low
}
