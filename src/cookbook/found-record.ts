import { createHash } from 'node:crypto'
import type { Ending, KeptServe } from '../../store/serves.ts'
import type { Session } from '../sessions/session.ts'
import type { Place } from './machines.ts'
import type { Known } from './serves.ts'
import type { FoundProcess, Swept } from './sweep.ts'

const ODYSSEUS_EXIT = /=== Process exited with code (\d+) ===/g

export const fingerprint = (place: Place, swept: Swept, process: FoundProcess): string =>
  createHash('sha256')
    .update(`${place.id} ${swept.boot} ${process.pid} ${process.started}`)
    .digest('hex')
    .slice(0, 8)

export const bornAt = (swept: Swept, process: FoundProcess, now: number): number =>
  Math.round(now - Math.max(0, swept.uptime - Number(process.started) / swept.ticks) * 1000)

/** It has no supervisor to say how it ended; what Odysseus wrote, or a person asked for, says it. */
export const endOf = (one: Known, tail: string): Ending => {
  const { stopped_by: by } = one.kept
  if (by) return { kind: 'stopped', code: null, signal: null, reason: `stopped by ${by}` }
  if (one.kept.origin === 'seen')
    return { kind: 'exited', code: null, signal: null, reason: 'it ended by itself' }
  const code = Number([...tail.matchAll(ODYSSEUS_EXIT)].at(-1)?.[1] ?? Number.NaN)
  if (Number.isNaN(code))
    return {
      kind: 'lost',
      code: null,
      signal: null,
      reason: 'it ended; how is not known, since it was not launched here',
    }
  return { kind: code === 0 ? 'exited' : 'crashed', code, signal: null, reason: null }
}

export const asSession = (
  { kept }: Known,
  log: { path: string; size: number; modifiedAt: number } | null,
  tail: Buffer,
): Session => ({
  id: kept.id,
  meta: null,
  state: 'running',
  stopRequested: false,
  attempts: [
    {
      number: 1,
      log: log?.path ?? '',
      pid: kept.place?.pid ?? null,
      startedAt: Math.round(kept.launched_at / 1000),
      endedAt: null,
      code: null,
    },
  ],
  supervised: true,
  restartAt: null,
  log,
  tail,
  pids: kept.place?.pid ? [kept.place.pid] : [],
})

export const blank = (place: Place, id: string, now: () => number): KeptServe => ({
  id,
  host: place.id,
  kind: 'serve',
  name: id,
  engine: null,
  model: null,
  run: null,
  shown: '',
  port: null,
  gpus: [],
  environment: null,
  sealed: null,
  restart: null,
  lineage: id,
  attempt: 1,
  parent: null,
  fix: null,
  difference: [],
  operator: null,
  actor: null,
  token: null,
  origin: 'swept',
  place: null,
  launched_at: now(),
  ready_at: null,
  ended_at: null,
  ending: null,
  diagnosis: null,
  score: null,
  stop_at: null,
  stopped_by: null,
  warnings: [],
})
