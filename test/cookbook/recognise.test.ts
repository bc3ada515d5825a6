import { expect, test } from 'vitest'
import { recognise } from '../../src/cookbook/recognise.ts'

const line = (text: string, variables: Record<string, string> = {}) => recognise(text.split(' '), variables)

test.each<[string, object]>([
  [
    'vllm serve Qwen/Qwen3-8B --port 8001',
    { engine: 'vllm', model: 'Qwen/Qwen3-8B', name: 'Qwen3-8B', port: 8001 },
  ],
  [
    '/v/bin/python3.11 /v/bin/vllm serve org/m --served-model-name big',
    { engine: 'vllm', name: 'big', port: 8000 },
  ],
  ['python3 -u -m vllm.entrypoints.openai.api_server --model org/m', { engine: 'vllm', model: 'org/m' }],
  ['python -m sglang.launch_server --model-path org/m --port 30001', { engine: 'sglang', port: 30001 }],
  ['/opt/llama/llama-server -m /models/x.gguf --port 9000', { engine: 'llama.cpp', model: '/models/x.gguf' }],
  ['ollama serve', { engine: 'ollama', model: null, port: 11434 }],
  ['text-generation-launcher --model-id org/m -p 3001', { engine: 'tgi', port: 3001 }],
  ['python3 -m mlx_lm.server --model org/m', { engine: 'mlx', model: 'org/m' }],
  ['mlx_lm server --model org/m', { engine: 'mlx' }],
  ['node --disable-warning=X /fakes/vllm serve org/m', { engine: 'vllm', model: 'org/m' }],
  ['sh /usr/local/bin/vllm serve org/m', { engine: 'vllm', model: 'org/m' }],
  ['hf download org/m', { kind: 'download', model: 'org/m' }],
])('a model process: %s', (text, wanted) => {
  expect(line(text)).toMatchObject({ kind: 'serve', ...wanted })
})

test.each([
  'vim vllm.py',
  'nano /etc/vllm serve',
  'bash',
  '-zsh',
  'bash -c vllm serve org/m',
  'tail -f vllm.log',
  'grep vllm serve',
  'ssh gpu-a vllm serve org/m',
  'python3 vllm_client.py --port 8000',
  'python3 -c import vllm serve',
  'python3',
  'node -e vllm serve x',
  'vllm bench serve',
  'vllm --version',
  'ollama run llama3',
  'tmux attach',
  'python3 -m http.server 8000',
])('not a model process: %s', text => {
  expect(line(text)).toBeNull()
})

test('what the environment says counts, and secrets are not shown', () => {
  expect(line('ollama serve', { OLLAMA_HOST: '0.0.0.0:11500' })).toMatchObject({ port: 11500 })
  expect(line('vllm serve m', { CUDA_VISIBLE_DEVICES: '2,3' })).toMatchObject({ gpus: [2, 3] })
  expect(line('vllm serve m --api-key hunter2hunter2')?.shown).toBe("vllm serve m --api-key '***'")
})
