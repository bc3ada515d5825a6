import type { Problem, ProblemCode } from '../contract/problem.ts'

/** What a script can tell from `$?`. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  denied: 4,
  unreachable: 5,
  timeout: 6,
} as const

const CODES: Partial<Record<ProblemCode, number>> = {
  invalid: EXIT.usage,
  bad_request: EXIT.usage,
  not_found: EXIT.notFound,
  gone: EXIT.notFound,
  denied: EXIT.denied,
  unauthenticated: EXIT.denied,
  timeout: EXIT.timeout,
}

export const exitFor = (problem: Problem): number =>
  problem.details?.unreachable ? EXIT.unreachable : (CODES[problem.code] ?? EXIT.failed)
