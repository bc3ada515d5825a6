import { may } from '../contract/actor.ts'
import { Problem } from '../contract/problem.ts'
import type { Scope } from '../contract/route.ts'
import type { Workspace } from '../workspace/workspace.ts'
import { AND, askFirst } from './ask.ts'
import { type Ctx, Refusal } from './context.ts'
import { envelopeFor } from './envelope.ts'

/** No question can change this: none of the scopes is there. */
export const refuse = (http: Ctx, scopes: readonly Scope[]): void => {
  if (may(http.get('actor'), scopes) === 'deny')
    throw new Refusal(http.json(envelopeFor(http.req.path).missingScope(scopes, false) as never, 403))
}

/** What a question says and sends again, where the request itself does not say it well enough. */
export interface Wording {
  reason?: string
  body?: unknown
}

export const passGuard = async (
  http: Ctx,
  workspace: Workspace,
  scopes: readonly Scope[],
  all: boolean,
  wording: Wording = {},
): Promise<void> => {
  const actor = http.get('actor')
  const ticket = http.get('ticket')
  const verdicts = all ? scopes.map(scope => may(actor, [scope])) : [may(actor, scopes)]
  if (verdicts.includes('deny')) {
    const missing = all ? scopes.filter(scope => may(actor, [scope]) === 'deny') : scopes
    throw new Refusal(http.json(envelopeFor(http.req.path).missingScope(missing, all) as never, 403))
  }
  const asking = scopes.filter(scope => may(actor, [scope]) === 'ask')
  const covered = (scope: Scope): boolean => ticket?.scopes.includes(scope) ?? false
  if (verdicts.includes('ask') && !(all ? asking.every(covered) : asking.some(covered)))
    throw new Refusal(await askFirst(http, workspace, asking, wording))
}

export const passFence = async (http: Ctx, workspace: Workspace, reason: string): Promise<void> => {
  const actor = http.get('actor')
  // Where a fence refuses there was nothing to ask: the yes was to something else.
  if (actor.fences?.at_fence !== 'ask')
    throw new Problem('denied', reason, { fence: reason.split(':')[0]?.replace('fence ', '') })
  if (!http.get('ticket')?.reason.split(AND).includes(reason))
    throw new Refusal(await askFirst(http, workspace, [], { reason }))
}
