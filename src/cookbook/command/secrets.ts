import type { Invocation } from '../../sessions/word.ts'
import { literal } from '../../sessions/word.ts'
import { removeFlag, valuesOf } from './flags.ts'
import { isSecretName } from './redact.ts'
import { type Engine, servingOf } from './serving.ts'

/** Engines that take their key from a variable as well: there no process list shows it. */
const KEY_VARIABLES: Partial<Record<Engine, string>> = {
  vllm: 'VLLM_API_KEY',
  'llama.cpp': 'LLAMA_API_KEY',
  tgi: 'API_KEY',
}

/**
 * Takes the secrets out of a command: what it sets under a secret's name, and an API key where the engine also reads
 * it from a variable. What is left may be stored and shown.
 */
export function takeSecrets<T extends Invocation>(run: T): { run: T; secrets: Record<string, string> } {
  const secrets: Record<string, string> = {}
  const assignments = run.assignments.filter(({ name, value }) => {
    const text = literal(value)
    if (text === null || !isSecretName(name)) return true
    secrets[name] = text
    return false
  })
  const variable = KEY_VARIABLES[servingOf(run).engine]
  const [key, ...others] = valuesOf(run.argv, '--api-key')
  const text = key === undefined ? null : literal(key)
  const lifts = variable !== undefined && text !== null && others.length === 0
  if (lifts) secrets[variable] = text
  const argv = lifts ? removeFlag(run.argv, '--api-key') : run.argv
  const fallback = run.otherwise && takeSecrets(run.otherwise)
  const otherwise = fallback && { otherwise: fallback.run }
  return { run: { ...run, ...otherwise, assignments, argv }, secrets: { ...fallback?.secrets, ...secrets } }
}
