import type { KeptApproval } from '../../store/access.ts'
import type { Outcome } from '../access/approvals.ts'
import type { Approval } from '../contract/access.ts'
import { type Actor, OPERATOR } from '../contract/actor.ts'
import type { Scope } from '../contract/route.ts'
import type { Workspace } from '../workspace/workspace.ts'
import { type Api, type Ctx, requestDigest } from './context.ts'
import { masked } from './mask.ts'

/** How long a caller is kept waiting for a person. Existing clients give up at twenty seconds. */
const PATIENCE = 10_000

export const askFirst = async (
  http: Ctx,
  workspace: Workspace,
  scopes: readonly Scope[],
  reason?: string,
): Promise<Response> => {
  const actor = http.get('actor')
  const body = http.get('body') ? new TextDecoder().decode(http.get('body')) : null
  const url = new URL(http.req.url)
  const asked = workspace.approvals.ask({
    actor: actor.name,
    token: actor.token,
    method: http.req.method,
    path: url.pathname + url.search,
    scopes,
    reason: reason ?? `${http.req.method} ${url.pathname}`,
    digest: requestDigest(http),
    shown: body === null ? null : masked(body),
    body,
    deadline: deadlineFor(workspace, actor),
  })
  return told(http, await workspace.approvals.settled(asked.id, PATIENCE, http.req.raw.signal))
}

const deadlineFor = (workspace: Workspace, actor: Actor): number | null => {
  const seconds = actor.token === null ? null : workspace.access.deadlineOf(actor.token)
  return seconds === null ? null : workspace.now() + seconds * 1000
}

const told = (http: Ctx, approval: Approval): Response => {
  http.header('Ithaca-Approval', approval.id)
  if (approval.outcome) return http.json(approval.outcome.body as never, approval.outcome.status as never)
  const no = { ok: false, success: false, exit_code: 1, approval_id: approval.id }
  if (approval.state === 'denied' || approval.state === 'expired') {
    const detail =
      approval.state === 'denied'
        ? `The operator said no (${approval.id}).`
        : `Nobody answered in time (${approval.id}).`
    return http.json({ ...no, pending: false, detail, error: detail }, 403)
  }
  return http.json(
    {
      ...no,
      pending: true,
      detail: `The operator is asked (approval ${approval.id}). Send the same request again for the outcome; it will not act twice.`,
    },
    202,
  )
}

/** A question of Ithaca's own has no token behind it: a yes to it is the operator's act. */
const whoAsked = ({ token, actor }: KeptApproval, workspace: Workspace): Actor | undefined => {
  if (token !== null) return workspace.access.actorOf(token)
  return actor === 'ithaca' ? OPERATOR : undefined
}

/** Sends an allowed request again, as its own actor, with a ticket that lets it past the question. */
export const dispatcher =
  (api: Api, workspace: Workspace) =>
  async (approval: KeptApproval): Promise<Outcome> => {
    const actor = whoAsked(approval, workspace)
    if (!actor)
      return { status: 403, body: { detail: `The token of ${approval.actor} is not valid any more.` } }
    const request = new Request(`http://localhost${approval.path}`, {
      method: approval.method,
      headers: approval.request_body === null ? {} : { 'content-type': 'application/json' },
      ...(approval.request_body === null ? {} : { body: approval.request_body }),
    })
    const response = await api.fetch(request, { actor, ticket: { approval: approval.id } })
    const text = await response.text()
    return { status: response.status, body: parsed(text) }
  }

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return { detail: text.slice(0, 2000) }
  }
}
