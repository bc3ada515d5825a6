import { expect, test } from 'vitest'
import { fromOllama, fromPage } from '../../src/cookbook/metrics.ts'
import { readPage } from '../../src/cookbook/prometheus.ts'

test('a page is read whatever stands in its labels', () => {
  const page = readPage(
    [
      '# HELP a A thing with {braces} 12',
      'a{name="x} 9",other="y z"} 3.5',
      'a{name="second"} 1.5 1700000000',
      'b 1e3',
      'c{le="+Inf"} NaN',
      'd{le="+Inf"} +Inf',
      '',
      'broken{name="x',
    ].join('\n'),
  )
  expect([...page]).toEqual([
    ['a', { sum: 5, count: 2 }],
    ['b', { sum: 1000, count: 1 }],
  ])
})

const vllm = (kv: string) => `vllm:num_requests_running{engine="0"} 2.0
vllm:num_requests_running{engine="1"} 1.0
vllm:num_requests_waiting{engine="0"} 4.0
vllm:${kv}{engine="0"} 0.25
vllm:${kv}{engine="1"} 0.75
vllm:generation_tokens_total{engine="0"} 100.0
vllm:time_to_first_token_seconds_sum{engine="0"} 3.0
vllm:time_to_first_token_seconds_count{engine="0"} 6.0
`

test.each(['kv_cache_usage_perc', 'gpu_cache_usage_perc'])('vLLM by its newer and older names: %s', kv => {
  expect(fromPage(vllm(kv))).toEqual({
    metrics: { running: 3, waiting: 4, kv_use: 0.5 },
    rate: null,
    counters: { tokens: 100, ttftSum: 3, ttftCount: 6 },
  })
})

test('SGLang says its rate itself; llama-server has no time to first token; anything else says nothing', () => {
  const sglang = fromPage('sglang:num_running_reqs 1\nsglang:num_queue_reqs 0\nsglang:gen_throughput 41.5\n')
  expect(sglang).toMatchObject({ rate: 41.5, metrics: { running: 1, waiting: 0, kv_use: null } })
  const llama = fromPage('llamacpp:requests_processing 1\nllamacpp:tokens_predicted_total 7\n')
  expect(llama).toMatchObject({ counters: { tokens: 7, ttftSum: null } })
  expect(fromPage('go_goroutines 12\n')).toBeNull()
  expect(fromOllama('{"models":[{"name":"x"}]}')).toMatchObject({ metrics: { running: null } })
  expect(fromOllama('{}')).toBeNull()
})
