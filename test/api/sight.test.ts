import { expect, test } from 'vitest'
import { hosts } from '../../src/contract/hosts.ts'
import { presets } from '../../src/contract/presets.ts'
import { testWorkspace } from '../peers/workspace.ts'

const SECRET = 'sk-verysecret1'

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
