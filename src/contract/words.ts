import * as z from 'zod'

/** The words that several nouns share. Query strings carry text only, so numbers and flags accept it too. */

export const id = () => z.string().min(1).max(200)

/** Nothing but a number, or text that is one: what is empty is no 0, and true no 1. */
export const numeric = (inner: z.ZodNumber) =>
  z.preprocess(value => (typeof value === 'string' && value.trim() !== '' ? Number(value) : value), inner)

export const count = (min: number, max: number) => numeric(z.number().int().min(min).max(max))

const YES = new Set(['true', 't', '1', 'yes', 'y', 'on'])
const NO = new Set(['false', 'f', '0', 'no', 'n', 'off'])

export const flag = () =>
  z.preprocess(value => {
    if (typeof value !== 'string') return value
    const word = value.toLowerCase()
    return YES.has(word) ? true : NO.has(word) ? false : value
  }, z.boolean())

/** Text a person or an agent wrote: whole Unicode, no NUL, no lone surrogate that SQLite could not give back. */
export const text = (max: number, min = 0) =>
  z
    .string()
    .min(min)
    .max(max)
    .refine(value => !value.includes('\0'), 'must not contain NUL')
    .transform(value => value.toWellFormed())

export const instant = () => z.string().describe('ISO 8601 with offset')

/** Of a change to a text: what was read, so that what somebody else wrote since is not written over. */
export const was = (what: string) =>
  text(10_000_000).optional().describe(`what its ${what} says now; refused where it does not`)

/** A page of a list: ask again with `cursor` until it is null. */
export const pageIn = {
  limit: count(1, 500).default(50),
  cursor: z.string().max(500).optional().describe('`next` of the page before'),
}

export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next: z.string().nullable(), total: z.number().int().optional() })

export type Page<T> = { items: T[]; next: string | null; total?: number }

export const done = z.object({ ok: z.literal(true) })
