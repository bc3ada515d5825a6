import { type Config, figure, textConfig, word } from './config.ts'
import { layerKinds } from './layers.ts'

/** Layers of one kind and what each keeps per token, or per sequence, while it serves. */
export type Layers =
  | { kind: 'full'; count: number; kvHeads: number; keyDim: number; valueDim: number }
  | { kind: 'window'; count: number; kvHeads: number; keyDim: number; valueDim: number; window: number }
  /** One compressed vector per token, the same on every GPU (multi-head latent attention). */
  | { kind: 'latent'; count: number; width: number }
  /** A state of fixed size per sequence (linear attention, Mamba, convolutions). */
  | { kind: 'constant'; count: number; bytes: number }

export interface Architecture {
  modelType: string
  heads: number
  kvHeads: number
  hidden: number
  vocabulary: number
  layerCount: number
  layers: Layers[]
  /** The longest context the model was made for, rope scaling included; null when the config does not say. */
  maxContext: number | null
  dtype: string | null
  quantization: string | null
  /** `upper` where engines round and pad in ways that the config does not tell. */
  bound: 'exact' | 'upper'
}

const MOST_LAYERS = 4096
const MOST_WIDTH = 2 ** 24

/** Values that a class of the transformers library fills in when the config leaves them out. */
const CLASS_DEFAULTS: Record<string, Config> = {
  llama: {
    hidden_size: 4096,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    vocab_size: 32000,
    max_position_embeddings: 2048,
  },
  mistral: {
    hidden_size: 4096,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    vocab_size: 32000,
  },
  gemma2: { num_attention_heads: 8, num_key_value_heads: 4, head_dim: 256, sliding_window: 4096 },
  gemma3_text: {
    num_attention_heads: 8,
    num_key_value_heads: 4,
    head_dim: 256,
    sliding_window: 4096,
    vocab_size: 262208,
    max_position_embeddings: 131072,
  },
}

/** Reads a `config.json`; null when it describes nothing that could be served as a language model. */
export function architectureOf(config: Config): Architecture | null {
  const own = textConfig(config)
  const modelType = word(own, 'model_type') ?? word(config, 'model_type') ?? 'unknown'
  const text: Config = { ...CLASS_DEFAULTS[modelType], ...own }
  const count = figure(text, 'num_hidden_layers', 'n_layer', 'num_layers', 'n_layers')
  const heads = figure(text, 'num_attention_heads', 'n_head', 'n_heads', 'num_heads')
  const hidden = figure(text, 'hidden_size', 'n_embd', 'd_model', 'dim')
  // No model is deeper or wider than this: the file is not one.
  if (!count || !hidden || !Number.isInteger(count) || count > MOST_LAYERS || hidden > MOST_WIDTH) return null
  const kvHeads = kvHeadsOf(text, heads ?? 1)
  const kinds = layerKinds(text, modelType, count)
  const quantization = quantizationOf(config) ?? quantizationOf(text)
  const shape = { text, heads: heads ?? 1, kvHeads, hidden }
  const layers = groupLayers(kinds.kinds, shape)
  const dsa = figure(text, 'index_head_dim')
  return {
    modelType,
    heads: heads ?? 1,
    kvHeads,
    hidden,
    vocabulary: figure(text, 'vocab_size', 'padded_vocab_size') ?? 0,
    layerCount: count,
    layers,
    maxContext: maxContext(text),
    dtype:
      word(text, 'dtype') ??
      word(text, 'torch_dtype') ??
      word(config, 'dtype') ??
      word(config, 'torch_dtype'),
    quantization,
    bound:
      kinds.guessed || dsa !== null || layers.some(one => one.kind === 'constant' || one.kind === 'window')
        ? 'upper'
        : 'exact',
  }
}

interface Shape {
  text: Config
  heads: number
  kvHeads: number
  hidden: number
}

function kvHeadsOf(text: Config, heads: number): number {
  const said = figure(
    text,
    'num_key_value_heads',
    'num_kv_heads',
    'n_head_kv',
    'multi_query_group_num',
    'n_kv_heads',
  )
  if (said) return said
  // Falcon's first generation and StarCoder share one head; Falcon's later ones say so with a number.
  return text.multi_query === true && text.new_decoder_architecture !== true ? 1 : heads
}

function groupLayers(
  kinds: readonly ReturnType<typeof layerKinds>['kinds'][number][],
  shape: Shape,
): Layers[] {
  const { text, heads, kvHeads, hidden } = shape
  const headDim = figure(text, 'head_dim', 'attention_head_dim', 'kv_channels') ?? Math.floor(hidden / heads)
  const count = (kind: string) => kinds.filter(one => one === kind).length
  const layers: Layers[] = []
  const latent = figure(text, 'kv_lora_rank')
  const rope = figure(text, 'qk_rope_head_dim')
  const full = count('full')
  if (full > 0 && latent !== null && rope !== null)
    layers.push({ kind: 'latent', count: full, width: latent + rope })
  else if (full > 0) {
    const keyDim = figure(text, 'global_head_dim') ?? headDim
    const valueDim = figure(text, 'global_head_dim') ?? figure(text, 'v_head_dim') ?? headDim
    layers.push({
      kind: 'full',
      count: full,
      kvHeads: figure(text, 'num_global_key_value_heads') ?? kvHeads,
      keyDim,
      valueDim,
    })
  }
  const window = figure(text, 'sliding_window', 'attention_chunk_size', 'sliding_window_size') ?? 4096
  if (count('window') > 0)
    layers.push({
      kind: 'window',
      count: count('window'),
      kvHeads: figure(text, 'swa_num_key_value_heads') ?? kvHeads,
      keyDim: figure(text, 'swa_head_dim') ?? headDim,
      valueDim: figure(text, 'swa_v_head_dim', 'v_head_dim') ?? headDim,
      window,
    })
  const constant = count('constant')
  if (constant > 0) layers.push({ kind: 'constant', count: constant, bytes: stateBytes(text, hidden) })
  // The indexer of sparse attention keeps a small fp8 key and its scale per token beside the latent vector.
  const indexer = figure(text, 'index_head_dim')
  if (indexer !== null && full > 0)
    layers.push({ kind: 'latent', count: full, width: Math.ceil((indexer + 4) / 2) })
  return layers
}

/** The state one linear or Mamba layer keeps per sequence, with the recurrent part in fp32: the larger choice. */
function stateBytes(text: Config, hidden: number): number {
  const valueHeads = figure(text, 'linear_num_value_heads')
  if (valueHeads !== null) {
    const keyDim = figure(text, 'linear_key_head_dim') ?? 128
    const valueDim = figure(text, 'linear_value_head_dim') ?? 128
    const keyHeads = figure(text, 'linear_num_key_heads') ?? valueHeads
    const kernel = figure(text, 'linear_conv_kernel_dim') ?? 4
    return (
      (kernel - 1) * (2 * keyHeads * keyDim + valueHeads * valueDim) * 2 + valueHeads * keyDim * valueDim * 4
    )
  }
  const state = figure(text, 'mamba_d_state', 'ssm_state_size', 'state_size') ?? 128
  const expand = figure(text, 'mamba_expand', 'expand') ?? 2
  const mambaHeads = figure(text, 'mamba_n_heads', 'mamba_num_heads')
  const inner = mambaHeads
    ? mambaHeads * (figure(text, 'mamba_d_head', 'mamba_head_dim') ?? 64)
    : hidden * expand
  const groups = figure(text, 'mamba_n_groups', 'n_groups') ?? 1
  const kernel = figure(text, 'mamba_d_conv', 'conv_kernel', 'conv_L_cache', 'd_conv') ?? 4
  if (figure(text, 'conv_L_cache') !== null) return (kernel - 1) * hidden * 2
  return (kernel - 1) * (inner + 2 * groups * state) * 2 + inner * state * 4
}

function quantizationOf(config: Config): string | null {
  const section = config.quantization_config ?? config.compression_config
  if (typeof section !== 'object' || section === null) return null
  return word(section as Config, 'quant_method') ?? word(section as Config, 'quant_algo') ?? 'unknown'
}

/** As vLLM derives it: the trained length, times the factor of the scalings that extend it. */
function maxContext(text: Config): number | null {
  const trained = figure(
    text,
    'max_position_embeddings',
    'n_positions',
    'max_seq_len',
    'seq_length',
    'max_sequence_length',
  )
  if (trained === null) return null
  const scaling = (text.rope_scaling ?? text.rope_parameters) as Config | null | undefined
  const type = scaling ? (word(scaling, 'rope_type') ?? word(scaling, 'type')) : null
  const factor = scaling ? figure(scaling, 'factor') : null
  if (!scaling || factor === null || type === null) return trained
  if (['su', 'longrope', 'llama3', 'mrope', 'default', 'proportional'].includes(type)) return trained
  const original = type === 'yarn' ? figure(scaling, 'original_max_position_embeddings') : null
  return Math.floor((original ?? trained) * factor)
}
