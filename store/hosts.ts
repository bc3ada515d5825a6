import type { Row, Tx } from './changes.ts'
import type { Store } from './database.ts'

/** A host as it is kept. Its token is sealed by whoever hands it in. */
export interface KeptHost {
  id: string
  name: string
  target: string
  port: number | null
  transport: 'auto' | 'ssh2' | 'ssh'
  env: 'none' | 'venv' | 'conda'
  env_path: string | null
  model_dirs: string[]
  gpus: string | null
  hf_token: Buffer | null
  variables: Record<string, string>
  port_range: [number, number] | null
  state_dir: string | null
  created_at: number
}

type Raw = Record<string, string | number | Buffer | null> & { id: string }

export const openHosts = (store: Store) => ({
  all: (): KeptHost[] => store.sql<Raw>('SELECT * FROM hosts ORDER BY created_at, name').all().map(toHost),
  put: (tx: Tx, host: KeptHost): void => tx.put('hosts', fromHost(host)),
  remove: (tx: Tx, id: string): void => tx.remove('hosts', id),
})

export type HostStore = ReturnType<typeof openHosts>

const toHost = (row: Raw): KeptHost => ({
  ...(row as unknown as KeptHost),
  model_dirs: JSON.parse(row.model_dirs as string),
  variables: JSON.parse(row.variables as string),
  port_range: row.port_range === null ? null : JSON.parse(row.port_range as string),
})

const fromHost = (host: KeptHost): Row & { id: string } => ({
  ...host,
  model_dirs: JSON.stringify(host.model_dirs),
  variables: JSON.stringify(host.variables),
  port_range: host.port_range === null ? null : JSON.stringify(host.port_range),
})
