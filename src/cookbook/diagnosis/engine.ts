import type { Engine } from './types.ts'

const signs: readonly (readonly [Engine, RegExp])[] = [
  ['ollama', /\bollama\b|OLLAMA_|\[GIN\]/i],
  ['tgi', /text[-_]generation[-_](?:launcher|server|router)/],
  ['mlx', /\bmlx_(?:lm|vlm)\b|libc\+\+abi.*METAL|\[metal::/],
  ['sglang', /sglang|sgl[-_]kernel|sgl-workspace/],
  ['vllm', /vllm|EngineCore|APIServer pid/i],
  [
    'llama.cpp',
    /llama[-_.](?:cpp|server|cli)|ggml_|gguf|llama_(?:model|new|context|load|init|kv)|llm_load|load_tensors|srv {2}|print_info: /,
  ],
]

/** Which program wrote the log, from the command line first and its own words after. */
export function engineOf(argv: readonly string[], texts: readonly string[]): Engine {
  const command = argv.slice(0, 4).join(' ')
  for (const text of [command, ...texts]) {
    const found = text === '' ? undefined : signs.find(([, sign]) => sign.test(text))
    if (found) return found[0]
  }
  return 'other'
}
