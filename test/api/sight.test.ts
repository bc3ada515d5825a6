import { expect, test } from 'vitest'
import { shownTo } from '../../src/api/sight.ts'
import { type Actor, OPERATOR } from '../../src/contract/actor.ts'
import { hosts } from '../../src/contract/hosts.ts'
import { presets } from '../../src/contract/presets.ts'
import { testWorkspace } from '../peers/workspace.ts'

const SECRET = 'sk-verysecret1'
const READER: Actor = { ...OPERATOR, operator: false }

test('a token that may read the Cookbook reads no secret that the operator wrote into it', async () => {
  await using w = await testWorkspace()
  const token = await w.token('reader', ['cookbook:read'])
  const told = await w.request('GET', '/api/v1/events?nouns=host,preset', { token })
  const heard = told.body!.pipeThrough(new TextDecoderStream()).getReader()
  const variables = { WANDB_API_KEY: SECRET, HTTP_PROXY: `http://u:${SECRET}@proxy`, HF_HOME: '/models' }
  await w.client.call(hosts.edit, { id: 'local', variables })
  const cmd = `HF_TOKEN=${SECRET} vllm serve m --api-key ${SECRET} --port 8100`
  await w.client.call(presets.save, { name: 'p1', cmd, host: 'local' })
  void w.inside.workspace.cookbook.watch.look('local').catch(() => undefined)
  let stream = ''
  while (!/event: hosts\.(disks|gpus)/.test(stream)) stream += (await heard.read()).value
  await heard.cancel()
  const read = async (path: string): Promise<string> => (await w.request('GET', path, { token })).text()
  const all = [
    stream,
    ...(await Promise.all(
      [
        '/api/v1/hosts',
        '/api/v1/hosts/local',
        '/api/v1/presets',
        `/api/v1/presets?search=${SECRET.slice(0, 8)}`,
        '/api/codex/cookbook/presets',
        '/api/codex/events?since=0',
      ].map(read),
    )),
  ]
  for (const text of all) expect(text).not.toContain(SECRET)
  expect(all[2]).toContain('/models')
  expect(JSON.parse(all[3]!).items[0].cmd).toBe('HF_TOKEN=*** vllm serve m --api-key *** --port 8100')
  // Nor can it be guessed, letter by letter, by what is found.
  expect(JSON.parse(all[4]!).items).toEqual([])
  // Whoever wrote it can read it, and change it.
  expect(await w.client.call(hosts.get, { id: 'local' })).toMatchObject({ variables })
  expect((await w.client.call(presets.list, { search: SECRET })).items).toMatchObject([{ cmd }])
})

test.each([
  [
    'vllm serve m --max-num-batched-tokens 8192 --tokenizer T',
    'vllm serve m --max-num-batched-tokens 8192 --tokenizer T',
  ],
  [
    'python -m sglang.launch_server --skip-tokenizer-init --port 8001',
    'python -m sglang.launch_server --skip-tokenizer-init --port 8001',
  ],
  [
    'llama-server -mu https://huggingface.co/Qwen/Qwen2.5-7B-Instruct-GGUF/resolve/main/q4.gguf?download=true',
    'llama-server -mu https://huggingface.co/Qwen/Qwen2.5-7B-Instruct-GGUF/resolve/main/q4.gguf?download=true',
  ],
  ['sglang serve m --api_key hunter2', 'sglang serve m --api_key ***'],
  ["vllm serve m '--api-key' 'hunter2'", "vllm serve m '--api-key' ***"],
  [
    'DATA=https://b.example/m.gguf?part=1&X-Amz-Signature=ab12 vllm serve m',
    'DATA=https://b.example/m.gguf?part=1&X-Amz-Signature=*** vllm serve m',
  ],
  [
    'HOOK=https://hooks.slack.com/services/T0/B0/xyz vllm serve m',
    'HOOK=https://hooks.slack.com/services/*** vllm serve m',
  ],
  ['PGPASSWORD=hunter2 HF_TOKEN_2=hunter2 vllm serve m', 'PGPASSWORD=*** HF_TOKEN_2=*** vllm serve m'],
])('of the command %s a token sees what is no secret, and nothing else', (cmd, seen) => {
  expect(shownTo(READER, { cmd })).toEqual({ cmd: seen })
})

test('of the variables of a host a token sees those that are no secret, by their names or by what they hold', () => {
  const open = { TOKENIZERS_PARALLELISM: 'false', VLLM_MAX_TOKENS: '4096', HF_HOME: '/models', PWD_NOTE: 'x' }
  const closed = {
    MINIO_ACCESS_KEY: 'a',
    SSH_PRIVATE_KEY: 'b',
    PGPASSWORD: 'c',
    SIGNING_PASSPHRASE: 'd',
    HF_TOKEN_2: 'e',
    A: `AKIA${'B'.repeat(16)}`,
    B: `nvapi-${'b'.repeat(20)}`,
    C: `github_pat_${'c'.repeat(22)}`,
    D: `xoxb-${'1'.repeat(12)}`,
  }
  const shown = shownTo(READER, { variables: { ...open, ...closed, E: 'Basic dXNlcjpwYXNz' } })
  const stars = Object.fromEntries(Object.keys(closed).map(name => [name, '***']))
  expect(shown.variables).toEqual({ ...open, ...stars, E: 'Basic ***' })
})

test('what was read with stars in it is not launched', async () => {
  await using w = await testWorkspace()
  const token = await w.token('launcher', ['cookbook:read', 'cookbook:launch'])
  const cmd = `sglang serve m --api-key ${SECRET} --port 8100`
  await w.client.call(presets.save, { name: 'p1', cmd, host: 'local' })
  const answered = await w.request('GET', '/api/codex/cookbook/presets', { token })
  const { presets: seen } = (await answered.json()) as { presets: { cmd: string }[] }
  const body = { cmd: seen[0]!.cmd, repo_id: 'm' }
  const answer = await w.request('POST', '/api/codex/cookbook/serve', { token, body })
  expect([answer.status, await answer.text()]).toEqual([409, expect.stringContaining('a secret starred out')])
})
