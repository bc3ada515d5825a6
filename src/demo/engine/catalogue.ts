import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

export interface Shape {
  id: string
  architecture: string
  layers: number
  hidden: number
  intermediate: number
  heads: number
  kvHeads: number
  headDim: number
  vocabulary: number
  maxLength: number
  weightBytes: number
  shards: number
  gated: boolean
}

function shape(
  id: string,
  architecture: string,
  numbers: [
    layers: number,
    hidden: number,
    intermediate: number,
    heads: number,
    kvHeads: number,
    headDim: number,
  ],
  vocabulary: number,
  maxLength: number,
  params: number,
  shards: number,
  gated = false,
): Shape {
  const [layers, hidden, intermediate, heads, kvHeads, headDim] = numbers
  return {
    id,
    architecture,
    layers,
    hidden,
    intermediate,
    heads,
    kvHeads,
    headDim,
    vocabulary,
    maxLength,
    weightBytes: params * 2,
    shards,
    gated,
  }
}

/** Public figures of real models, so that what the pretended engines say agrees with arithmetic. */
export const catalogue: readonly Shape[] = [
  shape('Qwen/Qwen3-0.6B', 'Qwen3ForCausalLM', [28, 1024, 3072, 16, 8, 128], 151936, 40960, 751_632_384, 1),
  shape('Qwen/Qwen3-8B', 'Qwen3ForCausalLM', [36, 4096, 12288, 32, 8, 128], 151936, 40960, 8_190_735_360, 5),
  shape(
    'Qwen/Qwen2.5-7B-Instruct',
    'Qwen2ForCausalLM',
    [28, 3584, 18944, 28, 4, 128],
    152064,
    32768,
    7_615_616_512,
    4,
  ),
  shape(
    'Qwen/Qwen3-32B',
    'Qwen3ForCausalLM',
    [64, 5120, 25600, 64, 8, 128],
    151936,
    40960,
    32_762_123_264,
    17,
  ),
  shape(
    'meta-llama/Llama-3.1-8B-Instruct',
    'LlamaForCausalLM',
    [32, 4096, 14336, 32, 8, 128],
    128256,
    131072,
    8_030_261_248,
    4,
    true,
  ),
  shape(
    'meta-llama/Llama-3.3-70B-Instruct',
    'LlamaForCausalLM',
    [80, 8192, 28672, 64, 8, 128],
    128256,
    131072,
    70_553_706_496,
    30,
    true,
  ),
]

const UNKNOWN = shape('', 'LlamaForCausalLM', [24, 2048, 8192, 16, 8, 128], 32000, 16384, 1_500_000_000, 2)

/** What a model weighs and how it is built: from the list above, from its own config.json, or a small guess. */
export function shapeOf(model: string): Shape {
  const known = catalogue.find(one => one.id.toLowerCase() === model.toLowerCase())
  if (known) return known
  const config = readConfig(model)
  if (!config) return { ...UNKNOWN, id: model, weightBytes: fileSize(model) ?? UNKNOWN.weightBytes }
  const number = (key: string, otherwise: number) =>
    typeof config[key] === 'number' ? (config[key] as number) : otherwise
  const heads = number('num_attention_heads', UNKNOWN.heads)
  const hidden = number('hidden_size', UNKNOWN.hidden)
  return {
    ...UNKNOWN,
    id: model,
    layers: number('num_hidden_layers', UNKNOWN.layers),
    hidden,
    heads,
    kvHeads: number('num_key_value_heads', heads),
    headDim: number('head_dim', hidden / heads),
    maxLength: number('max_position_embeddings', UNKNOWN.maxLength),
  }
}

export function kvBytesPerToken(model: Shape, tp: number, bytes: number): number {
  return 2 * model.layers * Math.max(1, Math.ceil(model.kvHeads / tp)) * model.headDim * bytes
}

function readConfig(model: string): Record<string, unknown> | null {
  if (!model.startsWith('/')) return null
  try {
    return JSON.parse(readFileSync(join(model, 'config.json'), 'utf8')) as Record<string, unknown>
  } catch {
    // No config, or none that can be read: the engine goes on with a guess.
    return null
  }
}

function fileSize(path: string): number | null {
  try {
    const found = statSync(path)
    return found.isFile() && found.size > 0 ? found.size : null
  } catch {
    // Not a file here: a repository id, say.
    return null
  }
}
