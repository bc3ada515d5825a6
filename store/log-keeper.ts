import { existsSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import type Database from 'better-sqlite3'

/** Moves what was written from SQLite's log into its file, in a thread of its own: whoever writes does not wait for that. */
export interface LogKeeper {
  /** Something is being committed. */
  wrote(): void
  close(): void
}

/** So soon after a write it is looked how long the log is. */
const SOON = 250
/** Pages in the log that are worth a walk. */
const LONG = 1000
/** A thread that has had nothing to do for so long ends. */
const IDLE = 10_000

const source = new URL('./log-worker.ts', import.meta.url)
const script = existsSync(source) ? source : new URL('./log-worker.mjs', import.meta.url)

export const openLogKeeper = (file: string, db: Database.Database): LogKeeper => {
  let timer: NodeJS.Timeout | undefined
  let idle: NodeJS.Timeout | undefined
  let worker: Worker | null = null
  let walking = false

  const start = (): Worker => {
    const made = new Worker(script, { execArgv: ['--disable-warning=ExperimentalWarning'] })
    made.on('message', () => {
      walking = false
      idle = setTimeout(() => void made.terminate(), IDLE).unref()
    })
    // Without the thread the log is moved by whoever finds it far too long, as SQLite does by itself.
    made.once('error', () => undefined)
    made.once('exit', () => {
      if (worker === made) worker = null
      walking = false
    })
    made.unref()
    return made
  }

  const wrote = (): void => {
    timer ??= setTimeout(look, SOON).unref()
  }

  const look = (): void => {
    timer = undefined
    if (!db.open) return
    // Inside a shared commit nothing is told about the log.
    if (db.inTransaction) {
      wrote()
      return
    }
    // It is said how many pages the log has, and how many of them are in the file already; nothing is moved.
    const [found] = db.pragma('wal_checkpoint(NOOP)') as { log: number; checkpointed: number }[]
    if (walking || !found || found.log - found.checkpointed < LONG) return
    clearTimeout(idle)
    walking = true
    worker ??= start()
    worker.postMessage(file)
  }

  return {
    wrote,
    close() {
      clearTimeout(timer)
      clearTimeout(idle)
      timer = undefined
      void worker?.terminate()
      worker = null
    },
  }
}
