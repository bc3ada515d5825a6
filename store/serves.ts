import type { Diagnosis, Serve } from '../src/contract/serve.ts'
import type { Tx } from './changes.ts'
import type { Store } from './database.ts'

/** How one ended, as facts; what state that is is said by whoever shows it. */
export interface Ending {
  kind: 'stopped' | 'exited' | 'crashed' | 'lost'
  code: number | null
  signal: string | null
  reason: string | null
}

export interface Score {
  kv_tokens?: number
  tokens_per_second?: number
  ttft_ms?: number
  /** What its log said of memory, in bytes a GPU: a start with the same flags is told to fit by it. */
  measured?: {
    allowed: number | null
    weights: number
    cache: number
    tokens: number | null
    compute: number | null
    total: number
  }
  /** Of the same, in GiB per GPU: the next launch there is judged by it. */
  figures?: { allowed: number; weights: number; cache: number; graphs: number | null }
}

/** What is kept here of something that runs on a host. The truth about its process is in files over there. */
export interface KeptServe {
  id: string
  host: string
  kind: Serve['kind']
  name: string
  engine: string | null
  model: string | null
  /** The argument vector and what is set for it, as data; null for what we did not launch. */
  run: unknown
  shown: string
  port: number | null
  gpus: number[]
  environment: unknown
  /** Its secrets, sealed; a relaunch needs them again. */
  sealed: Buffer | null
  restart: { times: number } | null
  lineage: string
  attempt: number
  parent: string | null
  fix: string | null
  difference: string[]
  operator: string | null
  actor: string | null
  /** Whose it is: of a token its id, since its name can be given again. */
  token: string | null
  origin: Serve['origin']
  /** Of one that was found: its pane, its log, and who its process is. */
  place: {
    socket: string | null
    session: string | null
    log: string | null
    pid: number | null
    /** Clock ticks after boot, and the boot: with the pid they tell it from every other process. */
    started?: string
    boot?: string
    container?: string
    user?: string
  } | null
  launched_at: number
  ready_at: number | null
  ended_at: number | null
  ending: Ending | null
  diagnosis: Diagnosis | null
  score: Score | null
  stop_at: number | null
  stopped_by: string | null
  warnings: string[]
}

type Raw = Record<string, string | number | Buffer | null> & { id: string }

const JSONS = [
  'run',
  'gpus',
  'environment',
  'restart',
  'difference',
  'place',
  'ending',
  'diagnosis',
  'score',
  'warnings',
] as const

export const openServes = (store: Store) => ({
  /** Live ones, and the newest that have ended. */
  recent: (limit: number): KeptServe[] =>
    store
      .sql<Raw>(
        'SELECT * FROM serves WHERE ended_at IS NULL OR id IN (SELECT id FROM serves ORDER BY launched_at DESC LIMIT ?)',
      )
      .all(limit)
      .map(toServe),
  lineage: (lineage: string): KeptServe[] =>
    store
      .sql<Raw>('SELECT * FROM serves WHERE lineage = ? ORDER BY attempt, launched_at')
      .all(lineage)
      .map(toServe),
  put: (tx: Tx, serve: KeptServe): void => {
    const row: Record<string, unknown> = { ...serve }
    for (const name of JSONS) row[name] = serve[name] === null ? null : JSON.stringify(serve[name])
    tx.quietly.put('serves', row as never)
  },
  remove: (tx: Tx, id: string): void => tx.quietly.remove('serves', id),
})

export type ServeStore = ReturnType<typeof openServes>

const toServe = (row: Raw): KeptServe => {
  const serve: Record<string, unknown> = { ...row }
  for (const name of JSONS) serve[name] = row[name] === null ? null : JSON.parse(row[name] as string)
  return serve as unknown as KeptServe
}
