import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { codex } from '../../src/contract/codex/all.ts'
import { type TestWorkspace, testWorkspace } from '../peers/workspace.ts'

let w: TestWorkspace
let all: string
let none: string

beforeAll(async () => {
  w = await testWorkspace()
  const scopes = ['todos:write', 'memory:write', 'documents:write', 'calendar:write', 'email:draft']
  all = await w.token('all', [...scopes, 'email:send', 'cookbook:launch'], { ask: [] })
  none = await w.token('none', ['chat'])
})
afterAll(() => w[Symbol.asyncDispose]())

const asked = async (
  method: string,
  path: string,
  options: { token?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<[number, unknown]> => {
  const response = await w.request(method, path, options)
  return [response.status, await response.json()]
}
const JSON_TYPE = { 'content-type': 'application/json' }

test.each([
  ['nothing', {}, 'Not authenticated'],
  ['another scheme', { authorization: 'Basic abc' }, 'Not authenticated'],
  ['bearer in lower case', { authorization: 'bearer ody_x' }, 'Not authenticated'],
  ['an unknown token', { authorization: `Bearer ody_${'x'.repeat(43)}` }, 'Invalid API token'],
  ['a token that is too short', { authorization: 'Bearer x' }, 'Invalid API token'],
  ['one of endless length', { authorization: `Bearer ith_${'x'.repeat(5000)}` }, 'Invalid API token'],
])('401 with an error, for %s', async (_what, headers, error) => {
  for (const path of ['/api/codex/capabilities', '/api/codex/nothing', '/api/claude/plugin.zip'])
    expect(await asked('GET', path, { headers: headers as Record<string, string> })).toEqual([401, { error }])
})

test.each<[string, string, string]>([
  ['GET', 'todos', 'todos:read or todos:write'],
  ['POST', 'todos', 'todos:write'],
  ['GET', 'emails', 'email:draft or email:read or email:send'],
  ['GET', 'emails/1', 'email:draft or email:read or email:send'],
  ['POST', 'emails/draft', 'email:draft or email:send'],
  ['POST', 'emails/draft-document', 'email:draft or email:send'],
  ['POST', 'emails/send', 'email:send'],
  ['GET', 'calendar/events?start=a&end=b', 'calendar:read or calendar:write'],
  ['POST', 'calendar/events', 'calendar:write'],
  ['DELETE', 'calendar/events/x', 'calendar:write'],
  ['GET', 'memory', 'memory:read or memory:write'],
  ['POST', 'memory', 'memory:write'],
  ['DELETE', 'memory/x', 'memory:write'],
  ['GET', 'documents', 'documents:read or documents:write'],
  ['GET', 'documents/x', 'documents:read or documents:write'],
  ['POST', 'documents', 'documents:write'],
  ['DELETE', 'documents/x', 'documents:write'],
  ...['tasks', 'servers', 'cached', 'presets', 'output/x'].map((path): [string, string, string] => [
    'GET',
    `cookbook/${path}`,
    'cookbook:launch or cookbook:read',
  ]),
  ...['serve', 'preset/x', 'adopt', 'stop/x'].map((path): [string, string, string] => [
    'POST',
    `cookbook/${path}`,
    'cookbook:launch',
  ]),
])('403 with the missing scope, for %s %s', async (method, path, scopes) => {
  const [status, body] = await asked(method, `/api/codex/${path}`, {
    token: none,
    ...(method === 'POST'
      ? {
          body: { to: 'a', subject: 'b', body: 'c', text: 'd', summary: 'e', dtstart: 'f' },
          headers: JSON_TYPE,
        }
      : {}),
  })
  expect([status, body]).toEqual([403, { detail: `API token missing required scope: ${scopes}` }])
})

test('404, 405 and 307 as existing clients know them', async () => {
  expect(await asked('GET', '/api/codex/nothing', { token: all })).toEqual([404, { detail: 'Not Found' }])
  expect(await asked('GET', '/api/codex/todos/x/y', { token: all })).toEqual([404, { detail: 'Not Found' }])
  expect(await asked('DELETE', '/api/codex/capabilities', { token: all })).toEqual([
    405,
    { detail: 'Method Not Allowed' },
  ])
  expect(await asked('PUT', '/api/codex/todos', { token: all })).toEqual([
    405,
    { detail: 'Method Not Allowed' },
  ])
  for (const method of ['GET', 'POST']) {
    const moved = await w.request(method, '/api/codex/todos/?label=a%2Fb', { token: all })
    expect(moved.status).toBe(307)
    expect(moved.headers.get('location')).toBe('/api/codex/todos?label=a%2Fb')
  }
})

test('422 for a query that cannot be read, with the words of a validator', async () => {
  const detail = (entry: unknown): unknown => [422, { detail: [entry] }]
  expect(await asked('GET', '/api/codex/emails?limit=x', { token: all })).toEqual(
    detail({
      type: 'int_parsing',
      loc: ['query', 'limit'],
      msg: 'Input should be a valid integer, unable to parse string as an integer',
      input: 'x',
    }),
  )
  for (const limit of ['', '1.5', '1e3', '0x10', 'NaN'])
    expect((await asked('GET', `/api/codex/documents?limit=${limit}`, { token: all }))[0]).toBe(422)
  for (const limit of ['-1', '+5', '0', '99999999999999999'])
    expect((await asked('GET', `/api/codex/documents?limit=${limit}`, { token: all }))[0]).toBe(200)
  expect(await asked('GET', '/api/codex/todos?archived=maybe', { token: all })).toEqual(
    detail({
      type: 'bool_parsing',
      loc: ['query', 'archived'],
      msg: 'Input should be a valid boolean, unable to interpret input',
      input: 'maybe',
    }),
  )
  for (const word of ['TRUE', 't', '1', 'Yes', 'y', 'on', 'false', 'F', '0', 'no', 'N', 'off'])
    expect((await asked('GET', `/api/codex/todos?archived=${word}`, { token: all }))[0]).toBe(200)
})

test('a body is an object: nothing and null are an empty one, all else is refused', async () => {
  const post = (body: string | undefined, headers = {}): Promise<[number, unknown]> =>
    asked('POST', '/api/codex/documents', { token: all, body, headers })
  const notADictionary = (input: unknown): unknown => [
    422,
    { detail: [{ type: 'dict_type', loc: ['body'], msg: 'Input should be a valid dictionary', input }] },
  ]
  for (const body of [undefined, '', 'null', '{}', ' {} ']) expect((await post(body, JSON_TYPE))[0]).toBe(200)
  expect(await post('[1]', JSON_TYPE)).toEqual(notADictionary([1]))
  expect(await post('"text"', JSON_TYPE)).toEqual(notADictionary('text'))
  expect(await post('7', JSON_TYPE)).toEqual(notADictionary(7))
  expect(await post('{a:1}')).toEqual(notADictionary('{a:1}'))
  expect(await post('{a:1}', { 'content-type': 'text/plain' })).toEqual(notADictionary('{a:1}'))
  for (const type of ['application/json', 'application/json; charset=utf-8', 'application/vnd.x+json'])
    expect(await post('{a:1}', { 'content-type': type })).toEqual([
      422,
      {
        detail: [
          {
            type: 'json_invalid',
            loc: ['body', 1],
            msg: 'JSON decode error',
            input: {},
            ctx: { error: expect.any(String) },
          },
        ],
      },
    ])
})

test('400 names the payload, the fields and what is wrong with them', async () => {
  expect(await asked('POST', '/api/codex/emails/draft', { token: all, body: { to: ['a'] } })).toEqual([
    400,
    {
      detail:
        'Invalid draft payload: 3 validation errors for draft\nto\n  Input should be a valid string\nsubject\n  Field required\nbody\n  Field required',
    },
  ])
  const [status, body] = await asked('POST', '/api/codex/memory', { token: all, body: {} })
  expect([status, body]).toEqual([
    400,
    { detail: 'Invalid memory payload: 1 validation error for memory\ntext\n  Field required' },
  ])
})

test('503 where nothing is connected, with the reason', async () => {
  const message = { to: 'a@example.org', subject: 's', body: 'b' }
  for (const [method, path] of [
    ['GET', 'emails/1'],
    ['POST', 'emails/draft'],
  ] as const)
    expect(
      await asked(method, `/api/codex/${path}`, {
        token: all,
        ...(method === 'POST' ? { body: message } : {}),
      }),
    ).toMatchObject([503, { detail: 'Email integration is not available', reason: expect.any(String) }])
})

test('long answers come packed to whoever takes them so, short ones never', async () => {
  const list = (encoding: string) =>
    w.request('GET', '/api/codex/memory', { token: all, headers: { 'accept-encoding': encoding } })
  expect((await list('gzip')).headers.get('content-encoding')).toBeNull()
  await asked('POST', '/api/codex/memory', { token: all, body: { text: `grüße ${'x'.repeat(2000)}` } })
  const plain = await (await list('identity')).text()
  for (const encoding of ['gzip', 'deflate, GZIP;q=0.5', '*']) {
    const answer = await list(encoding)
    expect(answer.headers.get('content-encoding')).toBe('gzip')
    expect(gunzipSync(Buffer.from(await answer.arrayBuffer())).toString()).toBe(plain)
  }
  for (const encoding of ['', 'br', 'gzip;q=0', 'gzip; q=0.0'])
    expect(await (await list(encoding)).text()).toBe(plain)
})

test('every codex route refuses strangers and hostile bodies, and never breaks', async () => {
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
  const bodies = [
    undefined,
    '[]',
    '{',
    '{"action":{}}',
    deep,
    `{"id":${deep},"text":${deep},"title":${deep}}`,
  ]
  for (const record of Object.values(codex)) {
    const path = record.path.replaceAll(/\{\w+\}/g, '%25..%2F%00')
    expect((await w.request(record.method, path)).status).toBe(401)
    for (const body of record.method === 'GET' ? [undefined] : bodies) {
      const response = await w.request(record.method, path, { token: all, body, headers: JSON_TYPE })
      expect([record.id, body?.slice(0, 20), response.status < 500 || response.status === 503]).toEqual([
        record.id,
        body?.slice(0, 20),
        true,
      ])
      if (response.headers.get('content-type')?.startsWith('application/json'))
        expect(Object.keys((await response.json()) as object)).not.toContain('stack')
    }
  }
})
