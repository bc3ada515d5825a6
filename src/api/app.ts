import { Hono } from 'hono'
import { storeProblem } from '../../store/database.ts'
import { OPERATOR } from '../contract/actor.ts'
import { Missing, Problem } from '../contract/problem.ts'
import { isReplaced, UPDATED } from '../contract/replaced.ts'
import type { Workspace } from '../workspace/workspace.ts'
import { binder } from './bind.ts'
import { bindCodex } from './codex/index.ts'
import { type Api, type Bindings, type Env, Refusal } from './context.ts'
import { admit } from './door.ts'
import { envelopeFor } from './envelope.ts'
import { openMetrics } from './metrics.ts'
import { readable } from './sight.ts'
import { askAboutKey } from './strangers.ts'
import { bindV1 } from './v1/index.ts'

/** The one HTTP application. Screen, command line, agents and tests all come through here. */
export const createApp = (workspace: Workspace): Api => {
  const app = new Hono<Env>({ strict: true })
  const metrics = openMetrics()
  app.use('*', metrics.count, admit(workspace))
  const bind = binder(app, workspace)
  bindV1(bind, app, workspace, metrics)
  bindCodex(bind, app, workspace)
  app.notFound(http => {
    const path = http.req.path
    const trimmed = path.replace(/\/+$/, '')
    const envelope = envelopeFor(path)
    if (trimmed !== path && allowed(app, trimmed).length > 0)
      return http.redirect(trimmed + new URL(http.req.url).search, 307)
    const methods = allowed(app, path)
    if (methods.length > 0) {
      http.header('Allow', methods.join(', '))
      return http.json(
        envelope === envelopeFor('/api/codex')
          ? { detail: 'Method Not Allowed' }
          : envelope.problem(new Problem('bad_request', `${path} answers ${methods.join(', ')} only.`)),
        405,
      )
    }
    return http.json(
      envelope === envelopeFor('/api/codex')
        ? { detail: 'Not Found' }
        : envelope.problem(new Problem('not_found', `There is nothing at ${path}.`)),
      404,
    )
  })
  app.onError((error, http) => {
    if (error instanceof Refusal) return error.response
    const known = storeProblem(workspace.paths.database, error)
    const problem =
      known instanceof Problem
        ? known
        : isReplaced(error)
          ? new Problem('unavailable', UPDATED)
          : new Problem('failed', 'Something went wrong inside Ithaca; its log says what.', {
              id: workspace.report(error),
            })
    const wait = problem.details?.retry_after ?? (problem.code === 'rate_limited' ? 1 : undefined)
    if (wait !== undefined) http.header('Retry-After', String(wait))
    const { actor } = http.var
    const told =
      problem instanceof Missing && actor && readable(actor, problem.what) ? problem.named() : problem
    const asked = actor?.operator === false ? askAboutKey(workspace, problem) : null
    if (asked) http.header('Ithaca-Approval', asked)
    return http.json(envelopeFor(http.req.path).problem(told) as never, problem.status as never)
  })
  const patterns = app
  return {
    fetch: (request, who) => patterns.fetch(request, who ?? {}),
  }
}

export const asOperator: Bindings = { actor: OPERATOR }

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

const allowed = (app: Hono<Env>, path: string): string[] =>
  METHODS.filter(method => app.router.match(method, path)[0].some(([[, route]]) => route.method === method))
