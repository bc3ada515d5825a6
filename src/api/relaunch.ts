import { Problem } from '../contract/problem.ts'
import type { Launched } from '../cookbook/launching.ts'
import type { RelaunchAsked } from '../cookbook/relaunch.ts'
import type { Call } from './call.ts'
import { passStopFence } from './fences.ts'

/** A new attempt by whichever door: every fence before anything is stopped, then the stop, then the launch. */
export const relaunchChecked = async (
  call: Call,
  asked: RelaunchAsked,
): Promise<Launched & { difference: string[] }> => {
  const { actor, author, workspace } = call
  const { relaunch, launching, control } = workspace.cookbook
  const { known, wanted, difference } = await relaunch.plan(asked)
  const { fence } = launching.plan(wanted, actor, known.kept.id)
  if (fence) await call.fence(fence)
  if (!known.kept.ending) {
    await passStopFence(call, known.kept.id)
    const { step } = await control.stop(author, known.kept.id, {})
    if (step === 'running' || step === 'failed')
      throw new Problem(
        'conflict',
        `${known.kept.name} is still being stopped. Relaunch it once it has ended.`,
        { step },
      )
  }
  return { ...(await launching.launch(author, actor, wanted)), difference }
}
