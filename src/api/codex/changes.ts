import { Problem } from '../../contract/problem.ts'

/** Unknown fields are ignored here, so a change of nothing is more likely a misspelt one. */
export const requireChange = (fields: Readonly<Record<string, unknown>>): void => {
  if (Object.values(fields).every(value => value === undefined))
    throw new Problem(
      'bad_request',
      'Nothing to change: none of the fields that were sent can be changed here.',
    )
}
