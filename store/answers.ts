import type { Store } from './database.ts'

/** A request that its caller named, so that doing it twice does it once. */
export interface Once {
  caller: string
  key: string
  digest: string
  status: number
}

interface Answer {
  digest: string
  status: number
  body: string
  seq: number | null
}

/** The answers to named requests, kept for a day. */
export interface Answers {
  /** Inside the write that it answers: the change and its answer are there together, or neither is. */
  keep(once: Once, seq: number, answer: unknown): void
  /** The answer as it was sent, which is more than the write knew. */
  remember(once: Once, body: string): void
  of(caller: string, key: string): Answer | undefined
  forget(before: number): void
}

export const openAnswers = (store: Store, now: () => number): Answers => ({
  keep({ caller, key, digest, status }, seq, answer) {
    store
      .sql(
        'INSERT INTO answers (caller, key, digest, at, seq, status, body) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (caller, key) DO NOTHING',
      )
      .run(caller, key, digest, now(), seq, status, JSON.stringify(answer ?? null))
  },
  remember({ caller, key, digest, status }, body) {
    store
      .sql(
        'INSERT INTO answers (caller, key, digest, at, status, body) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (caller, key) DO UPDATE SET status = excluded.status, body = excluded.body',
      )
      .run(caller, key, digest, now(), status, body)
  },
  of: (caller, key) =>
    store
      .sql<Answer>('SELECT digest, status, body, seq FROM answers WHERE caller = ? AND key = ?')
      .get(caller, key),
  forget(before) {
    store.sql('DELETE FROM answers WHERE at < ?').run(before)
  },
})
