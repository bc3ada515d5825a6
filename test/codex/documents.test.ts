import { expect, test } from 'vitest'
import { testWorkspace } from '../peers/workspace.ts'

type Json = Record<string, unknown>

const opened = async (scopes = ['documents:write', 'email:draft']) => {
  const w = await testWorkspace()
  const token = await w.token('agent', scopes)
  const ask = async (method: string, path: string, body?: unknown): Promise<[number, Json]> => {
    const headers = { 'content-type': 'application/json' }
    const response = await w.request(method, `/api/codex${path}`, { token, body, headers })
    return [response.status, (await response.json()) as Json]
  }
  return { w, ask, [Symbol.asyncDispose]: () => w[Symbol.asyncDispose]() }
}

const KEYS = [
  ...['id', 'session_id', 'title', 'language', 'current_content', 'version_count', 'is_active', 'archived'],
  ...['created_at', 'updated_at', 'source_email_uid', 'source_email_folder', 'source_email_account_id'],
  'source_email_message_id',
]

test('created, read, deleted twice, still readable, recovered', async () => {
  await using t = await opened()
  const [status, made] = await t.ask('POST', '/documents', {
    title: 'Plan',
    content: '# Hi',
    session_id: 's',
  })
  expect(status).toBe(200)
  expect(Object.keys(made).sort()).toEqual([...KEYS].sort())
  expect(made).toMatchObject({ language: 'markdown', version_count: 1, is_active: true, session_id: 's' })
  expect(made.created_at).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  expect(await t.ask('GET', `/documents/${made.id}`)).toEqual([200, made])
  for (const _ of [1, 2])
    expect(await t.ask('DELETE', `/documents/${made.id}`)).toEqual([200, { status: 'deleted', id: made.id }])
  expect(await t.ask('GET', `/documents/${made.id}`)).toMatchObject([200, { is_active: false }])
  expect((await t.ask('GET', '/documents'))[1]).toMatchObject({ documents: [], total: 0, languages: {} })
  expect(await t.ask('POST', `/documents/${made.id}/recover`)).toMatchObject([200, { is_active: true }])
  for (const id of ['none', '%', made.id?.toString().slice(0, 8)])
    expect(await t.ask('GET', `/documents/${id}`)).toEqual([404, { detail: 'Document not found' }])
  expect((await t.ask('POST', '/documents', { title: null }))[0]).toBe(400)
  expect((await t.ask('POST', '/documents'))[1]).toMatchObject({ title: 'Untitled', current_content: '' })
})

test('the library pages, filters, clamps and counts', async () => {
  await using t = await opened()
  for (const title of ['b', 'a', 'c'])
    await t.ask('POST', '/documents', { title, content: `text of ${title}` })
  await t.ask('POST', '/documents', { title: 'code', content: 'def f():\n  pass', language: 'python' })
  const list = async (query: string): Promise<Json & { documents: Json[] }> =>
    (await t.ask('GET', `/documents?${query}`))[1] as Json & { documents: Json[] }
  const first = await list('sort=alpha&limit=2')
  expect(first).toMatchObject({
    total: 4,
    next_offset: 2,
    languages: { markdown: 3, python: 1 },
    session_count: 0,
  })
  expect(first.documents.map(each => each.title)).toEqual(['a', 'b'])
  expect(Object.keys(first.documents[0]!).sort()).toEqual(
    [
      ...['id', 'session_id', 'session_name', 'title', 'language', 'preview', 'version_count'],
      ...['created_at', 'updated_at'],
    ].sort(),
  )
  expect(await list('sort=alpha&limit=2&offset=2')).toMatchObject({ next_offset: null })
  expect((await list('limit=0&offset=-5')).documents).toHaveLength(1)
  expect((await list('limit=1000&sort=nonsense')).documents).toHaveLength(4)
  expect(await list('search=OF%20text')).toMatchObject({ total: 3, languages: { python: 1 } })
  expect(await list('search=%25')).toMatchObject({ total: 0, next_offset: null })
  expect(await list('language=python')).toMatchObject({ total: 1 })
  expect(await list('archived=true')).toMatchObject({ total: 0 })
})

test('changed in whole and in part, with every version kept', async () => {
  await using t = await opened()
  const [, { id }] = await t.ask('POST', '/documents', { title: 'x', content: 'one\ntwo\n' })
  expect(
    await t.ask('PATCH', `/documents/${id}`, { current_content: 'one\nthree\n', version: 1 }),
  ).toMatchObject([200, { version_count: 2, current_content: 'one\nthree\n' }])
  expect((await t.ask('PUT', `/documents/${id}`, { content: 'late', version: 1 }))[0]).toBe(409)
  expect((await t.ask('PATCH', `/documents/${id}`, { contnet: 'x' }))[0]).toBe(400)
  expect(
    (await t.ask('POST', `/documents/${id}/replace`, { find: 'three', replace: 'four' }))[1],
  ).toMatchObject({
    current_content: 'one\nfour\n',
  })
  expect((await t.ask('POST', `/documents/${id}/replace`, { find: 'absent', replace: '' }))[0]).toBe(409)
  expect((await t.ask('POST', `/documents/${id}/append`, { text: 'five' }))[1]).toMatchObject({
    version_count: 4,
  })
  expect((await t.ask('GET', `/documents/${id}/versions`))[1].items).toHaveLength(4)
  expect((await t.ask('GET', `/documents/${id}/diff?from=1&to=2`))[1].text).toContain('+three')
  expect((await t.ask('POST', `/documents/${id}/restore`, { version: 1 }))[1]).toMatchObject({
    current_content: 'one\ntwo\n',
    version_count: 5,
  })
})

test('a draft document is a mail to be read first, and needs both scopes', async () => {
  await using t = await opened()
  const [status, draft] = await t.ask('POST', '/emails/draft-document', {
    to: ['a@example.org', 'b@example.org'],
    subject: 'Hi',
    body: 'Hello',
    cc: 'c@example.org',
    references: null,
  })
  expect(status).toBe(200)
  expect(draft).toMatchObject({
    title: 'Hi',
    language: 'email',
    draft_type: 'document',
    send_required_confirmation: true,
    current_content: 'To: a@example.org, b@example.org\nCc: c@example.org\nSubject: Hi\n---\nHello\n',
  })
  const [, empty] = await t.ask('POST', '/emails/draft-document')
  expect(empty).toMatchObject({ title: 'Email draft', current_content: 'To:\nSubject:\n---\n' })
  const refused = async (scopes: string[]): Promise<unknown> => {
    const token = await t.w.token(scopes.join(), scopes)
    const response = await t.w.request('POST', '/api/codex/emails/draft-document', { token })
    expect(response.status).toBe(403)
    return ((await response.json()) as Json).detail
  }
  expect(await refused(['email:draft'])).toBe('API token missing required scope: documents:write')
  expect(await refused(['email:send', 'documents:read'])).toBe(
    'API token missing required scope: documents:write',
  )
  expect(await refused(['documents:write'])).toBe(
    'API token missing required scope: email:draft or email:send',
  )
})
