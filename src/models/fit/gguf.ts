import type { Architecture, Layers } from './architecture.ts'

export type GgufValue = number | bigint | boolean | string | GgufValue[]

export interface GgufHeader {
  version: number
  tensors: number
  values: Map<string, GgufValue>
  /** False when the bytes ended before the header did; what was read until then is there. */
  complete: boolean
}

const FIXED = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8]
const STRING = 8
const MOST_LAYERS = 4096
/** Beyond this a figure is damage. */
const MOST = 2 ** 40
const ARRAY = 9
/** Arrays longer than this are vocabularies: stepped over, not kept. */
const KEPT = 1024

class Ended extends Error {}

class Reader {
  readonly #bytes: Buffer
  at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  take(length: number): number {
    if (length > this.#bytes.length - this.at) throw new Ended()
    this.at += length
    return this.at - length
  }

  u32(): number {
    return this.#bytes.readUInt32LE(this.take(4))
  }

  /** A count: beyond what a number holds exactly, it is damage. */
  u64(): number {
    const value = this.#bytes.readBigUInt64LE(this.take(8))
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new Ended()
    return Number(value)
  }

  string(): string {
    const length = this.u64()
    const start = this.take(length)
    return this.#bytes.toString('utf8', start, start + length)
  }

  value(type: number): GgufValue {
    if (type === STRING) return this.string()
    if (type === ARRAY) return this.array()
    const size = FIXED[type]
    if (!size) throw new Ended()
    const at = this.take(size)
    const bytes = this.#bytes
    switch (type) {
      case 0:
        return bytes.readUInt8(at)
      case 1:
        return bytes.readInt8(at)
      case 2:
        return bytes.readUInt16LE(at)
      case 3:
        return bytes.readInt16LE(at)
      case 4:
        return bytes.readUInt32LE(at)
      case 5:
        return bytes.readInt32LE(at)
      case 6:
        return bytes.readFloatLE(at)
      case 7:
        return bytes.readUInt8(at) !== 0
      case 10:
        return bytes.readBigUInt64LE(at)
      case 11:
        return bytes.readBigInt64LE(at)
      default:
        return bytes.readDoubleLE(at)
    }
  }

  array(): GgufValue[] {
    const type = this.u32()
    const length = this.u64()
    // Arrays of arrays exist in no model, and would let a small file ask for deep recursion.
    if (type === ARRAY) throw new Ended()
    const size = FIXED[type]
    if (size && length > KEPT) {
      this.take(size * length)
      return []
    }
    const values: GgufValue[] = []
    for (let i = 0; i < length; i++) {
      const value = this.value(type)
      if (length <= KEPT) values.push(value)
    }
    return values
  }
}

/** Reads the head of a GGUF file as far as the bytes go; null when it is no GGUF. */
export function parseGguf(bytes: Buffer): GgufHeader | null {
  if (bytes.length < 24 || bytes.toString('latin1', 0, 4) !== 'GGUF') return null
  const reader = new Reader(bytes)
  reader.take(4)
  const header: GgufHeader = { version: reader.u32(), tensors: 0, values: new Map(), complete: false }
  if (header.version < 2 || header.version > 1024) return null
  try {
    header.tensors = reader.u64()
    const count = reader.u64()
    for (let i = 0; i < count; i++) {
      const key = reader.string()
      header.values.set(key, reader.value(reader.u32()))
    }
    header.complete = true
  } catch (error) {
    if (!(error instanceof Ended)) throw error
  }
  return header
}

/** The figures of a GGUF as the same architecture a `config.json` gives. */
export function ggufArchitecture(header: GgufHeader): Architecture | null {
  const modelType = header.values.get('general.architecture')
  if (typeof modelType !== 'string') return null
  const get = (key: string) => header.values.get(`${modelType}.${key}`)
  const number = (key: string) => asNumber(get(key))
  const blocks = number('block_count')
  const hidden = number('embedding_length')
  if (!blocks || !hidden || !Number.isInteger(blocks) || blocks > MOST_LAYERS) return null
  const heads = Math.max(1, ...numbers(get('attention.head_count'), blocks))
  const kvHeads = numbers(get('attention.head_count_kv') ?? get('attention.head_count'), blocks)
  const keyDim = number('attention.key_length') ?? Math.floor(hidden / heads)
  const valueDim = number('attention.value_length') ?? keyDim
  const latent = number('attention.kv_lora_rank')
  const rope = number('rope.dimension_count')
  const window = number('attention.sliding_window')
  const pattern = windowPattern(get('attention.sliding_window_pattern'), modelType)
  const shared = number('attention.shared_kv_layers') ?? 0
  const interval = number('full_attention_interval')
  const state = number('ssm.state_size')
  const layers: Layers[] = []
  let guessed = false
  for (let i = 0; i < blocks - shared; i++) {
    const own = kvHeads[i] ?? 0
    const recurrent = state !== null && (own === 0 || (interval !== null && (i + 1) % interval !== 0))
    if (recurrent) add(layers, { kind: 'constant', count: 1, bytes: ssmBytes(number, state) })
    else if (own === 0) continue
    else if (latent !== null && rope !== null) add(layers, { kind: 'latent', count: 1, width: latent + rope })
    else if (window && pattern(i)) {
      const swaKey = number('attention.key_length_swa') ?? keyDim
      const swaValue = number('attention.value_length_swa') ?? valueDim
      add(layers, { kind: 'window', count: 1, kvHeads: own, keyDim: swaKey, valueDim: swaValue, window })
    } else add(layers, { kind: 'full', count: 1, kvHeads: own, keyDim, valueDim })
    guessed ||= recurrent
  }
  const quant = asNumber(header.values.get('general.file_type'))
  return {
    modelType,
    heads,
    kvHeads: Math.max(0, ...kvHeads),
    hidden,
    vocabulary: number('vocab_size') ?? 0,
    layerCount: blocks,
    layers,
    maxContext: number('context_length'),
    dtype: null,
    quantization: quant === null ? null : `gguf file type ${quant}`,
    bound: guessed || layers.some(one => one.kind === 'window') ? 'upper' : 'exact',
  }
}

function asNumber(value: GgufValue | undefined): number | null {
  if (typeof value === 'number') return value > 0 && value <= MOST ? value : null
  return typeof value === 'bigint' && value > 0n && value <= BigInt(MOST) ? Number(value) : null
}

/** One figure for every layer, whether the file gives one for all or a list. */
function numbers(value: GgufValue | undefined, count: number): number[] {
  if (Array.isArray(value)) return Array.from({ length: count }, (_, i) => asNumber(value[i]) ?? 0)
  return Array.from({ length: count }, () => asNumber(value) ?? 0)
}

function windowPattern(value: GgufValue | undefined, modelType: string): (layer: number) => boolean {
  if (Array.isArray(value)) return layer => value[layer] === true || value[layer] === 1
  const every = asNumber(value) ?? { gemma2: 2, gemma3: 6, 'gpt-oss': 2, cohere2: 4, llama4: 4 }[modelType]
  return every ? layer => (layer + 1) % every !== 0 : () => true
}

function ssmBytes(number: (key: string) => number | null, state: number): number {
  const inner = number('ssm.inner_size') ?? 4096
  const kernel = number('ssm.conv_kernel') ?? 4
  const groups = number('ssm.group_count') ?? 1
  return ((kernel - 1) * (inner + 2 * groups * state) + inner * state) * 4
}

function add(layers: Layers[], one: Layers): void {
  const { count: _, ...shape } = one
  const same = layers.find(other => {
    const { count: __, ...otherShape } = other
    return JSON.stringify(otherShape) === JSON.stringify(shape)
  })
  if (same) same.count += 1
  else layers.push(one)
}
