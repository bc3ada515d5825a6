/** Logs are read where they are, in pages that begin at multiples of this: the same bytes always have the same place. */
export const PAGE = 65_536

/** The most that one question brings along. */
export const MOST_BYTES = 4 * 1024 * 1024

/** Bytes of a log and where they stand. `size` is the log's size when they were read. */
export interface Slice {
  start: number
  end: number
  size: number
  bytes: Buffer
}

/** What to read. An answer may hold more on either side: who asked cuts it. */
export type Want =
  | { kind: 'pages'; first: number; count: number }
  | { kind: 'since'; from: number; most: number }
  | { kind: 'tail'; lines: number }

export interface ReadOptions {
  deadline?: number
  signal?: AbortSignal
}

export class LogError extends Error {
  readonly code: 'not_found' | 'unreadable'
  constructor(code: 'not_found' | 'unreadable', message: string) {
    super(message)
    this.name = 'LogError'
    this.code = code
  }
}
