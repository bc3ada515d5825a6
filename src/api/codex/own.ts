import { own as routes } from '../../contract/codex/mirror.ts'
import { notFound } from '../../contract/problem.ts'
import { FINDABLE } from '../../contract/search.ts'
import type { Workspace } from '../../workspace/workspace.ts'
import type { Bind } from '../bind.ts'
import { readable } from '../sight.ts'

const LONGEST_WAIT = 10

export const bindOwn = (bind: Bind, { approvals, changes, search }: Workspace): void => {
  bind(routes.approvals, (input, { actor }) =>
    approvals.list({ ...input, actor: actor.operator ? undefined : actor.name }),
  )
  bind(routes.approval, ({ id, wait }, { actor, signal }) => {
    const approval = approvals.get(id)
    if (!actor.operator && approval.actor !== actor.name) throw notFound('approval', id)
    return approvals.settled(id, Math.min(wait, LONGEST_WAIT) * 1000, signal)
  })
  bind(routes.search, ({ q, nouns, limit }, { actor }) =>
    search.find({ text: q, nouns: (nouns ?? [...FINDABLE]).filter(noun => readable(actor, noun)), limit }),
  )
  bind(routes.undo, ({ seq }, { author, actor }) =>
    changes.undo(author, { actor: actor.name, any: actor.operator }, seq),
  )
}
