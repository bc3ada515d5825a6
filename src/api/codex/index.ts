import type { Workspace } from '../../workspace/workspace.ts'
import type { App, Bind } from '../bind.ts'
import { bindCapabilities } from './capabilities.ts'

/** What existing Odysseus clients call, field for field. */
export const bindCodex = (bind: Bind, _app: App, workspace: Workspace): void => {
  bindCapabilities(bind, workspace)
}
