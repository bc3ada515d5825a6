import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openLocal } from '../../src/hosts/local.ts'
import { Machine } from '../../src/hosts/machine.ts'
import { cacheBytes, cacheBytesPerToken } from '../../src/models/fit/cache.ts'
import { ggufArchitecture, parseGguf } from '../../src/models/fit/gguf.ts'
import { factsOf, factsScript, parseParts, readModelFacts } from '../../src/models/fit/read.ts'
import { ggufBytes } from './gguf-bytes.ts'
import { llama8b } from './published.ts'

const qwen3 = {
  'general.architecture': 'qwen3',
  'general.file_type': 15,
  'qwen3.block_count': 36,
  'qwen3.embedding_length': 2560,
  'qwen3.attention.head_count': 32,
  'qwen3.attention.head_count_kv': 8,
  'qwen3.attention.key_length': 128,
  'qwen3.attention.value_length': 128,
  'qwen3.context_length': 40960,
}

describe('the head of a GGUF', () => {
  const read = (values: Parameters<typeof ggufBytes>[0]) => {
    const header = parseGguf(ggufBytes(values, 7))
    return header && ggufArchitecture(header)
  }

  it('tells the cache to the byte', () => {
    const found = read(qwen3)
    expect(found).toMatchObject({ bound: 'exact', maxContext: 40960 })
    expect(found && cacheBytes(found, { tokens: 4096 }) / 2 ** 20).toBe(2 * 288)
    expect(found && cacheBytesPerToken(found, { keyBytes: 1.0625 })).toBe(147_456 * (1.0625 / 2))
  })

  it('tells windows, mixed layers and latent vectors', () => {
    const gemma = read({ ...rename(qwen3, 'gemma3'), 'gemma3.attention.sliding_window': 1024 })
    expect(gemma?.layers).toMatchObject([
      { kind: 'window', count: 30 },
      { kind: 'full', count: 6 },
    ])
    const hybrid = read({
      ...rename(qwen3, 'jamba'),
      'jamba.attention.head_count_kv': Array.from({ length: 36 }, (_, i) => (i % 4 ? 0 : 8)),
      'jamba.ssm.state_size': 16,
    })
    expect(hybrid?.layers).toMatchObject([
      { kind: 'full', count: 9 },
      { kind: 'constant', count: 27 },
    ])
    const latent = read({
      ...rename(qwen3, 'deepseek2'),
      'deepseek2.attention.kv_lora_rank': 512,
      'deepseek2.rope.dimension_count': 64,
    })
    expect(latent?.layers).toEqual([{ kind: 'latent', count: 36, width: 576 }])
  })

  it('steps over vocabularies, and gives what came before the bytes ended', () => {
    const bytes = ggufBytes({
      ...qwen3,
      'tokenizer.ggml.tokens': Array.from({ length: 3000 }, (_, i) => `t${i}`),
      last: 'here',
    })
    const whole = parseGguf(bytes)
    expect(whole?.values.get('last')).toBe('here')
    expect(whole?.values.get('tokenizer.ggml.tokens')).toEqual([])
    const half = parseGguf(bytes.subarray(0, 2000))
    expect(half?.complete).toBe(false)
    expect(half && ggufArchitecture(half)?.layerCount).toBe(36)
  })

  it('survives any bytes', () => {
    const valid = ggufBytes({ ...qwen3, list: [1, 2, 3], words: ['a', 'b'] })
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { maxLength: 20 }), edits => {
        const bytes = Buffer.from(valid)
        for (const [at, value] of edits) bytes[at] = value
        const header = parseGguf(bytes)
        if (header) ggufArchitecture(header)
      }),
      { numRuns: 5000 },
    )
    expect(parseGguf(Buffer.from('GGML and more than twenty-four bytes'))).toBeNull()
  })
})

function rename(values: typeof qwen3, architecture: string): Record<string, string | number> {
  const entries = Object.entries(values).map(([key, value]) => [
    key.replace(/^qwen3\./, `${architecture}.`),
    value,
  ])
  return { ...Object.fromEntries(entries), 'general.architecture': architecture }
}

let home: string
let folder: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'ithaca fit '))
  folder = join(home, '.cache/huggingface/hub/models--meta--Llama')
  const snapshot = join(folder, 'snapshots/abc')
  await mkdir(snapshot, { recursive: true })
  await mkdir(join(folder, 'refs'))
  await writeFile(join(folder, 'refs/main'), 'abc')
  await writeFile(join(home, 'blob'), JSON.stringify(llama8b))
  await symlink(join(home, 'blob'), join(snapshot, 'config.json'))
  await writeFile(
    join(snapshot, 'model.safetensors.index.json'),
    JSON.stringify({ weight_map: { a: 'model-1.safetensors', b: 'model-2.safetensors' } }),
  )
  await shard(join(snapshot, 'model-1.safetensors'), 9_000_000_000)
  await shard(join(snapshot, 'model-2.safetensors'), 7_000_000_000)
  await shard(join(snapshot, 'consolidated.safetensors'), 16_000_000_000)
  for (const part of [1, 2]) {
    const path = join(home, `it's big-0000${part}-of-00002.gguf`)
    await writeFile(path, ggufBytes(qwen3))
    await truncate(path, 3_000_000)
  }
  await mkdir(join(home, 'empty'))
})
afterAll(() => rm(home, { recursive: true, force: true }))

/** A file of that many bytes of tensors, none of which takes room on the disk. */
async function shard(path: string, bytes: number): Promise<void> {
  const header = Buffer.from(
    JSON.stringify({
      __metadata__: { note: 'ünïcode' },
      w: { dtype: 'BF16', shape: [bytes / 2], data_offsets: [0, bytes] },
    }),
  )
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  await writeFile(path, Buffer.concat([length, header]))
  await truncate(path, 8 + header.length + bytes)
}

describe.each([
  ['dash', ['dash']],
  ['bash', ['bash', '--posix']],
  ['busybox', ['busybox', 'sh']],
])('files read in place with %s', (_name, [shell = 'sh', ...first]) => {
  const read = (model: string) => {
    const done = spawnSync(shell, [...first, '-c', factsScript('x-1', model, [])], {
      env: { HOME: home, PATH: process.env.PATH ?? '' },
      maxBuffer: 1e9,
    })
    expect(done.stderr.toString()).toBe('')
    const parts = parseParts(done.stdout, 'x-1')
    if (!parts) throw new Error(`cut off: ${done.stdout}`)
    return factsOf(parts)
  }

  it('finds a repository, and weighs what its index names', () => {
    const facts = read('meta/Llama')
    expect(facts).toMatchObject({
      weightBytes: 16_000_000_000,
      weightDtype: 'BF16',
      path: join(folder, 'snapshots/abc'),
    })
    expect(facts && cacheBytesPerToken(facts.architecture)).toBe(131_072)
    expect(read(join(folder, 'snapshots/abc'))).toEqual(facts)
  })

  it('reads a split GGUF whose name needs quoting', () => {
    expect(read(join(home, "it's big-00001-of-00002.gguf"))).toMatchObject({
      weightBytes: 6_000_000,
      architecture: { layerCount: 36 },
    })
  })

  it('answers nothing for what is not there', () => {
    expect(read('no/such')).toBeNull()
    expect(read(join(home, 'empty'))).toBeNull()
    expect(read('/etc/passwd')).toBeNull()
  })
})

it('goes through a host', async () => {
  const host = new Machine('local', 'local', async () => openLocal())
  try {
    const facts = await readModelFacts(host, 'meta/Llama', { hubs: [join(home, '.cache/huggingface/hub')] })
    expect(facts?.weightBytes).toBe(16_000_000_000)
  } finally {
    host.close()
  }
})

it('does not take half an answer for a whole one', () => {
  const answer = Buffer.from('x part config 3 0 3\n/m/config.json\nx data\n{}\n\nx end\n')
  expect(parseParts(answer, 'x')).toHaveLength(1)
  for (let length = 0; length < answer.length - 6; length++)
    expect(parseParts(answer.subarray(0, length), 'x')).toBeNull()
})
