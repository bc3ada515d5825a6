import { renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { events } from '../../src/contract/events.ts'
import { todos } from '../../src/contract/todos.ts'
import { testKitchen } from '../peers/kitchen.ts'
import { testWorkspace } from '../peers/workspace.ts'

/** What a reader of events hears until its stream ends. */
const wholeStream = async (response: Response): Promise<string> => {
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>)
    text += decoder.decode(chunk, { stream: true })
  return text
}

test('a revoked token hears nothing more on a stream it had opened before', async () => {
  await using w = await testWorkspace()
  const token = await w.token('reader', ['todos:read'])
  const stream = await w.request('GET', '/api/v1/events', { token })
  const heard = wholeStream(stream)
  await w.client.send('POST', '/api/v1/todos', { title: 'before' })
  await w.client.send('DELETE', '/api/v1/tokens/reader')
  await w.client.send('POST', '/api/v1/todos', { title: 'after' })
  expect(await heard).not.toContain('after')
})

test('so does one that runs out', async () => {
  let now = Date.now()
  await using w = await testWorkspace({ now: () => now })
  const token = await w.token('reader', ['todos:read'], { expires: '1h' })
  const heard = wholeStream(await w.request('GET', '/api/v1/events', { token }))
  now += 3_700_000
  await w.client.send('POST', '/api/v1/todos', { title: 'after' })
  expect(await heard).not.toContain('after')
})

test('a token hears how its own question was decided, and nothing of the questions of others', async () => {
  await using w = await testWorkspace()
  const [mine, other] = [
    await w.token('mine', [], { ask: ['todos:write'] }),
    await w.token('other', ['todos:write']),
  ]
  const asked = w.request('POST', '/api/v1/todos', { token: mine, body: { title: 'may I' } })
  await vi.waitUntil(() => w.inside.workspace.approvals.pending() === 1)
  const { items } = (await (await w.client.send('GET', '/api/v1/approvals')).json()) as {
    items: { id: string }[]
  }
  await w.client.send('POST', `/api/v1/approvals/${items[0]!.id}`, { allow: false })
  await asked
  const heard = async (token: string): Promise<string[]> => {
    const answer = await w.request('GET', '/api/codex/events?since=0&nouns=approval', { token })
    const { events } = (await answer.json()) as { events: { action: string }[] }
    return events.map(event => event.action)
  }
  expect(await heard(mine)).toEqual(['approvals.ask', 'approvals.decide'])
  expect(await heard(other)).toEqual([])
})

test('a place ahead of everything is a gap: it was another database', async () => {
  await using w = await testWorkspace()
  const stream = await w.client.stream(events.stream, { since: 1_000_000 })
  const reader = stream.body!.getReader()
  expect(new TextDecoder().decode((await reader.read()).value)).toContain('event: gap')
  await reader.cancel()
})

test('a reader is handed as much as he reads, not all there is: of old events and of new ones', async () => {
  await using w = await testWorkspace()
  const content = 'y'.repeat(20_000)
  const add = () => w.client.call(todos.add, { title: 'long', content })
  const read = async (from: number, stream: Promise<Response>, meanwhile: () => Promise<unknown>) => {
    const { body } = await stream
    await meanwhile()
    const seen: number[] = []
    let largest = 0
    let rest = ''
    const decoder = new TextDecoder()
    for await (const chunk of body!) {
      largest = Math.max(largest, chunk.length)
      rest += decoder.decode(chunk, { stream: true })
      const parts = rest.split('\n\n')
      rest = parts.pop()!
      for (const part of parts)
        if (part.startsWith('id: ')) seen.push(Number(part.slice(4, part.indexOf('\n'))))
      if (seen.at(-1) === w.inside.workspace.changes.newest()) break
    }
    expect(seen).toEqual(Array.from({ length: 100 }, (_, at) => from + 1 + at))
    return largest
  }
  for (let at = 0; at < 100; at++) await add()
  const old = await read(0, w.client.stream(events.stream, { since: 0 }), async () => undefined)
  const fresh = await read(100, w.client.stream(events.stream, {}), async () => {
    for (let at = 0; at < 100; at++) await add()
  })
  expect(Math.max(old, fresh)).toBeLessThan(200_000)
})

test('undo asks where doing asked, and is one’s own', async () => {
  await using w = await testWorkspace()
  const { approvals } = w.inside.workspace
  const asker = await w.token('bot', [], { ask: ['todos:write'] })
  const decided = async (asked: Promise<Response>, allow: boolean): Promise<Response> => {
    await vi.waitUntil(() => approvals.pending() === 1)
    const [question] = approvals.list({ state: 'pending', limit: 1 }).items
    await w.client.send('POST', `/api/v1/approvals/${question!.id}`, { allow })
    return asked
  }
  const add = w.request('POST', '/api/v1/todos', { token: asker, body: { title: 'mine' } })
  expect((await decided(add, true)).status).toBe(201)
  const seq = w.inside.workspace.changes.undoable(
    { actor: 'bot', token: w.inside.workspace.access.identify(asker)!.token, any: false },
    { last: 'any' },
  ).target.seq
  for (const path of ['/api/v1/undo', '/api/codex/undo'])
    expect((await decided(w.request('POST', path, { token: asker, body: { seq } }), false)).status).toBe(403)

  const other = await w.token('other', ['todos:write'])
  expect((await w.request('POST', '/api/v1/undo', { token: other, body: { seq } })).status).toBe(404)
  expect((await w.client.send('POST', '/api/v1/undo', { seq })).status).toBe(200)
})

test('a secret that is shown once is kept nowhere', async () => {
  await using w = await testWorkspace()
  const made = await w.request('POST', '/api/v1/tokens', {
    token: w.inside.workspace.operatorKey,
    body: { name: 'bot', scopes: ['todos:read'] },
    headers: { 'idempotency-key': 'k' },
  })
  expect(made.status).toBe(422)
  const secret = await w.token('bot', ['todos:read'])
  for (const table of ['answers', 'audit', 'tokens'])
    expect(JSON.stringify(w.inside.workspace.store.sql(`SELECT * FROM ${table}`).all())).not.toContain(secret)
})

test('no token bears the name of somebody who acts without one', async () => {
  await using w = await testWorkspace()
  for (const name of ['operator', 'ithaca', ' Ithaca '])
    expect((await w.client.send('POST', '/api/v1/tokens', { name, scopes: ['todos:read'] })).status).toBe(422)
})

test('who waits for the operator is answered when Ithaca ends, and the question stays', async () => {
  await using w = await testWorkspace()
  const { approvals } = w.inside.workspace
  const token = await w.token('asker', [], { ask: ['todos:write'] })
  const asked = w.request('POST', '/api/v1/todos', { token, body: { title: 'may I' } })
  await vi.waitUntil(() => approvals.pending() === 1)
  approvals.letGo()
  expect((await asked).status).toBe(202)
  expect(approvals.pending()).toBe(1)
})

test("a backup is its owner's alone, and overwrites nothing", async () => {
  await using w = await testWorkspace()
  const file = join(w.home, 'copy.db')
  const made = await w.client.send('POST', '/api/v1/workspace/backup', { file })
  expect(made.status).toBe(200)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(statSync(file).size).toBeGreaterThan(4096)
  expect((await w.client.send('POST', '/api/v1/workspace/backup', { file })).status).toBe(409)
  const nowhere = await w.client.send('POST', '/api/v1/workspace/backup', { file: join(w.home, 'no/x.db') })
  expect(await nowhere.json()).toMatchObject({ error: { code: 'failed' } })
})

test('a log that is followed ends with the token that follows it', async () => {
  await using k = await testKitchen()
  const serve = await k.launch('llama-server -m demo.gguf')
  await k.until(serve.id, 'ready')
  const secret = await k.w.token('follower', ['cookbook:read'])
  const response = await k.w.request('GET', `/api/v1/serves/${serve.id}/follow`, { token: secret })
  const all = response.text()
  await k.w.client.send('DELETE', '/api/v1/tokens/follower')
  expect(await all).toContain('listening')
})

test('what asks a host that cannot be reached is told so, whatever it asks', async () => {
  await using w = await testWorkspace()
  await w.client.send('POST', '/api/v1/hosts', { name: 'gone', target: 'nobody@127.0.0.1', port: 1 })
  const asks: [string, string, unknown?][] = [
    ['POST', '/api/v1/hosts/gone/trust', { fingerprint: 'SHA256:abc' }],
    ['POST', '/api/v1/models/scan', { host: 'gone' }],
    ['POST', '/api/v1/models/download', { host: 'gone', model: 'demo/x' }],
    ['POST', '/api/v1/serves', { host: 'gone', cmd: 'vllm serve demo/x --port 8101' }],
    ['POST', '/api/v1/serves/adopt', { host: 'gone', session: 'x' }],
    ['POST', '/api/codex/cookbook/adopt', { host: 'gone', tmux_session: 'x', model: 'demo/x' }],
    ['DELETE', '/api/v1/models?host=gone&model=demo/x'],
    ['GET', '/api/codex/cookbook/cached?host=gone'],
    ['GET', '/api/v1/hosts/gone/history'],
  ]
  for (const [method, path, body] of asks) {
    const answer = await w.client.send(method, path, body)
    expect({ path, status: answer.status, text: await answer.text() }).not.toMatchObject({
      path,
      status: 500,
    })
  }
  const refused = await w.client.send('POST', '/api/v1/hosts/gone/trust', { fingerprint: 'SHA256:abc' })
  expect(await refused.text()).toContain('127.0.0.1:1')
}, 60_000)

test('a search that cannot be begun is refused with its reason, not broken off', async () => {
  await using k = await testKitchen()
  const { id } = await k.launch('vllm serve demo/x')
  await k.until(id, 'ready')
  const search = async (query: string) => {
    const asked = new URLSearchParams({ query, regex: 'true' })
    const answer = await k.w.client.send('GET', `/api/v1/serves/${id}/search?${asked}`)
    return [answer.status, await answer.text()]
  }
  expect(await search('(')).toEqual([422, expect.stringContaining('Unmatched (')])
  expect(await search('vLLM|uvicorn')).toEqual([200, expect.stringContaining('"done":true')])
  const log = (await k.w.inside.workspace.cookbook.reading.path(id))!
  renameSync(log, `${log}.elsewhere`)
  expect(await search('x')).toEqual([404, expect.stringContaining('there is no such log')])
})
