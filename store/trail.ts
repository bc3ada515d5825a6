import type { AuditRow, Event } from '../src/contract/events.ts'
import { Problem } from '../src/contract/problem.ts'
import type { Store } from './database.ts'

/** A row of the audit table. */
export interface AuditRecord {
  seq: number
  at: number
  actor: string
  token: string | null
  action: string
  noun: string
  object: string
  summary: string
  data: string | null
  images: string | null
  destroys: number
  undone_by: number | null
}

/** Who takes something back; `any`: what others did, too. */
export interface Undoer {
  actor: string
  token: string | null
  any: boolean
}

/** What is taken back: the change named, or the newest of one's own: of any kind, or one that overwrote or removed something. */
export interface UndoAsked {
  seq?: number
  last?: 'destructive' | 'any'
}

/** Finds what can be taken back. */
export const openTrail = (store: Store) => {
  const newest = (who: Undoer, last: 'destructive' | 'any'): AuditRecord | undefined =>
    store
      .sql<AuditRecord>(
        `SELECT * FROM audit WHERE actor = ? AND token IS ? AND images IS NOT NULL AND undone_by IS NULL
         AND action <> 'audit.undo' ${last === 'any' ? '' : 'AND destroys = 1'} ORDER BY seq DESC LIMIT 1`,
      )
      .get(who.actor, who.token)

  const named = (who: Undoer, seq: number): AuditRecord => {
    const found = store.sql<AuditRecord>('SELECT * FROM audit WHERE seq = ?').get(seq)
    // The changes of others are not even told apart from those that never were.
    if (!found || (!who.any && (found.actor !== who.actor || found.token !== who.token)))
      throw new Problem('not_found', `There is no change ${seq} of yours to undo.`)
    return found
  }

  const last = (who: Undoer, which: 'destructive' | 'any'): AuditRecord => {
    const found = newest(who, which)
    if (found) return found
    const harmless = which === 'destructive' ? newest(who, 'any') : undefined
    throw new Problem(
      'not_found',
      harmless
        ? `Nothing of yours overwrote or removed anything. Your last change was ${harmless.seq}, "${harmless.summary}": name it, or ask for the last of any kind.`
        : 'There is nothing to undo.',
    )
  }

  return {
    newest,
    target(who: Undoer, asked: UndoAsked): AuditRecord & { images: string } {
      const found = asked.seq ? named(who, asked.seq) : last(who, asked.last ?? 'destructive')
      const { images } = found
      if (!images) throw new Problem('conflict', `"${found.summary}" cannot be undone.`)
      if (found.undone_by) throw new Problem('conflict', `Change ${found.seq} was undone already.`)
      return { ...found, images }
    },
  }
}

export const toEvent = (row: AuditRecord): Event => ({
  seq: row.seq,
  at: row.at,
  actor: row.actor,
  action: row.action,
  noun: row.noun,
  id: row.object,
  summary: row.summary,
  data: row.data === null ? null : JSON.parse(row.data),
})

export const toAuditRow = (row: AuditRecord): AuditRow => ({
  seq: row.seq,
  at: row.at,
  actor: row.actor,
  token: row.token,
  action: row.action,
  noun: row.noun,
  id: row.object,
  summary: row.summary,
  destructive: row.destroys === 1,
  undoable: row.images !== null && row.undone_by === null,
  undone_by: row.undone_by,
})
