import * as z from 'zod'

/** The words of the codex routes: lenient where the original is, and never a reason to fail on what is not known. */

const WHOLE = /^\s*[+-]?\d{1,18}\s*$/

/** A whole number as a query string carries it. Clamping is the route's own affair. */
export const whole = (fallback: number) =>
  z
    .preprocess(
      value => (typeof value === 'string' && WHOLE.test(value) ? clamp(Number(value)) : value),
      z.number().int(),
    )
    .default(fallback)

const clamp = (value: number): number =>
  Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, value))

/** A body that may hold anything: its route reads it by its own rules. */
export const anything = <S extends z.ZodRawShape>(described = {} as S) => z.looseObject(described)

/** Numbers and flags count as the text they are written as. */
export const said = <T extends z.ZodType>(inner: T) =>
  z.preprocess(
    value => (typeof value === 'number' || typeof value === 'boolean' ? String(value) : value),
    inner,
  )
