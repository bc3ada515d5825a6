import { plain } from './fields.ts'

const ALIASES = new Map([
  ['find', 'search'],
  ['create', 'add'],
  ['new', 'add'],
  ['save', 'add'],
  ['remind', 'add'],
  ['remove', 'delete'],
  // The original toggles here too, and clients rely on it; `delete_item` removes.
  ['remove_item', 'toggle_item'],
])

/** The action a body asks for: as it was sent, and what that means. */
export const actionIn = (asked: unknown): { sent: string; action: string } => {
  const sent = plain(asked || 'add')
    .replaceAll('-', '_')
    .trim()
    .toLowerCase()
  return { sent, action: ALIASES.get(sent) ?? sent }
}
