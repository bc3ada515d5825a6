import type { Token } from '../../../src/contract/access.ts'
import { rangeWords } from '../../../src/contract/fence-words.ts'
import type { Scope } from '../../../src/contract/route.ts'
import type { FormField } from '../../widgets/form-state.ts'

/** What a form calls a set of scopes: those that are simply allowed, and those that ask each time. */
interface Grant {
  value: string
  label: string
  scopes: readonly Scope[]
  ask: readonly Scope[]
}

const no: Grant = { value: 'no', label: 'no', scopes: [], ask: [] }

const readWrite = (noun: 'todos' | 'documents' | 'calendar' | 'memory'): readonly Grant[] => [
  no,
  { value: 'read', label: 'read', scopes: [`${noun}:read`], ask: [] },
  { value: 'ask', label: 'read; writing asks you', scopes: [`${noun}:read`], ask: [`${noun}:write`] },
  { value: 'write', label: 'read and write', scopes: [`${noun}:write`], ask: [] },
]

const single = (scope: Scope): readonly Grant[] => [
  no,
  { value: 'ask', label: 'asks you', scopes: [], ask: [scope] },
  { value: 'yes', label: 'yes', scopes: [scope], ask: [] },
]

/** What an agent can be given, noun by noun, from nothing to everything. */
export const grants: Readonly<Record<string, readonly Grant[]>> = {
  todos: readWrite('todos'),
  calendar: readWrite('calendar'),
  memory: readWrite('memory'),
  documents: readWrite('documents'),
  email: [
    no,
    { value: 'read', label: 'read', scopes: ['email:read'], ask: [] },
    { value: 'draft', label: 'read and draft', scopes: ['email:draft'], ask: [] },
    { value: 'ask', label: 'draft; sending asks you', scopes: ['email:draft'], ask: ['email:send'] },
    { value: 'send', label: 'draft and send', scopes: ['email:draft', 'email:send'], ask: [] },
  ],
  cookbook: [
    no,
    { value: 'read', label: 'look', scopes: ['cookbook:read'], ask: [] },
    { value: 'ask', label: 'look; launching asks you', scopes: ['cookbook:read'], ask: ['cookbook:launch'] },
    { value: 'launch', label: 'look and launch', scopes: ['cookbook:launch'], ask: [] },
  ],
  models: single('models:use'),
  chat: single('chat'),
}

/** What most agents want: the owner's notes and days, and a question before a GPU is taken. */
export const usual: Readonly<Record<string, string>> = {
  todos: 'write',
  calendar: 'write',
  memory: 'write',
  documents: 'write',
  email: 'no',
  cookbook: 'ask',
  models: 'yes',
  chat: 'no',
}

export const grantFields: readonly FormField[] = Object.entries(grants).map(([id, choices]) => ({
  id,
  label: id,
  kind: 'choice',
  choices,
}))

export function granted(values: Readonly<Record<string, string>>): { scopes: Scope[]; ask: Scope[] } {
  const chosen = Object.entries(grants).flatMap(([id, choices]) =>
    choices.filter(({ value }) => value === values[id]),
  )
  return { scopes: chosen.flatMap(({ scopes }) => scopes), ask: chosen.flatMap(({ ask }) => ask) }
}

/** A token as the values of the form that would make another like it; its name is to be given. */
export function valuesOf(token: Token): Record<string, string> {
  const { fences, scopes } = token
  const has = (scope: Scope, how: 'allow' | 'ask') => scopes[scope] === how
  const chosen = Object.entries(grants).map(([id, choices]) => {
    const fits = choices.findLast(
      one => one.scopes.every(scope => has(scope, 'allow')) && one.ask.every(scope => has(scope, 'ask')),
    )
    return [id, fits?.value ?? 'no'] as const
  })
  return {
    name: '',
    expires: '',
    operator: token.operator ? 'yes' : 'no',
    ...Object.fromEntries(chosen),
    hosts: fences?.hosts?.join(',') ?? '',
    gpus: rangeWords(fences?.gpus ?? []).replaceAll(' ', ''),
    ports: rangeWords(fences?.ports ?? []).replaceAll(' ', ''),
    max_serves: String(fences?.max_serves ?? ''),
    stop: fences?.stop ?? 'any',
    until: fences?.until ?? '',
    at_fence: fences?.at_fence ?? 'refuse',
    ask_deadline: String(token.ask_deadline ?? ''),
  }
}
