import { afterAll, beforeAll, expect, test } from 'vitest'
import { cookbook } from '../../src/contract/cookbook.ts'
import type { Serve } from '../../src/contract/serve.ts'
import { type TestKitchen, testKitchen } from '../peers/kitchen.ts'
import { eventually } from '../sessions/ground.ts'

let k: TestKitchen
let token: string
let twins: Serve[]
let keyed: Serve

beforeAll(async () => {
  k = await testKitchen({ listen: true, speed: 20 })
  token = await k.w.token('client', ['models:use'])
  const launched = await Promise.all([
    k.launch('vllm serve demo/twin', { gpus: '0' }),
    k.launch('vllm serve demo/twin', { gpus: '1' }),
    k.launch('llama-server -m demo/solo.gguf --alias solo --api-key secret-engine-key'),
  ])
  const ready = await Promise.all(launched.map(({ id }) => k.until(id, 'ready')))
  twins = ready.slice(0, 2)
  keyed = ready[2]!
})
afterAll(() => k[Symbol.asyncDispose]())

const send = (path: string, body?: unknown, init: RequestInit = {}): Promise<Response> =>
  fetch(`${k.w.inside.workspace.url}/v1${path}`, {
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...init,
  })
const messages = [{ role: 'user', content: 'hello' }]
const running = async (serve: Serve): Promise<number> => {
  const text = await (await fetch(`http://127.0.0.1:${serve.port}/metrics`)).text()
  return Number(/^vllm:num_requests_running\S* (\S+)$/m.exec(text)?.[1])
}

test('one list of all that is served', async () => {
  const { data } = (await (await send('/models')).json()) as { data: { id: string; serves: string[] }[] }
  expect(data.map(({ id }) => id)).toEqual(['demo/twin', 'solo'])
  expect(data[0]?.serves.sort()).toEqual(twins.map(({ id }) => id).sort())
})

test('equals take turns; a model is found by its name, its repository, or the end of it', async () => {
  const served = new Set<string | null>()
  for (const _ of [1, 2]) {
    const response = await send('/chat/completions', { model: 'demo/twin', messages })
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ choices: [{ message: { role: 'assistant' } }] })
    served.add(response.headers.get('ithaca-serve'))
  }
  expect([...served].sort()).toEqual(twins.map(({ id }) => id).sort())
  const short = await send('/completions', { model: 'twin', prompt: 'x' })
  expect([short.status, await short.json()]).toMatchObject([200, { model: 'demo/twin' }])
  const byFile = await send('/chat/completions', { model: 'demo/solo.gguf', messages })
  expect([byFile.status, byFile.headers.get('ithaca-serve')]).toEqual([200, keyed.id])
  const embedded = await send('/embeddings', { model: 'twin', input: 'x' })
  expect(await embedded.json()).toMatchObject({ data: [{ object: 'embedding' }] })
})

test('a stream arrives piece by piece, and whoever leaves ends it at the engine', async () => {
  const given = new AbortController()
  const response = await send(
    '/chat/completions',
    { model: 'demo/twin', messages, stream: true, max_tokens: 4096, ignore_eos: true },
    { signal: given.signal },
  )
  expect(response.headers.get('content-type')).toContain('text/event-stream')
  const serve = twins.find(({ id }) => id === response.headers.get('ithaca-serve'))!
  const reader = response.body!.getReader()
  const first = new TextDecoder().decode((await reader.read()).value)
  expect(first).toContain('data: ')
  expect(await running(serve)).toBe(1)
  given.abort()
  await eventually(async () => (await running(serve)) === 0)
})

test('refusals are in the words that clients of OpenAI read, with the reason', async () => {
  const refused = async (body: unknown): Promise<[number, string]> => {
    const response = await send('/chat/completions', body)
    return [response.status, ((await response.json()) as { error: { message: string } }).error.message]
  }
  expect(await refused({ model: 'gpt-9', messages })).toEqual([
    404,
    "The model 'gpt-9' is not served here. Served are: demo/twin, solo.",
  ])
  expect((await refused({ messages }))[0]).toBe(400)
  const slow = await k.launch('llama-server -m demo/slow.gguf')
  const [status, message] = await refused({ model: 'slow.gguf', messages })
  expect(status).toBe(503)
  expect(message).toMatch(/'slow.gguf' is not ready yet: (launching|loading)/)
  await k.w.client.call(cookbook.stop, { id: slow.id, force: true })
  const other = await k.w.token('other', ['cookbook:launch'])
  const denied = await fetch(`${k.w.inside.workspace.url}/v1/models`, {
    headers: { authorization: `Bearer ${other}` },
  })
  expect([denied.status, await denied.json()]).toMatchObject([
    403,
    { error: { message: 'API token missing required scope: models:use' } },
  ])
})

test('the error about a serve that is not there names what is only to who may list it', async () => {
  const reader = await k.w.token('reader', ['models:use', 'cookbook:read'])
  for (const [verb, more] of [
    ['try', { prompt: 'x' }],
    ['chat', { messages }],
  ] as const) {
    const asked = async (who: string): Promise<string> => {
      const response = await k.w.request('POST', `/api/v1/serves/nothing/${verb}`, { token: who, body: more })
      expect(response.status).toBe(404)
      return ((await response.json()) as { error: { message: string } }).error.message
    }
    expect(await asked(token)).toBe("There is no serve 'nothing'. All of them: ithaca cookbook tasks.")
    expect(await asked(reader)).toContain(`There are: ${twins[0]!.name}`)
  }
})

test('an engine that is gone is passed over for its equal', async () => {
  process.kill(twins[0]!.pid!, 'SIGKILL')
  for (const _ of [1, 2]) {
    const response = await send('/chat/completions', { model: 'demo/twin', messages })
    expect(response.headers.get('ithaca-serve')).toBe(twins[1]!.id)
    await response.json()
  }
})
