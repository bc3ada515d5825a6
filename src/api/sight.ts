import { type Actor, may } from '../contract/actor.ts'
import type { Scope } from '../contract/route.ts'

/** The scopes that let a token read a noun, wherever it turns up: events, search. Not listed: the operator's alone. */
const READERS: Record<string, readonly Scope[]> = {
  todo: ['todos:read', 'todos:write'],
  memory: ['memory:read', 'memory:write'],
  event: ['calendar:read', 'calendar:write'],
  calendar: ['calendar:read', 'calendar:write'],
  document: ['documents:read', 'documents:write'],
  email: ['email:read', 'email:draft', 'email:send'],
  serve: ['cookbook:read', 'cookbook:launch'],
  host: ['cookbook:read', 'cookbook:launch'],
  preset: ['cookbook:read', 'cookbook:launch'],
  model: ['cookbook:read', 'cookbook:launch'],
}

export const readable = (actor: Actor, noun: string, by?: string): boolean => {
  if (actor.operator) return true
  // A token follows its own questions without a scope for it.
  if (noun === 'approval') return by === actor.name
  return may(actor, READERS[noun] ?? []) !== 'deny'
}
