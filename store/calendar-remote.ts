import type { Conflict } from '../src/contract/calendar-sync.ts'
import type { Quiet, Tx } from './changes.ts'
import type { Store } from './database.ts'

/** A CalDAV account. `url` is where looking for calendars begins, `home` where they were found. */
export interface KeptAccount {
  id: string
  name: string
  address: string | null
  url: string
  user: string
  auth: 'password' | 'command' | 'oauth' | 'none'
  command: string | null
  secret: Buffer | null
  ca_file: string | null
  home: string | null
  created_at: number
}

/** How the last sync of a calendar, or of an account, went; `token` and `tag` are what the server will be asked about next. */
export interface SyncState {
  id: string
  token: string | null
  tag: string | null
  /** Its name and color there, as JSON. */
  said: string | null
  synced_at: number | null
  problem: string | null
  attempts: number
  retry_at: number | null
  /** What of its name (1) and color (2) is to be told there; 4: they are not taken. */
  telling: number
}

/** What a server knows of an event. */
export interface EventLink {
  id: string
  calendar: string
  event: string | null
  uid: string
  href: string | null
  etag: string | null
  raw: string | null
  state: 'same' | 'changed' | 'gone'
  version: number
  sending: number | null
  conflict: Conflict['kind'] | null
  reason: string | null
  theirs: string | null
  theirs_etag: string | null
  since: number
}

export const openCalendarRemote = (store: Store) => ({
  accounts: (): KeptAccount[] =>
    store.sql<KeptAccount>('SELECT * FROM calendar_accounts ORDER BY created_at, rowid').all(),
  putAccount: (tx: Tx, account: KeptAccount): void => tx.quietly.put('calendar_accounts', { ...account }),
  removeAccount: (tx: Tx, id: string): void => tx.quietly.remove('calendar_accounts', id),

  state: (id: string): SyncState =>
    store.sql<SyncState>('SELECT * FROM calendar_states WHERE id = ?').get(id) ?? {
      ...{ id, token: null, tag: null, said: null, synced_at: null },
      ...{ problem: null, attempts: 0, retry_at: null, telling: 0 },
    },
  putState: (tx: Quiet, state: SyncState): void => tx.quietly.put('calendar_states', { ...state }),
  removeState: (tx: Tx, id: string): void => tx.quietly.remove('calendar_states', id),

  link: (id: string): EventLink | undefined =>
    store.sql<EventLink>('SELECT * FROM event_links WHERE id = ?').get(id),
  linkOf: (event: string, calendar: string): EventLink | undefined =>
    store.sql<EventLink>('SELECT * FROM event_links WHERE event = ? AND calendar = ?').get(event, calendar),
  linksOf: (calendar: string): EventLink[] =>
    store.sql<EventLink>('SELECT * FROM event_links WHERE calendar = ?').all(calendar),
  linkAt: (calendar: string, href: string): EventLink | undefined =>
    store.sql<EventLink>('SELECT * FROM event_links WHERE calendar = ? AND href = ?').get(calendar, href),
  /** What a server has yet to hear, the oldest first; not what is in conflict. */
  waiting: (calendar: string): EventLink[] =>
    store
      .sql<EventLink>(
        "SELECT * FROM event_links WHERE calendar = ? AND state <> 'same' AND conflict IS NULL ORDER BY since, rowid",
      )
      .all(calendar),
  /** What lies in a calendar on its server and could not be read. */
  unreadable: (calendar: string): { reason: string }[] =>
    store
      .sql<{ reason: string }>(
        'SELECT reason FROM event_links WHERE calendar = ? AND reason IS NOT NULL AND conflict IS NULL',
      )
      .all(calendar),
  conflicts: (): EventLink[] =>
    store.sql<EventLink>('SELECT * FROM event_links WHERE conflict IS NOT NULL ORDER BY since, rowid').all(),
  putLink: (tx: Tx, link: EventLink): void => tx.quietly.put('event_links', { ...link }),
  removeLink: (tx: Tx, id: string): void => tx.quietly.remove('event_links', id),
})

export type CalendarRemote = ReturnType<typeof openCalendarRemote>
