import type { AuditRow } from '../contract/events.ts'
import { Problem } from '../contract/problem.ts'
import type { Call } from './call.ts'
import { writerOf } from './sight.ts'

/** Taking something back changes it, so it takes the scope that doing it took; where that asks, this asks. */
export const takeBack = async (
  call: Call,
  seq: number | undefined,
): Promise<{ undone: AuditRow; seq: number }> => {
  const { actor, author } = call
  const { changes } = call.workspace
  const who = { actor: actor.name, any: actor.operator }
  const { noun, seq: found, summary } = changes.undoable(who, seq)
  const scope = writerOf(noun)
  // What is taken back is what was last when it was asked, not when somebody said yes.
  if (scope) await call.need([scope], false, { reason: `undo "${summary}"`, body: { seq: found } })
  else if (!actor.operator) throw new Problem('denied', `Only the operator may undo "${summary}".`)
  return changes.undo(author, who, found)
}
