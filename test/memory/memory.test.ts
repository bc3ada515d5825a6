import { expect, test } from 'vitest'
import { memory } from '../../src/contract/memory.ts'
import { testWorkspace } from '../peers/workspace.ts'

test('what is remembered is found, changed, pinned, forgotten and brought back', async () => {
  await using w = await testWorkspace()
  const units = await w.client.call(memory.add, {
    text: '  Prefers SI units ',
    category: 'preference',
  })
  expect(units).toMatchObject({ text: 'Prefers SI units', category: 'preference', uses: 0, pinned: false })
  await w.client.call(memory.add, { text: 'Owns two A100s', session_id: 's1' })
  const list = async (query: object) =>
    (await w.client.call(memory.list, query)).items.map(found => found.text)
  expect(await list({})).toEqual(['Owns two A100s', 'Prefers SI units'])
  expect(await list({ category: 'fact' })).toEqual(['Owns two A100s'])
  expect(await list({ session_id: 's1' })).toEqual(['Owns two A100s'])
  expect(await list({ search: 'unit' })).toEqual(['Prefers SI units'])
  expect(await list({ search: 'unit', category: 'fact' })).toEqual([])
  await w.client.call(memory.pin, { id: units.id.slice(0, 8) })
  expect(await list({})).toEqual(['Prefers SI units', 'Owns two A100s'])
  expect(await list({ sort: 'oldest' })).toEqual(['Prefers SI units', 'Owns two A100s'])
  await w.client.call(memory.used, { id: units.id })
  expect(await list({ sort: 'uses' })).toEqual(['Prefers SI units', 'Owns two A100s'])
  const edited = await w.client.call(memory.edit, { id: units.id, text: 'Prefers imperial units' })
  expect(edited).toMatchObject({ pinned: true, uses: 1, text: 'Prefers imperial units' })
  expect(await list({ search: 'SI' })).toEqual([])
  await w.client.call(memory.remove, { id: units.id })
  expect(await list({ search: 'imperial' })).toEqual([])
  await w.client.send('POST', '/api/v1/undo', {})
  expect(await list({ search: 'imperial' })).toEqual(['Prefers imperial units'])
})

test('the same words in other capitals are a duplicate, and its id is told', async () => {
  await using w = await testWorkspace()
  const first = await w.client.call(memory.add, { text: 'Größe zählt' })
  const { value, status } = await w.client.ask(memory.add, { text: '\tGRÖSSE zählt'.replace('SS', 'ß') })
  expect(status).toBe(200)
  expect(value).toEqual({ ...first, duplicate: true })
  const other = await w.client.call(memory.add, { text: 'another' })
  await expect(w.client.call(memory.edit, { id: other.id, text: 'größe ZÄHLT' })).rejects.toMatchObject({
    code: 'conflict',
  })
  await w.client.call(memory.edit, { id: first.id, text: 'GRÖßE ZÄHLT' })
})

test('empty and too long texts are refused, the longest is kept whole', async () => {
  await using w = await testWorkspace()
  for (const text of ['', ' \n ', 'x'.repeat(5001)])
    await expect(w.client.call(memory.add, { text })).rejects.toMatchObject({ code: 'invalid' })
  const long = await w.client.call(memory.add, { text: '🙂'.repeat(2500) })
  expect((await w.client.call(memory.get, { id: long.id })).text).toBe('🙂'.repeat(2500))
})

test('pages lose nothing and repeat nothing while others write, in every order', async () => {
  await using w = await testWorkspace()
  for (let index = 0; index < 25; index++)
    await w.client.call(memory.add, { text: `note ${index}`, pinned: index % 7 === 0 })
  for (const order of [
    { sort: 'recent' },
    { sort: 'oldest' },
    { sort: 'uses' },
    { search: 'note' },
  ] as const) {
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await w.client.call(memory.list, { ...order, limit: 4, cursor })
      seen.push(...page.items.map(found => found.text))
      cursor = page.next ?? undefined
      await w.client.call(memory.add, { text: `later ${seen.length} ${JSON.stringify(order)}` })
    } while (cursor && seen.length < 200)
    const before = seen.filter(text => text.startsWith('note'))
    expect(before).toHaveLength(25)
    expect(new Set(seen).size).toBe(seen.length)
  }
  const { next } = await w.client.call(memory.list, { limit: 4 })
  for (const cursor of [next!, 'nonsense', Buffer.from('["uses",{},1]').toString('base64url')])
    await expect(w.client.call(memory.list, { sort: 'uses', cursor })).rejects.toMatchObject({
      code: 'invalid',
    })
})

test('a reader may not write, and reading needs a scope', async () => {
  await using w = await testWorkspace()
  const reader = w.as(await w.token('reader', ['memory:read']))
  expect((await reader.call(memory.list, {})).items).toEqual([])
  await expect(reader.call(memory.add, { text: 'x' })).rejects.toMatchObject({ code: 'denied' })
  const other = w.as(await w.token('other', ['todos:read']))
  await expect(other.call(memory.list, {})).rejects.toMatchObject({ code: 'denied' })
})

test('a category that there is not is refused with those that there are, and nothing is remembered', async () => {
  await using w = await testWorkspace()
  const refused = await w.client.send('POST', '/api/v1/memory', { text: 'Likes tea', category: 'tastes' })
  expect([refused.status, await refused.text()]).toEqual([422, expect.stringMatching(/category.*preference/)])
  expect((await w.client.call(memory.list, {})).items).toEqual([])
  const kept = await w.client.call(memory.add, { text: 'Likes tea', category: 'preference' })
  await expect(
    w.client.call(memory.edit, { id: kept.id, category: 'tastes' as 'preference' }),
  ).rejects.toMatchObject({ code: 'invalid' })
  const clients = await w.client.send('POST', '/api/codex/memory', { text: 'Has a cat', category: 'pets' })
  expect(await clients.json()).toMatchObject({ ok: true, memory: { category: 'fact' } })
})
