import type { Draft, Said } from './draft.ts'
import { civilDate, dayNumber, daysInMonth } from './wall.ts'

type Found = (string | undefined)[]
/** Writes what a piece of text says into the draft; false where it cannot be meant here. */
type Meaning = (draft: Draft, said: Said, found: Found) => boolean

export interface Piece {
  pattern: RegExp
  means: Meaning
}

export const piece = (pattern: string, means: Meaning): Piece => ({
  pattern: new RegExp(`^(?:${pattern})(?![\\p{L}\\p{N}])`, 'u'),
  means,
})

export function setDay(draft: Draft, day: number, named: Draft['named']): boolean {
  if (draft.day !== undefined || draft.exact !== undefined) return false
  draft.day = day
  draft.named = named
  return true
}

export function date(year: number, month: number, day: number): number | null {
  return month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month)
    ? dayNumber(year, month, day)
    : null
}

const yearOf = (text: string): number => (text.length === 2 ? 2000 + Number(text) : Number(text))

/** The next such date from the day of speaking on, or that of the year given. */
export function setDate(draft: Draft, said: Said, month: number, dayOfMonth: number, year?: string): boolean {
  if (year !== undefined) {
    const day = date(yearOf(year), month, dayOfMonth)
    return day !== null && setDay(draft, day, 'date')
  }
  const first = civilDate(said.day).year
  for (let y = first; y <= first + 8; y++) {
    const day = date(y, month, dayOfMonth)
    if (day !== null && day >= said.day) return setDay(draft, day, 'date')
  }
  return false
}
