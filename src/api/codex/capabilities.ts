import { type Actor, may } from '../../contract/actor.ts'
import { capabilities as route } from '../../contract/codex/capabilities.ts'
import type { Scope } from '../../contract/route.ts'
import type { Workspace } from '../../workspace/workspace.ts'
import type { Bind } from '../bind.ts'

export const bindCapabilities = (bind: Bind, _workspace: Workspace): void => {
  bind(route, (_input, { actor }) => ({
    integration: 'codex',
    token_scopes: [...actor.scopes.keys()].sort(),
    tools: toolsFor(actor),
    safety: { email_send_requires_confirmation: true, destructive_actions_should_confirm: true },
  }))
}

const toolsFor = (actor: Actor) => {
  const can = (...scopes: Scope[]): boolean => may(actor, scopes) !== 'deny'
  return {
    todos: {
      read: can('todos:read', 'todos:write'),
      write: can('todos:write'),
      actions: ['list', 'add', 'update', 'delete', 'toggle_item', 'search', 'view'],
      available: true,
    },
  }
}
