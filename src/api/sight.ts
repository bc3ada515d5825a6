import type { Approval } from '../contract/access.ts'
import { type Actor, may } from '../contract/actor.ts'
import type { Event } from '../contract/events.ts'
import type { Scope } from '../contract/route.ts'
import { isSecretName, redactText } from '../cookbook/command/redact.ts'

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

/** The scope that changing a noun takes, and so taking a change back. Not listed: the operator's alone. */
const WRITERS: Record<string, Scope> = {
  todo: 'todos:write',
  memory: 'memory:write',
  event: 'calendar:write',
  calendar: 'calendar:write',
  document: 'documents:write',
  email: 'email:draft',
  preset: 'cookbook:launch',
}

export const writerOf = (noun: string): Scope | undefined => WRITERS[noun]

export const readable = (actor: Actor, noun: string): boolean =>
  actor.operator || may(actor, READERS[noun] ?? []) !== 'deny'

/** A token follows its own questions without a scope for it, whoever decides them. */
export const hears = (actor: Actor, { noun, data }: Event): boolean =>
  noun === 'approval' && !actor.operator ? (data as Approval).token === actor.token : readable(actor, noun)

/** Whose questions an actor sees: a token those it asked itself, not those of one that had its name before. */
export const ownOnly = ({ operator, token }: Actor): string | null | undefined =>
  operator ? undefined : token

/** A thing as an actor sees it: secrets that the operator wrote into it are nobody else's. */
export const shownTo = <T>(actor: Actor, thing: T): T => (actor.operator ? thing : (starred(thing) as T))

const starred = (value: unknown, name = ''): unknown => {
  if (typeof value === 'string') return value !== '' && isSecretName(name) ? '***' : redactText(value)
  if (Array.isArray(value)) return value.map(one => starred(one))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, starred(inner, key)]))
}

/** What people write commands and variables into. */
const WRITTEN_INTO = new Set(['host', 'preset'])

export const eventTo = (actor: Actor, event: Event): Event =>
  WRITTEN_INTO.has(event.noun) ? { ...event, data: shownTo(actor, event.data) } : event
