import { presets as routes } from '../../contract/presets.ts'
import { holdsWords } from '../../cookbook/presets.ts'
import type { Workspace } from '../../workspace/workspace.ts'
import type { Bind } from '../bind.ts'
import { launchChecked } from '../launch.ts'
import { shownTo } from '../sight.ts'

export const bindPresets = (bind: Bind, { cookbook }: Workspace): void => {
  const { presets, serves } = cookbook
  // What is found must not tell what is not shown.
  bind(routes.list, ({ search }, { actor }) => ({
    items: shownTo(actor, presets.list(search)).filter(each => holdsWords(each, search)),
  }))
  bind(routes.save, (input, { author }) =>
    presets.save(author, input, input.from === undefined ? null : serves.get(input.from).kept),
  )
  bind(routes.edit, (input, { author, actor }) => shownTo(actor, presets.edit(author, input)))
  bind(routes.remove, ({ id }, { author }) => {
    presets.remove(author, id)
    return { ok: true }
  })
  bind(routes.launch, ({ id }, call) => {
    const { cmd, model, host, env_prefix, gpus, restart, name } = presets.find(id)
    return launchChecked(call, { cmd, repo_id: model, host, env_prefix, gpus, restart, name })
  })
}
