import type { Tx } from './changes.ts'
import type { Store } from './database.ts'

/** A calendar read from an address, which is sealed; `public`: only from one that everybody can reach. */
export interface KeptSubscription {
  id: string
  every: number
  alarms: boolean
  public: boolean
  address: Buffer | null
}

type Raw = Omit<KeptSubscription, 'alarms' | 'public'> & { alarms: number; public: number }

export const openSubscriptionStore = (store: Store) => ({
  get: (id: string): KeptSubscription | undefined => {
    const row = store.sql<Raw>('SELECT * FROM calendar_subscriptions WHERE id = ?').get(id)
    return row && shown(row)
  },
  all: (): KeptSubscription[] => store.sql<Raw>('SELECT * FROM calendar_subscriptions').all().map(shown),
  put: (tx: Tx, { alarms, public: open, ...rest }: KeptSubscription): void =>
    tx.put('calendar_subscriptions', { ...rest, alarms: Number(alarms), public: Number(open) }),
  remove: (tx: Tx, id: string): void => tx.remove('calendar_subscriptions', id),
  /** What is known of a calendar, by uid, without the events themselves. */
  uids: (calendar: string): { id: string; uid: string }[] =>
    store.sql<{ id: string; uid: string }>('SELECT id, uid FROM events WHERE calendar = ?').all(calendar),
})

export type SubscriptionStore = ReturnType<typeof openSubscriptionStore>

const shown = (row: Raw): KeptSubscription => ({ ...row, alarms: row.alarms === 1, public: row.public === 1 })
