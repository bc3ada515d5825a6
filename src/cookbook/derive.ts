import type { Ending, KeptServe } from '../../store/serves.ts'
import type { ServeState } from '../contract/serve.ts'
import { type Session, signalOf } from '../sessions/session.ts'

/** How the engine's own health answer was, last time it was asked. */
export interface Health {
  answer: 'ready' | 'loading' | 'silent'
  at: number
  /** Since when it is not ready any more; null while it is. */
  failing_since: number | null
}

/** What is known of a serve beside its record: all of it can be lost and found again. */
export interface Sight {
  session: Session | null
  health: Health | null
  /** Waits for its port or GPUs and has no session yet. */
  queued: boolean
  stopping: boolean
}

/** A single bad answer is noise; this long without a good one is a state. */
const PATIENCE = 10_000

/** The state of a serve, from what is seen of it and nothing else. */
export const stateOf = (serve: KeptServe, sight: Sight, now: number): ServeState => {
  if (serve.ending) return serve.ending.kind
  if (sight.queued) return 'queued'
  if (sight.stopping) return 'stopping'
  const { session, health } = sight
  if (session && (session.state === 'launching' || session.state === 'restarting')) return 'launching'
  if (!['serve', 'container', 'process'].includes(serve.kind)) return 'loading'
  if (serve.ready_at !== null) {
    const failing = health?.failing_since ?? null
    return failing !== null && now - failing >= PATIENCE ? 'unhealthy' : 'ready'
  }
  return session === null && serve.origin === 'launched' ? 'launching' : 'loading'
}

/** How it ended, once its host says that it did; null while it lives. */
export const endingOf = (session: Session): Ending | null => {
  const last = session.attempts.at(-1)
  if (session.state === 'ended') {
    const code = last?.code ?? null
    const signal = code === null ? null : signalOf(code)
    const name = signal === null ? null : (SIGNALS[signal] ?? `signal ${signal}`)
    if (session.stopRequested) return { kind: 'stopped', code, signal: name, reason: null }
    if (code === 0) return { kind: 'exited', code, signal: null, reason: null }
    return { kind: 'crashed', code, signal: name, reason: null }
  }
  if (session.state === 'unknown')
    return session.stopRequested
      ? { kind: 'stopped', code: null, signal: null, reason: 'exit unknown: its supervisor was gone' }
      : {
          kind: 'lost',
          code: null,
          signal: null,
          reason: 'exit unknown: its supervisor was killed, then it ended',
        }
  if (session.state === 'lost')
    return { kind: 'lost', code: null, signal: null, reason: 'the host restarted, or the launch was cut off' }
  return null
}

const SIGNALS: Record<number, string> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  13: 'SIGPIPE',
  15: 'SIGTERM',
}
