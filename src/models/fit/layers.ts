import { type Config, figure, list, word } from './config.ts'

export type LayerKind = 'full' | 'window' | 'constant' | 'none'

export interface LayerKinds {
  kinds: LayerKind[]
  /** The config does not tell which layer is what, so more is counted than there may be. */
  guessed: boolean
}

const NAMED: Record<string, LayerKind> = {
  full_attention: 'full',
  global_attention: 'full',
  attention: 'full',
  full: 'full',
  hybrid: 'full',
  sliding_attention: 'window',
  chunked_attention: 'window',
  local_attention: 'window',
  linear_attention: 'constant',
  mamba: 'constant',
  mamba2: 'constant',
  conv: 'constant',
  recurrent: 'constant',
  mlp: 'none',
  moe: 'none',
}

/** What each layer keeps, from whichever of a dozen conventions the config follows. */
export function layerKinds(text: Config, modelType: string, count: number): LayerKinds {
  const found = spelledOut(text, count) ?? byRule(text, modelType, count)
  const shared = figure(text, 'num_kv_shared_layers') ?? 0
  if (shared > 0 && shared < count)
    // The last layers read the cache of earlier ones and keep none of their own.
    return {
      kinds: found.kinds.map((kind, i) => (i >= count - shared ? 'none' : kind)),
      guessed: found.guessed,
    }
  return found
}

const each = (count: number, kind: (i: number) => LayerKind): LayerKind[] =>
  Array.from({ length: count }, (_, i) => kind(i))

/** A name, a letter or a number for every layer. */
function spelledOut(text: Config, count: number): LayerKinds | null {
  const names = list(text, 'layer_types') ?? list(text, 'layers_block_type') ?? list(text, 'block_types')
  if (names && names.length > 0) {
    // Griffin names a pattern that repeats; the others name every layer.
    const kinds = each(count, i => NAMED[String(names[i % names.length])] ?? 'full')
    return { kinds, guessed: names.some(name => !(String(name) in NAMED)) }
  }
  const letters = word(text, 'hybrid_override_pattern')
  if (letters)
    return {
      kinds: [...letters].map(letter => (letter === '*' ? 'full' : letter === 'M' ? 'constant' : 'none')),
      guessed: false,
    }
  const numbers = list(text, 'attn_type_list')
  if (numbers) return { kinds: each(count, i => (numbers[i] === 0 ? 'constant' : 'full')), guessed: false }
  const indices = list(text, 'attn_layer_indices') ?? list(text, 'full_attn_idxs')
  if (indices) return { kinds: each(count, i => (indices.includes(i) ? 'full' : 'constant')), guessed: false }
  const linear = text.linear_attn_config as Config | undefined
  const oneBased = linear ? list(linear, 'full_attn_layers') : null
  if (oneBased)
    return { kinds: each(count, i => (oneBased.includes(i + 1) ? 'full' : 'constant')), guessed: false }
  return null
}

function byRule(text: Config, modelType: string, count: number): LayerKinds {
  const exact = (kinds: LayerKind[]): LayerKinds => ({ kinds, guessed: false })
  const interval = figure(text, 'full_attention_interval')
  if (interval) return exact(each(count, i => ((i + 1) % interval === 0 ? 'full' : 'constant')))
  const period = figure(text, 'attn_layer_period')
  if (period) {
    const offset = typeof text.attn_layer_offset === 'number' ? text.attn_layer_offset : 0
    return exact(each(count, i => (i % period === offset % period ? 'full' : 'constant')))
  }
  if (/^(mamba|mamba2|falcon_mamba|rwkv\d*)$/.test(modelType)) return exact(each(count, () => 'constant'))
  // Falcon-H1 runs attention and Mamba side by side in every layer.
  if (modelType === 'falcon_h1')
    return exact([...each(count, () => 'full'), ...each(count, () => 'constant')])
  const window = figure(text, 'sliding_window')
  if (modelType === 'gemma2') return exact(each(count, i => (i % 2 === 0 ? 'window' : 'full')))
  const pattern = figure(text, 'sliding_window_pattern') ?? { gemma3_text: 6, cohere2: 4 }[modelType] ?? null
  if (pattern && window) return exact(each(count, i => ((i + 1) % pattern === 0 ? 'full' : 'window')))
  if (modelType === 'llama4_text' && figure(text, 'attention_chunk_size'))
    return exact(each(count, i => ((i + 1) % 4 === 0 ? 'full' : 'window')))
  if (modelType === 'gpt_oss' && window) return exact(each(count, i => (i % 2 === 0 ? 'window' : 'full')))
  if (window && text.use_sliding_window === true) {
    const from = typeof text.max_window_layers === 'number' ? text.max_window_layers : 0
    return exact(each(count, i => (i >= from ? 'window' : 'full')))
  }
  if (window && /^(mistral|mixtral|phi3|starcoder2)$/.test(modelType))
    return exact(each(count, () => 'window'))
  // A state-space part that nothing above explains: counting every layer as attention is the larger figure.
  const hybrid = ['mamba_d_state', 'ssm_state_size', 'linear_num_value_heads'].some(
    key => figure(text, key) !== null,
  )
  return { kinds: each(count, () => 'full'), guessed: hybrid }
}
