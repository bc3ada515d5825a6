import type { Engine, Setting } from './types.ts'

type Names = Partial<Record<Engine, string>>

/** What each engine calls a setting; an upper-case name is a variable of the environment. First spelling is ours to write. */
export const settings: Readonly<Record<Setting, Names>> = {
  context: {
    vllm: '--max-model-len',
    sglang: '--context-length',
    'llama.cpp': '--ctx-size',
    ollama: 'OLLAMA_CONTEXT_LENGTH',
    tgi: '--max-total-tokens',
  },
  gpuMemory: {
    vllm: '--gpu-memory-utilization',
    sglang: '--mem-fraction-static',
    tgi: '--cuda-memory-fraction',
  },
  tensorParallel: { vllm: '--tensor-parallel-size', sglang: '--tp-size', tgi: '--num-shard' },
  pipelineParallel: { vllm: '--pipeline-parallel-size', sglang: '--pp-size' },
  eager: { vllm: '--enforce-eager', sglang: '--disable-cuda-graph' },
  sequences: {
    vllm: '--max-num-seqs',
    sglang: '--max-running-requests',
    'llama.cpp': '--parallel',
    ollama: 'OLLAMA_NUM_PARALLEL',
    tgi: '--max-concurrent-requests',
  },
  batchedTokens: {
    vllm: '--max-num-batched-tokens',
    sglang: '--chunked-prefill-size',
    'llama.cpp': '--batch-size',
    tgi: '--max-batch-prefill-tokens',
  },
  graphSizes: { vllm: '--max-cudagraph-capture-size', sglang: '--cuda-graph-max-bs', tgi: '--cuda-graphs' },
  dtype: { vllm: '--dtype', sglang: '--dtype', tgi: '--dtype' },
  kvDtype: {
    vllm: '--kv-cache-dtype',
    sglang: '--kv-cache-dtype',
    'llama.cpp': '--cache-type-k',
    ollama: 'OLLAMA_KV_CACHE_TYPE',
    tgi: '--kv-cache-dtype',
  },
  quantization: { vllm: '--quantization', sglang: '--quantization', tgi: '--quantize' },
  port: {
    vllm: '--port',
    sglang: '--port',
    'llama.cpp': '--port',
    ollama: 'OLLAMA_HOST',
    tgi: '--port',
    mlx: '--port',
  },
  trustRemoteCode: {
    vllm: '--trust-remote-code',
    sglang: '--trust-remote-code',
    tgi: '--trust-remote-code',
    mlx: '--trust-remote-code',
  },
  gpuLayers: { 'llama.cpp': '--n-gpu-layers', ollama: 'OLLAMA_NUM_GPU' },
  microBatch: { 'llama.cpp': '--ubatch-size' },
  attention: { vllm: '--attention-backend', sglang: '--attention-backend' },
  chatTemplate: {
    vllm: '--chat-template',
    sglang: '--chat-template',
    'llama.cpp': '--chat-template-file',
    mlx: '--chat-template',
  },
  toolParser: { vllm: '--tool-call-parser', sglang: '--tool-call-parser' },
  tokenizer: { vllm: '--tokenizer', sglang: '--tokenizer-path', tgi: '--tokenizer-config-path' },
  model: {
    vllm: '--model',
    sglang: '--model-path',
    'llama.cpp': '--model',
    tgi: '--model-id',
    mlx: '--model',
  },
  loraRank: { vllm: '--max-lora-rank', sglang: '--max-lora-rank' },
  lora: { vllm: '--enable-lora', sglang: '--lora-paths', 'llama.cpp': '--lora', tgi: '--lora-adapters' },
  images: { vllm: '--limit-mm-per-prompt', sglang: '--mm-max-concurrent-calls' },
}

/** Other spellings of the same flag, as people write them. */
export const aliases: readonly (readonly string[])[] = [
  ['--max-model-len', '--max_model_len'],
  ['--tensor-parallel-size', '--tensor_parallel_size', '-tp'],
  ['--pipeline-parallel-size', '--pipeline_parallel_size', '-pp'],
  ['--tp-size', '--tp', '--tensor-parallel-size'],
  ['--pp-size', '--pp', '--pipeline-parallel-size'],
  ['--gpu-memory-utilization', '--gpu_memory_utilization'],
  ['--max-num-seqs', '--max_num_seqs'],
  ['--max-num-batched-tokens', '--max_num_batched_tokens'],
  ['--quantization', '-q'],
  ['--ctx-size', '-c'],
  ['--n-gpu-layers', '-ngl', '--gpu-layers'],
  ['--batch-size', '-b'],
  ['--ubatch-size', '-ub'],
  ['--parallel', '-np'],
  ['--cache-type-k', '-ctk'],
  ['--model', '-m'],
  ['--model-path', '--model'],
]

export const spellings = (flag: string): readonly string[] => {
  const group = aliases.find(([first]) => first === flag)
  return group ?? [flag]
}

export const nameOf = (setting: Setting, engine: Engine): string | null => settings[setting][engine] ?? null
