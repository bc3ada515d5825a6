import type { Architecture } from './architecture.ts'
import type { FitQuestion } from './question.ts'

export interface Problem {
  kind: 'tensor_parallel' | 'too_few_gpus' | 'dtype' | 'cache_dtype' | 'context' | 'flag' | 'choice'
  /** Whether the engine will refuse, or only warn or be slow. */
  certain: boolean
  message: string
  fix: string | null
}

/** The engines' rule: heads are dealt out evenly, key heads evenly or copied evenly. */
export function tpProblem(architecture: Architecture, tp: number): string | null {
  const { heads, kvHeads } = architecture
  if (heads % tp !== 0) return `${heads} attention heads cannot be dealt out evenly to ${tp} GPUs`
  const latent = architecture.layers.some(one => one.kind === 'latent')
  if (!latent && kvHeads > 0 && kvHeads % tp !== 0 && tp % kvHeads !== 0)
    return `${kvHeads} key heads can be neither dealt out evenly to ${tp} GPUs nor copied evenly`
  return null
}

export function checkLaunch(question: FitQuestion): Problem[] {
  return [
    tensorParallel(question),
    gpuCount(question),
    dtype(question),
    cacheDtype(question),
    context(question),
  ].filter(problem => problem !== null)
}

function tensorParallel({ engine, architecture, settings }: FitQuestion): Problem | null {
  if (engine === 'llama.cpp') return null
  const message = tpProblem(architecture, settings.tp)
  if (message === null) return null
  const valid = Array.from({ length: 16 }, (_, i) => i + 1).filter(tp => tpProblem(architecture, tp) === null)
  const nearest = valid.filter(tp => tp < settings.tp).at(-1) ?? valid[0]
  return {
    kind: 'tensor_parallel',
    certain: true,
    message: `${message}.`,
    fix: `Use ${valid.join(', ')}; the nearest smaller is ${nearest}.`,
  }
}

function gpuCount({ engine, settings, gpus }: FitQuestion): Problem | null {
  const wanted = settings.tp * settings.pp
  if (engine === 'llama.cpp' || wanted <= gpus.length) return null
  return {
    kind: 'too_few_gpus',
    certain: true,
    message: `The launch wants ${wanted} GPUs and may use ${gpus.length}.`,
    fix: `Give it ${wanted} GPUs, or a smaller split.`,
  }
}

const capabilityOf = (question: FitQuestion): number | null => {
  const known = question.gpus.flatMap(gpu =>
    /^\d+\.\d+$/.test(gpu.capability ?? '') ? [Number(gpu.capability)] : [],
  )
  return known.length > 0 ? Math.min(...known) : null
}

function dtype(question: FitQuestion): Problem | null {
  const capability = capabilityOf(question)
  const asked = question.settings.dtype
  const wanted = asked === null || asked === 'auto' ? (question.architecture.dtype ?? '') : asked
  if (capability === null || question.engine === 'llama.cpp') return null
  const gpu = question.gpus[0]?.name ?? 'the GPU'
  if (/^(bfloat16|bf16)$/.test(wanted) && capability < 8)
    return {
      kind: 'dtype',
      certain: asked !== null && asked !== 'auto',
      message: `bfloat16 needs compute capability 8.0; ${gpu} has ${capability.toFixed(1)}.`,
      fix: 'Add --dtype half.',
    }
  if (/fp8|mxfp8/i.test(question.architecture.quantization ?? '') && capability < 8.9)
    return {
      kind: 'dtype',
      certain: capability < 8 || question.engine === 'sglang',
      message: `fp8 weights are computed natively from compute capability 8.9 on; ${gpu} has ${capability.toFixed(1)}.`,
      fix:
        capability < 8
          ? 'Use a model in another quantization.'
          : 'Expect it to run unpacked to 16 bits, or use a model in another quantization.',
    }
  return null
}

function cacheDtype(question: FitQuestion): Problem | null {
  const capability = capabilityOf(question)
  const asked = question.settings.cacheDtype
  if (capability === null || question.engine === 'llama.cpp' || !asked.startsWith('fp8') || capability >= 8.9)
    return null
  return {
    kind: 'cache_dtype',
    certain: false,
    message: `An fp8 cache needs compute capability 8.9 for most attention kernels; ${question.gpus[0]?.name ?? 'the GPU'} has ${capability.toFixed(1)}.`,
    fix: 'Leave --kv-cache-dtype at auto.',
  }
}

function context({ engine, architecture, settings }: FitQuestion): Problem | null {
  const { maxContext } = architecture
  if (settings.context === null || maxContext === null || settings.context <= maxContext) return null
  return {
    kind: 'context',
    certain: engine === 'vllm',
    message: `The model was made for ${maxContext} tokens, and ${settings.context} are asked for.`,
    fix: `Ask for ${maxContext} or fewer, or give the model a rope scaling that reaches further.`,
  }
}
