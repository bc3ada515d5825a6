import { createHash } from 'node:crypto'
import type { Problem } from '../contract/problem.ts'
import type { Workspace } from '../workspace/workspace.ts'

/**
 * An agent met a host whose key nobody has compared yet. It is refused at once; the operator is asked, once, and a yes
 * is the operator's own act.
 */
export const askAboutKey = (workspace: Workspace, problem: Problem): string | null => {
  const { reason, fingerprint, host } = problem.details ?? {}
  if (reason !== 'host_key_unknown' || typeof fingerprint !== 'string' || typeof host !== 'string')
    return null
  const { id } = workspace.cookbook.machines.at(host)
  const path = `/api/v1/hosts/${encodeURIComponent(id)}/trust`
  const body = { fingerprint }
  return workspace.approvals.ask({
    actor: 'ithaca',
    token: null,
    method: 'POST',
    path,
    scopes: [],
    reason: `Is ${fingerprint} the key of ${host}? Compare it on the host itself.`,
    digest: createHash('sha256').update(`${path}\n${fingerprint}`).digest('hex'),
    shown: body,
    body: JSON.stringify(body),
    deadline: null,
  }).id
}
