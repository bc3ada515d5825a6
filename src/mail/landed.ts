import type { KeptFolder } from '../../store/mail.ts'
import type { MailAction } from '../../store/outbox.ts'

/** The numbers mails got where they were moved to, by those they had. */
export interface Moved {
  uidvalidity: string
  uids: ReadonlyMap<number, number>
}

/** So many moves are remembered: what is taken back is seldom older. */
const MOST = 200

/** Where mails lie that were moved from here, as the server told it. */
export interface Landed {
  note(action: MailAction, moved: Moved, to: KeptFolder | undefined): void
  of(action: string): Moved | undefined
  /** Those of new mails that somebody sent; the others were moved there from here. */
  came(ids: readonly string[]): string[]
}

export const openLanded = (): Landed => {
  const moves = new Map<string, Moved>()
  const ours = new Map<string, ReadonlySet<string>>()
  return {
    note({ id }, moved, to) {
      moves.set(id, moved)
      if (to) ours.set(id, new Set([...moved.uids.values()].map(uid => `${to.id}-${uid}`)))
      for (const kept of [moves, ours]) if (kept.size > MOST) kept.delete(kept.keys().next().value!)
    },
    of: action => moves.get(action),
    came: ids => ids.filter(id => ![...ours.values()].some(each => each.has(id))),
  }
}
