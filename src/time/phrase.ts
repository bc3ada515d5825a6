import type { Doubt, Said } from './draft.ts'
import { type ReadOptions, readDraft } from './grammar.ts'
import { type Placed, place } from './place.ts'
import type { Repeat } from './repeat.ts'
import { DAY, dayOf, inRange, MINUTE, readWall, wallOf, wallTextFull } from './wall.ts'
import { instantText, type Zone, zoneOf } from './zone.ts'

export interface Speaker {
  /** Epoch milliseconds or an ISO instant. */
  now: number | string
  /** The zone the words are said in. */
  zone: string
  /** The time of day that a phrase without one means; 09:00. */
  dayStart?: string
}

export interface When {
  ok: true
  /** `2026-12-01T09:00:00+01:00`. */
  at: string
  /** The same on the clock of `zone`: `2026-12-01T09:00:00`. */
  local: string
  zone: string
  /** The phrase named a day and no time; `at` is where that day begins for the speaker. */
  dateOnly: boolean
  /** An RRULE value, when the phrase asks for a repeat; `at` is then the first one. */
  repeat?: Repeat
  /** What was guessed and is worth showing before it is saved. */
  uncertain: Doubt[]
  /** The words that were understood. */
  phrase: string
}

export type WhenReading = When | { ok: false; reason: string }

export interface FoundWhen {
  when: When
  /** What is left of the sentence without the time and without "remind me to". */
  title: string
}

const LONGEST_PHRASE = 120
const LONGEST_TEXT = 2000
const WIDEST = 12
const EXAMPLES =
  'try "tomorrow at 5pm", "next Monday 9am", "in 2 hours", "every weekday at 9am" or 2026-12-01T10:00'

interface Setting {
  now: number
  zone: Zone
  said: Said
}

function settingOf(speaker: Speaker, zoneName = speaker.zone): Setting {
  const now = typeof speaker.now === 'number' ? speaker.now : Date.parse(speaker.now)
  if (!Number.isFinite(now)) throw new RangeError(`"${speaker.now}" is not an instant.`)
  const zone = zoneOf(zoneName)
  const wall = zone.toWall(now)
  const [hour, minute] = (speaker.dayStart ?? '09:00').split(':').map(Number)
  return { now, zone, said: { wall, day: dayOf(wall), dayStart: hour! * 60 + minute! } }
}

const whenOf = (placed: Placed, { zone }: Setting, phrase: string): When => ({
  ok: true,
  at: instantText(placed.at, zone),
  local: wallTextFull(placed.wall),
  zone: zone.name,
  dateOnly: placed.dateOnly,
  ...(placed.repeat ? { repeat: placed.repeat } : {}),
  uncertain: placed.uncertain,
  phrase,
})

const ISO =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:[.,]\d{1,9})?)? ?(Z|[+-]\d{2}:?(?:\d{2})?)?$/i

function readIso(text: string, setting: Setting): When | null | 'wrong' {
  const found = ISO.exec(text)
  if (!found) return null
  const [, date, clock, offset] = found
  const read = readWall(clock ? `${date}T${clock}` : date!)
  if (!read || (offset && !clock)) return 'wrong'
  const { zone, said } = setting
  if (offset) {
    const [hours, minutes] = /z/i.test(offset)
      ? [0, 0]
      : [Number(offset.slice(0, 3)), Number(offset.slice(3).replace(':', '') || 0)]
    if (Math.abs(hours!) > 18 || minutes! > 59) return 'wrong'
    const at = read.wall - (hours! * 60 + (offset.startsWith('-') ? -minutes! : minutes!)) * MINUTE
    return whenOf({ at, wall: zone.toWall(at), dateOnly: false, uncertain: [] }, setting, text)
  }
  const wall = read.dateOnly ? read.wall + said.dayStart * MINUTE : read.wall
  const fit = zone.fit(wall)
  const at = zone.toInstant(wall)
  return whenOf(
    { at, wall: zone.toWall(at), dateOnly: read.dateOnly, uncertain: fit === 'exact' ? [] : [fit] },
    setting,
    text,
  )
}

const plain = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[’‘]/g, "'")
    .replace(/[\s\u00a0]+/g, ' ')
    .replace(/(?<!\d\.\d{1,2})[.!?;,]+$/, '')
    .trim()

function readPlain(
  text: string,
  speaker: Speaker,
  setting: Setting,
  options: ReadOptions,
  phrase: string,
): When | null {
  const draft = readDraft(text, setting.said, options)
  if (!draft) return null
  if (draft.zone && draft.zone !== setting.zone.name) {
    const there = settingOf(speaker, draft.zone)
    const again = readDraft(text, there.said, options)!
    const placed = place(again, there.said, there.zone, there.now)
    return placed && whenOf(placed, there, phrase)
  }
  const placed = place(draft, setting.said, setting.zone, setting.now)
  return placed && whenOf(placed, setting, phrase)
}

type Chrono = typeof import('chrono-node')
let chrono: Promise<Chrono> | null = null

/** Loaded on first use: it costs several times Node's own start. */
function loadChrono(): Promise<Chrono> {
  chrono ??= import('chrono-node')
  return chrono
}

interface Guess {
  index: number
  text: string
  when: When
  named: boolean
}

// Told of no zone, chrono reckons in the wall clock it is shown; the zone is put in here.
async function chronoGuess(text: string, setting: Setting): Promise<Guess | null> {
  const { casual } = await loadChrono()
  const { zone, said } = setting
  const [result] = casual.parse(text, { instant: new Date(said.wall), timezone: 0 }, { forwardDate: true })
  if (!result) return null
  const { start } = result
  const get = (part: Parameters<typeof start.get>[0]): number => start.get(part) ?? 0
  const dateOnly = !start.isCertain('hour')
  const base = wallOf(get('year'), get('month'), get('day'), get('hour'), get('minute'), get('second'))
  const wall = dateOnly ? dayOf(base) * DAY + said.dayStart * MINUTE : base
  if (!inRange(wall)) return null
  // A length such as "5 minutes" comes back with the offset of the reference, which nobody said.
  const offset = dateOnly ? 0 : get('timezoneOffset') * MINUTE
  const at = offset ? wall - offset : zone.toInstant(wall)
  const uncertain: Doubt[] = []
  const dayNamed = start.isCertain('day') || start.isCertain('weekday')
  if (!dayNamed && dateOnly) uncertain.push('day')
  if (!offset && zone.fit(wall) === 'gap') uncertain.push('gap')
  if (at < setting.now) uncertain.push('past')
  const when = whenOf({ at, wall: zone.toWall(at), dateOnly, uncertain }, setting, result.text)
  return { index: result.index, text: result.text, when, named: dayNamed || start.isCertain('hour') }
}

const FILLER = /\b(?:on|at|by|due|the|of|in|for|around|about|please)\b|[\s,.;!?]/g

const notUnderstood = (text: string): WhenReading => ({
  ok: false,
  reason: `"${text.slice(0, 60)}" is not a time that is understood; ${EXAMPLES}.`,
})

/** Reads text that is a time and nothing else. Looks forward: "5pm" said at six is tomorrow's. */
export async function parseWhen(text: string, speaker: Speaker): Promise<WhenReading> {
  const phrase = text.trim()
  if (phrase === '') return { ok: false, reason: `No time was given; ${EXAMPLES}.` }
  if (phrase.length > LONGEST_PHRASE) {
    return { ok: false, reason: `A time is not longer than ${LONGEST_PHRASE} characters; ${EXAMPLES}.` }
  }
  const setting = settingOf(speaker)
  const iso = readIso(phrase, setting)
  if (iso === 'wrong')
    return {
      ok: false,
      reason: `"${phrase.slice(0, 60)}" looks like a date but there is no such day or time.`,
    }
  if (iso) return iso
  const ours = readPlain(plain(phrase), speaker, setting, { bareHours: true }, phrase)
  if (ours) return ours
  if (!/\p{L}/u.test(phrase) || /\b(?:every|each)\b/i.test(phrase)) return notUnderstood(phrase)
  const guess = await chronoGuess(plain(phrase), setting)
  if (!guess) return notUnderstood(phrase)
  const left = plain(phrase).replace(guess.text, '').replace(FILLER, '')
  return left === '' ? { ...guess.when, phrase } : notUnderstood(phrase)
}

/** Whether words are a length from whenever they are counted, "in 2 hours", and no day or time of their own. */
export function isLength(text: string): boolean {
  const words = plain(text).replace(/^(?!in )(.+?)(?: later)?$/, 'in $1')
  const draft = readDraft(words, { wall: 0, day: 0, dayStart: 0 }, { bareHours: false })
  return (
    draft?.exact !== undefined &&
    [draft.day, draft.clock, draft.part, draft.repeat].every(part => part === undefined) &&
    !/\b(?:now|today)\b/.test(words)
  )
}

interface Span {
  start: number
  end: number
}

interface Hit extends Span {
  text: string
}

const STARTER =
  /^(?:\d|@|day$|today|tonight|tomor|tommor|tmr|yesterday|now|noon|midnight|midday|in$|at$|by$|on$|the$|this$|next$|coming$|every|each|end$|start$|beginning$|eo[dwmy]|first|second|third|fourth|last$|half$|quarter$|daily|weekly|monthly|yearly|annually|hourly|nightly|weekdays|weekends|biweekly|fortnightly|quarterly|(?:sun|mon|tue|wed|thu|fri|sat|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))/

/** Words that are times only in company: "the cat sat", "may I", "the weekly report", "version 2.10". */
const ALONE_IS_NO_TIME =
  /^(?:(?:the )?(?:sat|sun|mon|wed|fri|mar|may|march|now|last|second|morning|evening|afternoon|night|weekend|weekends|end of year)s?|(?:the )?(?:bi-?)?(?:weekly|monthly|daily|hourly|yearly|nightly|quarterly|annually|fortnightly)|\d{1,2}[/.]\d{1,2}\.?|\d{1,2}(?:st|nd|rd|th)|(?:at|by|on|around|about) \d{1,2}\/\d{1,2}|(?:by|around|about) [\w]+)$/

/** After a time that needs no such word it is of the title: "22:00 night deploy". */
const NEEDS_NO_PART =
  /(?:[ap]\.?m\.?|(?<!\d)(?:0\d|1[3-9]|2\d)[:.]\d{2}) (?:morning|afternoon|evening|night)$/

function tokensOf(text: string): Hit[] {
  return [...text.matchAll(/\S+/g)].map(found => ({
    text: found[0],
    start: found.index,
    end: found.index + found[0].length,
  }))
}

/** The first run of words, and of those the longest, that is a time. */
function firstTime(
  text: string,
  tokens: Hit[],
  accept: (phrase: string, atEnd: boolean) => boolean,
): Hit | null {
  for (let i = 0; i < tokens.length; i++) {
    if (!STARTER.test(plain(tokens[i]!.text))) continue
    for (let j = Math.min(tokens.length, i + WIDEST) - 1; j >= i; j--) {
      const span = { start: tokens[i]!.start, end: tokens[j]!.end }
      const phrase = plain(text.slice(span.start, span.end))
      const ends =
        /[\p{L}\p{N}.]$/u.test(phrase) &&
        !/ (?:at|on|by|the|from|due|about|around|starting)$/.test(phrase) &&
        !NEEDS_NO_PART.test(phrase)
      if (ends && accept(phrase, j === tokens.length - 1)) return { text: phrase, ...span }
    }
  }
  return null
}

/** What leads to a time goes with it: "by friday", "on the 5th". */
const LEADS = /(?<=^|\s)(?:by|on|at|due|from)\s+$/i
/** What looks like a time of day, and is none. */
const UNREAD = /(?<![\d:.])\d{1,2}:\d{2}(?![\d:])|(?<![\d:.])\d{1,2} ?[ap]\.?m\b/i

function titleOf(text: string, spans: Span[]): string {
  let left = text
  for (const { start, end } of [...spans].sort((a, b) => b.start - a.start))
    left = `${left.slice(0, start).replace(LEADS, '')} ${left.slice(end)}`
  return left
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^(?:please )?(?:remind me|reminder)\b:?\s*(?:on|at|by)?\s*/i, '')
    .replace(/^(?:to|that|about)\s+/i, '')
    .replace(/\s+([.,;!?])/g, '$1')
    .replace(/^[\s,;:.-]+|[\s,;:-]+$|\s+(?:on|at|by|due)$/gi, '')
}

/**
 * Finds the first time in a sentence, and joins a day and a clock time said apart
 * ("tomorrow call the dentist at 5pm"). Null where the sentence says none.
 */
export async function findWhen(text: string, speaker: Speaker): Promise<FoundWhen | null> {
  const sentence = text.slice(0, LONGEST_TEXT)
  const setting = settingOf(speaker)
  const tokens = tokensOf(sentence)
  const means = (phrase: string): boolean =>
    readIso(phrase.toUpperCase(), setting) !== null ||
    readDraft(phrase, setting.said, { bareHours: false }) !== null
  const first = firstTime(
    sentence,
    tokens,
    (phrase, atEnd) => (!ALONE_IS_NO_TIME.test(phrase) || (atEnd && /ly$/.test(phrase))) && means(phrase),
  )
  if (!first) return guessInSentence(sentence, setting)
  const rest = tokens.filter(token => token.start >= first.end)
  const second = firstTime(
    sentence,
    rest,
    phrase => !ALONE_IS_NO_TIME.test(phrase) && means(phrase) && means(`${first.text} ${phrase}`),
  )
  for (const hits of second ? [[first, second], [first]] : [[first]]) {
    const phrase = hits.map(hit => hit.text).join(' ')
    const when = await parseWhen(phrase, speaker)
    if (!when.ok) continue
    const title = titleOf(sentence, hits)
    const isLeft = when.dateOnly && UNREAD.test(title)
    const uncertain: Doubt[] = isLeft ? [...when.uncertain, 'unread'] : when.uncertain
    return { when: { ...when, uncertain }, title: title + text.slice(LONGEST_TEXT) }
  }
  return null
}

async function guessInSentence(sentence: string, setting: Setting): Promise<FoundWhen | null> {
  const guess = await chronoGuess(sentence, setting)
  if (!guess?.named || !/\p{L}{3,}/u.test(guess.text) || ALONE_IS_NO_TIME.test(plain(guess.text))) return null
  const span = { start: guess.index, end: guess.index + guess.text.length }
  return { when: guess.when, title: titleOf(sentence, [span]) }
}
