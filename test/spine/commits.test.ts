import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import type { Event } from '../../src/contract/events.ts'
import type { Tx } from '../../store/changes.ts'
import { type TestWorkspace, testWorkspace } from '../peers/workspace.ts'

const memory = (id: string) => ({
  ...{ id, text: `about ${id}`, category: 'fact', source: 'test', session_id: null },
  ...{ fingerprint: id, pinned: 0, uses: 0, created_at: 1, updated_at: 1 },
})

/** A write that shares its commit, as the API makes it. */
const share = (w: TestWorkspace, id: string, more: (tx: Tx) => void = () => undefined): void =>
  w.inside.workspace.changes.write({ actor: 'test', shares: true }, tx => {
    tx.put('memories', memory(id))
    tx.say({ action: 'memory.add', noun: 'memory', id, summary: id })
    more(tx)
  })

/** What another process finds in the file. */
const onDisk = (w: TestWorkspace): string[] => {
  const other = new Database(w.paths.database, { readonly: true })
  try {
    return other
      .prepare<[], { id: string }>('SELECT id FROM memories ORDER BY id')
      .all()
      .map(row => row.id)
  } finally {
    other.close()
  }
}

const heard = (w: TestWorkspace): string[] => {
  const ids: string[] = []
  w.inside.workspace.changes.subscribe((events: readonly Event[]) => ids.push(...events.map(one => one.id)))
  return ids
}

test('what shares a commit is told to nobody before it is on the disk', async () => {
  await using w = await testWorkspace()
  const { changes } = w.inside.workspace
  const told = heard(w)
  share(w, 'a')
  share(w, 'b')
  const settled = changes.settled()
  expect([onDisk(w), told]).toEqual([[], []])
  await settled
  expect([onDisk(w), told]).toEqual([
    ['a', 'b'],
    ['a', 'b'],
  ])
  expect(changes.settled()).toBeUndefined()
})

test('one write that fails takes none of the others with it', async () => {
  await using w = await testWorkspace()
  const told = heard(w)
  share(w, 'a')
  expect(() =>
    share(w, 'b', () => {
      throw new Error('not this one')
    }),
  ).toThrow('not this one')
  share(w, 'c')
  await w.inside.workspace.changes.settled()
  expect([onDisk(w), told]).toEqual([
    ['a', 'c'],
    ['a', 'c'],
  ])
})

test('a write of its own comes after what was shared, and is on the disk when it returns', async () => {
  await using w = await testWorkspace()
  const told = heard(w)
  share(w, 'a')
  w.inside.workspace.memory.add({ actor: 'test' }, { text: 'alone' })
  expect(onDisk(w)).toHaveLength(2)
  expect(told).toHaveLength(2)
  expect(told[0]).toBe('a')
})

test('a commit that fails is a failure of everyone who shared it, and the next ones are not hurt', async () => {
  await using w = await testWorkspace()
  const { changes } = w.inside.workspace
  const told = heard(w)
  share(w, 'a')
  spoil(w)
  await expect(changes.settled()).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT_FOREIGNKEY' })
  expect([onDisk(w), told]).toEqual([[], []])
  share(w, 'c')
  await changes.settled()
  expect([onDisk(w), told]).toEqual([['c'], ['c']])
})

/** A reference to nothing is only found out at the commit, which fails then with all that shares it. */
const spoil = (w: TestWorkspace): void =>
  share(w, 'spoilt', () => {
    const { db } = w.inside.workspace.store
    db.pragma('defer_foreign_keys = ON')
    db.prepare(
      `INSERT INTO mail_folders (id, account, path, name, selectable) VALUES ('x', 'nobody', 'p', 'n', 1)`,
    ).run()
  })

test('who went on for long after a shared write still hears that it was lost', async () => {
  await using w = await testWorkspace()
  const { changes } = w.inside.workspace
  const author = { actor: 'test', shares: true, settled: undefined }
  const write = (id: string) =>
    changes.write(author, tx => tx.say({ action: 'memory.add', noun: 'memory', id, summary: id }))
  write('a')
  spoil(w)
  await new Promise(setImmediate)
  expect(changes.settled()).toBeUndefined()
  write('b')
  await changes.settled()
  await expect(author.settled).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT_FOREIGNKEY' })
})

test('the same named request at the same time is not told of what is not on the disk', async () => {
  await using w = await testWorkspace()
  const { changes } = w.inside.workspace
  const ask = async (): Promise<number> => {
    const request = new Request('http://localhost/api/v1/memory', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'once' },
      body: JSON.stringify({ text: 'named' }),
    })
    return (await w.inside.carry(request)).status
  }
  const asked = [ask(), ask()]
  while (!changes.settled()) await Promise.resolve()
  spoil(w)
  const [first, second] = await Promise.all(asked)
  expect(onDisk(w)).toEqual([])
  expect([first! >= 500, second]).toEqual([true, 409])
  expect(await ask()).toBe(201)
})

test('requests that arrive together are each answered with what is on the disk', async () => {
  await using w = await testWorkspace({ listen: true })
  const { url, operatorKey } = w.inside.workspace
  const answers = await Promise.all(
    Array.from({ length: 20 }, async (_, number) => {
      const response = await fetch(`${url}/api/v1/memory`, {
        method: 'POST',
        headers: { authorization: `Bearer ${operatorKey}`, 'content-type': 'application/json' },
        body: JSON.stringify({ text: `number ${number}` }),
      })
      const { id } = (await response.json()) as { id: string }
      return [response.status, response.headers.get('ithaca-seq') !== null, onDisk(w).includes(id)]
    }),
  )
  expect(answers).toEqual(Array.from({ length: 20 }, () => [201, true, true]))
})

test('what is cached rides with nobody: what was shared before is on the disk first, and a write inside is refused', async () => {
  await using w = await testWorkspace()
  const { changes, store } = w.inside.workspace
  share(w, 'before')
  changes.cache(({ quietly }) => {
    expect(store.db.pragma('synchronous', { simple: true })).toBe(1)
    expect(onDisk(w)).toEqual(['before'])
    expect(() => share(w, 'inside')).toThrow('a write inside a write')
    quietly.put('memories', memory('cached'))
  })
  expect(store.db.pragma('synchronous', { simple: true })).toBe(2)
  expect(onDisk(w)).toEqual(['before', 'cached'])
  expect(() =>
    changes.cache(() => {
      throw new Error('no')
    }),
  ).toThrow('no')
  expect(store.db.pragma('synchronous', { simple: true })).toBe(2)
})
