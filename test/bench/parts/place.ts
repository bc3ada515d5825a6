import { chmodSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder for everything that is made meanwhile. Whatever still runs out of it when it is closed is ended. */
export interface Place {
  readonly folder: string
  /** Gives what had to be ended. */
  close(): string[]
}

const PATIENCE = 3000

export const openPlace = (): Place => {
  const outside = process.env.TMPDIR
  const folder = mkdtempSync(join(tmpdir(), 'ithaca-runs-'))
  // A server that runs as somebody else has its files in here.
  chmodSync(folder, 0o711)
  process.env.TMPDIR = folder
  return {
    folder,
    close() {
      if (outside === undefined) delete process.env.TMPDIR
      else process.env.TMPDIR = outside
      const left = runningOutOf(folder)
      for (let signal: NodeJS.Signals = 'SIGTERM', waited = 0; waited < PATIENCE; waited += 50) {
        const pids = runningOutOf(folder)
        if (pids.length === 0) break
        if (waited > PATIENCE / 2) signal = 'SIGKILL'
        for (const { pid } of pids) end(pid, signal)
        pause(50)
      }
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
      return left.map(({ command }) => command)
    },
  }
}

/** By their command, their folder or their environment, which a server that detaches itself keeps. */
const runningOutOf = (folder: string): { pid: number; command: string }[] =>
  readdirSync('/proc')
    .filter(name => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap(pid => {
      const command = said(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim())
      // One that has ended and was not asked for yet has no command.
      if (command === '') return []
      const known = [
        command,
        said(() => readlinkSync(`/proc/${pid}/cwd`)),
        said(() => readFileSync(`/proc/${pid}/environ`, 'utf8')),
      ]
      return known.some(text => text.includes(folder)) ? [{ pid: Number(pid), command }] : []
    })

const said = (read: () => string): string => {
  try {
    return read()
  } catch {
    return ''
  }
}

const end = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal)
  } catch {
    // It ended between the look and the signal.
  }
}

/** Nothing else may happen in between: a signal is ending this process. */
const pause = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
