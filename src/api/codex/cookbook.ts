import { cookbook as routes } from '../../contract/codex/cookbook.ts'
import { Problem } from '../../contract/problem.ts'
import type { Bind } from '../bind.ts'

const SESSION = /^[A-Za-z0-9_-]+$/
const PRESET = /^[A-Za-z0-9 _.:@-]+$/

/** Nothing is served through these routes: lists are empty, and whoever wants to launch is told where it can be. */
export const bindCookbook = (bind: Bind): void => {
  bind(routes.tasks, () => ({ tasks: [] }))
  bind(routes.servers, () => ({ servers: [] }))
  bind(routes.cached, ({ host }) => ({ models: [], host: host || 'local' }))
  bind(routes.presets, () => ({ presets: [], default_host: 'local' }))
  bind(routes.output, ({ session_id }) => {
    requireSession(session_id)
    throw new Problem('not_found', 'task not found')
  })
  bind(routes.serve, () => unavailable('model serve endpoint unavailable'))
  bind(routes.preset, ({ name }) => {
    if (!PRESET.test(name)) throw new Problem('bad_request', 'Invalid preset name')
    throw new Problem('not_found', `No preset matching '${name}'`)
  })
  bind(routes.adopt, () => unavailable('model adopt endpoint unavailable'))
  bind(routes.stop, ({ session_id }) => {
    requireSession(session_id)
    return unavailable('model stop endpoint unavailable')
  })
}

const requireSession = (id: string): void => {
  if (!SESSION.test(id)) throw new Problem('bad_request', 'Invalid session id')
}

const unavailable = (detail: string): never => {
  throw new Problem('unavailable', detail, {
    reason: 'The cookbook of this version is reached through /api/v1 and the command line only.',
  })
}
