import type { Tx } from './changes.ts'
import type { Store } from './database.ts'

/** What was found on a host at its last scan; `id` is the host's. Its models are whoever scanned's own affair. */
export interface KeptInventory {
  id: string
  scanned_at: number
  models: unknown[]
  problems: string[]
}

interface Raw {
  id: string
  scanned_at: number
  models: string
  problems: string
}

export const openModels = (store: Store) => ({
  get(host: string): KeptInventory | null {
    const row = store.sql<Raw>('SELECT * FROM inventories WHERE id = ?').get(host)
    return row ? { ...row, models: JSON.parse(row.models), problems: JSON.parse(row.problems) } : null
  },
  put: (tx: Tx, { models, problems, ...rest }: KeptInventory): void =>
    tx.quietly.put('inventories', {
      ...rest,
      models: JSON.stringify(models),
      problems: JSON.stringify(problems),
    }),
})

export type ModelStore = ReturnType<typeof openModels>
