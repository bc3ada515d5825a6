import { notFound, Problem } from '../src/contract/problem.ts'

/** Shorter than this, a beginning would too often be somebody's slip. */
const SHORTEST = 4

/** By its whole id, or by a beginning of it that only one has. */
export const byId = <T>(
  rows: { get(id: string): T | undefined; startingWith(id: string): T[] },
  noun: { one: string; many: string },
  id: string,
): T => {
  const whole = rows.get(id)
  if (whole) return whole
  const [first, second] = id.length >= SHORTEST ? rows.startingWith(id) : []
  if (second)
    throw new Problem('conflict', `Several ${noun.many} begin with '${id}': give more of the id.`, { id })
  if (!first) throw notFound(noun.one, id)
  return first
}
