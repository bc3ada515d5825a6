import { expect, test } from 'vitest'
import { documents, LONGEST } from '../../src/contract/documents.ts'
import { testWorkspace } from '../peers/workspace.ts'

test('every text a document had is kept, compared and can come back', async () => {
  await using w = await testWorkspace()
  const plan = await w.client.call(documents.add, { title: 'Plan', content: '# Plan\none\ntwo\n' })
  expect(plan).toMatchObject({ language: 'markdown', version: 1, active: true, created_by: 'operator' })
  await w.client.call(documents.edit, { id: plan.id, content: '# Plan\none\nthree\n' })
  const renamed = await w.client.call(documents.edit, { id: plan.id, title: 'The plan', archived: false })
  expect(renamed).toMatchObject({ version: 2, title: 'The plan' })
  const diff = await w.client.call(documents.diff, { id: plan.id })
  expect(diff).toEqual({
    from: 1,
    to: 2,
    added: 1,
    removed: 1,
    text: '@@ -1,3 +1,3 @@\n # Plan\n one\n-two\n+three\n',
  })
  const back = await w.client.call(documents.restore, { id: plan.id, version: 1 })
  expect(back).toMatchObject({ version: 3, content: '# Plan\none\ntwo\n', title: 'The plan' })
  const history = await w.client.call(documents.versions, { id: plan.id, limit: 2 })
  expect(history.items.map(({ version, note }) => [version, note])).toEqual([
    [3, 'Restored version 1'],
    [2, 'Rewrote'],
  ])
  const rest = await w.client.call(documents.versions, { id: plan.id, limit: 2, cursor: history.next! })
  expect(rest.items.map(({ version }) => version)).toEqual([1])
  const second = await w.client.call(documents.get, { id: plan.id.slice(0, 8), version: 2 })
  expect(second.content).toBe('# Plan\none\nthree\n')
  await expect(w.client.call(documents.get, { id: plan.id, version: 9 })).rejects.toMatchObject({
    code: 'not_found',
  })
})

test('undo moves back to the text before, and no version number is given twice', async () => {
  await using w = await testWorkspace()
  const { id } = await w.client.call(documents.add, { content: 'zebra' })
  await w.client.call(documents.edit, { id, content: 'giraffe' })
  await w.client.send('POST', '/api/v1/undo', {})
  expect(await w.client.call(documents.get, { id })).toMatchObject({ content: 'zebra', version: 1 })
  const found = async (search: string) => (await w.client.call(documents.list, { search })).items.length
  expect([await found('zebra'), await found('giraffe')]).toEqual([1, 0])
  expect((await w.client.call(documents.edit, { id, content: 'lion' })).version).toBe(3)
  expect([await found('zebra'), await found('lion')]).toEqual([0, 1])
})

test('an agent replaces a passage or appends, and is told when its picture is old', async () => {
  await using w = await testWorkspace()
  const { id } = await w.client.call(documents.add, { content: 'a b a' })
  await expect(w.client.call(documents.replace, { id, find: 'a', replace: 'x' })).rejects.toMatchObject({
    code: 'conflict',
    details: { times: 2 },
  })
  await expect(w.client.call(documents.replace, { id, find: 'q', replace: 'x' })).rejects.toMatchObject({
    code: 'conflict',
    details: { times: 0 },
  })
  await w.client.call(documents.replace, { id, find: 'b', replace: '$& $1' })
  await w.client.call(documents.append, { id, text: 'end' })
  await w.client.call(documents.replace, { id, find: 'a', replace: 'x', all: true, version: 3 })
  expect(await w.client.call(documents.get, { id })).toMatchObject({ content: 'x $& $1 x\nend', version: 4 })
  await expect(w.client.call(documents.append, { id, text: 'late', version: 3 })).rejects.toMatchObject({
    code: 'conflict',
    details: { version: 4 },
  })
})

test('deleting hides, is the same twice, and can be taken back', async () => {
  await using w = await testWorkspace()
  const { id } = await w.client.call(documents.add, { title: 'Old', content: 'x' })
  await w.client.call(documents.remove, { id })
  expect((await w.client.call(documents.remove, { id })).active).toBe(false)
  expect((await w.client.call(documents.list, {})).items).toEqual([])
  expect((await w.client.call(documents.list, { deleted: true })).items).toHaveLength(1)
  expect(await w.client.call(documents.get, { id })).toMatchObject({ active: false, content: 'x' })
  await expect(w.client.call(documents.edit, { id, content: 'y' })).rejects.toMatchObject({
    code: 'conflict',
  })
  await w.client.call(documents.recover, { id })
  expect((await w.client.call(documents.list, {})).items).toHaveLength(1)
})

test('a document has a bound, however it grows', async () => {
  await using w = await testWorkspace()
  const { id } = await w.client.call(documents.add, { content: 'x'.repeat(LONGEST) })
  const refused = { code: 'too_large' }
  await expect(w.client.call(documents.append, { id, text: 'y' })).rejects.toMatchObject(refused)
  await expect(
    w.client.call(documents.replace, { id, find: 'x', replace: 'x'.repeat(LONGEST), all: true }),
  ).rejects.toMatchObject(refused)
  await expect(w.client.call(documents.add, { content: 'x'.repeat(LONGEST + 1) })).rejects.toMatchObject({
    code: 'invalid',
  })
})

test('a mail draft is a text with headers that a line break cannot forge', async () => {
  await using w = await testWorkspace()
  const draft = await w.client.call(documents.draft, {
    to: 'a@example.org, b@example.org',
    subject: 'Hi\r\nBcc: spy@example.org',
    body: 'Hello\n',
    in_reply_to: '<1@example.org>',
  })
  expect(draft).toMatchObject({
    language: 'email',
    content:
      'To: a@example.org, b@example.org\nSubject: Hi Bcc: spy@example.org\nIn-Reply-To: <1@example.org>\n---\nHello\n',
  })
  const empty = await w.client.call(documents.draft, {})
  expect(empty).toMatchObject({ title: 'Email draft', content: 'To:\nSubject:\n---\n' })
})

test('a second draft for the same mail in a session replaces the first', async () => {
  await using w = await testWorkspace()
  const text = (body: string) => `To: a@example.org\nSubject: Re: x\nX-Source-UID: 77\n---\n${body}\n`
  const first = await w.client.call(documents.add, { content: text('one'), session_id: 's' })
  expect(first).toMatchObject({ language: 'email', source_email_uid: '77' })
  const second = await w.client.call(documents.add, { content: text('two'), session_id: 's' })
  expect(second).toMatchObject({ id: first.id, version: 2 })
  const elsewhere = await w.client.call(documents.add, { content: text('two'), session_id: 't' })
  expect(elsewhere.id).not.toBe(first.id)
})

test('the library is paged by offset and finds every word anywhere, whatever its letters', async () => {
  await using w = await testWorkspace()
  const add = (title: string, content: string) => w.client.call(documents.add, { title, content })
  await add('Straße', 'Die Größe der ÄPFEL 100%')
  await add('golang notes', 'print("x")\nimport os\n')
  const { documents: noun } = w.inside.workspace
  const search = (words: string[], more = {}) =>
    noun.library({ words, archived: false, sort: 'alpha', offset: 0, limit: 50, ...more })
  expect((await search(['äpfel', 'straße'])).total).toBe(1)
  expect((await search(['LANG'])).items.map(found => found.title)).toEqual(['golang notes'])
  expect((await search(['%'])).total).toBe(1)
  expect((await search(['_'])).total).toBe(0)
  expect(await search([], { offset: 1, limit: 1 })).toMatchObject({ total: 2, items: [{ title: 'Straße' }] })
  const all = (words: string[], sort: string) =>
    search(words, { sort }).then(page => page.items.map(found => found.title))
  for (const sort of ['recent', 'oldest', 'edits', 'alpha'])
    expect(await all(['i'], sort)).toEqual((await all([], sort)).filter(title => title !== 'nothing'))
  expect(noun.languages()).toEqual([
    { language: 'markdown', count: 1 },
    { language: 'python', count: 1 },
  ])
})
