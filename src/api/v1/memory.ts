import { memory as routes } from '../../contract/memory.ts'
import type { Workspace } from '../../workspace/workspace.ts'
import type { Bind } from '../bind.ts'

export const bindMemory = (bind: Bind, { memory }: Workspace): void => {
  bind(routes.list, input => memory.list(input))
  bind(routes.get, ({ id }) => memory.get(id))
  bind(routes.add, (input, { author, http }) => {
    const { memory: kept, ...how } = memory.add(author, input)
    const added = { ...kept, ...how }
    return added.duplicate ? http.json(added, 200) : added
  })
  bind(routes.edit, (input, { author }) => memory.edit(author, input))
  bind(routes.pin, ({ id, pinned }, { author }) => memory.edit(author, { id, pinned }))
  bind(routes.used, ({ id, times }, { author }) => memory.used(author, id, times))
  bind(routes.remove, ({ id }, { author }) => {
    memory.remove(author, id)
    return { ok: true }
  })
}
