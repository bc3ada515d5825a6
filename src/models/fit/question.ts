import type { Architecture } from './architecture.ts'
import type { Measured } from './measured.ts'
import type { EngineName, Overhead } from './overhead.ts'

export interface FitGpu {
  name: string
  totalBytes: number
  freeBytes: number
  /** `9.0`; null where the driver does not say. */
  capability: string | null
  unified: boolean
}

export interface FitSettings {
  /** Null: whatever the engine takes by itself, the model's own maximum. */
  context: number | null
  tp: number
  pp: number
  /** As on the command line; `auto` follows the model. */
  cacheDtype: string
  /** llama.cpp keeps values in a type of their own. */
  valueCacheDtype: string | null
  /** vLLM's gpu-memory-utilization, SGLang's mem-fraction-static; null for the engine's default. */
  utilisation: number | null
  eager: boolean
  batchedTokens: number
  /** llama.cpp: layers on the GPUs; null for all. */
  gpuLayers: number | null
  dtype: string | null
}

export interface FitQuestion {
  engine: EngineName
  architecture: Architecture
  weightBytes: number
  /** The GPUs the launch would use, in its order. */
  gpus: FitGpu[]
  /** How many the host has: a larger split may be proposed up to that. */
  gpusOnHost: number
  settings: FitSettings
  overhead: Overhead
  /** Of a start with the same flags, where there was one. */
  measured?: Measured | null
}

export const plainSettings: FitSettings = {
  context: null,
  tp: 1,
  pp: 1,
  cacheDtype: 'auto',
  valueCacheDtype: null,
  utilisation: null,
  eager: false,
  batchedTokens: 8192,
  gpuLayers: null,
  dtype: null,
}

export function utilisationOf(question: FitQuestion): number {
  return (
    question.settings.utilisation ??
    (question.engine === 'sglang' ? 0.88 : question.engine === 'vllm' ? 0.9 : 1)
  )
}
