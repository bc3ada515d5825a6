import type { Workspace } from '../../workspace/workspace.ts'
import type { Bind } from '../bind.ts'
import type { App } from '../context.ts'
import type { Metrics } from '../metrics.ts'
import { bindOpenai } from '../openai.ts'
import { bindAbout } from './about.ts'
import { bindAccess } from './access.ts'
import { bindCalendar } from './calendar.ts'
import { bindCookbook } from './cookbook.ts'
import { bindAttempts } from './cookbook-attempts.ts'
import { bindDocuments } from './documents.ts'
import { bindEvents } from './events.ts'
import { bindHosts } from './hosts.ts'
import { bindMail } from './mail.ts'
import { bindMemory } from './memory.ts'
import { bindModels } from './models.ts'
import { bindNotify } from './notify.ts'
import { bindPresets } from './presets.ts'
import { bindSearch } from './search.ts'
import { bindTodos } from './todos.ts'
import { bindWorkspace } from './workspace.ts'

export const bindV1 = (bind: Bind, app: App, workspace: Workspace, metrics: Metrics): void => {
  bindAbout(bind, app, workspace, metrics)
  bindWorkspace(bind, workspace)
  bindTodos(bind, workspace)
  bindCalendar(bind, workspace)
  bindMail(bind, workspace)
  bindMemory(bind, workspace)
  bindDocuments(bind, workspace)
  bindSearch(bind, workspace)
  bindNotify(bind, workspace)
  bindHosts(bind, workspace)
  bindCookbook(bind, workspace)
  bindAttempts(bind, workspace)
  bindPresets(bind, workspace)
  bindOpenai(bind, workspace)
  bindModels(bind, workspace)
  bindAccess(bind, workspace)
  bindEvents(bind, workspace)
}
