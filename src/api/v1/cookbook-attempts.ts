import { cookbook as routes } from '../../contract/cookbook.ts'
import type { Workspace } from '../../workspace/workspace.ts'
import type { Bind } from '../bind.ts'
import { relaunchChecked } from '../relaunch.ts'

/** Why something died, what was tried since, and what would happen if. */
export const bindAttempts = (bind: Bind, workspace: Workspace): void => {
  const { why, attempts, check } = workspace.cookbook

  bind(routes.why, ({ id }, { signal }) => why.of(id, signal))
  bind(routes.relaunch, (input, call) => relaunchChecked(call, input))
  bind(routes.attempts, ({ id, sort }) => attempts.of(id, sort))
  bind(routes.check, (input, { actor }) => check.launch(input, actor))
  bind(routes.fit, input => check.fit(input))
}
