import { models as routes } from '../../contract/models.ts'
import type { Serve } from '../../contract/serve.ts'
import type { LaunchAsked } from '../../cookbook/launching.ts'
import type { Workspace } from '../../workspace/workspace.ts'
import type { Bind } from '../bind.ts'
import type { Call } from '../call.ts'
import { passHostFence } from '../fences.ts'
import { launchChecked } from '../launch.ts'

export const bindModels = (bind: Bind, workspace: Workspace): void => {
  const { models } = workspace.cookbook
  const begun = async (call: Call, asked: LaunchAsked | Serve): Promise<{ serve: Serve }> => {
    if ('state' in asked) return { serve: asked }
    const { serve } = await launchChecked(call, { ...asked, stop_at: null })
    return { serve }
  }
  bind(routes.list, ({ host, fresh, search }) => models.list(host, { fresh, search }))
  bind(routes.download, (input, call) => begun(call, models.download(input)))
  bind(routes.install, (input, call) => begun(call, models.install(input)))
  bind(routes.copy, async (input, call) => begun(call, await models.copy(input)))
  bind(routes.remove, async (input, call) => {
    await passHostFence(call, input.host)
    return models.remove(call.author, input)
  })
}
