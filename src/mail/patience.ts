import { Problem } from '../contract/problem.ts'

/** A list waits this long for a server; what is in the cache by then is the answer. */
export const PATIENCE = 5000

export const LATE = new Problem('timeout', 'The mail server takes its time: ask again in a moment.')

/** Resolves with the work, or refuses when it takes too long; the work goes on. */
export const inPatience = (work: Promise<unknown>): Promise<unknown> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(LATE), PATIENCE)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
