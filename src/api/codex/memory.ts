import { type CodexMemory, memory as routes } from '../../contract/codex/memory.ts'
import type { Memory } from '../../contract/memory.ts'
import { Problem } from '../../contract/problem.ts'
import type { Parsed } from '../../contract/route.ts'
import type { Workspace } from '../../workspace/workspace.ts'
import type { Bind } from '../bind.ts'
import type { Call } from '../call.ts'
import { requireChange } from './changes.ts'

export const bindMemory = (bind: Bind, { memory }: Workspace): void => {
  const known = (id: string): Memory => {
    const found = memory.exact(id)
    if (!found) throw new Problem('not_found', `Memory item ${id} not found`)
    return found
  }

  bind(routes.list, ({ search, category, limit }) => {
    const words = search.toLowerCase().split(/\s+/).filter(Boolean)
    const found = memory
      .all()
      .filter(each => category === '' || each.category === category)
      .filter(each => words.every(word => each.text.toLowerCase().includes(word)))
    return { memory: (limit > 0 ? found.slice(0, limit) : found).map(shown) }
  })
  bind(routes.read, ({ memory_id }) => shown(known(memory_id)))

  bind(routes.add, (input, { author }) => {
    const added = memory.add(author, input)
    return {
      ok: true,
      count: added.count,
      ...(added.duplicate ? { message: 'Memory already exists' } : {}),
      id: added.memory.id,
      memory: shown(added.memory),
    }
  })

  const change = (input: Parsed<typeof routes.patch>, { author }: Call) => {
    const { memory_id, ...fields } = input
    requireChange(fields)
    const changed = memory.edit(author, { id: known(memory_id).id, ...fields })
    return { ok: true, id: changed.id, memory: shown(changed) }
  }
  bind(routes.patch, change)
  bind(routes.put, change)

  bind(routes.remove, ({ memory_id }, { author }) => {
    memory.remove(author, known(memory_id).id)
    return { ok: true, message: 'Memory deleted successfully' }
  })
}

const shown = (memory: Memory): CodexMemory => ({
  id: memory.id,
  text: memory.text,
  timestamp: Math.floor(memory.created_at / 1000),
  source: memory.source,
  category: memory.category,
  uses: memory.uses,
  owner: 'operator',
  pinned: memory.pinned,
  ...(memory.session_id === null ? {} : { session_id: memory.session_id }),
  updated_at: new Date(memory.updated_at).toISOString(),
})
