import { type Actor, may } from '../../contract/actor.ts'
import { capabilities as route } from '../../contract/codex/capabilities.ts'
import type { Scope } from '../../contract/route.ts'
import type { Workspace } from '../../workspace/workspace.ts'
import { type Bind, Written } from '../bind.ts'

export const bindCapabilities = (bind: Bind, workspace: Workspace): void => {
  // A token that changes becomes another actor, so this holds until the zone or the mail accounts do not.
  let written = new WeakMap<Actor, { zone: string; answer: Written }>()
  workspace.changes.subscribe(events => {
    if (events.some(({ noun }) => noun === 'mail-account')) written = new WeakMap()
  })
  bind(route, (_input, { actor }) => {
    const zone = workspace.zone()
    let known = written.get(actor)
    if (known?.zone !== zone) {
      known = { zone, answer: new Written(JSON.stringify(capabilitiesOf(actor, workspace, zone))) }
      written.set(actor, known)
    }
    return known.answer
  })
}

const capabilitiesOf = (actor: Actor, workspace: Workspace, timezone: string) => ({
  integration: 'codex',
  server: 'ithaca',
  version: workspace.version,
  token_scopes: [...actor.scopes.keys()].sort(),
  ask_scopes: [...actor.scopes].flatMap(([scope, grant]) => (grant === 'ask' ? [scope] : [])).sort(),
  tools: toolsFor(actor, workspace.mail.accounts.list().length > 0),
  own: ['approvals', 'events', 'search', 'undo'],
  timezone,
  safety: { email_send_requires_confirmation: true, destructive_actions_should_confirm: true },
})

const toolsFor = (actor: Actor, mailIsSetUp: boolean) => {
  const can = (...scopes: Scope[]): boolean => may(actor, scopes) !== 'deny'
  return {
    todos: {
      read: can('todos:read', 'todos:write'),
      write: can('todos:write'),
      actions: [
        ...['list', 'add', 'update', 'delete', 'toggle_item', 'search', 'view'],
        ...['add_item', 'edit_item', 'delete_item', 'move_item', 'done', 'snooze'],
      ],
      available: true,
    },
    email: {
      read: can('email:read', 'email:draft', 'email:send'),
      draft: can('email:draft', 'email:send'),
      send: can('email:send'),
      actions: ['list', 'read', 'draft_document', 'draft', 'send', 'answer_invitation'],
      available: mailIsSetUp,
    },
    memory: {
      read: can('memory:read', 'memory:write'),
      write: can('memory:write'),
      actions: ['list', 'add', 'delete', 'search', 'update'],
      available: true,
    },
    calendar: {
      read: can('calendar:read', 'calendar:write'),
      write: can('calendar:write'),
      actions: [
        ...['list_events', 'create_event', 'delete_event', 'read_event', 'update_event', 'delete_occurrence'],
        ...['list_calendars', 'create_calendar', 'answer_event'],
      ],
      available: true,
    },
    documents: {
      read: can('documents:read', 'documents:write'),
      write: can('documents:write'),
      actions: [
        ...['library', 'read', 'create', 'delete', 'update', 'replace', 'append'],
        ...['versions', 'diff', 'restore', 'recover'],
      ],
      available: true,
    },
    cookbook: {
      read: can('cookbook:read', 'cookbook:launch'),
      launch: can('cookbook:launch'),
      actions: [
        ...['tasks', 'servers', 'output', 'serve', 'stop'],
        ...['cached', 'presets', 'preset', 'adopt'],
        ...['wait', 'why', 'attempts', 'relaunch'],
      ],
      available: true,
    },
  }
}
