import type { Config } from '../../src/models/fit/config.ts'

/** A start-up log somebody published: cache bytes per token and GPU, beside the figures of the model's config. */
export interface PublishedRow {
  what: string
  config: Config
  tp: number
  cacheDtype: string
  /** Bytes per token and GPU; the last digit of some was not published. */
  measured: number
  /** Hybrids: no formula is exact, the estimate has to lie above. */
  upper?: { context: number }
}

const qwen3 = (layers: number, hidden: number, heads: number, kvHeads: number): Config => ({
  model_type: 'qwen3',
  num_hidden_layers: layers,
  hidden_size: hidden,
  num_attention_heads: heads,
  num_key_value_heads: kvHeads,
  head_dim: 128,
  max_position_embeddings: 40960,
  sliding_window: null,
  use_sliding_window: false,
})

const qwen2 = (layers: number, hidden: number, heads: number, kvHeads: number): Config => ({
  model_type: 'qwen2',
  num_hidden_layers: layers,
  hidden_size: hidden,
  num_attention_heads: heads,
  num_key_value_heads: kvHeads,
  max_position_embeddings: 32768,
  sliding_window: 131072,
  use_sliding_window: false,
  max_window_layers: layers,
})

export const llama8b: Config = {
  model_type: 'llama',
  torch_dtype: 'bfloat16',
  num_hidden_layers: 32,
  hidden_size: 4096,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  vocab_size: 128256,
  max_position_embeddings: 131072,
  rope_scaling: { factor: 8, original_max_position_embeddings: 8192, rope_type: 'llama3' },
}

export const gemma4: Config = {
  model_type: 'gemma4',
  text_config: {
    model_type: 'gemma4_text',
    num_hidden_layers: 30,
    hidden_size: 2816,
    num_attention_heads: 16,
    num_key_value_heads: 8,
    num_global_key_value_heads: 2,
    head_dim: 256,
    global_head_dim: 512,
    sliding_window: 1024,
    layer_types: Array.from({ length: 30 }, (_, i) =>
      (i + 1) % 6 === 0 ? 'full_attention' : 'sliding_attention',
    ),
    max_position_embeddings: 262144,
  },
}

export const qwen35: Config = {
  model_type: 'qwen3_5_moe',
  text_config: {
    model_type: 'qwen3_5_moe_text',
    num_hidden_layers: 40,
    hidden_size: 2048,
    num_attention_heads: 16,
    num_key_value_heads: 2,
    head_dim: 256,
    full_attention_interval: 4,
    linear_num_key_heads: 16,
    linear_num_value_heads: 32,
    linear_key_head_dim: 128,
    linear_value_head_dim: 128,
    linear_conv_kernel_dim: 4,
    max_position_embeddings: 262144,
  },
}

const llava: Config = {
  model_type: 'llava',
  text_config: {
    model_type: 'llama',
    max_position_embeddings: 4096,
    vocab_size: 32064,
    torch_dtype: 'float16',
  },
}

export const publishedRows: readonly PublishedRow[] = [
  { what: 'Llama-3.1-8B bf16', config: llama8b, tp: 1, cacheDtype: 'auto', measured: 131_075 },
  { what: 'Qwen2.5-7B', config: qwen2(28, 3584, 28, 4), tp: 1, cacheDtype: 'auto', measured: 57_349 },
  { what: 'Qwen3-4B', config: qwen3(36, 2560, 32, 8), tp: 1, cacheDtype: 'auto', measured: 147_475 },
  { what: 'Qwen2.5-14B TP4', config: qwen2(48, 5120, 40, 8), tp: 4, cacheDtype: 'auto', measured: 49_151 },
  { what: 'Qwen3-30B-A3B TP2', config: qwen3(48, 2048, 32, 4), tp: 2, cacheDtype: 'auto', measured: 49_155 },
  {
    what: 'Qwen3-32B TP8 fp8 cache',
    config: qwen3(64, 5120, 64, 8),
    tp: 8,
    cacheDtype: 'fp8',
    measured: 16_358,
  },
  {
    what: 'Qwen3-235B-A22B TP8 fp8 cache',
    config: qwen3(94, 4096, 64, 4),
    tp: 8,
    cacheDtype: 'fp8',
    measured: 24_061,
  },
  {
    what: 'R1-Distill-Qwen-32B-FP8',
    config: qwen2(64, 5120, 40, 8),
    tp: 1,
    cacheDtype: 'auto',
    measured: 262_185,
  },
  { what: 'Qwen 14B AWQ', config: qwen2(48, 5120, 40, 8), tp: 1, cacheDtype: 'auto', measured: 196_635 },
  { what: 'llava-1.5-7b', config: llava, tp: 1, cacheDtype: 'auto', measured: 524_616 },
  {
    what: 'gemma-4-26B-A4B (hybrid)',
    config: gemma4,
    tp: 1,
    cacheDtype: 'auto',
    measured: 23_245,
    upper: { context: 32_768 },
  },
  {
    what: 'Qwen3.6-35B-A3B (hybrid)',
    config: qwen35,
    tp: 1,
    cacheDtype: 'auto',
    measured: 23_676,
    upper: { context: 16_384 },
  },
]

/** GiB a launch took in all, by the published rule of thumb, for bf16 models of so many parameters. */
export const publishedNeeds = [
  { what: 'Qwen2.5-0.5B', parameters: 494_032_768, measured: 3.1 },
  { what: 'Qwen2.5-3B', parameters: 3_085_938_688, measured: 8.9 },
  { what: 'Qwen2.5-7B', parameters: 7_615_616_512, measured: 19.0 },
  { what: 'Qwen2.5-72B', parameters: 72_706_203_648, measured: 164.5 },
] as const

/** GiB of weights as engines reported them after loading, which buffers of their own come on top of. */
export const publishedWeights = [
  { what: 'Llama-3.1-8B bf16', parameters: 8_030_261_248, bytes: 2, tp: 1, measured: 14.99 },
  { what: 'Qwen2.5-7B', parameters: 7_615_616_512, bytes: 2, tp: 1, measured: 14.37 },
  { what: 'Qwen3-4B', parameters: 4_022_468_096, bytes: 2, tp: 1, measured: 7.56 },
  { what: 'Qwen2.5-14B TP4', parameters: 14_770_033_664, bytes: 2, tp: 4, measured: 6.95 },
] as const

/** What llama.cpp printed for whole caches, in MiB: figures of a GGUF. */
export const publishedBuffers = [
  {
    what: 'llama.cpp Qwen3-4B, keys of 4096 tokens',
    layers: 36,
    kvHeads: 8,
    keyDim: 128,
    valueDim: 0,
    context: 4096,
    measured: 288,
  },
  {
    what: 'llama.cpp Phi-4-mini, 131072 tokens',
    layers: 32,
    kvHeads: 8,
    keyDim: 128,
    valueDim: 128,
    context: 131_072,
    measured: 16_384,
  },
] as const
