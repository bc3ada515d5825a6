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

/** The command that lists what there is. */
const LISTED: Record<string, string> = {
  host: 'hosts list',
  serve: 'cookbook tasks',
  preset: 'presets list',
  token: 'tokens list',
  approval: 'approvals list',
  calendar: 'calendars list',
  conflict: 'calendar conflicts',
  'calendar account': 'calendar accounts list',
  'mail account': 'mail accounts list',
  'mail in the outbox': 'mail outbox',
}

export const notFound = (what: string, id: string, names: readonly string[] = []): Problem => {
  const some = names.slice(0, 8).join(', ')
  const there = some === '' ? '' : ` There are: ${some}${names.length > 8 ? ', ...' : ''}.`
  const list = LISTED[what] ? ` All of them: ithaca ${LISTED[what]}.` : ''
  return new Problem('not_found', `There is no ${what} '${id}'.${there}${list}`, { id })
}
