import type { Approval, Token } from '../src/contract/access.ts'
import type { Row, Tx } from './changes.ts'
import type { Store } from './database.ts'
import { listPage } from './page.ts'

/** A question as it is kept: with what has to be sent again if the answer is yes. */
export interface KeptApproval extends Approval {
  digest: string
  request_body: string | null
}

type Raw = Record<string, string | number | null> & { id: string }

export const openAccess = (store: Store) => ({
  tokens: (revoked: boolean): Token[] =>
    store
      .sql<Raw>('SELECT * FROM tokens WHERE ? OR revoked_at IS NULL ORDER BY created_at DESC, id')
      .all(revoked ? 1 : 0)
      .map(toToken),

  token: (id: string): Token | undefined => {
    const row = store.sql<Raw>('SELECT * FROM tokens WHERE id = ?').get(id)
    return row && toToken(row)
  },

  named: (name: string): Token | undefined => {
    const row = store.sql<Raw>('SELECT * FROM tokens WHERE name = ? AND revoked_at IS NULL').get(name)
    return row && toToken(row)
  },

  byDigest: (digest: Buffer): Token | undefined => {
    const row = store.sql<Raw>('SELECT * FROM tokens WHERE digest = ? AND revoked_at IS NULL').get(digest)
    return row && toToken(row)
  },

  addToken: (tx: Tx, token: Token, digest: Buffer): void =>
    tx.quietly.put('tokens', { ...fromToken(token), digest }),
  setToken: (tx: Tx, token: Token): void => {
    const digest = store.sql<{ digest: Buffer }>('SELECT digest FROM tokens WHERE id = ?').get(token.id)
    if (digest) tx.quietly.put('tokens', { ...fromToken(token), digest: digest.digest })
  },

  /** Not a change anybody waits for: no event, no audit row. */
  touch: (id: string, at: number): void => {
    store.sql('UPDATE tokens SET last_used_at = ? WHERE id = ?').run(at, id)
  },

  /** `token`: only what this one asked, not what another of its name did before. */
  approvals: (query: { state: string; token?: string | null; limit: number; cursor?: string }) => {
    const given = [
      ['state', query.state === 'all' ? undefined : query.state],
      ['token', query.token],
    ].filter(([, value]) => value !== undefined)
    const { rows, next } = listPage(store, {
      table: 'approvals',
      name: 'recent',
      order: { by: ['created_at'], down: true, last: 'id' },
      wheres: given.map(([column]) => `${column} IS ?`),
      values: given.map(([, value]) => value),
      limit: query.limit,
      cursor: query.cursor,
    })
    return { items: rows.map(toApproval), next }
  },

  approval: (id: string): KeptApproval | undefined => {
    const row = store.sql<Raw>('SELECT * FROM approvals WHERE id = ?').get(id)
    return row && toApproval(row)
  },

  pendingApprovals: (): number =>
    store.sql<{ n: number }>(`SELECT count(*) AS n FROM approvals WHERE state = 'pending'`).get()?.n ?? 0,

  pendingOf: (token: string): KeptApproval[] =>
    store
      .sql<Raw>(`SELECT * FROM approvals WHERE state = 'pending' AND token = ?`)
      .all(token)
      .map(toApproval),

  /** The question that the same request already asked: still open, or settled since `after`. */
  sameQuestion: (token: string | null, digest: string, after: number): KeptApproval | undefined => {
    const row = store
      .sql<Raw>(
        `SELECT * FROM approvals WHERE token IS ? AND digest = ? AND (state = 'pending' OR decided_at >= ?)
         ORDER BY created_at DESC LIMIT 1`,
      )
      .get(token, digest, after)
    return row && toApproval(row)
  },

  overdue: (now: number): KeptApproval[] =>
    store
      .sql<Raw>(`SELECT * FROM approvals WHERE state = 'pending' AND deadline IS NOT NULL AND deadline <= ?`)
      .all(now)
      .map(toApproval),

  /** Allowed, but the process ended before the outcome was known. */
  unsettled: (): KeptApproval[] =>
    store
      .sql<Raw>(`SELECT * FROM approvals WHERE state = 'allowed' AND outcome IS NULL`)
      .all()
      .map(toApproval),

  putApproval: (tx: Tx, approval: KeptApproval): void =>
    tx.quietly.put('approvals', {
      ...approval,
      body: approval.body === null || approval.body === undefined ? null : JSON.stringify(approval.body),
      scopes: JSON.stringify(approval.scopes),
      outcome: approval.outcome === null ? null : JSON.stringify(approval.outcome),
    }),
})

export type AccessStore = ReturnType<typeof openAccess>

const toToken = (row: Raw): Token => {
  const { digest: _digest, ...rest } = row
  return {
    ...(rest as unknown as Token),
    operator: row.operator === 1,
    scopes: JSON.parse(row.scopes as string),
    fences: row.fences === null ? null : JSON.parse(row.fences as string),
  }
}

const fromToken = (token: Token): Row & { id: string } => ({
  ...token,
  operator: token.operator ? 1 : 0,
  scopes: JSON.stringify(token.scopes),
  fences: token.fences === null ? null : JSON.stringify(token.fences),
})

const toApproval = (row: Raw): KeptApproval => ({
  ...(row as unknown as KeptApproval),
  body: row.body === null ? null : JSON.parse(row.body as string),
  scopes: JSON.parse(row.scopes as string),
  outcome: row.outcome === null ? null : JSON.parse(row.outcome as string),
})
