import { describe, expect, it } from 'vitest'
import { parseCommand } from '../../src/cookbook/command/command.ts'
import {
  environmentPrefix,
  gpuIndexes,
  hfToken,
  modelId,
  platform,
  remoteHost,
  sshPort,
} from '../../src/cookbook/command/fields.ts'
import {
  appendFlag,
  flagNumber,
  flagValue,
  hasFlag,
  removeFlag,
  setFlag,
} from '../../src/cookbook/command/flags.ts'
import { redactText, showCommand } from '../../src/cookbook/command/redact.ts'
import { takeSecrets } from '../../src/cookbook/command/secrets.ts'
import { noPort, servingOf } from '../../src/cookbook/command/serving.ts'
import { quote, words } from '../../src/sessions/word.ts'

const argv = (text: string) => parseCommand(text).argv

describe('flags of an argument vector', () => {
  const serve = argv(
    'vllm serve X --port 8000 --max_model_len=4096 --enforce-eager --temp -1 -c 7 --dir=~/m --port=9000',
  )

  it('are read in both spellings, the last one counting', () => {
    expect(flagValue(serve, '--port')).toBe('9000')
    expect(flagNumber(serve, '--max-model-len')).toBe(4096)
    expect(flagNumber(serve, '--temp')).toBe(-1)
    expect(flagNumber(serve, ['--ctx-size', '-c'])).toBe(7)
    expect(flagValue(serve, '--dir')).toBe('~/m')
    expect(flagValue(serve, '--enforce-eager')).toBeNull()
    expect(hasFlag(serve, '--enforce-eager')).toBe(true)
    expect(hasFlag(serve, '--max-model')).toBe(false)
  })

  it('are changed where they stand and in their own spelling, once', () => {
    const text = (flag: string, value: string | null) =>
      quote(setFlag(argv('vllm serve X --port=1 --a b --port 2 --eager'), flag, value))
    expect(text('--port', '3')).toBe('vllm serve X --a b --port 3 --eager')
    expect(text('--a', 'c d')).toBe("vllm serve X --port=1 --a 'c d' --port 2 --eager")
    expect(text('--new', '1')).toBe('vllm serve X --port=1 --a b --port 2 --eager --new 1')
    expect(text('--eager', null)).toBe('vllm serve X --port=1 --a b --port 2 --eager')
    expect(quote(setFlag(argv('vllm serve X --max_model_len=1'), '--max-model-len', '2'))).toBe(
      'vllm serve X --max_model_len=2',
    )
  })

  it('are added and taken out', () => {
    expect(quote(appendFlag(argv('vllm serve X -- y'), '--a', null))).toBe('vllm serve X --a -- y')
    expect(quote(removeFlag(argv('vllm serve X --port=1 --a b --port 2'), '--port'))).toBe(
      'vllm serve X --a b',
    )
    expect(quote(removeFlag(argv('vllm serve --eager X'), '--eager', 'nothing'))).toBe('vllm serve X')
  })
})

describe('what a command serves', () => {
  it.each([
    ['vllm serve Qwen/Q --port 8001 --served-model-name q', 'vllm', 'Qwen/Q', 8001, 'q'],
    ['vllm serve ~/models/Q', 'vllm', '~/models/Q', 8000, null],
    ['vllm serve --port 8001 --enforce-eager a/Q --seed 1', 'vllm', 'a/Q', 8001, null],
    ['vllm serve --dtype=half --served_model_name q r --seed 1 a/Q', 'vllm', 'a/Q', 8000, 'q'],
    ['vllm serve --port 8001 --tokenizer b/T', 'vllm', null, 8001, null],
    ['python3 -u -m vllm.entrypoints.openai.api_server --model Q', 'vllm', 'Q', 8000, null],
    ['uv run --frozen vllm serve Q', 'vllm', 'Q', 8000, null],
    ['python -m sglang.launch_server --model-path Q', 'sglang', 'Q', 30_000, null],
    ['/opt/bin/llama-server -m /m/a.gguf --port 8080 -a q', 'llama.cpp', '/m/a.gguf', 8080, 'q'],
    ['python3 -m llama_cpp.server --model a.gguf', 'llama.cpp', 'a.gguf', 8000, null],
    ['OLLAMA_HOST=0.0.0.0:11435 ollama serve', 'ollama', null, 11_435, null],
    ['ollama run qwen2.5:7b', 'ollama', 'qwen2.5:7b', 11_434, null],
    ['text-generation-launcher --model-id Q -p 81', 'tgi', 'Q', 81, null],
    ['mlx_lm.server --model Q', 'mlx', 'Q', 8080, null],
    ['lmdeploy serve api_server Q --server-port 1', 'lmdeploy', 'Q', 1, null],
    ['python3 -m http.server 8123', 'other', null, 8123, null],
    ['python3 scripts/diffusion_server.py --model X --port 8100', 'other', 'X', 8100, null],
    ['npx -y some-server --port 9000', 'other', null, 9000, null],
  ])('%s', (text, engine, model, port, servedName) => {
    expect(servingOf(parseCommand(text))).toMatchObject({ engine, model, port, servedName })
  })

  it('knows the GPUs it is left', () => {
    expect(servingOf(parseCommand('CUDA_VISIBLE_DEVICES=0,3 vllm serve X')).gpus).toEqual(['0', '3'])
    expect(servingOf(parseCommand('vllm serve X')).gpus).toBeNull()
  })

  it('a port that is none is told apart from one that only the host knows', () => {
    const said = (text: string) => noPort(parseCommand(text))
    expect(said('vllm serve X --port 99999')).toBe('99999')
    expect(said('llama-server -m x.gguf --port=eight')).toBe('eight')
    for (const fine of ['vllm serve X', 'vllm serve X --port 8001', 'vllm serve X --port $PORT'])
      expect(said(fine)).toBeNull()
  })
})

describe('what is shown', () => {
  it('masks secrets and nothing else', () => {
    const shown = showCommand(
      parseCommand(
        "HF_TOKEN=abc X=1 vllm serve X --api-key s3cret other --hf-token=t --max-tokens 5 --tokenizer T --a 'hf_abcdefghij'",
      ),
    )
    expect(shown).toBe(
      "HF_TOKEN=*** X=1 vllm serve X --api-key '***' '***' '--hf-token=***' --max-tokens 5 --tokenizer T --a '***'",
    )
    expect(
      redactText(
        '--api-key abc --port 1 api_key: "x y" Authorization: Bearer abcdefgh https://u:pw@h/ tokens: 5 API_KEY=None',
      ),
    ).toBe(
      '--api-key *** --port 1 api_key: *** Authorization: Bearer *** https://u:***@h/ tokens: 5 API_KEY=None',
    )
    expect(redactText("non-default args: {'api_key': ['k1'], 'port': 8000}")).toBe(
      "non-default args: {'api_key': ***, 'port': 8000}",
    )
  })

  it('is quoted for reading back', () => {
    expect(quote(words('a', '', "it's", 'a"b', 'a b', '$x'))).toBe(`a '' "it's" 'a"b' 'a b' '$x'`)
  })
})

describe('secrets', () => {
  it('leave the command where the engine takes them otherwise', () => {
    const taken = takeSecrets(parseCommand('HF_TOKEN=abc A=1 vllm serve X --api-key k1 --port 1'))
    expect(taken.secrets).toEqual({ HF_TOKEN: 'abc', VLLM_API_KEY: 'k1' })
    expect(showCommand(taken.run)).toBe('A=1 vllm serve X --port 1')
    const kept = takeSecrets(parseCommand('vllm serve X --api-key k1 k2'))
    expect(kept).toMatchObject({ secrets: {}, run: { argv: argv('vllm serve X --api-key k1 k2') } })
    expect(takeSecrets(parseCommand('sglang serve --api-key k')).secrets).toEqual({})
    expect(takeSecrets(parseCommand('HF_TOKEN=$MINE vllm serve X')).secrets).toEqual({})
  })
})

describe('side fields', () => {
  const message = (read: () => unknown) => {
    try {
      return read()
    } catch (problem) {
      return (problem as Error).message
    }
  }

  it('hosts', () => {
    expect([null, '', 'local', 'localhost'].map(remoteHost)).toEqual([null, null, null, null])
    expect(remoteHost('u@gpu-a.lan')).toBe('u@gpu-a.lan')
    for (const wrong of [
      '-oProxyCommand=x',
      'a b',
      'a\n',
      '[::1]',
      'a:22',
      'u@@h',
      '@h',
      'u@',
      'a;b',
      'u@-h',
      'é',
    ]) {
      expect(message(() => remoteHost(wrong))).toBe(
        'Invalid remote_host — must be host or user@host, no SSH option syntax',
      )
    }
  })

  it('ports, GPUs and tokens', () => {
    expect(['', '022', '65535'].map(sshPort)).toEqual([null, 22, 65_535])
    for (const wrong of ['0', '65536', '-1', '2 2', '2\n', '000022'])
      expect(message(() => sshPort(wrong))).toBe('Invalid ssh_port')
    expect(['', '0', '0,3'].map(gpuIndexes)).toEqual([null, [0], [0, 3]])
    for (const wrong of ['all', '-1', '0, 1', '0,', 'GPU-1', '0\n']) {
      expect(message(() => gpuIndexes(wrong))).toBe('Invalid gpus — expected comma-separated GPU indexes')
    }
    expect(hfToken('hf_a.b~c+/=-')).toBe('hf_a.b~c+/=-')
    for (const wrong of ['a b', "a'", 'a\n', 'a$'])
      expect(message(() => hfToken(wrong))).toBe('Invalid token characters')
  })

  it('models', () => {
    for (const fine of [
      'org/name',
      'models--org--name',
      'qwen2.5:7b',
      'hf.co/a/b:Q4',
      '/models/My Model/a.gguf',
    ])
      expect(modelId(fine, false)).toBe(fine)
    for (const wrong of [
      '~/m',
      './m',
      '../m',
      'a/../b',
      '/m/../etc',
      'a b',
      "/m/'x'",
      '/m/$(id)',
      '-x',
      'x'.repeat(202),
      '/m\n',
    ]) {
      expect(message(() => modelId(wrong, false))).toContain(
        'Invalid repo_id — must be <org>/<name>, an Ollama name:tag, or a cached local model id'.slice(0, 60),
      )
    }
    expect(message(() => modelId('', false))).toBe('repo_id is required')
    expect(modelId('vllm[audio]>=0.10,<1', true)).toBe('vllm[audio]>=0.10,<1')
    expect(message(() => modelId('git+https://x', true))).toBe('Invalid pip package name')
    expect(['Darwin', 'beos', null].map(platform)).toEqual(['darwin', 'linux', 'linux'])
  })

  it('environments', () => {
    const home = { kind: 'home' }
    const text = (value: string) => ({ kind: 'text', text: value })
    expect(environmentPrefix('')).toBeNull()
    expect(environmentPrefix('source ~/venv/bin/activate')).toEqual({
      kind: 'source',
      path: [home, text('/venv/bin/activate')],
    })
    expect(environmentPrefix(". '/opt/my env/bin/activate'")).toEqual({
      kind: 'source',
      path: [text('/opt/my env/bin/activate')],
    })
    expect(environmentPrefix('eval "$(conda shell.bash hook)" && conda activate vllm')).toEqual({
      kind: 'conda',
      name: [text('vllm')],
    })
    expect(environmentPrefix('conda activate "my env"')).toEqual({ kind: 'conda', name: [text('my env')] })
    for (const wrong of [
      'source a; id', 'source a && id', 'source $(id)', 'source `id`', 'source a b', 'source', 'conda activate', 'conda activate a;id', 'bash x',
      "source 'a\nb'", 'source "a$X"', 'source -x', 'eval "$(id)" && conda activate x', 'conda deactivate',
    ]) expect(message(() => environmentPrefix(wrong))).toBe('Invalid env_prefix') // biome-ignore format: a list to read across
  })
})
