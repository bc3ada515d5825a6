import type { Store } from './database.ts'

/**
 * Writes that arrive together share one commit, and with it one sync of the disk, which is most of what a write costs.
 * Who shares says nothing to anybody before `settled`; who does not share has its own commit, after the shared one.
 */
export interface Commits {
  /** Does one write, all or nothing. */
  write<T>(shared: boolean, work: () => T): T
  /** The same in a commit of its own that does not wait for the disk: a power cut may lose it, and nothing but it. */
  lightly<T>(work: () => T): T
  /** Runs this once what was written is on the disk: now, where nothing is open. */
  afterwards(tell: () => void): void
  /** What was shared so far is on the disk when this returns, or its writers are told why not. */
  settle(): void
  /** Until then nothing that was written or read may be told; undefined where nothing is open. */
  settled(): Promise<void> | undefined
}

interface Group {
  readonly done: PromiseWithResolvers<void>
  readonly tells: (() => void)[]
  readonly timer: NodeJS.Immediate
}

export const openCommits = ({ db, log }: Store): Commits => {
  let open: Group | null = null

  const begin = (): Group => {
    db.exec('BEGIN IMMEDIATE')
    const done = Promise.withResolvers<void>()
    // A writer that failed for a reason of its own does not wait to hear of it.
    done.promise.catch(() => undefined)
    // After everything that has arrived by now was read.
    open = { done, tells: [], timer: setImmediate(settle) }
    return open
  }

  const settle = (): void => {
    if (!open) return
    const group = open
    open = null
    clearImmediate(group.timer)
    try {
      db.exec('COMMIT')
    } catch (error) {
      if (db.inTransaction) db.exec('ROLLBACK')
      group.done.reject(error)
      return
    }
    log.wrote()
    group.done.resolve()
    for (const tell of group.tells) tell()
  }

  /** A full disk may end the whole transaction, and with it what others had written in it. */
  const lost = (group: Group, error: unknown): void => {
    open = null
    clearImmediate(group.timer)
    group.done.reject(error)
  }

  return {
    write(shared, work) {
      if (!shared) {
        settle()
        log.wrote()
        return db.transaction(work).immediate()
      }
      const group = open ?? begin()
      try {
        // Inside a transaction this is a savepoint: one write that fails takes none of the others with it.
        return db.transaction(work)()
      } catch (error) {
        if (!db.inTransaction) lost(group, error)
        throw error
      }
    },
    lightly(work) {
      settle()
      log.wrote()
      // The next commit of anybody syncs the log with this in it, so the order of what survives stays that of what was written.
      db.pragma('synchronous = NORMAL')
      try {
        return db.transaction(work).immediate()
      } finally {
        db.pragma('synchronous = FULL')
      }
    },
    afterwards(tell) {
      if (open) open.tells.push(tell)
      else tell()
    },
    settle,
    settled: () => open?.done.promise,
  }
}
