import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { architectureOf } from '../../src/models/fit/architecture.ts'
import { cacheBytes, cacheBytesPerToken, longestContext } from '../../src/models/fit/cache.ts'
import { tpProblem } from '../../src/models/fit/checks.ts'
import { parseConfig } from '../../src/models/fit/config.ts'
import { fitLaunch } from '../../src/models/fit/fit.ts'
import { checkFlags, parseHelp } from '../../src/models/fit/flags.ts'
import { launchFigures, learnOverhead, publishedOverhead } from '../../src/models/fit/overhead.ts'
import { type FitGpu, type FitQuestion, plainSettings } from '../../src/models/fit/question.ts'
import { weighSafetensors } from '../../src/models/fit/safetensors.ts'
import { run } from '../bench/fit.ts'
import { llama8b } from './published.ts'

const GIB = 1024 ** 3

describe('the published rows', () => {
  const rows: { what: string; value: number; beside?: string; beside_value?: number; limit?: number }[] = []
  run(row => rows.push(row))

  it.each(rows.filter(row => /^(measured|published)$/.test(row.beside ?? '')))(
    '$what',
    ({ value, beside_value }) => {
      expect(Math.abs(value / (beside_value ?? 0) - 1)).toBeLessThan(0.005)
    },
  )
  it.each(rows.filter(row => row.beside?.includes('upper')))(
    '$what, as an upper bound',
    ({ value, beside_value }) => {
      expect(value).toBeGreaterThan(beside_value ?? 0)
      expect(value).toBeLessThan(2 * (beside_value ?? 0))
    },
  )
})

describe('architectures', () => {
  const per = (config: Record<string, unknown>, tp = 1) => {
    const found = architectureOf(config)
    return found ? cacheBytesPerToken(found, { tp }) : null
  }
  const deepseek = {
    model_type: 'deepseek_v3',
    num_hidden_layers: 61,
    hidden_size: 7168,
    num_attention_heads: 128,
    num_key_value_heads: 128,
    kv_lora_rank: 512,
    qk_rope_head_dim: 64,
    v_head_dim: 128,
  }

  it('keeps one latent vector per token, the same on every GPU', () => {
    expect(per(deepseek)).toBe(61 * 576 * 2)
    expect(per(deepseek, 8)).toBe(61 * 576 * 2)
    expect(architectureOf(deepseek)?.bound).toBe('exact')
  })

  it('counts windows by their size, however the pattern is told', () => {
    const gemma3 = architectureOf({
      model_type: 'gemma3',
      text_config: {
        model_type: 'gemma3_text',
        num_hidden_layers: 34,
        hidden_size: 2560,
        sliding_window: 1024,
      },
    })
    expect(gemma3?.layers).toMatchObject([
      { kind: 'full', count: 5 },
      { kind: 'window', count: 29, window: 1024, kvHeads: 4, keyDim: 256 },
    ])
    const gptOss = architectureOf({
      model_type: 'gpt_oss',
      num_hidden_layers: 24,
      hidden_size: 2880,
      num_attention_heads: 64,
      num_key_value_heads: 8,
      head_dim: 64,
      sliding_window: 128,
      layer_types: Array.from({ length: 24 }, (_, i) => (i % 2 ? 'full_attention' : 'sliding_attention')),
    })
    expect(gptOss && cacheBytes(gptOss, { tokens: 100_000 })).toBe(12 * 2048 * 100_000 + 12 * 2048 * 128)
    expect(
      architectureOf({
        model_type: 'mistral',
        hidden_size: 4096,
        num_hidden_layers: 32,
        num_attention_heads: 32,
        num_key_value_heads: 8,
        sliding_window: 4096,
      })?.layers[0]?.kind,
    ).toBe('window')
    expect(
      architectureOf({ ...llama8b, sliding_window: 4096, use_sliding_window: false })?.layers[0]?.kind,
    ).toBe('full')
  })

  it.each([
    ['jamba', { attn_layer_period: 8, attn_layer_offset: 4, mamba_d_state: 16 }, 4],
    ['nemotron_h', { hybrid_override_pattern: 'M-M*-M-M*-M-M-M-M-M-M*M*M-M-M-M-', ssm_state_size: 128 }, 4],
    ['minimax', { attn_type_list: Array.from({ length: 32 }, (_, i) => (i % 8 === 7 ? 1 : 0)) }, 4],
    ['bamba', { attn_layer_indices: [9, 18, 27] }, 3],
    ['lfm2', { layer_types: Array.from({ length: 32 }, (_, i) => (i < 6 ? 'full_attention' : 'conv')) }, 6],
    ['recurrentgemma', { block_types: ['recurrent', 'recurrent', 'attention'] }, 10],
  ])('%s has attention in some layers only', (model_type, more, count) => {
    const found = architectureOf({
      model_type,
      num_hidden_layers: 32,
      hidden_size: 4096,
      num_attention_heads: 32,
      num_key_value_heads: 8,
      ...more,
    })
    expect(found?.layers.find(one => one.kind === 'full')?.count).toBe(count)
    expect(found?.bound).toBe('upper')
  })

  it('knows shared heads, shared layers and stretched contexts', () => {
    expect(
      per({
        model_type: 'falcon',
        num_hidden_layers: 32,
        hidden_size: 4544,
        num_attention_heads: 71,
        multi_query: true,
      }),
    ).toBe(2 * 32 * 64 * 2)
    expect(per({ ...llama8b, num_kv_shared_layers: 20 })).toBe(12 * 2 * 8 * 128 * 2)
    expect(architectureOf(llama8b)?.maxContext).toBe(131072)
    expect(
      architectureOf({
        ...llama8b,
        rope_scaling: { rope_type: 'yarn', factor: 4, original_max_position_embeddings: 32768 },
      })?.maxContext,
    ).toBe(131072)
    expect(architectureOf({ ...llama8b, rope_scaling: { type: 'linear', factor: 2 } })?.maxContext).toBe(
      262144,
    )
  })

  it('answers null, or something finite, to any JSON', () => {
    expect(parseConfig('{"a": Infinity, "num_hidden_layers": 3}')).toEqual({ a: null, num_hidden_layers: 3 })
    expect(parseConfig('[]')).toBeNull()
    const keys = [
      'num_hidden_layers',
      'hidden_size',
      'num_attention_heads',
      'head_dim',
      'layer_types',
      'rope_scaling',
      'text_config',
      'quantization_config',
      'sliding_window',
      'hybrid_override_pattern',
      'linear_attn_config',
    ]
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...keys), fc.oneof(fc.jsonValue(), fc.integer({ min: 1, max: 99 }))),
        config => {
          const found = architectureOf(config)
          if (found) expect(Number.isFinite(cacheBytes(found, { tokens: 1000 }))).toBe(true)
        },
      ),
      { numRuns: 2000 },
    )
  })
})

it('finds the longest context to the token', () => {
  const found = architectureOf(llama8b)
  if (!found) throw new Error('no architecture')
  expect(longestContext(found, 131_072 * 5000 + 7, {})).toBe(5000)
  expect(longestContext(found, 100, {})).toBe(0)
})

it('weighs tensors, not files, and each once', () => {
  const file = (name: string, bytes: number, header: object | null = null) => ({
    name,
    bytes: bytes + 8 + 100,
    headerBytes: 100,
    header: header && JSON.stringify(header),
  })
  const tensor = (dtype: string, from: number, to: number) => ({ dtype, shape: [], data_offsets: [from, to] })
  const files = [
    file('/m/model-1.safetensors', 60, {
      __metadata__: { format: 'pt' },
      'model.layers.0.w': tensor('BF16', 0, 40),
      'model.layers.3.w': tensor('F8_E4M3', 40, 60),
    }),
    file('/m/model-2.safetensors', 40),
    file('/m/consolidated.safetensors', 100),
  ]
  expect(weighSafetensors(files, ['model-1.safetensors', 'model-2.safetensors'])).toMatchObject({
    bytes: 100,
    dtypes: { BF16: 40, F8_E4M3: 20 },
  })
  expect(weighSafetensors(files, [])).toMatchObject({ bytes: 100, predictionBytes: 0 })
  expect(weighSafetensors(files, [], 3)).toMatchObject({ predictionBytes: 20 })
})

describe('a launch', () => {
  const architecture = architectureOf(llama8b)
  if (!architecture) throw new Error('no architecture')
  const gpu = (total: number, free = total, capability = '8.9'): FitGpu => ({
    name: 'GPU',
    totalBytes: total * GIB,
    freeBytes: free * GIB,
    capability,
    unified: false,
  })
  const ask = (over: Partial<FitQuestion>, settings: Partial<FitQuestion['settings']> = {}): FitQuestion => ({
    engine: 'vllm',
    architecture,
    weightBytes: 14.96 * GIB,
    gpus: [gpu(80)],
    gpusOnHost: 2,
    overhead: publishedOverhead('vllm'),
    ...over,
    settings: { ...plainSettings, ...settings },
  })

  it('fits with room', () => {
    const answer = fitLaunch(ask({}))
    expect(answer.estimate).toMatchObject({
      verdict: 'fits',
      context: 131072,
      bound: 'exact',
      largest: 'cache',
    })
    expect(answer.suggestions).toEqual([])
    expect(answer.sentence).toMatch(/^Fits: needs 33\.7 GiB of 72\.0 GiB/)
  })

  it('does not fit, and every proposal does when taken', () => {
    const question = ask({ gpus: [gpu(24)] })
    const answer = fitLaunch(question)
    expect(answer.estimate.verdict).toBe('does not')
    expect(answer.suggestions.map(one => one.flag)).toEqual(['--max-model-len', '--tensor-parallel-size'])
    for (const one of answer.suggestions) {
      const settings = { ...question.settings, ...one.settings }
      const again = fitLaunch({
        ...question,
        settings,
        gpus: Array.from({ length: settings.tp }, () => gpu(24)),
      })
      expect(again.estimate.verdict).toBe(one.verdict)
    }
    expect(Number(answer.suggestions[0]?.value)).toBeLessThan(answer.estimate.longest)
    expect(answer.sentence).toContain('short by')
  })

  it('names what others hold, and the share that is still free', () => {
    const answer = fitLaunch(ask({ gpus: [gpu(80, 60)] }, { context: 8192 }))
    expect(answer.estimate.verdict).toBe('does not')
    expect(answer.estimate.occupied).toBeCloseTo(12 * GIB, -6)
    expect(answer.suggestions[0]).toMatchObject({
      flag: '--gpu-memory-utilization',
      value: '0.74',
      verdict: 'fits',
    })
    expect(answer.sentence).toContain('other processes hold 12.0 GiB')
  })

  it('keeps its word whatever is asked: proposals are better, and the longest context fits', () => {
    const rank = { 'does not': 0, unknown: 0, tight: 1, fits: 2 }
    fc.assert(
      fc.property(
        fc.record({
          engine: fc.constantFrom('vllm' as const, 'sglang' as const, 'llama.cpp' as const),
          total: fc.integer({ min: 4, max: 200 }),
          free: fc.double({ min: 0.05, max: 1, noNaN: true }),
          weights: fc.double({ min: 0.1, max: 300, noNaN: true }),
          context: fc.option(fc.integer({ min: 1, max: 300_000 })),
          tp: fc.constantFrom(1, 2, 4),
          utilisation: fc.option(fc.double({ min: 0.1, max: 0.99, noNaN: true })),
        }),
        ({ engine, total, free, weights, context, tp, utilisation }) => {
          const one = gpu(total, total * free)
          const question = ask(
            {
              engine,
              weightBytes: weights * GIB,
              gpus: Array.from({ length: tp }, () => one),
              gpusOnHost: 8,
              overhead: publishedOverhead(engine),
            },
            { context, tp, utilisation },
          )
          const now = fitLaunch(question)
          expect(Number.isFinite(now.estimate.need)).toBe(true)
          if (now.estimate.longest > 0 && now.estimate.occupied === 0) {
            const again = fitLaunch({
              ...question,
              settings: { ...question.settings, context: now.estimate.longest },
            })
            expect(again.estimate.spare).toBeGreaterThanOrEqual(-1)
          }
          for (const { settings, verdict } of now.suggestions) {
            const all = { ...question.settings, ...settings }
            const gpus = Array.from({ length: engine === 'llama.cpp' ? tp : all.tp }, () => one)
            const after = fitLaunch({ ...question, settings: all, gpus })
            expect(after.estimate.verdict).toBe(verdict)
            expect(rank[verdict]).toBeGreaterThan(rank[now.estimate.verdict])
          }
        },
      ),
      { numRuns: 3000 },
    )
  })

  it('has nothing to propose when nothing helps', () => {
    expect(fitLaunch(ask({ weightBytes: 500 * GIB })).suggestions).toEqual([])
  })

  it('knows SGLang’s pool and llama.cpp’s layers', () => {
    expect(
      fitLaunch(
        ask({ engine: 'sglang', gpus: [gpu(24)], overhead: publishedOverhead('sglang') }, { context: 8192 }),
      ).estimate.verdict,
    ).toBe('fits')
    const small = fitLaunch(
      ask(
        { engine: 'llama.cpp', gpus: [gpu(12)], overhead: publishedOverhead('llama.cpp') },
        { context: 8192 },
      ),
    )
    expect(small.estimate.verdict).toBe('does not')
    expect(small.suggestions.map(one => one.flag)).toEqual(['--n-gpu-layers'])
  })

  it('refuses what the engine or the GPU would refuse', () => {
    const kinds = (question: FitQuestion) => fitLaunch(question).problems.map(problem => problem.kind)
    expect(kinds(ask({}))).toEqual([])
    expect(kinds(ask({}, { tp: 3 }))).toEqual(['tensor_parallel', 'too_few_gpus'])
    expect(kinds(ask({ gpus: [gpu(80, 80, '7.5')] }, { cacheDtype: 'fp8' }))).toEqual([
      'dtype',
      'cache_dtype',
    ])
    expect(
      kinds(ask({ architecture: { ...architecture, quantization: 'fp8' }, gpus: [gpu(80, 80, '8.0')] })),
    ).toEqual(['dtype'])
    expect(kinds(ask({}, { context: 131073 }))).toEqual(['context'])
    expect(fitLaunch(ask({}, { context: 200_000 })).problems[0]?.message).toBe(
      'The model was made for 131072 tokens, and 200000 are asked for.',
    )
    expect(tpProblem({ ...architecture, kvHeads: 4, heads: 64 }, 8)).toBeNull()
    expect(tpProblem({ ...architecture, kvHeads: 6, heads: 48 }, 4)).toContain('6 key heads')
  })
})

describe('overhead', () => {
  const log = `(EngineCore_DP0 pid=1) INFO Model loading took 14.9600 GiB memory and 5.1 seconds
INFO Available KV cache memory: 11.12 GiB
INFO Graph capturing finished in 7 secs, took 0.95 GiB\n`

  it('is learned from what launches said', () => {
    const one = launchFigures(log, 39.5, 0.9)
    expect(one).toEqual({ allowed: 39.5 * 0.9, weights: 14.96, cache: 11.12, graphs: 0.95 })
    const learned = learnOverhead('vllm', one ? [one, one, one] : [])
    expect((learned.activations + learned.runtime) / GIB).toBeCloseTo(9.47, 5)
    expect(learned).toMatchObject({ samples: 3, margin: 0.25 * GIB })
    expect(learnOverhead('vllm', [])).toEqual(publishedOverhead('vllm'))
    expect(launchFigures('nothing', 80, 0.9)).toBeNull()
  })
})

describe('flags of the installed engine', () => {
  const known = parseHelp(`usage: vllm serve [model_tag] [options]
  -h, --help
  --max-model-len MAX_MODEL_LEN
  --tensor-parallel-size, -tp N
  --enable-prefix-caching, --no-enable-prefix-caching
  --tool-call-parser {deepseek_v3,hermes,llama3_json,mistral} or name registered in --tool-parser-plugin
  --compilation-config, -O CONFIG`)

  it.each([
    [['--max-model-len', '4096', '-tp', '2', '-O3', '--no-enable-prefix-caching', '--max_model_len=1'], []],
    [['--max-modle-len=4096'], ['Did you mean --max-model-len?']],
    [['--tool-call-parser', 'lama3_json'], ['Did you mean llama3_json?']],
    [['--compilation-config.level', '3', '--temperature', '-1'], [null]],
    [['--tool-parser-plugin', '/x.py', '--tool-call-parser', 'mine'], []],
  ])('%j', (argv, fixes) => {
    expect(checkFlags(argv, known).map(problem => problem.fix)).toEqual(fixes)
  })

  it('proves nothing without a help text', () => {
    expect(checkFlags(['--anything'], parseHelp(''))).toEqual([])
  })
})
