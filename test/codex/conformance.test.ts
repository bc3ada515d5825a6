import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestWorkspace, testWorkspace } from '../peers/workspace.ts'

/** The checklist for whoever answers existing clients, item by item; the files beside this one go deeper. */
let w: TestWorkspace
let token: string
beforeAll(async () => {
  w = await testWorkspace()
  const scopes = ['todos:write', 'memory:write', 'documents:write', 'calendar:write', 'email:draft']
  token = await w.token('client', [...scopes, 'email:send', 'cookbook:launch'])
})
afterAll(() => w[Symbol.asyncDispose]())

const ask = async (method: string, path: string, body?: unknown, as = token) => {
  const headers = body === undefined ? {} : { 'content-type': 'application/json' }
  const response = await w.request(method, `/api/codex${path}`, {
    token: as,
    body,
    headers: headers as never,
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

describe('the conformance checklist', () => {
  test('1: a refusal at the door says error, all others say detail', async () => {
    expect(Object.keys((await ask('GET', '/todos', undefined, 'ody_wrong_token')).body)).toEqual(['error'])
    for (const [method, path, body] of [
      ['GET', '/nothing', undefined],
      ['DELETE', '/todos', undefined],
      ['POST', '/memory', {}],
      ['POST', '/memory', []],
      ['GET', '/documents/none', undefined],
      ['GET', '/emails/1', undefined],
    ] as const)
      expect((await ask(method, path, body)).body).toHaveProperty('detail')
  })

  test('2: scopes that would do are listed in order', async () => {
    const other = await w.token('2', ['chat'])
    expect((await ask('GET', '/emails', undefined, other)).body).toEqual({
      detail: 'API token missing required scope: email:draft or email:read or email:send',
    })
  })

  test('3: any valid token reads capabilities and bundles', async () => {
    const other = await w.token('3', ['chat'])
    for (const path of ['/api/codex/capabilities', '/api/codex/plugin.zip', '/api/claude/plugin.zip'])
      expect((await w.request('GET', path, { token: other })).status).toBe(200)
  })

  test('4: no body is an empty object; lists and texts are not', async () => {
    expect((await ask('POST', '/documents')).status).toBe(200)
    expect((await ask('POST', '/documents', null)).status).toBe(200)
    for (const body of [[], [{}], 'text', 1, true])
      expect((await ask('POST', '/documents', JSON.stringify(body))).status).toBe(422)
  })

  test('5: todos answer 200 with an exit code, and their ids may be short', async () => {
    const added = (await ask('POST', '/todos', { action: 'new', title: 'Shop', items: ['eggs'] })).body
    const id = (added.note_id as string).slice(0, 8)
    expect(added.response).toBe(`Note created: "Shop" (id: ${id})`)
    expect((await ask('POST', '/todos', { action: 'toggle-item', id })).body).toMatchObject({
      response: "Item 'eggs' marked done",
      exit_code: 0,
    })
    expect((await ask('GET', '/todos')).body).toMatchObject({
      results: `- [${id}] **Shop** [checklist]\n  [x] 0: eggs`,
      exit_code: 0,
    })
    expect(await ask('POST', '/todos', { action: 'find', query: 'nothing' })).toMatchObject({
      status: 200,
      body: { response: 'No notes found.', exit_code: 0 },
    })
    expect(await ask('POST', '/todos', { action: 'delete', id: '%' })).toEqual({
      status: 200,
      body: { error: "Note '%' not found", exit_code: 1 },
    })
  })

  test('6: the list of mails clamps and says where it looked', async () => {
    expect((await ask('GET', '/emails?limit=9999&offset=-3&folder=Sent')).body).toMatchObject({
      emails: [],
      total: 0,
      folder: 'Sent',
      offset: 0,
    })
  })

  test('7: an unknown category is a fact, the same text is known already', async () => {
    const added = await ask('POST', '/memory', { text: 'x', category: 'zzz' })
    expect(added.body).toMatchObject({ ok: true, count: 1, id: expect.any(String) })
    expect((await ask('GET', '/memory')).body).toMatchObject({ memory: [{ category: 'fact', uses: 0 }] })
    expect((await ask('POST', '/memory', { text: ' X ' })).body).toMatchObject({
      ok: true,
      count: 1,
      message: 'Memory already exists',
    })
  })

  test('8: a window is half open, a date of a series has its own uid, whole days end on the next', async () => {
    const rule = { rrule: 'FREQ=DAILY;COUNT=2' }
    const added = await ask('POST', '/calendar/events', {
      summary: 'x',
      dtstart: '2026-06-11T01:00:00Z',
      ...rule,
    })
    const uid = added.body.uid as string
    await ask('POST', '/calendar/events', { summary: 'y', dtstart: '2026-06-11', all_day: true })
    const listed = await ask('GET', '/calendar/events?start=2026-06-11&end=2026-06-12')
    expect(listed.body).toMatchObject({
      events: [
        { dtstart: '2026-06-11', dtend: '2026-06-12', all_day: true, is_recurrence: false },
        { uid: `${uid}::2026-06-11T01:00`, dtstart: '2026-06-11T01:00:00Z', is_utc: true, series_uid: uid },
      ],
    })
    expect(listed.body).not.toHaveProperty('truncated')
    expect((await ask('DELETE', `/calendar/events/${uid}::2026-06-12T01:00`)).body).toEqual({ ok: true })
    expect((await ask('GET', '/calendar/events?start=2026-06-12&end=2026-06-13')).body).toEqual({
      events: [],
    })
  })

  test('9: documents clamp, page, and are deleted as often as one likes', async () => {
    const { id } = (await ask('POST', '/documents', { title: 'one' })).body
    expect((await ask('GET', '/documents?limit=1')).body).toMatchObject({ next_offset: 1 })
    expect((await ask('GET', '/documents?limit=-7&offset=-7')).body.documents).toHaveLength(1)
    for (const _ of [1, 2])
      expect((await ask('DELETE', `/documents/${id}`)).body).toEqual({ status: 'deleted', id })
    expect((await ask('GET', `/documents/${id}`)).body).toMatchObject({ is_active: false })
  })

  test('10 to 12: cookbook paths answer in their shapes and their words', async () => {
    expect((await ask('GET', '/cookbook/tasks')).body).toEqual({ tasks: [] })
    expect((await ask('GET', '/cookbook/servers')).body).toHaveProperty('servers')
    expect((await ask('GET', '/cookbook/presets')).body).toMatchObject({
      presets: [],
      default_host: expect.any(String),
    })
    expect(await ask('GET', '/cookbook/output/serve-none?tail=0')).toEqual({
      status: 404,
      body: { detail: 'task not found' },
    })
    for (const path of ['/cookbook/output/a.b', '/cookbook/output/a%20b'])
      expect(await ask('GET', path)).toEqual({ status: 400, body: { detail: 'Invalid session id' } })
    expect(await ask('POST', '/cookbook/stop/a;b')).toEqual({
      status: 400,
      body: { detail: 'Invalid session id' },
    })
    expect(await ask('POST', '/cookbook/preset/No%20Such')).toEqual({
      status: 404,
      body: { detail: "No preset matching 'No Such'" },
    })
    expect(await ask('POST', '/cookbook/preset/a$b')).toEqual({
      status: 400,
      body: { detail: 'Invalid preset name' },
    })
  })

  test('14: slashes at the end, wrong methods, unknown paths', async () => {
    expect((await w.request('GET', '/api/codex/capabilities/', { token })).status).toBe(307)
    expect(await ask('PUT', '/todos')).toEqual({ status: 405, body: { detail: 'Method Not Allowed' } })
    expect(await ask('GET', '/cookbook')).toEqual({ status: 404, body: { detail: 'Not Found' } })
  })

  test('15: bundles have their names', async () => {
    for (const [path, name] of [
      ['/api/codex/plugin.zip', 'odysseus-codex-plugin.zip'],
      ['/api/claude/plugin.zip', 'odysseus-claude-skill.zip'],
    ] as const) {
      const { headers } = await w.request('GET', path, { token })
      expect(headers.get('content-type')).toBe('application/zip')
      expect(headers.get('content-disposition')).toBe(`attachment; filename="${name}"`)
    }
  })

  test('what answers is JSON and carries the headers of a careful server', async () => {
    for (const path of ['/todos', '/nothing', '/documents/none']) {
      const { headers } = await w.request('GET', `/api/codex${path}`, { token })
      expect(headers.get('content-type')).toMatch(/^application\/json/)
      for (const name of ['content-security-policy', 'permissions-policy', 'referrer-policy'])
        expect(headers.get(name)).toBeTruthy()
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('x-frame-options')).toBe('DENY')
    }
  })
})
