import type { FakeGpu } from './engine/gpus.ts'

/** A machine with six GPUs, none of which exists. */
export const GPUS: readonly FakeGpu[] = [0, 1, 2, 3, 4, 5].map(index => ({
  index,
  uuid: `GPU-de30de30-0000-4000-8000-00000000000${index}`,
  name: 'NVIDIA RTX 6000 Ada Generation',
  busId: `00000000:0${index + 1}:00.0`,
  totalMiB: 49140,
  capability: '8.9',
  powerLimit: 300,
  baseMiB: 1,
}))

export const MODELS = ['Qwen/Qwen3-8B', 'Qwen/Qwen2.5-7B-Instruct', 'Qwen/Qwen3-0.6B', 'Qwen/Qwen3-32B']

export interface Scene {
  name: string
  cmd: string
  gpus: string
  /** Somebody else's program takes its port between launch and start. */
  taken?: true
}

/** One of each kind: what serves, what is on its way, and what died of something that can be fixed. */
export const SCENES: readonly Scene[] = [
  {
    name: 'qwen3-8b',
    cmd: 'FAKE_ENGINE_SPEED=20 vllm serve Qwen/Qwen3-8B --gpu-memory-utilization 0.6',
    gpus: '0',
  },
  {
    name: 'small-llama',
    cmd: 'FAKE_ENGINE_SPEED=20 llama-server -m small-q4_k_m.gguf --ctx-size 8192',
    gpus: '3',
  },
  {
    name: 'qwen2.5-7b',
    cmd: 'FAKE_ENGINE_FAULT=slow-load vllm serve Qwen/Qwen2.5-7B-Instruct',
    gpus: '1',
  },
  {
    name: 'long-context',
    cmd: 'FAKE_ENGINE_SPEED=20 vllm serve Qwen/Qwen3-8B --gpu-memory-utilization 0.4 --max-model-len 40960',
    gpus: '2',
  },
  {
    name: 'qwen3-32b',
    cmd: 'FAKE_ENGINE_SPEED=20 vllm serve Qwen/Qwen3-32B --max-model-len 8192',
    gpus: '4',
  },
  {
    name: 'port-taken',
    cmd: 'FAKE_ENGINE_SPEED=0.4 vllm serve Qwen/Qwen3-0.6B --gpu-memory-utilization 0.3',
    gpus: '5',
    taken: true,
  },
]

export const PRESETS = [
  {
    name: 'Qwen3 8B, one GPU',
    cmd: 'vllm serve Qwen/Qwen3-8B --gpu-memory-utilization 0.6',
    gpus: '1',
  },
  {
    name: 'Qwen3 32B, two GPUs',
    cmd: 'vllm serve Qwen/Qwen3-32B --tensor-parallel-size 2 --max-model-len 8192',
    gpus: '1,2',
  },
]

export const TODOS = [
  {
    title: 'Find out why long-context died, and relaunch it with the fix',
    due: 'today 18:00',
    label: 'demo',
  },
  { title: 'Stop qwen3-8b and watch its memory come back', label: 'demo' },
  {
    title: 'Give an agent a token: ithaca --demo tokens create my-agent --scopes cookbook:read',
    label: 'demo',
  },
]

export const MEMORIES = [
  'The demo machine has six GPUs of 48 GiB. None of them exists.',
  'Evaluations run against qwen3-8b on the first GPU.',
]

export const DOCUMENT = {
  title: 'Try this',
  language: 'markdown',
  content: `# Try this

1. Select **long-context**: the line that killed it is shown, and below it what fixes it. Relaunch with the first fix.
2. **qwen3-32b** needs more memory than one GPU has. Give it two.
3. **port-taken** found its port taken by somebody else. By now the port is free again.
4. Kill an engine with \`kill -9\` and watch what is said of it.

Everything here is pretended, and gone when the demo ends.
`,
}
