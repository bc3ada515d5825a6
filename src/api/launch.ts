import { Problem } from '../contract/problem.ts'
import type { LaunchAsked, Launched } from '../cookbook/launching.ts'
import type { Call } from './call.ts'
import { momentAhead } from './moment.ts'

type Wanted = Omit<LaunchAsked, 'stop_at'> & { stop_at?: string | null }

/** A launch by whichever door: its fences first, then the launch itself. */
export const launchChecked = async (call: Call, wanted: Wanted): Promise<Launched> => {
  const { workspace, actor, author } = call
  const { launching } = workspace.cookbook
  if (wanted.container && !actor.operator)
    throw new Problem('denied', 'Only the operator launches inside a container image.')
  const stopAt = wanted.stop_at ? await momentAhead(workspace, wanted.stop_at) : null
  const asked: LaunchAsked = { ...wanted, stop_at: stopAt }
  const { fence } = launching.plan(asked, actor)
  if (fence) await call.fence(fence)
  return launching.launch(author, actor, asked)
}
