import { Problem } from '../../contract/problem.ts'

/** A body whose fields may be anything, read one by one. */
export interface Fields {
  /** Text, or a number taken as text; null and absent are undefined. */
  text(...names: string[]): string | undefined
  flag(name: string): boolean | undefined
  whole(name: string): number | undefined
  /** The first of these fields that is there at all. */
  any(...names: string[]): unknown
}

const YES = new Set(['true', 't', '1', 'yes', 'y', 'on'])
const NO = new Set(['false', 'f', '0', 'no', 'n', 'off'])

/** Any JSON value in a word or two. Never a call to something the sender named `toString`, nor a walk into its depths. */
export const plain = (value: unknown): string => {
  if (typeof value === 'string') return value
  if (typeof value !== 'object') return String(value)
  return Array.isArray(value) ? 'a list' : value === null ? 'null' : 'an object'
}

/** The field that counts of several for the same thing: the first that is not blank. */
export const givenOf = (
  body: Readonly<Record<string, unknown>>,
  names: readonly string[],
): string | undefined => names.find(name => !isBlank(body[name]))

const isBlank = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'string' && value.trim() === '')

export const fieldsOf = (body: Readonly<Record<string, unknown>>): Fields => {
  const any = (...names: string[]): unknown =>
    names.map(name => body[name]).find(value => value !== undefined && value !== null)
  const wrong = (name: string, what: string): Problem =>
    new Problem('bad_request', `'${name}' must be ${what}, not ${plain(body[name]).slice(0, 100)}.`)
  return {
    any,
    text(...names) {
      const name = names.find(each => body[each] !== undefined && body[each] !== null)
      if (name === undefined) return undefined
      const value = body[name]
      if (typeof value === 'string') return value
      if (typeof value === 'number' || typeof value === 'boolean') return String(value)
      throw wrong(name, 'text')
    },
    flag(name) {
      const value = any(name)
      if (value === undefined || typeof value === 'boolean') return value
      const word = plain(value).toLowerCase()
      if (YES.has(word)) return true
      if (NO.has(word)) return false
      throw wrong(name, 'true or false')
    },
    whole(name) {
      const value = any(name)
      if (value === undefined) return undefined
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
      if (typeof number === 'number' && Number.isSafeInteger(number)) return number
      throw wrong(name, 'a whole number')
    },
  }
}
