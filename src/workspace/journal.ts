import { randomUUID } from 'node:crypto'
import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs'

/** The workspace's own log: what went wrong inside, for whoever has to find out why. */
export interface Journal {
  report(error: unknown): string
  note(text: string): void
  close(): void
}

/** What goes wrong every few seconds, unseen for months, must not fill a disk: one log of this size and the one before it. */
const LONGEST = 4 * 1024 * 1024

export const openJournal = (file: string, now: () => number): Journal => {
  let handle: number | null = null
  let size = 0
  const open = (): number => {
    const opened = openSync(file, 'a', 0o600)
    size = fstatSync(opened).size
    return opened
  }
  const close = (): void => {
    if (handle !== null) closeSync(handle)
    handle = null
  }
  const write = (text: string): void => {
    try {
      handle ??= open()
      if (size > LONGEST) {
        close()
        renameSync(file, `${file}.before`)
        handle = open()
      }
      size += writeSync(handle, `${new Date(now()).toISOString()} ${text}\n`)
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
    close,
  }
}
