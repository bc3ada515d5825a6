import { addMonths, DAY, dayOf, HOUR, MINUTE, timeOfDay, type Wall } from '../time/wall.ts'
import type { Length } from '../time/words.ts'
import type { Zone } from '../time/zone.ts'

const CLOCK = /^(?:at |until |till )?(\d{1,2})(?:[:.](\d{2}))? ?(?:([ap])\.?m\.?|uhr)?$/i

/** A time of day and nothing else. */
export const isClock = (text: string): boolean =>
  CLOCK.test(text.trim()) || /^(?:at )?(?:noon|midnight)$/i.test(text.trim())

/** The next time after a start that a clock shows that; an hour that may be of the morning or the evening is the nearer one. */
export function clockAfter(clock: string, start: Wall): Wall | null {
  const said = clock
    .trim()
    .toLowerCase()
    .replace(/^(?:at |until |till )?noon$/, '12pm')
    .replace(/^(?:at |until |till )?midnight$/, '00:00')
  const [, hours = '', minutes = '00', half] = CLOCK.exec(said) ?? []
  const [hour, minute] = [Number(hours), Number(minutes)]
  if (hours === '' || minute > 59 || hour > 24 || (half && (hour < 1 || hour > 12))) return null
  const isOpen = !half && hour >= 1 && hour <= 12 && !hours.startsWith('0')
  const shown = half
    ? [(hour % 12) + (half === 'p' ? 12 : 0)]
    : isOpen
      ? [hour, (hour + 12) % 24]
      : [hour % 24]
  const times = shown.map(each => {
    const at = dayOf(start) * DAY + each * HOUR + minute * MINUTE
    return at > start ? at : at + DAY
  })
  return Math.min(...times)
}

/** Days and months later the clock shows the same time, whatever was done to it meanwhile; hours and minutes are lived through. */
export function lengthAfter({ exact, days, months }: Length, from: number, zone: Zone): number {
  if (days === 0 && months === 0) return from + exact
  const wall = zone.toWall(from)
  return zone.toInstant((addMonths(dayOf(wall), months) + days) * DAY + timeOfDay(wall)) + exact
}
