import { Problem } from '../contract/problem.ts'
import type { LaunchAsked, Launched } from '../cookbook/launching.ts'
import type { Workspace } from '../workspace/workspace.ts'
import type { Call } from './call.ts'

type Wanted = Omit<LaunchAsked, 'stop_at'> & { stop_at?: string | null }

/** A launch by whichever door: its fences first, then the launch itself. */
export const launchChecked = async (call: Call, wanted: Wanted): Promise<Launched> => {
  const { workspace, actor, author } = call
  const { launching } = workspace.cookbook
  if (wanted.container && !actor.operator)
    throw new Problem('denied', 'Only the operator launches inside a container image.')
  const asked: LaunchAsked = { ...wanted, stop_at: await stopTime(workspace, wanted.stop_at ?? undefined) }
  const { fence } = launching.plan(asked, actor)
  if (fence) await call.fence(fence)
  return launching.launch(author, actor, asked)
}

export const stopTime = async (workspace: Workspace, words: string | undefined): Promise<number | null> => {
  if (!words) return null
  const { parseWhen } = await import('../time/phrase.ts')
  const when = await parseWhen(words, { now: workspace.now(), zone: workspace.zone() })
  if (!when.ok)
    throw new Problem('invalid', `'${words.slice(0, 100)}' is not understood as a time: ${when.reason}`)
  const at = Date.parse(when.at)
  if (at <= workspace.now()) throw new Problem('invalid', `'${words.slice(0, 100)}' is in the past.`)
  return at
}
