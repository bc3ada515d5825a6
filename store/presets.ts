import type { Tx } from './changes.ts'
import type { Store } from './database.ts'

export interface KeptPreset {
  id: string
  name: string
  model: string
  cmd: string
  host: string
  env_prefix: string | null
  gpus: string | null
  port: number | null
  restart: string | null
  created_at: number
  updated_at: number
}

export const openPresets = (store: Store) => ({
  all: (): KeptPreset[] => store.sql<KeptPreset>('SELECT * FROM presets ORDER BY name COLLATE NOCASE').all(),
  put: (tx: Tx, preset: KeptPreset): void => tx.put('presets', { ...preset }),
  remove: (tx: Tx, id: string): void => tx.remove('presets', id),
})

export type PresetStore = ReturnType<typeof openPresets>
