import type { Environment } from './environment.ts'
import type { Invocation } from './word.ts'

export const SESSION_ID = /^[A-Za-z0-9_-]{1,64}$/

/** Everything a host needs to know to run a command under supervision. */
export interface Spec {
  readonly id: string
  readonly run: Invocation
  readonly environment?: Environment | null
  /** Set before the environment is entered; what the command itself sets wins. */
  readonly variables?: Readonly<Record<string, string>>
  /** Set last and written nowhere that outlives the start. */
  readonly secrets?: Readonly<Record<string, string>>
  /** Absolute or below `~`. Default the home directory. */
  readonly workdir?: string
  readonly restart?: RestartRule | null
  /** For engines in C, whose output would otherwise wait for a full buffer. */
  readonly lineBuffered?: boolean
  /** Held against other launches: the port until this one ends, the GPUs until it listens or ends. */
  readonly port?: number | null
  readonly gpus?: readonly number[]
  readonly operator: string
  readonly actor: string
  /** Id of the token that acted, where it was one; records of earlier versions hold none. */
  readonly token?: string
  /** What the owner of the session wants to find again: engine, model, parent attempt … No secrets. */
  readonly about?: Readonly<Record<string, unknown>>
}

export interface RestartRule {
  readonly times: number
  /** How long a process must have lived to be started again. Default 5 minutes. */
  readonly afterSeconds?: number
  /** The first pause; each further one is twice as long, up to 5 minutes. Default 5 seconds. */
  readonly pauseSeconds?: number
}

/** `meta.json`: written before anything starts, never changed. */
export interface Meta extends Omit<Spec, 'secrets'> {
  readonly version: 1
  readonly machine: string
  readonly boot: string
  /** What its processes carry as ITHACA_MARK: ids may repeat in another state directory, marks never. */
  readonly mark: string
  /** Seconds since 1970, by the host's clock. */
  readonly at: number
}

export interface Attempt {
  number: number
  /** Path of its log on the host. */
  log: string
  pid: number | null
  /** By the host's clock, in seconds. */
  startedAt: number | null
  endedAt: number | null
  code: number | null
}

export type SessionState =
  /** Claimed; its process has not started yet. */
  | 'launching'
  | 'running'
  /** Ended by itself; the runner starts it again at `restartAt`. */
  | 'restarting'
  /** Ended, and how is on record. */
  | 'ended'
  /** Its process is gone and nobody saw how: the runner had been killed. */
  | 'unknown'
  /** The host restarted under it, or it never got as far as starting. */
  | 'lost'

export interface Session {
  id: string
  /** Null where the launch was cut off between the claim and the record of it. */
  meta: Meta | null
  state: SessionState
  /** Somebody asked for its end. */
  stopRequested: boolean
  attempts: Attempt[]
  /** False where the supervisor was killed: an end from now on will be of unknown kind. */
  supervised: boolean
  restartAt: number | null
  log: { path: string; size: number; modifiedAt: number } | null
  /** The last bytes of the log, where they were asked for. */
  tail: Buffer
  /** Its processes as the environment tells them, where they were asked for. */
  pids: number[]
}

/** 128 + n is how shells report a death by signal n. */
export const signalOf = (code: number): number | null => (code > 128 && code < 128 + 65 ? code - 128 : null)
