import type { Duplex, Readable, Writable } from 'node:stream'
import type { Terminal, TerminalShape } from '../contract/terminal.ts'
import type { Commands } from './commands.ts'

/** The verbs every way of reaching a machine has to offer; everything else is built from them. */
export interface Transport {
  readonly kind: 'local' | 'ssh2' | 'ssh'
  /** Starts `exec /bin/sh` on the machine: the only text its login shell ever sees. */
  spawn(signal?: AbortSignal): Promise<Shell>
  /** A byte stream to a port on the machine's own loopback. */
  connect(port: number, signal?: AbortSignal): Promise<Duplex>
  /** A program with a terminal. Its words pass every login shell: none may hold a quote, a backslash, `!` or a line end. */
  terminal(argv: readonly string[], shape: TerminalShape, signal?: AbortSignal): Promise<Terminal>
  /** Settles when the connection is gone, with the reason; never rejects. */
  readonly closed: Promise<Error>
  close(): void
}

export interface Shell {
  readonly stdin: Writable
  readonly stdout: Readable
  readonly stderr: Readable
  /** `code` is null where the end is unknown (a lost connection): never read it as success. */
  readonly done: Promise<{ code: number | null; signal: string | null }>
  kill(signal?: 'TERM' | 'KILL' | 'INT'): void
}

export type LaneName = 'status' | 'pages' | 'slow'

export interface Ask {
  /** Which of the three long-lived shells answers; `slow` runs one question at a time. Default `status`. */
  lane?: LaneName
  /** Bytes the script reads on its standard input. */
  stdin?: string | Uint8Array
  /** Milliseconds until the question fails with HostError `deadline`. Default 10 000. */
  deadline?: number
  signal?: AbortSignal
}

export interface Answer {
  code: number
  stdout: Buffer
  stderr: Buffer
}

export type Reach =
  | { state: 'connected'; since: number; roundTripMs: number | null }
  | { state: 'connecting'; since: number }
  | { state: 'idle' }
  /** `retryAt` is null where only a change of what is saved helps. */
  | { state: 'unreachable'; since: number; reason: string; retryAt: number | null }

/** One machine, whatever the way to it. `''`, `local` and `localhost` all name this one. */
export interface Host {
  readonly id: string
  readonly name: string
  readonly transport: Transport['kind'] | null
  readonly reach: Reach
  /** Runs a POSIX sh script on a lane and answers with its exit code and bytes. */
  ask(script: string, options?: Ask): Promise<Answer>
  /** A script with a channel of its own, streaming: follow, search, copy. Ends when aborted. */
  stream(
    script: string,
    options?: { stdin?: Readable | string | Uint8Array; signal?: AbortSignal },
  ): Promise<Shell>
  connect(port: number, signal?: AbortSignal): Promise<Duplex>
  /** A program there, on a terminal of its own: for a person, not for questions. */
  terminal(argv: readonly string[], shape: TerminalShape, signal?: AbortSignal): Promise<Terminal>
  /** What ran there lately. */
  readonly commands: Commands
  /** Forgets why it could not be reached, so that the next question tries at once. */
  retry(): void
  /** Told at every change of `reach`. Returns the way to stop being told. */
  onReach(listener: (reach: Reach) => void): () => void
}

/** What went wrong on the way to a machine, in words for a person and a code for a program. */
export class HostError extends Error {
  readonly code: HostErrorCode
  readonly details: Record<string, unknown>
  constructor(code: HostErrorCode, message: string, details: Record<string, unknown> = {}) {
    super(message)
    this.name = 'HostError'
    this.code = code
    this.details = details
  }
}

export type HostErrorCode =
  | 'unreachable'
  | 'misnamed'
  | 'refused'
  | 'auth'
  | 'host_key_unknown'
  | 'host_key_changed'
  | 'deadline'
  | 'aborted'
  | 'lost'
  | 'forwarding_forbidden'
  | 'no_channel'
