import type { Scope } from './route.ts'

/** Whoever acts. `operator`, or a token by its name. No network request can choose it; `app.fetch` takes it as an argument. */
export interface Actor {
  readonly name: string
  readonly operator: boolean
  /** What a token may do, and whether it has to ask first. The operator has no list: everything is allowed. */
  readonly scopes: ReadonlyMap<Scope, 'allow' | 'ask'>
  readonly token: string | null
  readonly fences: Fences | null
}

/** Limits on a token that may launch. Absent means unlimited. */
export interface Fences {
  hosts?: string[]
  /** Inclusive ranges. */
  gpus?: [number, number][]
  ports?: [number, number][]
  max_serves?: number
  /** Whose serves it may stop. */
  stop?: 'own' | 'any'
  /** From this instant on it launches nothing, written with its offset. */
  until?: string
  /** What happens at a fence: a refusal, or a question to the operator. */
  at_fence?: 'refuse' | 'ask'
}

export const OPERATOR: Actor = {
  name: 'operator',
  operator: true,
  scopes: new Map(),
  token: null,
  fences: null,
}

export type Verdict = 'allow' | 'ask' | 'deny'

/** Any one of `scopes` is enough; one that is allowed outright wins over one that asks. */
export const may = (actor: Actor, scopes: readonly Scope[]): Verdict => {
  if (actor.operator) return 'allow'
  let verdict: Verdict = 'deny'
  for (const scope of scopes) {
    const grant = actor.scopes.get(scope)
    if (grant === 'allow') return 'allow'
    if (grant === 'ask') verdict = 'ask'
  }
  return verdict
}
