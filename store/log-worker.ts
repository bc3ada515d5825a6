import { parentPort } from 'node:worker_threads'
import Database from 'better-sqlite3'

/** What is written during one walk is left for the next one; when all was moved at once, the log begins anew. */
const WALKS = 5

const walk = (file: string): void => {
  const db = new Database(file, { fileMustExist: true })
  try {
    // A page is only moved when the log that holds it is on the disk.
    db.pragma('synchronous = FULL')
    for (let turn = 0; turn < WALKS; turn++) {
      const [left] = db.pragma('wal_checkpoint(PASSIVE)') as { log: number; checkpointed: number }[]
      if (!left || left.log === left.checkpointed) return
    }
  } finally {
    db.close()
  }
}

parentPort?.on('message', (file: string) => {
  try {
    walk(file)
  } catch {
    // A full disk or a file that is gone: who writes hears of it.
  }
  parentPort?.postMessage('done')
})
