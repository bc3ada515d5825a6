import { expect, test } from 'vitest'
import { documents } from '../../src/contract/documents.ts'
import { memory } from '../../src/contract/memory.ts'
import { FINDABLE, search } from '../../src/contract/search.ts'
import { todos } from '../../src/contract/todos.ts'
import { testWorkspace } from '../peers/workspace.ts'

test('one search finds the words in every noun, best first, with the words marked', async () => {
  await using w = await testWorkspace()
  await w.client.call(todos.add, { title: 'Water the ficus' })
  await w.client.call(memory.add, { text: 'The ficus needs little water in winter, the ferns need more' })
  const text = await w.client.call(documents.add, { title: 'Plants', content: `${'soil '.repeat(200)}water` })
  const found = await w.client.call(search.find, { q: 'water' })
  expect(found).toMatchObject({ ranked_over: 3, complete: true, nouns: [...FINDABLE] })
  expect(found.items[0]).toMatchObject({ noun: 'todo', title: 'Water the ficus' })
  const document = found.items.find(hit => hit.id === text.id)!
  expect(document.marks.map(([from, to]) => document.snippet.slice(from, to))).toEqual(['water'])
  expect((await w.client.call(search.find, { q: 'fic win' })).items).toEqual([])
  expect((await w.client.call(search.find, { q: 'ficus win' })).items).toHaveLength(1)
  expect((await w.client.call(search.find, { q: 'ficus', nouns: 'todo' })).items).toHaveLength(1)
  await w.client.call(documents.remove, { id: text.id })
  expect((await w.client.call(search.find, { q: 'soil' })).items).toEqual([])
  await w.client.call(documents.recover, { id: text.id })
  expect((await w.client.call(search.find, { q: 'soil' })).items).toHaveLength(1)
})

test('a token finds only what it may read', async () => {
  await using w = await testWorkspace()
  await w.client.call(todos.add, { title: 'secret plan' })
  await w.client.call(memory.add, { text: 'secret sauce' })
  const reader = w.as(await w.token('reader', ['memory:read']))
  const found = await reader.call(search.find, { q: 'secret' })
  expect(found.items.map(hit => hit.noun)).toEqual(['memory'])
  expect(found).toMatchObject({ nouns: ['memory'], ranked_over: 1 })
  const blind = w.as(await w.token('blind', ['models:use']))
  expect(await blind.call(search.find, { q: 'secret' })).toMatchObject({ items: [], nouns: [] })
})

test('the word deep inside a very long text is shown', async () => {
  await using w = await testWorkspace()
  await w.client.call(documents.add, { content: `${'lorem ipsum '.repeat(10_000)}Needle in it` })
  const { items } = await w.client.call(search.find, { q: 'needle' })
  const [hit] = items
  expect(hit!.marks.map(([from, to]) => hit!.snippet.slice(from, to))).toEqual(['Needle'])
})

test('punctuation, operators and marks of ours in words and texts are nothing but text', async () => {
  await using w = await testWorkspace()
  await w.client.call(memory.add, { text: 'a \ue0f0forged\ue0f1 mark AND "quoted" NEAR(x) col:umn * ^start' })
  for (const q of [
    '"',
    '*',
    'AND',
    'OR NOT',
    'NEAR(',
    'col:umn',
    '^start',
    "';--",
    '_',
    '___ _',
    '\ud800',
    '%',
    '"" ""',
  ])
    expect(
      (
        await w.request('GET', `/api/v1/search?q=${encodeURIComponent(q.toWellFormed())}`, {
          token: await operator(w),
        })
      ).status,
    ).toBe(200)
  const { items } = await w.client.call(search.find, { q: 'quoted' })
  expect(items[0]?.marks.every(([from, to]) => from < to && to <= items[0]!.snippet.length)).toBe(true)
})

test('beside words that everything has, the telling one decides; where none tells, the newest come first', async () => {
  await using w = await testWorkspace()
  const { db } = w.inside.workspace.store
  const remember = db.prepare(
    `INSERT INTO memories (id, text, fingerprint, category, source, pinned, uses, created_at, updated_at)
     VALUES (@id, @text, @id, 'fact', 'test', 0, 0, 1, 1)`,
  )
  db.transaction(() => {
    remember.run({ id: 'about', text: 'the zebra, the zebra and the zebra' })
    remember.run({ id: 'aside', text: `the zebra among ${'many other animals '.repeat(20)}` })
    for (let n = 0; n < 5000; n++) remember.run({ id: `m${n}`, text: `the common words of it, ${n}` })
    remember.run({ id: 'last', text: 'the last common word' })
  })()
  const ids = async (q: string) =>
    (await w.client.call(search.find, { q, nouns: 'memory', limit: 3 })).items.map(hit => hit.id)
  expect(await ids('the zebra')).toEqual(['about', 'aside'])
  expect(await ids('zebra the')).toEqual(['about', 'aside'])
  expect(await ids('the common')).toEqual(['last', 'm4999', 'm4998'])
  expect(await ids('the last')).toEqual(['last'])
  const common = await w.client.call(search.find, { q: 'the', nouns: 'memory' })
  expect(common).toMatchObject({ ranked_over: 2000, complete: false })
})

const operator = async (w: Awaited<ReturnType<typeof testWorkspace>>) => w.inside.workspace.operatorKey
