/** The zone that times are told in: the owner's, once it is asked for; until then this machine's. */
let zone: string | undefined

export const tellTimesIn = (name: string): void => {
  zone = name
}

/** `2026-11-29 18:30` */
export const moment = (at: number): string =>
  new Date(at).toLocaleString('sv-SE', { timeZone: zone }).slice(0, 16)

/** A due as it is stored: a moment in the owner's zone, whatever zone it was said in; a day as it is. */
export const dueWords = (due: string): string =>
  /T.*(?:Z|[+-]\d\d:?\d\d)$/.test(due) ? moment(Date.parse(due)) : due

/** Whether a column's number is a moment. */
export const isMoment = (column: string, value: unknown): value is number =>
  typeof value === 'number' && value > 1e11 && /(^at$|_at$|until$|deadline$)/.test(column)

/** Whether an answer has moments in it that are told in words. */
export const hasMoments = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.entries(value).some(
    ([name, inner]) => isMoment(name, inner) || (name === 'understood' && inner) || hasMoments(inner),
  )
