import type { Clock } from './stamps.ts'

/** What is said about a log beside its rows. */
export interface LogStatus {
  size: number
  following: boolean
  /** What arrived since following stopped; lines are known only while little enough arrives to see all of it. */
  arrived: { bytes: number; lines: number | null }
  /** Byte offset of the line jumped to, else of the first one shown. */
  at: number
  column: number
  wrap: boolean
  clock: Clock
  /** Why the log cannot be read now. */
  error: string | null
}
