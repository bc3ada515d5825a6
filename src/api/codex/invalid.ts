import type * as z from 'zod'

/** One entry of a 422, in the words that existing clients know. */
export interface FieldDetail {
  type: string
  loc: (string | number)[]
  msg: string
  input: unknown
}

const LONGEST_ECHO = 2000

/** What was sent, unless sending it back would be too much: too long, or too deep to be written at all. */
const echo = (input: unknown): unknown => {
  try {
    return (JSON.stringify(input) ?? '').length <= LONGEST_ECHO ? (input ?? null) : '…'
  } catch {
    return '…'
  }
}

export const notADictionary = (input: unknown): FieldDetail => ({
  type: 'dict_type',
  loc: ['body'],
  msg: 'Input should be a valid dictionary',
  input: echo(input),
})

/** Fields that are not known, each by its name. */
export const perField = (issue: z.core.$ZodIssue): z.core.$ZodIssue[] =>
  issue.code === 'unrecognized_keys'
    ? issue.keys.map(key => ({ ...issue, path: [...issue.path, key], message: 'This field is not known' }))
    : [issue]

export const fieldDetail = (
  where: 'query' | 'body',
  issue: z.core.$ZodIssue,
  given: unknown,
): FieldDetail => {
  const path = issue.path.map(part => (typeof part === 'symbol' ? String(part) : part))
  if (path.length === 0 && issue.code === 'invalid_type') return notADictionary(issue.input)
  const input = path.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | null)?.[key], given)
  return { ...worded(issue, input, where), loc: [where, ...path], input: echo(input) }
}

const worded = (
  issue: z.core.$ZodIssue,
  input: unknown,
  where: 'query' | 'body',
): Pick<FieldDetail, 'type' | 'msg'> => {
  if (input === undefined) return { type: 'missing', msg: 'Field required' }
  const expected = issue.code === 'invalid_type' ? issue.expected : undefined
  if (where === 'query' && (expected === 'number' || expected === 'int'))
    return {
      type: 'int_parsing',
      msg: 'Input should be a valid integer, unable to parse string as an integer',
    }
  if (expected === 'boolean')
    return { type: 'bool_parsing', msg: 'Input should be a valid boolean, unable to interpret input' }
  if (expected === 'string') return { type: 'string_type', msg: 'Input should be a valid string' }
  return { type: issue.code, msg: issue.message }
}

/** The text of a 400: what the thing is, how many fields are wrong, then each of them. */
export const payloadText = (title: string, details: readonly FieldDetail[]): string => {
  const errors = `${details.length} validation error${details.length === 1 ? '' : 's'}`
  const lines = details.map(({ loc, msg }) => `${loc.slice(1).join('.')}\n  ${msg}`)
  return `Invalid ${title} payload: ${errors} for ${title}\n${lines.join('\n')}`
}
