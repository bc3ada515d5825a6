import type { Workspace } from '../../workspace/workspace.ts'
import type { Bind } from '../bind.ts'
import type { App } from '../context.ts'
import { bindBundles } from './bundles.ts'
import { bindCalendar } from './calendar.ts'
import { bindCapabilities } from './capabilities.ts'
import { bindCookbook } from './cookbook.ts'
import { inTime } from './deadline.ts'
import { bindDocuments } from './documents.ts'
import { bindEmail } from './email.ts'
import { packed } from './gzip.ts'
import { bindMemory } from './memory.ts'
import { bindOwn } from './own.ts'
import { bindTodos } from './todos.ts'

/** What existing Odysseus clients call, field for field. */
export const bindCodex = (plainly: Bind, _app: App, workspace: Workspace): void => {
  const bind = inTime(packed(plainly))
  bindCapabilities(bind, workspace)
  bindTodos(bind, workspace)
  bindMemory(bind, workspace)
  bindCalendar(bind, workspace)
  bindDocuments(bind, workspace)
  bindEmail(bind, workspace)
  bindCookbook(bind, workspace)
  bindOwn(bind, workspace)
  bindBundles(bind, workspace)
}
