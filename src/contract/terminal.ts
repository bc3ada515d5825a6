import type { Duplex } from 'node:stream'
import * as z from 'zod'
import { count } from './words.ts'

/** The terminal somebody sits at: how large it is, and what kind. */
export const terminalFields = {
  cols: count(2, 1000).default(80),
  rows: count(2, 1000).default(24),
  term: z
    .string()
    .regex(/^[\w.+-]{1,64}$/)
    .default('xterm-256color'),
}

export const TerminalSize = z.object({ cols: terminalFields.cols, rows: terminalFields.rows })
export type TerminalSize = z.output<typeof TerminalSize>
export type TerminalShape = TerminalSize & { term: string }

/** `code` is null where the end is unknown; `reason` says why in words. */
export const TerminalEnd = z.object({ code: z.number().int().nullable(), reason: z.string().nullable() })
export type TerminalEnd = z.output<typeof TerminalEnd>

/** A program with a terminal of its own, wherever it runs. */
export interface Terminal {
  /** Keys go in, what it shows comes out; who does not read on holds it back. */
  readonly stream: Duplex
  resize(size: TerminalSize): void
  /** Settles once it is over and everything it showed was given out; never rejects. */
  readonly ended: Promise<TerminalEnd>
  /** Hangs up, as closing a window does. */
  close(): void
}
