import type { KeptApproval } from '../../store/access.ts'
import type { Outcome } from '../access/approvals.ts'
import type { Approval } from '../contract/access.ts'
import { type Actor, OPERATOR } from '../contract/actor.ts'
import type { Scope } from '../contract/route.ts'
import type { Workspace } from '../workspace/workspace.ts'
import { type Api, type Ctx, requestDigest } from './context.ts'
import { masked } from './mask.ts'
import { pleaOf } from './plea.ts'

/** How long a caller is kept waiting for a person. Existing clients give up at twenty seconds. */
const PATIENCE = 10_000

/** Between the parts of a reason, where one request runs into several questions. */
export const AND = ' · '

export const askFirst = async (
  http: Ctx,
  workspace: Workspace,
  scopes: readonly Scope[],
  wording: { reason?: string; body?: unknown },
): Promise<Response> => {
  const actor = http.get('actor')
  const before = http.get('ticket')
  const sent = http.get('body') ? new TextDecoder().decode(http.get('body')) : null
  const body = wording.body === undefined ? sent : JSON.stringify(wording.body)
  const url = new URL(http.req.url)
  const shown = body === null ? null : masked(body)
  // A yes that was given already stays part of the next question, or the two would ask each other for ever.
  const parts = [before?.reason ?? inWords(http), wording.reason].filter(part => part != null)
  const reason = parts.length > 0 ? parts.join(AND) : `${http.req.method} ${url.pathname}`
  const all = [...new Set([...(before?.scopes ?? []), ...scopes])]
  const asked = workspace.approvals.ask({
    actor: actor.name,
    token: actor.token,
    method: http.req.method,
    path: url.pathname + url.search,
    scopes: all,
    reason,
    digest: `${requestDigest(http)} ${all.join()} ${reason}`,
    shown,
    body,
    deadline: deadlineFor(workspace, actor),
  })
  const settled = await workspace.approvals.settled(asked.id, before ? 0 : PATIENCE, http.req.raw.signal)
  return told(http, last(settled, workspace))
}

/** What is asked, in words: of nothing but what will be done. Nothing in them can pass for a part that somebody said yes to. */
const inWords = (http: Ctx): string | null => {
  const path = http.req.param()
  const [id] = Object.values(path)
  const taken = Object.entries(http.get('input') ?? {}).filter(([name]) => !Object.hasOwn(path, name))
  const given = masked(JSON.stringify(Object.fromEntries(taken))) as Record<string, unknown>
  const words = pleaOf(http.get('route') ?? '', id === undefined ? given : { ...given, id })
  return words === null ? null : words.replaceAll(AND.trim(), '-')
}

/** An outcome that is itself a question leads on to that one. */
const last = (approval: Approval, workspace: Workspace): Approval => {
  const body = approval.outcome?.body as { pending?: boolean; approval_id?: string } | null | undefined
  if (approval.outcome?.status !== 202 || !body?.pending || !body.approval_id) return approval
  return last(workspace.approvals.get(body.approval_id), workspace)
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
        ? `The operator said no (${approval.id})${approval.note === null ? '.' : `: ${approval.note}`}`
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
    const response = await api.fetch(request, {
      actor,
      ticket: { approval: approval.id, scopes: approval.scopes, reason: approval.reason },
    })
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
