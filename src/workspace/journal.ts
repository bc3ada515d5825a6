import { randomUUID } from 'node:crypto'
import { closeSync, openSync, writeSync } from 'node:fs'

/** The workspace's own log: what went wrong inside, for whoever has to find out why. */
export interface Journal {
  report(error: unknown): string
  note(text: string): void
  close(): void
}

export const openJournal = (file: string, now: () => number): Journal => {
  let handle: number | null = null
  const write = (text: string): void => {
    try {
      handle ??= openSync(file, 'a', 0o600)
      writeSync(handle, `${new Date(now()).toISOString()} ${text}\n`)
    } catch {
      // A full disk takes no log either, and nothing has to end for that.
    }
  }
  return {
    report(error) {
      const id = randomUUID().slice(0, 8)
      write(`[${id}] ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
      return id
    },
    note: write,
    close() {
      if (handle !== null) closeSync(handle)
      handle = null
    },
  }
}
