import type * as z from 'zod'

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
}

const listed = (values: readonly unknown[]): string => values.map(String).join(', ')

/** What is wrong with a value, to be said after its name: `is empty`. Null where the schema says it in its own words. */
const fault = (issue: z.core.$ZodIssue): string | null => {
  const { code, message } = issue
  // A schema that has words of its own for it knows better.
  if (!/^(Invalid (input|option)|Too (small|big)|Unrecognized key)/.test(message)) return null
  if (code === 'invalid_type') {
    if (message.endsWith('received undefined')) return 'is missing'
    return `has to be ${kinds[issue.expected] ?? issue.expected}`
  }
  if (code === 'invalid_value')
    return `has to be ${issue.values.length > 1 ? 'one of ' : ''}${listed(issue.values)}`
  if (code === 'too_small') {
    const { minimum, origin } = issue
    if (origin === 'string') return minimum === 1 ? 'is empty' : `needs at least ${minimum} characters`
    if (origin === 'array') return minimum === 1 ? 'is empty' : `needs at least ${minimum} entries`
    return `has to be at least ${minimum}`
  }
  if (code === 'too_big') {
    const { maximum, origin } = issue
    if (origin === 'string') return `may have at most ${maximum} characters`
    if (origin === 'array') return `may have at most ${maximum} entries`
    return `may be at most ${maximum}`
  }
  return null
}

/** What is wrong with a field, as a person would say it; `whole` names what has no field. */
export const issueSentence = (issue: z.core.$ZodIssue, whole: string): string => {
  if (issue.code === 'unrecognized_keys') return `${issue.keys.join(', ')}: no such field`
  const field = issue.path.join('.') || whole
  const said = fault(issue)
  return said === null ? `${field}: ${issue.message}` : `${field} ${said}`
}

/** The same without the name of the field. */
export const issueWords = (issue: z.core.$ZodIssue): string => fault(issue) ?? issue.message
