import type { Doubt } from '../time/draft.ts'
import { findWhen, parseWhen, type Speaker, type When } from '../time/phrase.ts'
import { DAY, dateText, dayOf, MINUTE, readWall } from '../time/wall.ts'
import { lengthOf, MONTH, NUMBER, numberOf, UNIT, WEEKDAY } from '../time/words.ts'
import { instantText, zoneOf } from '../time/zone.ts'
import { clockAfter, lengthAfter } from './ends.ts'

/** An event as somebody says it in one sentence. */
export interface SaidEvent {
  summary: string
  start: string
  end?: string
  allDay?: true
  /** What only the whole sentence shows: words for a time that were left over. */
  uncertain: Doubt[]
}

const CLOCK =
  '(?:\\d{1,2}(?:[:.]\\d{2})? ?[ap]\\.?m\\b\\.?|\\d{1,2}[:.]\\d{2}(?: ?uhr)?|\\d{1,2} ?uhr|noon|midnight)'
const HOUR = '\\d{1,2}'
const TO = '\\s*(?:-|–|—|\\bto\\b|\\buntil\\b|\\btill?\\b|\\bthrough\\b)\\s*'
const DATE = `(?:today|tomorrow|(?:next |this )?${WEEKDAY}|\\d{1,2}(?:st|nd|rd|th|\\.)? ${MONTH}(?: \\d{4})?|${MONTH} \\d{1,2}(?:st|nd|rd|th)?(?:,? \\d{4})?|\\d{4}-\\d{2}-\\d{2}|\\d{1,2}\\.\\d{1,2}\\.(?:\\d{4})?)`
const TIMED = `${DATE}(?:,? (?:at )?${CLOCK})?`
const words = (pattern: string): RegExp =>
  new RegExp(`(?<![\\p{L}\\p{N}:.-])${pattern}(?![\\p{L}\\p{N}:-])`, 'iu')

const DAYS = words(`(?:from )?(${TIMED})${TO}(${TIMED})`)
const MONTH_FIRST = words(`(${MONTH}) (\\d{1,2})\\s*[-–—]\\s*(\\d{1,2})`)
const MONTH_LAST = words(`(\\d{1,2})\\.?\\s*[-–—]\\s*(\\d{1,2})\\.? (${MONTH})`)
/** Hours without more are a time only where the other end is one, or after `from`. */
const HOURS = words(
  `(?:(?:from |at )?(?:(${CLOCK})${TO}(${CLOCK}|${HOUR})|(${HOUR})${TO}(${CLOCK}))|from (${HOUR})${TO}(${HOUR}))`,
)
const LENGTH = words(`for (?:about )?(${NUMBER}) ?(${UNIT})`)
const ALL_DAY = words('all[ -]day')

/** A sentence with its end taken out, and where that end is. */
interface Taken {
  left: string
  end: (start: When) => Promise<string | null>
}

const cut = (sentence: string, found: RegExpExecArray, instead: string): string =>
  `${sentence.slice(0, found.index)}${instead}${sentence.slice(found.index + found[0].length)}`

/** The end of a whole day is the day after it; a time is where it is. */
const endOf = (when: When): string =>
  when.dateOnly ? dateText((dayOf(readWall(when.local)!.wall) + 1) * DAY) : when.at

function takeDays(sentence: string, speaker: Speaker): Taken | null {
  const both = DAYS.exec(sentence)
  const first = both ?? MONTH_FIRST.exec(sentence) ?? MONTH_LAST.exec(sentence)
  if (!first) return null
  const [, one, two, three] = first as unknown as [string, string, string, string]
  const month = /^\d/.test(one) ? three : one
  const [from, to] = both
    ? [one, two]
    : [`${month} ${/^\d/.test(one) ? one : two}`, `${month} ${month === one ? three : two}`]
  return {
    left: cut(sentence, first, from),
    async end(start) {
      const when = await parseWhen(to, { ...speaker, zone: start.zone, now: start.at, dayStart: '00:00' })
      return when.ok ? endOf(when) : null
    },
  }
}

/** `14.00` is a date to most; as one end of a span it is a time. */
const colon = (clock: string): string => clock.replace(/^(\d{1,2})\.(\d{2})/, '$1:$2')
const half = (clock: string): string | undefined => /[ap](?=\.?m)/i.exec(clock)?.[0]

function takeHours(sentence: string): Taken | null {
  const found = HOURS.exec(sentence)
  if (!found) return null
  const [from, to] = [colon(found[1] ?? found[3] ?? found[5]!), colon(found[2] ?? found[4] ?? found[6]!)]
  // "2 to 4pm" is in the afternoon as a whole; "9 to 5pm" and "11-1pm" begin before noon.
  const later = half(to)
  const isBefore = Number.parseInt(from, 10) % 12 < Number.parseInt(to, 10) % 12
  const begin =
    later && !half(from) && /^\d/.test(from) && !/uhr/i.test(from)
      ? `${from}${isBefore ? later : later === 'p' ? 'a' : 'p'}m`
      : from
  return {
    left: cut(sentence, found, /^\d{1,2}$/.test(begin) ? `at ${begin}` : begin),
    async end(start) {
      const zone = zoneOf(start.zone)
      const next = clockAfter(to, readWall(start.local)!.wall)
      return next === null ? null : instantText(zone.toInstant(next), zone)
    },
  }
}

function takeLength(sentence: string): Taken | null {
  const found = LENGTH.exec(sentence)
  const length = found && lengthOf(numberOf(found[1]!.toLowerCase()), found[2]!.toLowerCase())
  if (!found || !length || length.months > 0) return null
  return {
    left: cut(sentence, found, ''),
    async end(start) {
      if (start.dateOnly)
        return length.days > 0 ? dateText(readWall(start.local)!.wall + length.days * DAY) : null
      const zone = zoneOf(start.zone)
      const at = Date.parse(start.at)
      return instantText(Math.max(lengthAfter(length, at, zone), at + MINUTE), zone)
    },
  }
}

/** Takes the times out of a sentence: "friday 9-11am review", "2 to 4 dec conference", "tomorrow 3pm walk for 2 hours". */
export async function saidEvent(sentence: string, speaker: Speaker): Promise<SaidEvent | null> {
  const whole = ALL_DAY.exec(sentence)
  const plain = whole ? cut(sentence, whole, '') : sentence
  const taken = takeDays(plain, speaker) ?? takeHours(plain) ?? takeLength(plain)
  if (taken) {
    const found = await findWhen(taken.left, speaker)
    const end = found && (await taken.end(found.when))
    if (found && end) return asSaid(found.title, sentence, found.when, end, whole !== null)
  }
  const found = await findWhen(plain, speaker)
  return found && asSaid(found.title, sentence, found.when, null, whole !== null)
}

const asSaid = (
  title: string,
  sentence: string,
  when: When,
  end: string | null,
  allDay: boolean,
): SaidEvent => ({
  summary: title.trim() || sentence.trim(),
  start: when.phrase,
  ...(end === null ? {} : { end }),
  ...(allDay ? { allDay } : {}),
  uncertain: when.uncertain.filter(doubt => doubt === 'unread'),
})
