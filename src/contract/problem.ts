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

/** What is not there, and what of its kind is: said only to who may list it. */
export class Missing extends Problem {
  readonly what: string
  readonly #id: string
  readonly #names: readonly string[]
  constructor(what: string, id: string, names: readonly string[]) {
    super('not_found', sentence(what, id, ''), { id })
    this.what = what
    this.#id = id
    this.#names = names
  }
  /** With the names of up to eight that are there. */
  named(): Problem {
    const some = this.#names.slice(0, 8).join(', ')
    if (some === '') return this
    const there = ` There are: ${some}${this.#names.length > 8 ? ', ...' : ''}.`
    return new Problem('not_found', sentence(this.what, this.#id, there), this.details)
  }
}

const sentence = (what: string, id: string, there: string): string => {
  const list = LISTED[what] ? ` All of them: ithaca ${LISTED[what]}.` : ''
  return `There is no ${what} '${id}'.${there}${list}`
}

export const notFound = (what: string, id: string, names: readonly string[] = []): Problem =>
  new Missing(what, id, names)

/** Refuses to write over what was not read: `was` is what somebody who changes a text knows of it. */
export function stillSays(what: string, was: string | undefined, now: string): void {
  if (was !== undefined && was !== now)
    throw new Problem('conflict', `The text of this ${what} was changed meanwhile: read it again first.`)
}
