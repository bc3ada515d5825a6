import { expect, test } from 'vitest'
import { architectureOf } from '../../src/models/fit/architecture.ts'
import { fitLaunch } from '../../src/models/fit/fit.ts'
import { measuredIn } from '../../src/models/fit/measured.ts'
import { publishedOverhead } from '../../src/models/fit/overhead.ts'
import type { FitQuestion } from '../../src/models/fit/question.ts'
import { settingsOf } from '../../src/models/fit/settings.ts'
import { llama8b } from './published.ts'

const GIB = 1024 ** 3

const question = (engine: FitQuestion['engine'], total: number, argv: string[]): FitQuestion => ({
  engine,
  architecture: architectureOf(llama8b)!,
  weightBytes: 15 * GIB,
  gpus: [{ name: 'a', totalBytes: total * GIB, freeBytes: total * GIB, capability: '9.0', unified: false }],
  gpusOnHost: 1,
  settings: settingsOf(engine, argv),
  overhead: publishedOverhead(engine),
})

test.each([
  [
    'vllm',
    24,
    ['--max-model-len', '40000'],
    `Model loading took 14.9889 GiB memory and 3.1 seconds
Available KV cache memory: 3.90 GiB
ValueError: To serve at least one request with the models's max seq len (40000), (4.88 GiB KV cache is needed, which is larger than the available KV cache memory (3.90 GiB). Based on the available memory, the estimated maximum model length is 31936.`,
    31_936,
  ],
  [
    'sglang',
    24,
    ['--context-length', '40000'],
    `Load weight begin. avail mem=23.28 GB
Load weight end. type=LlamaForCausalLM, dtype=torch.bfloat16, avail mem=8.20 GB, mem usage=15.08 GB.
KV Cache is allocated. #tokens: 44380, K size: 2.71 GB, V size: 2.71 GB`,
    null,
  ],
] as const)('%s: the longest context is the one it said itself', (engine, total, argv, log, longest) => {
  const asked = question(engine, total, [...argv])
  const measured = measuredIn(asked, log, total * GIB)
  const { estimate } = fitLaunch({ ...asked, measured })
  expect(estimate.measured).toBe(true)
  if (longest !== null) expect(estimate.longest).toBe(longest)
  expect(estimate.longest >= 40_000).toBe(estimate.verdict === 'fits')
  const other = { ...asked, settings: { ...asked.settings, eager: true }, measured }
  expect(fitLaunch(other).estimate.measured).toBe(false)
})

test('llama.cpp: its buffers are what the next start takes', () => {
  const asked = question('llama.cpp', 24, ['-c', '8192'])
  const log = `load_tensors:        CUDA0 model buffer size =  4403.49 MiB
load_tensors:   CPU_Mapped model buffer size =   281.81 MiB
llama_context: n_ctx         = 8192
llama_kv_cache:      CUDA0 KV buffer size =  1024.00 MiB
llama_context:      CUDA0 compute buffer size =   560.00 MiB`
  const measured = measuredIn(asked, log, 24 * GIB)!
  const twice = { ...asked, settings: { ...asked.settings, context: 16_384 }, measured }
  const { terms } = fitLaunch(twice).estimate
  expect(terms.weights / 1024 ** 2).toBeCloseTo(4403.49, 1)
  expect(terms.cache / 1024 ** 2).toBeCloseTo(2048, 1)
  expect(terms.activations / 1024 ** 2).toBe(560)
  expect(measuredIn(asked, 'nothing of that', 24 * GIB)).toBeNull()
})
