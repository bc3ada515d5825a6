import type { CalendarInfo } from '../../../src/contract/calendar.ts'

/** A letter for each calendar: of its name where one of it is free. */
export function lettersOf(all: readonly Pick<CalendarInfo, 'id' | 'name'>[]): Map<string, string> {
  const taken = new Set<string>()
  return new Map(
    all.map(({ id, name }) => {
      const own = name.toUpperCase().replace(/[^A-Z0-9]/g, '')
      const mark =
        [...own, ...'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'].find(letter => !taken.has(letter)) ?? '|'
      taken.add(mark)
      return [id, mark]
    }),
  )
}
