import { readFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { expect, test, vi } from 'vitest'
import { openStore } from '../../store/database.ts'
import { openLogKeeper } from '../../store/log-keeper.ts'
import { type TestWorkspace, testWorkspace } from '../peers/workspace.ts'

const memory = (id: string, text: string) => ({
  ...{ id, text, category: 'fact', source: 'test', session_id: null },
  ...{ fingerprint: id, pinned: 0, uses: 0, created_at: 1, updated_at: 1 },
})

/** Writes more than a thousand pages, in several commits. */
const fill = ({ inside }: TestWorkspace): void => {
  for (let turn = 0; turn < 20; turn++)
    inside.workspace.changes.cache(({ quietly }) => {
      quietly.put('memories', memory(`m${turn}`, `mark-${turn} ${'x'.repeat(400_000)}`))
    })
}

const logOf = (db: Database.Database): { log: number; checkpointed: number } =>
  (db.pragma('wal_checkpoint(NOOP)') as { log: number; checkpointed: number }[])[0]!

test('a long log is moved into the file by itself, beside whoever writes', async () => {
  await using w = await testWorkspace()
  const { store } = w.inside.workspace
  fill(w)
  const { log, checkpointed } = logOf(store.db)
  // No write had to do it.
  expect(log - checkpointed).toBeGreaterThan(1000)
  await vi.waitFor(() => expect(logOf(store.db)).toMatchObject({ checkpointed: log }), 20_000)
  expect(readFileSync(w.paths.database).includes('mark-19')).toBe(true)
  w.inside.workspace.changes.cache(({ quietly }) => quietly.put('memories', memory('after', 'more')))
  // With all of it in the file, the log begins anew.
  expect(logOf(store.db).log).toBeLessThan(log)
})

test('a store that is closed as its log is about to be moved has everything when it is opened again', async () => {
  const w = await testWorkspace()
  const { store } = w.inside.workspace
  fill(w)
  const { promise: looked, resolve } = Promise.withResolvers<void>()
  const pragma = store.db.pragma.bind(store.db)
  vi.spyOn(store.db, 'pragma').mockImplementation((...asked) => {
    resolve()
    return pragma(...asked)
  })
  await looked
  store.close()
  const again = openStore(w.paths.database)
  expect(again.sql('SELECT count(*) AS n FROM memories').get()).toEqual({ n: 20 })
  expect(again.db.pragma('integrity_check', { simple: true })).toBe('ok')
  again.close()
  await w[Symbol.asyncDispose]()
})

test('who writes once the store is closed is told so there, and brings nothing down a moment later', () => {
  vi.useFakeTimers()
  try {
    const db = new Database(':memory:')
    const keeper = openLogKeeper(':memory:', db)
    db.close()
    keeper.close()
    keeper.wrote()
    expect(() => vi.advanceTimersByTime(1000)).not.toThrow()
  } finally {
    vi.useRealTimers()
  }
})
