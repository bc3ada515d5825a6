import type { AccessStore } from '../../store/access.ts'
import type { Changes } from '../../store/changes.ts'
import type { Actor } from '../contract/actor.ts'
import { OPERATOR } from '../contract/actor.ts'
import { digestOf, openTokens, type Tokens } from './tokens.ts'

export interface Access extends Tokens {
  /** Seconds the operator has to answer this token's questions; null means for ever. */
  deadlineOf(token: string): number | null
}

/** Tokens, and the operator's key that the workspace itself hands to the same user's other processes. */
export const openAccessRules = (deps: {
  store: AccessStore
  changes: Changes
  now: () => number
  operatorKey: string
}): Access => {
  const tokens = openTokens(deps)
  const operatorDigest = digestOf(deps.operatorKey)
  return {
    ...tokens,
    // Digests are compared, so that the time it takes says nothing about the key.
    identify: (secret, digest = digestOf(secret)): Actor | undefined =>
      digest === operatorDigest ? OPERATOR : tokens.identify(secret, digest),
    deadlineOf: token => deps.store.token(token)?.ask_deadline ?? null,
  }
}
