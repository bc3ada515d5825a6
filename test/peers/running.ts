import { readFileSync } from 'node:fs'

/** Whether a process is there and has not ended: one that nobody has asked about yet still has its place in /proc. */
export function isRunning(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return false
  }
}
