import type { Histogram, Load } from './load.ts'

type Labels = Record<string, string>

class Page {
  readonly #lines: string[] = []

  one(
    kind: 'gauge' | 'counter',
    name: string,
    help: string,
    samples: [labels: Labels, value: number][],
  ): this {
    this.#lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`)
    for (const [labels, value] of samples) this.#lines.push(`${name}${braces(labels)} ${number(value)}`)
    return this
  }

  histogram(name: string, help: string, labels: Labels, data: Histogram): this {
    this.#lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} histogram`)
    data.bounds.forEach((bound, i) => {
      this.#lines.push(
        `${name}_bucket${braces({ ...labels, le: number(bound) })} ${number(data.counts[i] ?? 0)}`,
      )
    })
    this.#lines.push(
      `${name}_bucket${braces({ ...labels, le: '+Inf' })} ${number(data.count)}`,
      `${name}_sum${braces(labels)} ${number(data.sum)}`,
      `${name}_count${braces(labels)} ${number(data.count)}`,
    )
    return this
  }

  text(): string {
    return `${this.#lines.join('\n')}\n`
  }
}

function braces(labels: Labels): string {
  const entries = Object.entries(labels)
  if (entries.length === 0) return ''
  const quoted = (value: string) => value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')
  return `{${entries.map(([key, value]) => `${key}="${quoted(value)}"`).join(',')}}`
}

const number = (value: number) => (Number.isInteger(value) ? `${value}.0` : String(value))

export function vllmMetrics(load: Load, model: string, startedAt: number): string {
  const own = { engine: '0', model_name: model }
  return new Page()
    .one('gauge', 'process_start_time_seconds', 'Start time of the process', [[{}, startedAt / 1000]])
    .one('gauge', 'vllm:num_requests_running', 'Requests in execution', [[own, load.running]])
    .one('gauge', 'vllm:num_requests_waiting', 'Requests waiting', [[own, load.waiting]])
    .one('gauge', 'vllm:kv_cache_usage_perc', 'KV cache use, 1 is full', [[own, load.kvShare]])
    .one('counter', 'vllm:num_preemptions_total', 'Preemptions', [[own, 0]])
    .one('counter', 'vllm:prefix_cache_queries_total', 'Tokens looked up', [[own, load.promptTokens]])
    .one('counter', 'vllm:prefix_cache_hits_total', 'Tokens found', [
      [own, Math.floor(load.promptTokens / 4)],
    ])
    .one('counter', 'vllm:prompt_tokens_total', 'Prompt tokens', [[own, load.promptTokens]])
    .one('counter', 'vllm:generation_tokens_total', 'Generated tokens', [[own, load.generatedTokens]])
    .one(
      'counter',
      'vllm:request_success_total',
      'Requests ended',
      Object.entries(load.finished).map(([reason, count]) => [{ ...own, finished_reason: reason }, count]),
    )
    .histogram('vllm:time_to_first_token_seconds', 'Time to first token', own, load.firstToken)
    .text()
}

export function sglangMetrics(load: Load, model: string): string {
  const own = { engine_type: 'unified', model_name: model, pp_rank: '0', tp_rank: '0' }
  const only = { model_name: model }
  return new Page()
    .one('gauge', 'sglang:num_running_reqs', 'Running requests', [[own, load.running]])
    .one('gauge', 'sglang:num_queue_reqs', 'Queued requests', [[own, load.waiting]])
    .one('gauge', 'sglang:num_used_tokens', 'Tokens in the pool', [[own, load.kvInUse]])
    .one('gauge', 'sglang:max_total_num_tokens', 'Size of the pool', [[own, load.kvTokens]])
    .one('gauge', 'sglang:token_usage', 'Pool use, 1 is full', [[own, load.kvShare]])
    .one('gauge', 'sglang:gen_throughput', 'Generated tokens per second', [[own, load.rates().generated]])
    .one('gauge', 'sglang:cache_hit_rate', 'Prefix cache hits', [[own, 0.25]])
    .one('counter', 'sglang:prompt_tokens_total', 'Prompt tokens', [[only, load.promptTokens]])
    .one('counter', 'sglang:generation_tokens_total', 'Generated tokens', [[only, load.generatedTokens]])
    .histogram('sglang:time_to_first_token_seconds', 'Time to first token', only, load.firstToken)
    .text()
}

export function llamaMetrics(load: Load): string {
  const rate = (tokens: number, seconds: number) => (seconds > 0 ? tokens / seconds : 0)
  return new Page()
    .one('counter', 'llamacpp:prompt_tokens_total', 'Prompt tokens', [[{}, load.promptTokens]])
    .one('counter', 'llamacpp:prompt_seconds_total', 'Prompt seconds', [[{}, load.promptSeconds]])
    .one('counter', 'llamacpp:tokens_predicted_total', 'Generated tokens', [[{}, load.generatedTokens]])
    .one('counter', 'llamacpp:tokens_predicted_seconds_total', 'Generating seconds', [
      [{}, load.generatedSeconds],
    ])
    .one('counter', 'llamacpp:n_decode_total', 'Calls of decode', [[{}, load.steps]])
    .one('gauge', 'llamacpp:prompt_tokens_seconds', 'Prompt tokens per second', [
      [{}, rate(load.promptTokens, load.promptSeconds)],
    ])
    .one('gauge', 'llamacpp:predicted_tokens_seconds', 'Generated tokens per second', [
      [{}, rate(load.generatedTokens, load.generatedSeconds)],
    ])
    .one('gauge', 'llamacpp:requests_processing', 'Requests in a slot', [[{}, load.running]])
    .one('gauge', 'llamacpp:requests_deferred', 'Requests waiting', [[{}, load.waiting]])
    .text()
}
