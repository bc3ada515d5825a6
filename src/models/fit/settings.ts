import type { EngineName } from './overhead.ts'
import { type FitSettings, plainSettings } from './question.ts'

type Names = Partial<Record<keyof FitSettings, string[]>>

const VALUED: Record<EngineName, Names> = {
  vllm: {
    context: ['--max-model-len'],
    tp: ['--tensor-parallel-size', '-tp'],
    pp: ['--pipeline-parallel-size', '-pp'],
    cacheDtype: ['--kv-cache-dtype'],
    utilisation: ['--gpu-memory-utilization'],
    batchedTokens: ['--max-num-batched-tokens'],
    dtype: ['--dtype'],
  },
  sglang: {
    context: ['--context-length'],
    tp: ['--tensor-parallel-size', '--tp-size', '--tp'],
    pp: ['--pipeline-parallel-size', '--pp-size', '--pp'],
    cacheDtype: ['--kv-cache-dtype'],
    utilisation: ['--mem-fraction-static'],
    batchedTokens: ['--chunked-prefill-size'],
    dtype: ['--dtype'],
  },
  'llama.cpp': {
    context: ['-c', '--ctx-size'],
    gpuLayers: ['-ngl', '--gpu-layers', '--n-gpu-layers'],
    cacheDtype: ['-ctk', '--cache-type-k'],
    valueCacheDtype: ['-ctv', '--cache-type-v'],
  },
}

const EAGER: Record<EngineName, string> = {
  vllm: '--enforce-eager',
  sglang: '--disable-cuda-graph',
  'llama.cpp': '',
}

const WORDS = new Set<keyof FitSettings>(['cacheDtype', 'valueCacheDtype', 'dtype'])

/** These change how much cache is wanted or allowed, and not what everything else takes. */
export const FREE_SETTINGS = ['context', 'cacheDtype', 'valueCacheDtype', 'utilisation'] as const

/** The flags that stand for such settings. */
export const freeFlags = (engine: EngineName): string[] =>
  FREE_SETTINGS.flatMap(name => VALUED[engine][name] ?? [])

/** What a command asks for, as far as memory is concerned; the last of a repeated flag counts, as it does for engines. */
export function settingsOf(engine: EngineName, argv: readonly string[]): FitSettings {
  const settings: FitSettings = { ...plainSettings }
  if (engine === 'llama.cpp')
    Object.assign(settings, { context: 4096, cacheDtype: 'f16', valueCacheDtype: 'f16' })
  const fields = Object.entries(VALUED[engine]) as [keyof FitSettings, string[]][]
  for (const [i, word] of argv.entries()) {
    const cut = word.startsWith('--') ? word.indexOf('=') : -1
    const flag = (cut < 0 ? word : word.slice(0, cut)).replace(/_/g, '-')
    if (flag === EAGER[engine]) settings.eager = true
    const field = fields.find(([, names]) => names.includes(flag))?.[0]
    const value = cut < 0 ? argv[i + 1] : word.slice(cut + 1)
    if (field === undefined || value === undefined) continue
    if (WORDS.has(field)) Object.assign(settings, { [field]: value })
    else {
      const number = amount(value)
      if (number !== null) Object.assign(settings, { [field]: number })
    }
  }
  // Nought stands for the model's own maximum there, and a negative count of layers for all of them.
  if (settings.context === 0) settings.context = null
  if (settings.gpuLayers !== null && settings.gpuLayers < 0) settings.gpuLayers = null
  return settings
}

/** `32768`, `32k` (thousands) and `32K` (1024s), as vLLM reads them. */
export function amount(text: string): number | null {
  const [, digits, suffix = ''] = /^(-?\d+(?:\.\d+)?)([kKmMgG]?)$/.exec(text) ?? []
  if (digits === undefined) return null
  const factor = { '': 1, k: 1e3, m: 1e6, g: 1e9, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 }[suffix] ?? 1
  return Number(digits) * factor
}
