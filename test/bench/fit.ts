import { type Architecture, architectureOf } from '../../src/models/fit/architecture.ts'
import { cacheBytes, cacheBytesPerToken, cacheDtypeBytes } from '../../src/models/fit/cache.ts'
import { roughNeed } from '../../src/models/fit/fit.ts'
import { publishedBuffers, publishedNeeds, publishedRows, publishedWeights } from '../models/published.ts'

interface Row {
  what: string
  value: number
  unit: string
  limit?: number
  beside?: string
  beside_value?: number
}

export const name = 'fit'

/** The arithmetic of the cache beside what engines printed when they allocated it. */
export function run(print: (row: Row) => void): void {
  let worst = 0
  for (const row of publishedRows) {
    const architecture = architectureOf(row.config)
    if (!architecture) throw new Error(`${row.what} is no architecture`)
    const keyBytes = cacheDtypeBytes(row.cacheDtype) ?? 2
    const settings = { tp: row.tp, keyBytes, batchedTokens: 2048 }
    const value = row.upper
      ? cacheBytes(architecture, { ...settings, tokens: row.upper.context }) / row.upper.context
      : cacheBytesPerToken(architecture, settings)
    const beside = row.upper ? 'measured; ours is an upper bound' : 'measured'
    print({
      what: row.what,
      value: Math.round(value),
      unit: 'bytes/token/GPU',
      beside,
      beside_value: row.measured,
    })
    if (!row.upper) worst = Math.max(worst, Math.abs(value / row.measured - 1) * 100)
  }
  for (const row of publishedBuffers) {
    const value = cacheBytes(plainArchitecture(row), { tokens: row.context }) / 2 ** 20
    print({ what: row.what, value, unit: 'MiB', beside: 'measured', beside_value: row.measured })
    worst = Math.max(worst, Math.abs(value / row.measured - 1) * 100)
  }
  for (const row of publishedNeeds) {
    const value = roughNeed(row.parameters * 2) / 2 ** 30
    print({
      what: `${row.what}, rule of thumb`,
      value,
      unit: 'GiB',
      beside: 'published',
      beside_value: row.measured,
    })
    worst = Math.max(worst, Math.abs(value / row.measured - 1) * 100)
  }
  for (const row of publishedWeights) {
    const value = (row.parameters * row.bytes) / row.tp / 2 ** 30
    const beside = 'as loaded, with buffers of the engine'
    print({
      what: `${row.what}, weights in its files`,
      value,
      unit: 'GiB/GPU',
      beside,
      beside_value: row.measured,
    })
  }
  print({
    what: 'largest deviation, plain attention',
    value: Number(worst.toFixed(3)),
    unit: '%',
    limit: 0.5,
  })
}

function plainArchitecture(row: (typeof publishedBuffers)[number]): Architecture {
  return {
    modelType: 'gguf',
    heads: 32,
    kvHeads: row.kvHeads,
    hidden: 3072,
    vocabulary: 0,
    layerCount: row.layers,
    layers: [
      { kind: 'full', count: row.layers, kvHeads: row.kvHeads, keyDim: row.keyDim, valueDim: row.valueDim },
    ],
    maxContext: null,
    dtype: null,
    quantization: null,
    bound: 'exact',
  }
}
