import { Problem } from '../../contract/problem.ts'

/** Texts that existing clients know by heart come first; after the dash stands what is wrong and what to do. */
export const badCharacters = (): Problem => new Problem('bad_request', 'Invalid characters in cmd')

export const unparsable = (): Problem => new Problem('bad_request', 'Invalid cmd — could not parse')

export const refused = (why: string): Problem => new Problem('bad_request', `Invalid cmd — ${why}`)

export const notAllowed = (program: string, allowed: Iterable<string>): Problem =>
  new Problem(
    'bad_request',
    `cmd binary '${program || '(empty)'}' is not allowed. Must start with one of: ${[...allowed].sort().join(', ')}`,
  )
