export interface SafetensorsFile {
  name: string
  /** Size of the whole file. */
  bytes: number
  /** The length its first eight bytes announce. */
  headerBytes: number
  /** The header itself, where it was small enough to be fetched. */
  header: string | null
}

export interface Weights {
  bytes: number
  /** Bytes by dtype, as the headers name them: `BF16`, `F8_E4M3`. Empty when no header was read. */
  dtypes: Record<string, number>
  /** Of extra layers for multi-token prediction, which engines load only when told to speculate with them. */
  predictionBytes: number
}

const PREDICTION = /(^|\.)mtp\.|\.nextn\.|\.mtp_/

/**
 * The exact size of a model's tensors. A repository may hold the same weights twice, once in another layout: of the
 * files, those an index names count, else those that are not the consolidated copy.
 */
export function weighSafetensors(
  files: readonly SafetensorsFile[],
  indexed: readonly string[],
  layers?: number,
): Weights {
  const base = (name: string) => name.slice(name.lastIndexOf('/') + 1)
  const named = new Set(indexed)
  const chosen =
    named.size > 0
      ? files.filter(file => named.has(base(file.name)))
      : files.length > 1
        ? files.filter(file => !/^consolidated/.test(base(file.name)))
        : files
  const weights: Weights = { bytes: 0, dtypes: {}, predictionBytes: 0 }
  for (const file of chosen) {
    weights.bytes += Math.max(0, file.bytes - 8 - file.headerBytes)
    for (const tensor of file.header === null ? [] : tensorsOf(file.header)) {
      weights.dtypes[tensor.dtype] = (weights.dtypes[tensor.dtype] ?? 0) + tensor.bytes
      const layer = /\.layers\.(\d+)\./.exec(tensor.name)?.[1]
      // DeepSeek numbers its prediction layer after the last one.
      const beyond = layers !== undefined && layer !== undefined && Number(layer) >= layers
      if (beyond || PREDICTION.test(tensor.name)) weights.predictionBytes += tensor.bytes
    }
  }
  return weights
}

interface Tensor {
  name: string
  dtype: string
  bytes: number
}

export function tensorsOf(header: string): Tensor[] {
  let parsed: unknown
  try {
    parsed = JSON.parse(header)
  } catch {
    // A damaged header: the size of the file still tells what it weighs.
    return []
  }
  if (typeof parsed !== 'object' || parsed === null) return []
  return Object.entries(parsed as Record<string, { dtype?: unknown; data_offsets?: unknown }>).flatMap(
    ([name, tensor]) => {
      const [from, to] = Array.isArray(tensor?.data_offsets) ? tensor.data_offsets : []
      if (name === '__metadata__' || typeof tensor.dtype !== 'string') return []
      if (typeof from !== 'number' || typeof to !== 'number' || to < from) return []
      return [{ name, dtype: tensor.dtype, bytes: to - from }]
    },
  )
}

/** The dtype that most of the weight is in. */
export function mainDtype(weights: Weights): string | null {
  return Object.entries(weights.dtypes).sort(([, a], [, b]) => b - a)[0]?.[0] ?? null
}
