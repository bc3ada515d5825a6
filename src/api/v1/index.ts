import type { Workspace } from '../../workspace/workspace.ts'
import type { App, Bind } from '../bind.ts'
import { bindAccess } from './access.ts'
import { bindDocuments } from './documents.ts'
import { bindEvents } from './events.ts'
import { bindMemory } from './memory.ts'
import { bindSearch } from './search.ts'
import { bindTodos } from './todos.ts'
import { bindWorkspace } from './workspace.ts'

export const bindV1 = (bind: Bind, app: App, workspace: Workspace): void => {
  app.get('/healthz', http => http.json({ ok: true, id: workspace.instance, version: workspace.version }))
  bindWorkspace(bind, workspace)
  bindTodos(bind, workspace)
  bindMemory(bind, workspace)
  bindDocuments(bind, workspace)
  bindSearch(bind, workspace)
  bindAccess(bind, workspace)
  bindEvents(bind, workspace)
}
