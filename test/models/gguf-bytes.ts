type Value = string | number | boolean | number[] | string[] | boolean[]

function text(value: string): Buffer {
  const bytes = Buffer.from(value)
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(bytes.length))
  return Buffer.concat([length, bytes])
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}

const typeOf = (value: string | number | boolean) =>
  typeof value === 'string' ? 8 : typeof value === 'boolean' ? 7 : 4

function plain(value: string | number | boolean): Buffer {
  if (typeof value === 'string') return text(value)
  return typeof value === 'boolean' ? Buffer.from([value ? 1 : 0]) : u32(value)
}

/** The head of a GGUF file with these values. */
export function ggufBytes(values: Record<string, Value>, tensors = 0): Buffer {
  const parts = [Buffer.from('GGUF'), u32(3), u64(tensors), u64(Object.keys(values).length)]
  for (const [key, value] of Object.entries(values)) {
    parts.push(text(key))
    if (Array.isArray(value))
      parts.push(u32(9), u32(typeOf(value[0] ?? 0)), u64(value.length), ...value.map(plain))
    else parts.push(u32(typeOf(value)), plain(value))
  }
  return Buffer.concat(parts)
}
