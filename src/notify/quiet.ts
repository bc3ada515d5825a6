import { DAY, HOUR, MINUTE, timeOfDay } from '../time/wall.ts'
import { zoneOf } from '../time/zone.ts'

/** When the quiet hours `22:00-07:00` that now falls into are over; null outside of them. */
export const quietUntil = (now: number, quiet: string | undefined, zoneName: string): number | null => {
  const [, fromHour, fromMinute, toHour, toMinute] = quiet?.match(/^(\d\d):(\d\d)-(\d\d):(\d\d)$/) ?? []
  if (fromHour === undefined) return null
  const from = Number(fromHour) * HOUR + Number(fromMinute) * MINUTE
  const to = Number(toHour) * HOUR + Number(toMinute) * MINUTE
  const zone = zoneOf(zoneName)
  const wall = zone.toWall(now)
  const time = timeOfDay(wall)
  const inside = from <= to ? time >= from && time < to : time >= from || time < to
  if (!inside) return null
  const midnight = wall - time
  return zone.toInstant(time < to ? midnight + to : midnight + DAY + to)
}
