import { spawnSync } from 'node:child_process'
import { connect } from 'node:net'
import { text as readAll } from 'node:stream/consumers'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { allRoutes } from '../../src/contract/all.ts'
import { hosts } from '../../src/contract/hosts.ts'
import { pathFields, type Route } from '../../src/contract/route.ts'
import { type TestWorkspace, testWorkspace } from '../peers/workspace.ts'

let w: TestWorkspace
let things: Record<string, string> = {}
const outside = process.env.TMUX_TMPDIR
beforeAll(async () => {
  w = await testWorkspace()
  // What runs in the tmux of whoever starts the tests is none of their business.
  Object.assign(process.env, { PIP_NO_INDEX: '1', HF_HUB_OFFLINE: '1', TMUX_TMPDIR: w.home })
})
afterAll(async () => {
  if (outside === undefined) delete process.env.TMUX_TMPDIR
  else process.env.TMUX_TMPDIR = outside
  spawnSync('tmux', ['-S', w.paths.tmuxSocket, 'kill-server'], { stdio: 'ignore' })
  await w[Symbol.asyncDispose]()
})

const DEEP = 20_000
const HOSTILE: unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  Number.MAX_SAFE_INTEGER,
  '',
  ' ',
  'x'.repeat(200_000),
  'a\0b',
  '\ud800',
  '\udc00\ud800',
  '\u202e\u0007\u001b[2J',
  '%',
  '_',
  "' OR 1=1; DROP TABLE todos --",
  '"; -- *',
  'NEAR(a b) OR col:x*',
  '../../../etc/passwd',
  '..%2f..%2f',
  '__proto__',
  '-1',
  '1e999',
  'NaN',
  '2024-02-30T25:61:00Z',
  '-271821-04-20T00:00:00Z',
  'FREQ=SECONDLY;COUNT=99999999',
  [],
  [null],
  Array.from({ length: 2000 }, () => 'x'),
  {},
  { length: 5 },
  { toString: 'x' },
]

const BODIES: (string | Uint8Array)[] = [
  '',
  ' ',
  '{',
  '}',
  '[]',
  '[{}]',
  '"text"',
  '1',
  'null',
  'true',
  '{"a":}',
  "{'a':1}",
  '{"a":1}{"b":2}',
  '{"id":1e999}',
  '{"__proto__":{"operator":true},"constructor":{"prototype":{}}}',
  '{"":""}',
  '\ufeff{}',
  '['.repeat(DEEP),
  '['.repeat(DEEP) + ']'.repeat(DEEP),
  `${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`,
  new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
  new Uint8Array([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]),
  new Uint8Array([0x1f, 0x8b, 0x08, 0x00]),
]

const HUGE = new Uint8Array(10_000_001).fill(0x20)

const SEGMENTS = [
  '%00',
  '%ff',
  '%e0%a4%a',
  '%',
  '%2e%2e',
  '..%2f..%2fetc%2fpasswd',
  '%ed%a0%80',
  '%25',
  '_',
  "'%20OR%201=1--",
  'x'.repeat(5000),
  '%0d%0aset-cookie:x=1',
  '*',
  ';a=b',
  '__proto__',
]

/** Sends it as the operator, whom no scope holds back, and holds the answer to what every answer must be. */
const send = async (
  route: Route,
  method: string,
  path: string,
  body?: string | Uint8Array,
  headers: Record<string, string> = {},
): Promise<number> => {
  const said = `${method} ${path.slice(0, 200)} ${typeof body === 'string' ? body.slice(0, 200) : (body?.length ?? '')}`
  const response = await w.inside.api.fetch(
    new Request(`http://127.0.0.1:7000${path}`, {
      method,
      headers: {
        host: '127.0.0.1:7000',
        authorization: `Bearer ${w.inside.workspace.operatorKey}`,
        'content-type': 'application/json',
        ...headers,
      },
      ...(body === undefined ? {} : { body: body as never }),
    }),
    { remote: '127.0.0.1' },
  )
  await holds(route, method, response, said)
  return response.status
}

const holds = async (route: Route, method: string, response: Response, said: string): Promise<void> => {
  expect(response.headers.get('x-content-type-options'), said).toBe('nosniff')
  if (response.ok && route.media) {
    await response.body?.cancel()
    return
  }
  const text = await response.text()
  const why = `${said} → ${response.status} ${text.slice(0, 500)}`
  // What is not there yet may say so; what breaks may not.
  if (![502, 503, 504].includes(response.status)) expect(response.status, why).toBeLessThan(500)
  expect(text, why).not.toContain(w.paths.database)
  expect(text, why).not.toMatch(/\n\s+at |SQLITE_|node_modules/)
  if (response.status === 307) return
  if (response.ok) {
    if (method !== route.method) return
    if (!response.headers.get('content-type')?.startsWith('application/json')) return
    if (response.status === 202) return
    const verdict = route.out.safeParse(JSON.parse(text))
    expect(verdict.error?.issues ?? [], why).toEqual([])
    return
  }
  expect(response.headers.get('content-type'), why).toMatch(/^application\/json/)
  expect(envelope(route.path).safeParse(JSON.parse(text)).success, why).toBe(true)
}

const V1 = z.object({ error: z.object({ code: z.string(), message: z.string().min(1) }) })
const CODEX = z.union([
  z.looseObject({ detail: z.union([z.string().min(1), z.array(z.looseObject({ msg: z.string() })).min(1)]) }),
  z.looseObject({ error: z.string().min(1) }),
])
const OPENAI = z.object({ error: z.looseObject({ message: z.string().min(1), type: z.string() }) })
const envelope = (path: string): z.ZodType =>
  /^\/api\/(codex|claude)/.test(path) ? CODEX : path.startsWith('/v1') ? OPENAI : V1

type Schema = {
  type?: string
  enum?: unknown[]
  const?: unknown
  default?: unknown
  anyOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  minLength?: number
  minimum?: number
  items?: Schema
  minItems?: number
}

/** Something the schema takes, so that the field under fire is the only wrong one. */
const sample = (schema: Schema): unknown => {
  if (schema.default !== undefined) return schema.default
  if (schema.const !== undefined) return schema.const
  if (schema.enum) return schema.enum[0]
  if (schema.anyOf) return sample(schema.anyOf[0]!)
  if (schema.type === 'string') return 'x'.repeat(Math.max(1, schema.minLength ?? 1))
  if (schema.type === 'integer' || schema.type === 'number') return Math.max(0, schema.minimum ?? 0)
  if (schema.type === 'boolean') return false
  if (schema.type === 'array')
    return Array.from({ length: schema.minItems ?? 0 }, () => sample(schema.items ?? {}))
  if (schema.type === 'object')
    return Object.fromEntries(
      (schema.required ?? []).map(name => [name, sample(schema.properties?.[name] ?? {})]),
    )
  return 'x'
}

const schemaOf = (route: Route): Schema => z.toJSONSchema(route.in, { io: 'input' }) as Schema
const hasBody = (route: Route): boolean => !['GET', 'DELETE'].includes(route.method)

/** Real ids where there are any, so that hostile fields reach the code behind them. */
const fill = (route: Route, input: Record<string, unknown>): { path: string; body: string | undefined } => {
  const inPath = new Set(pathFields(route.path))
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_whole, name: string) =>
    encodeURIComponent(String(input[name] ?? things[route.path.split('/')[3] ?? ''] ?? 'x').toWellFormed()),
  )
  const rest = Object.entries(input).filter(([name]) => !inPath.has(name))
  if (hasBody(route)) return { path, body: JSON.stringify(Object.fromEntries(rest)) }
  const query = rest.map(([name, value]) => `${name}=${encodeURIComponent(plain(value).toWellFormed())}`)
  return { path: query.length > 0 ? `${path}?${query.join('&')}` : path, body: undefined }
}

const plain = (value: unknown): string =>
  typeof value === 'string' ? value.slice(0, 8000) : (JSON.stringify(value)?.slice(0, 8000) ?? '')

const restock = async (): Promise<void> => {
  // What would install or download something finds no program to do it with; undone, it is done again.
  const { variables } = await w.client.call(hosts.get, { id: 'local' })
  if (variables.PATH !== '/nowhere')
    await w.client.call(hosts.edit, { id: 'local', variables: { PATH: '/nowhere' } })
  // Hundreds of events that repeat every day would be laid over each other at every write.
  if (things.calendar) await w.client.send('DELETE', `/api/v1/calendar/events/${things.calendar}`)
  if (things.calendars) await w.client.send('DELETE', `/api/v1/calendars/${things.calendars}`)
  const made = async (path: string, body: object): Promise<Record<string, { id: string }> & { id: string }> =>
    (await (await w.client.send('POST', path, body)).json()) as never
  const { todo } = await made('/api/v1/todos', { title: 'water', items: ['a'], due: '2031-01-01' })
  const memory = await made('/api/v1/memory', { text: `water ${Math.random()}` })
  const document = await made('/api/v1/documents', { title: 'water', content: 'a\nb\n' })
  const { event } = await made('/api/v1/calendar/events', {
    summary: 'water',
    start: '2031-01-01T09:00',
    rrule: 'FREQ=DAILY',
  })
  const calendar = await made('/api/v1/calendars', { name: `water ${Math.random()}` })
  things = {
    calendar: event!.id,
    calendars: calendar.id,
    todos: todo!.id,
    memory: memory.id,
    documents: document.id,
  }
}

describe.each(allRoutes().map(route => [route.id, route] as const))('%s', (_id, route) => {
  test('refuses hostile fields in words, and does not break', async () => {
    await restock()
    const schema = schemaOf(route)
    const base = sample(schema) as Record<string, unknown>
    const usual = fill(route, withoutPath(route, base))
    await send(route, route.method, usual.path, usual.body)
    const names = [...Object.keys(schema.properties ?? {}), 'not_a_field']
    for (const name of names)
      for (const value of HOSTILE) {
        if (route.path.includes(`{${name}}`) && (typeof value !== 'string' || value === '')) continue
        const { path, body } = fill(route, { ...withoutPath(route, base), [name]: value })
        await send(route, route.method, path.slice(0, 16_000), body)
      }
  })

  test('reads any bytes as a body', async () => {
    await restock()
    if (!hasBody(route)) return
    const { path } = fill(route, {})
    for (const body of BODIES) {
      await send(route, route.method, path, body)
      await send(route, route.method, path, body, {
        'content-type': 'text/plain',
        'content-encoding': 'gzip',
      })
    }
    const huge = await send(route, route.method, path, HUGE)
    expect(huge).toBe(413)
  })

  test('takes no path for more than it is', async () => {
    for (const segment of SEGMENTS) {
      const names = pathFields(route.path)
      const path = names.length > 0 ? route.path.replaceAll(/\{\w+\}/g, segment) : `${route.path}/${segment}`
      await send(route, route.method, path, hasBody(route) ? '{}' : undefined)
      await send(route, 'GET', `${route.path.replaceAll(/\{\w+\}/g, 'x')}?${segment}=${segment}&${segment}`)
    }
  })
})

const withoutPath = (route: Route, input: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(input).filter(([name]) => !pathFields(route.path).includes(name)))

test('whatever JSON is sent wherever, the answer is an answer', async () => {
  await restock()
  const writes = allRoutes().filter(hasBody)
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...writes),
      fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' }),
      fc.dictionary(fc.string(), fc.jsonValue({ stringUnit: 'binary' }), { maxKeys: 3 }),
      async (route, value, extra) => {
        const names = Object.keys(schemaOf(route).properties ?? {})
        const fields = Object.fromEntries(names.map((name, index) => [name, index % 2 === 0 ? value : 'x']))
        const { path } = fill(route, {})
        await send(route, route.method, path, JSON.stringify(value))
        await send(route, route.method, path, JSON.stringify({ ...withoutPath(route, fields), ...extra }))
      },
    ),
    { numRuns: 300 },
  )
})

const RAW = [
  'GET /../../../../etc/passwd HTTP/1.1',
  'GET //api//v1//todos HTTP/1.1',
  'GET /api/v1/todos/../../../healthz HTTP/1.1',
  'GET /api/v1/todos/%2e%2e/%2e%2e HTTP/1.1',
  'GET /%00 HTTP/1.1',
  'GET /\\..\\.. HTTP/1.1',
  'GET http://evil.example/api/v1/todos HTTP/1.1',
  'GET http://[::bad/ HTTP/1.1',
  'GET /%E0%A4%A HTTP/1.1',
  'GET /api/v1/todos?%E0%A4%A=%ZZ&&&=&a[b]=c HTTP/1.1',
  'GET * HTTP/1.1',
  'OPTIONS * HTTP/1.1',
  'OPTIONS /api/v1/todos HTTP/1.1',
  'HEAD /api/v1/todos HTTP/1.1',
  'TRACE / HTTP/1.1',
  'PROPFIND /api/v1/todos HTTP/1.1',
  'CONNECT evil.example:80 HTTP/1.1',
  'FOO /api HTTP/1.1',
  'GET /api/v1/todos HTTP/9.9',
  'nonsense',
  `GET /${'a'.repeat(40_000)} HTTP/1.1`,
  `GET /api/v1/todos HTTP/1.1\r\nX-Long: ${'a'.repeat(40_000)}`,
  'GET /api/v1/todos HTTP/1.1\r\nHost: [::bad',
  'GET /api/v1/todos HTTP/1.1\r\nHost: a b c',
  'POST /api/v1/todos HTTP/1.1\r\nContent-Length: -5',
  'POST /api/v1/todos HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked',
  'POST /api/v1/todos HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nZZ',
  'GET /api/v1/todos HTTP/1.1\r\nAuthorization: Bearer \u00ff\u00fe',
  'GET /api/v1/events HTTP/1.1\r\nLast-Event-ID: -1e999',
]

test('raw requests that no client writes break nothing either', async () => {
  await using listening = await testWorkspace({ listen: true })
  const { url, operatorKey } = listening.inside.workspace
  const port = Number(new URL(url).port)
  for (const line of RAW) {
    const host = line.includes('Host:') ? '' : `Host: 127.0.0.1:${port}\r\n`
    const auth = line.includes('Authorization:') ? '' : `Authorization: Bearer ${operatorKey}\r\n`
    const socket = connect(port, '127.0.0.1')
    socket.setTimeout(5000, () => socket.destroy(new Error(`no answer to ${line.slice(0, 80)}`)))
    socket.write(Buffer.from(`${line}\r\n${host}${auth}Connection: close\r\n\r\n`, 'latin1'))
    if (line.includes('/events')) socket.once('data', () => socket.end())
    const answer = await readAll(socket)
    expect(answer.slice(0, 15), line.slice(0, 80)).toMatch(/^(HTTP\/1\.1 [1-4]\d\d|$)/)
    expect(answer, line.slice(0, 80)).not.toContain('root:')
  }
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
})

test('bytes that are no text are refused, not kept as other ones', async () => {
  await using w = await testWorkspace()
  const token = await w.token('writer', ['todos:write'])
  const body = Buffer.concat([Buffer.from('{"title":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')])
  for (const path of ['/api/v1/todos', '/api/codex/todos']) {
    const answer = await w.inside.api.fetch(
      new Request(`http://127.0.0.1:7000${path}`, {
        method: 'POST',
        headers: {
          host: '127.0.0.1:7000',
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
        },
        body,
      }),
      { remote: '127.0.0.1' },
    )
    expect([answer.status, await answer.text()]).toEqual([422, expect.stringContaining('UTF-8')])
  }
})
