import { expect, it } from 'vitest'
import { plainSettings } from '../../src/models/fit/question.ts'
import { amount, settingsOf } from '../../src/models/fit/settings.ts'

it.each([
  [
    'vllm',
    ['serve', 'm', '--max-model-len', '32k', '-tp', '4', '--kv_cache_dtype=fp8', '--enforce-eager'],
    { context: 32_000, tp: 4, cacheDtype: 'fp8', eager: true },
  ],
  [
    'vllm',
    ['--max-model-len=8K', '--max-model-len', '4096', '--gpu-memory-utilization', '0.5', '--dtype=half'],
    { context: 4096, utilisation: 0.5, dtype: 'half' },
  ],
  ['vllm', ['serve', 'm', '--max-model-len'], {}],
  ['vllm', ['--tensor-parallel-size', 'two'], {}],
  [
    'sglang',
    ['--tp', '2', '--mem-fraction-static', '0.8', '--context-length', '9000', '--disable-cuda-graph'],
    { tp: 2, utilisation: 0.8, context: 9000, eager: true },
  ],
  [
    'llama.cpp',
    ['-m', 'x', '-c', '0', '-ngl', '20', '-ctk', 'q8_0'],
    { context: null, gpuLayers: 20, cacheDtype: 'q8_0', valueCacheDtype: 'f16' },
  ],
  [
    'llama.cpp',
    ['-ngl', '-1'],
    { context: 4096, gpuLayers: null, cacheDtype: 'f16', valueCacheDtype: 'f16' },
  ],
] as const)('%s %j', (engine, argv, expected) => {
  expect(settingsOf(engine, argv)).toEqual({ ...plainSettings, ...expected })
})

it('reads amounts as vLLM does', () => {
  expect(['1', '2k', '2K', '1.5k', 'auto', '', '9x'].map(amount)).toEqual([
    1,
    2000,
    2048,
    1500,
    null,
    null,
    null,
  ])
})
