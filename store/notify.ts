import type { Delivery } from '../src/contract/notify.ts'
import type { Tx } from './changes.ts'
import type { Store } from './database.ts'
import { listPage } from './page.ts'

export interface KeptDelivery extends Delivery {
  priority: 'low' | 'normal' | 'high'
}

type Raw = Record<string, string | number | null> & { id: string }

export const openNotify = (store: Store) => ({
  told: (key: string): boolean =>
    store.sql('SELECT 1 FROM deliveries WHERE key = ? LIMIT 1').get(key) !== undefined,

  due: (now: number): KeptDelivery[] =>
    store
      .sql<Raw>('SELECT * FROM deliveries WHERE next_at <= ? ORDER BY next_at LIMIT 100')
      .all(now)
      .map(toDelivery),

  /** Begun, and never ended: the process died in between. */
  interrupted: (): KeptDelivery[] =>
    store.sql<Raw>(`SELECT * FROM deliveries WHERE state = 'sending'`).all().map(toDelivery),

  get: (id: string): KeptDelivery | undefined => {
    const row = store.sql<Raw>('SELECT * FROM deliveries WHERE id = ?').get(id)
    return row && toDelivery(row)
  },

  list: (query: { state: string; object?: string; limit: number; cursor?: string }) => {
    const given = [
      ['state', query.state === 'all' ? undefined : query.state],
      ['object', query.object],
    ].filter(([, value]) => value !== undefined)
    const { rows, next } = listPage(store, {
      table: 'deliveries',
      name: 'recent',
      order: { by: ['due_at'], down: true, last: 'id' },
      wheres: given.map(([column]) => `${column} = ?`),
      values: given.map(([, value]) => value),
      limit: query.limit,
      cursor: query.cursor,
    })
    return { items: rows.map(toDelivery), next }
  },

  put: (tx: Tx, delivery: KeptDelivery): void =>
    tx.quietly.put('deliveries', { ...delivery, late: delivery.late ? 1 : 0 }),

  forget: (tx: Tx, id: string): void => tx.quietly.remove('deliveries', id),
})

export type NotifyStore = ReturnType<typeof openNotify>

const toDelivery = (row: Raw): KeptDelivery => ({ ...(row as unknown as KeptDelivery), late: row.late === 1 })
