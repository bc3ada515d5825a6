import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClient } from '../../src/client/client.ts'
import { follow, type Told } from '../../src/client/events.ts'
import { listen } from '../../src/connect/listen.ts'
import { overHttp } from '../../src/connect/over-http.ts'
import { todos } from '../../src/contract/todos.ts'
import { type TestWorkspace, testWorkspace } from '../peers/workspace.ts'

describe('who may come in', () => {
  let w: TestWorkspace
  let token: string
  beforeAll(async () => {
    w = await testWorkspace()
    token = await w.token('t', ['todos:read', 'todos:write'])
  })
  afterAll(() => w[Symbol.asyncDispose]())
  const knock = async (headers: Record<string, string>): Promise<number> =>
    (await w.request('GET', '/api/v1/todos', { token, headers })).status

  test.each([
    'localhost',
    'localhost:7000',
    'LOCALHOST:1',
    '127.0.0.1',
    '127.0.0.1:65535',
    '127.1.2.3:80',
    '[::1]',
    '[::1]:9',
    'gpu.localhost:7000',
  ])('the loopback name %s, on any port', async host => {
    expect(await knock({ host })).toBe(200)
    expect(await knock({ host, origin: `http://${host}` })).toBe(200)
  })

  test.each([
    'evil.example',
    'evil.example:7000',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'evil.example#localhost',
    'localhost@evil.example',
    'xlocalhost',
    '127.0.0.1:80:80',
    '0x7f.1',
    '[::2]',
    '192.168.0.1',
    '',
  ])('not the name %j', async host => {
    expect(await knock({ host })).toBe(403)
  })

  test.each([
    'http://evil.example',
    'https://localhost.evil.example',
    'null',
    'file://',
    'chrome-extension://abc',
    'http://127.0.0.1.evil.example:7000',
    'nonsense',
    'http://localhost@evil.example',
  ])('not a page from %j', async origin => {
    expect(await knock({ origin })).toBe(403)
    const answer = await w.request('GET', '/healthz', { headers: { origin } })
    expect(answer.status).toBe(403)
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
  })

  test('a name of its own is one of the names', async () => {
    expect(await knock({ host: [...w.inside.workspace.hostnames][0]! })).toBe(200)
  })

  test.each(['Basic x', 'bearer x', 'Bearer', 'Bearer ', 'Token x'])('not with %j', async authorization => {
    const answer = await w.request('GET', '/api/v1/todos', { headers: { authorization } })
    expect(answer.status).toBe(401)
  })
})

test('guessing tokens is slowed down, and a good one from the same address is not', async () => {
  await using w = await testWorkspace()
  const token = await w.token('good', ['todos:read'])
  const guesses = await Promise.all(
    Array.from({ length: 60 }, (_, index) =>
      w.request('GET', '/api/v1/todos', { token: `ith_guess-number-${index}` }),
    ),
  )
  const statuses = guesses.map(answer => answer.status)
  expect(new Set(statuses)).toEqual(new Set([401, 429]))
  expect(Number(guesses.at(-1)?.headers.get('retry-after'))).toBeGreaterThan(0)
  expect((await w.request('GET', '/api/v1/todos', { token })).status).toBe(200)
  expect((await w.request('GET', '/api/codex/todos', { token: 'ith_again-a-guess' })).status).toBe(429)
})

test('one token may not ask without end, and the others do not notice', async () => {
  await using w = await testWorkspace({ now: () => 1_800_000_000_000 })
  const [busy, calm] = [await w.token('busy', ['todos:read']), await w.token('calm', ['todos:read'])]
  const statuses: number[] = []
  for (let turn = 0; turn < w.inside.workspace.config.api.burst + 1; turn++)
    statuses.push((await w.request('GET', '/api/v1/todos?limit=1', { token: busy })).status)
  expect(statuses.at(-2)).toBe(200)
  expect(statuses.at(-1)).toBe(429)
  expect((await w.request('GET', '/api/v1/todos', { token: calm })).status).toBe(200)
})

test('a revoked token is refused on its next request', async () => {
  await using w = await testWorkspace()
  const token = await w.token('gone', ['todos:read'])
  expect((await w.request('GET', '/api/v1/todos', { token })).status).toBe(200)
  await w.client.send('DELETE', '/api/v1/tokens/gone')
  expect((await w.request('GET', '/api/v1/todos', { token })).status).toBe(401)
})

test('a body has a bound, whether its length is told or not', async () => {
  await using w = await testWorkspace({ listen: true })
  const { url, operatorKey, config } = w.inside.workspace
  const post = (chunks: Buffer[], headers: Record<string, string | number>): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const sending = request(`${url}/api/v1/todos`, {
        method: 'POST',
        agent: false,
        headers: { authorization: `Bearer ${operatorKey}`, ...headers },
      })
      let answered = false
      sending.on('response', response => {
        answered = true
        response.resume()
        resolve(response.statusCode)
      })
      // The answer may come, and the connection end, before all of it was sent.
      sending.on('error', error => (answered ? undefined : reject(error)))
      for (const chunk of chunks) sending.write(chunk)
      sending.end()
    })
  const mega = Buffer.alloc(1_000_000, 0x20)
  const over = Array.from({ length: Math.ceil(config.api.max_body / mega.length) + 1 }, () => mega)
  expect(await post([Buffer.from('{')], { 'content-length': config.api.max_body + 1 })).toBe(413)
  expect(await post(over, { 'transfer-encoding': 'chunked' })).toBe(413)
  expect(await post([Buffer.from('{"title":"small"}')], {})).toBe(201)
})

test('closing waits for what is under way, and for nothing that never ends', async () => {
  await using w = await testWorkspace()
  const { config, operatorKey } = w.inside.workspace
  // So patient that only a close which waits for nothing endless is over before the test is.
  const listener = await listen(w.inside.api, { paths: w.paths, config, port: 0 })
  const port = Number(new URL(listener.url).port)
  const unused = connect(port, '127.0.0.1')
  await once(unused, 'connect')
  const stream = await fetch(`${listener.url}/api/v1/events`, {
    headers: { authorization: `Bearer ${operatorKey}` },
  })
  const posting = request(`${listener.url}/api/v1/todos`, {
    method: 'POST',
    agent: false,
    headers: { authorization: `Bearer ${operatorKey}`, connection: 'close' },
  })
  posting.write('{"title":')
  await until(() => w.inside.workspace.changes.audience() === 1)
  await new Promise<void>(resolve =>
    posting.once('socket', socket => (socket.connecting ? socket.once('connect', resolve) : resolve())),
  )
  const answered = once(posting, 'response')
  await (await fetch(`${listener.url}/healthz`)).arrayBuffer()
  const closed = listener.close(2 ** 30)
  await expect(stream.text()).rejects.toThrow()
  posting.end('"under way"}')
  const [response] = await answered
  response.resume()
  expect(response.statusCode).toBe(201)
  await closed
})

describe('the stream of events', () => {
  const add = (w: TestWorkspace, title: string) => w.client.call(todos.add, { title })
  const titles = (told: readonly Told[]): string[] =>
    told.flatMap(one => (one.kind === 'event' ? [(one.event.data as { title: string }).title] : []))
  const seqs = (told: readonly Told[]): number[] =>
    told.flatMap(one => (one.kind === 'event' ? [one.event.seq!] : []))

  /** Reads until so many came, and hangs up. */
  const read = async (w: TestWorkspace, since: number | undefined, count: number): Promise<Told[]> => {
    const { url, operatorKey } = w.inside.workspace
    const hangUp = new AbortController()
    const told: Told[] = []
    const client = createClient(overHttp(url, operatorKey))
    for await (const one of follow(client, { since, nouns: ['todo'], signal: hangUp.signal })) {
      told.push(one)
      if (told.length >= count) break
    }
    hangUp.abort()
    return told
  }

  test('goes on where it broke off: nothing lost, nothing twice, whoever writes meanwhile', async () => {
    await using w = await testWorkspace({ listen: true })
    const total = 150
    const writing = (async () => {
      for (let index = 0; index < total; index++) await add(w, `t${index}`)
    })()
    const told: Told[] = []
    let since = 0
    while (told.length < total) {
      const piece = await read(w, since, Math.min(19, total - told.length))
      told.push(...piece)
      since = seqs(piece).at(-1)!
    }
    await writing
    expect(titles(told)).toEqual(Array.from({ length: total }, (_, index) => `t${index}`))
    expect(seqs(told)).toEqual(seqs(told).toSorted((one, other) => one - other))
  })

  test('Last-Event-ID says where, as browsers do', async () => {
    await using w = await testWorkspace()
    await add(w, 'one')
    const after = w.inside.workspace.changes.newest()
    await add(w, 'two')
    const response = await w.request('GET', '/api/v1/events', {
      token: w.inside.workspace.operatorKey,
      headers: { 'last-event-id': String(after) },
    })
    const reader = response.body!.getReader()
    const text = new TextDecoder().decode((await reader.read()).value)
    await reader.cancel()
    expect(text).toContain(`id: ${after + 1}\n`)
    expect(text).toContain('"two"')
    expect(text).not.toContain('"one"')
  })

  test('fifty readers see the same, and one that stalls gets a gap and holds nobody up', async () => {
    await using w = await testWorkspace({ listen: true })
    const total = 2600
    const after = w.inside.workspace.changes.newest()
    const stalled = await w.inside.api.fetch(
      new Request('http://localhost/api/v1/events?nouns=todo', {
        headers: { host: 'localhost', authorization: `Bearer ${w.inside.workspace.operatorKey}` },
      }),
    )
    const readers = Array.from({ length: 50 }, () => read(w, after, total))
    await until(() => w.inside.workspace.changes.audience() === 51)
    const { changes } = w.inside.workspace
    for (let start = 0; start < total; start += 100) {
      changes.write({ actor: 'test' }, tx => {
        for (let index = start; index < start + 100; index++)
          tx.say({
            action: 'todos.add',
            noun: 'todo',
            id: `${index}`,
            summary: '',
            data: { title: `t${index}` },
          })
      })
      await new Promise(resolve => setImmediate(resolve))
    }
    const expected = Array.from({ length: total }, (_, index) => `t${index}`).join()
    for (const told of await Promise.all(readers)) expect(titles(told).join()).toBe(expected)
    const reader = stalled.body!.getReader()
    let text = ''
    while (!text.includes('event: gap')) text += new TextDecoder().decode((await reader.read()).value)
    expect(text).toContain(`{"newest":${changes.newest()}}`)
    const next = reader.read()
    await add(w, 'after the gap')
    expect(new TextDecoder().decode((await next).value)).toContain('after the gap')
    await reader.cancel()
    await until(() => changes.audience() === 0)
  })

  test('a token sees only the nouns it may read', async () => {
    await using w = await testWorkspace()
    const token = await w.token('m', ['memory:read'])
    await add(w, 'hidden')
    await w.client.send('POST', '/api/v1/memory', { text: 'seen' })
    const response = await w.request('GET', '/api/v1/events?since=0', { token })
    const reader = response.body!.getReader()
    const text = new TextDecoder().decode((await reader.read()).value)
    await reader.cancel()
    expect(text).toContain('seen')
    expect(text).not.toContain('hidden')
    expect(text).not.toContain('tokens.create')
  })
})

const until = async (holds: () => boolean): Promise<void> => {
  const deadline = Date.now() + 10_000
  while (!holds()) {
    if (Date.now() > deadline) throw new Error('it never came to be')
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}
