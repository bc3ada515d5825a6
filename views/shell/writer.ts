import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

/** The process that wrote something, for whoever finds it later. */
export interface Writer {
  machine: string
  pid: number
  /** When it began: a number is in use again once its process is gone. */
  born: string
}

/** When a process began, as the kernel counts; undefined where that is not told. */
export function bornOf(pid: number): string | undefined {
  try {
    // The name of the program is in brackets, and may hold some.
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(')').at(-1)!.split(' ')[20]
  } catch {
    return
  }
}

/** This process. */
export const us: Writer = {
  machine: hostname().replace(/[^\w.]/g, '_'),
  pid: process.pid,
  born: bornOf(process.pid) ?? String(Date.now()),
}

/** Whether this very process of this machine is still there. */
export function isThere({ pid, born }: Writer): boolean {
  if (pid === us.pid) return born === us.born
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  return (bornOf(pid) ?? born) === born
}

/** Of those of other machines nothing is known. */
export const isAnotherThere = (writer: Writer): boolean =>
  writer.machine === us.machine && writer.pid !== us.pid && isThere(writer)
