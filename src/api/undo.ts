import type { UndoAsked } from '../../store/trail.ts'
import type { AuditRow } from '../contract/events.ts'
import { Problem } from '../contract/problem.ts'
import type { Call } from './call.ts'
import { writerOf } from './sight.ts'

/** Taking something back changes it, so it takes the scope that doing it took; where that asks, this asks. */
export const takeBack = async (
  call: Call,
  asked: UndoAsked,
): Promise<{ undone: AuditRow; seq: number; left: AuditRow | null }> => {
  const { actor, author } = call
  const { changes } = call.workspace
  if (asked.seq !== undefined && asked.last !== undefined)
    throw new Problem('invalid', 'Name a change by `seq` or ask for the `last`, not both.')
  const who = { actor: actor.name, token: actor.token, any: actor.operator }
  const { target, left } = changes.undoable(who, asked)
  const { noun, seq, summary } = target
  const scope = writerOf(noun)
  // What is taken back is what was last when it was asked, not when somebody said yes.
  if (scope) await call.need([scope], false, { reason: `undo "${summary}"`, body: { seq } })
  else if (!actor.operator) throw new Problem('denied', `Only the operator may undo "${summary}".`)
  return { ...changes.undo(author, who, { seq }), left }
}
