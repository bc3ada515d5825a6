/** Every refusal of ours, in one vocabulary: HTTP turns it into a status, the command line into an exit code. */
export const PROBLEMS = {
  invalid: 422,
  bad_request: 400,
  unauthenticated: 401,
  denied: 403,
  not_found: 404,
  conflict: 409,
  gone: 410,
  too_large: 413,
  rate_limited: 429,
  failed: 500,
  upstream: 502,
  unavailable: 503,
  timeout: 504,
} as const

export type ProblemCode = keyof typeof PROBLEMS

export class Problem extends Error {
  readonly code: ProblemCode
  readonly details: Record<string, unknown> | undefined
  constructor(code: ProblemCode, message: string, details?: Record<string, unknown>) {
    super(message)
    this.name = 'Problem'
    this.code = code
    this.details = details
  }
  get status(): number {
    return PROBLEMS[this.code]
  }
}

export const notFound = (what: string, id: string): Problem =>
  new Problem('not_found', `There is no ${what} '${id}'.`, { id })
