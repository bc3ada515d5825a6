import { DAY, dateText, readWall, SECOND, wallTextFull } from './wall.ts'
import { knownZone, type Zone, zoneOf } from './zone.ts'

const END = /\bUNTIL=(\d{8})(T\d{6})?(?=;|$)/

const compact = (text: string): string => text.replace(/[-:]/g, '')

/**
 * A rule whose end stands as it has to beside a start with a time (RFC 5545, 3.3.10): a day ends with its last second,
 * in UTC where the start has a zone.
 */
export const endedAtTime = (rule: string, zone: Zone | null): string =>
  rule.replace(END, (_, day: string, time?: string) => {
    const { wall } = readWall(day + (time ?? ''))!
    if (zone === null) return `UNTIL=${compact(wallTextFull(time ? wall : wall + DAY - SECOND))}`
    const at = time ? zone.toInstant(wall) : zone.toInstant(wall + DAY) - SECOND
    return `UNTIL=${compact(wallTextFull(at))}Z`
  })

/** The same beside a start that is a day. */
export const endedAtDay = (rule: string): string => rule.replace(/\b(UNTIL=\d{8})T\d{6}Z?/, '$1')

/** The day on which a rule ends, where it is known: a moment in UTC is another day elsewhere. */
export function lastDay(until: string, zoneName: string | null): string | null {
  const utc = until.endsWith('Z')
  const read = readWall(utc ? until.slice(0, -1) : until)
  if (!read) return null
  if (!utc) return dateText(read.wall)
  return zoneName !== null && knownZone(zoneName) ? dateText(zoneOf(zoneName).toWall(read.wall)) : null
}
