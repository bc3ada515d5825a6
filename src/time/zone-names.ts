import { zoneOfWord } from './words.ts'
import { knownZone } from './zone.ts'

const MOST = 3
const REGIONS = ['Africa', 'America', 'Asia', 'Atlantic', 'Australia', 'Europe', 'Indian', 'Pacific']
/** Of so few letters everything is like everything. */
const SHORTEST = 4

const plain = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z]+/g, ' ')
    .trim()
const city = (zone: string): string => plain(zone.slice(zone.lastIndexOf('/') + 1))

const capital = (text: string): string =>
  text.replace(/(^| )[a-z]/g, first => first.toUpperCase()).replaceAll(' ', '_')

/** Zones that somebody may have meant: "Tokyo", "new york", "Europe/Berln", "PST". The likeliest first. */
export function zonesLike(text: string): string[] {
  const said = plain(text)
  const known = zoneOfWord(said)
  if (known !== null) return [known]
  if (said.length < SHORTEST) return []
  const zones = Intl.supportedValuesOf('timeZone')
  const last = city(text.trim().replaceAll(' ', '_'))
  const named = zones.filter(zone => city(zone) === said || city(zone) === last)
  // Cities whose name has changed stand in the list by their old one only.
  const renamed = REGIONS.flatMap(region => knownZone(`${region}/${capital(said)}`) ?? [])
  const holding = zones.filter(zone => plain(zone).includes(said))
  const near = zones.filter(zone => isNear(plain(zone), said) || isNear(city(zone), last))
  return [...new Set([...named, ...renamed, ...holding, ...near])].slice(0, MOST)
}

/** `; did you mean Asia/Tokyo?`; empty where nothing is like it. */
export function meantZone(text: string): string {
  const like = zonesLike(text)
  const last = like.at(-1)
  if (last === undefined) return ''
  return `; did you mean ${like.length > 1 ? `${like.slice(0, -1).join(', ')} or ${last}` : last}?`
}

/** At most two letters wrong, too many or missing; in a short word one. */
function isNear(one: string, other: string): boolean {
  const most = other.length < 7 ? 1 : 2
  if (other.length < SHORTEST || Math.abs(one.length - other.length) > most) return false
  let row = Array.from({ length: other.length + 1 }, (_, n) => n)
  for (let i = 1; i <= one.length; i++) {
    const next = [i]
    for (let j = 1; j <= other.length; j++)
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (one[i - 1] === other[j - 1] ? 0 : 1))
    row = next
  }
  return row.at(-1)! <= most
}
