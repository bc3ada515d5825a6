import type { Draft, RepeatDraft } from './draft.ts'
import { type Piece, piece, setDate } from './pieces.ts'
import { WEEKDAYS } from './rule.ts'
import { MONTH, monthOfWord, NUMBER, numberOf, ORDINAL, ordinalOf, WEEKDAY, weekdayOfWord } from './words.ts'

function setRepeat(draft: Draft, repeat: RepeatDraft): boolean {
  if (draft.repeat || repeat.interval < 1 || !Number.isInteger(repeat.interval)) return false
  draft.repeat = repeat
  return true
}

const FREQUENCY: Record<string, RepeatDraft['freq']> = {
  mi: 'MINUTELY',
  h: 'HOURLY',
  d: 'DAILY',
  w: 'WEEKLY',
  mo: 'MONTHLY',
  y: 'YEARLY',
}
const WORKDAYS = 'MO,TU,WE,TH,FR'

function everyUnit(draft: Draft, count: string | undefined, unit: string): boolean {
  const each =
    count === undefined
      ? 1
      : /^(other|second|2nd)$/.test(count)
        ? 2
        : count === 'third' || count === '3rd'
          ? 3
          : numberOf(count)
  const part = /^(morning|afternoon|evening|night)/.exec(unit)?.[1]
  if (part) draft.part = part as Draft['part']
  if (/^(weekday|workday|business|working)/.test(unit))
    return each === 1 && setRepeat(draft, { freq: 'WEEKLY', interval: 1, byDay: WORKDAYS })
  if (unit.startsWith('weekend')) return setRepeat(draft, { freq: 'WEEKLY', interval: each, byDay: 'SU,SA' })
  if (unit.startsWith('quarter')) return setRepeat(draft, { freq: 'MONTHLY', interval: each * 3 })
  if (unit.startsWith('fortnight')) return setRepeat(draft, { freq: 'WEEKLY', interval: each * 2 })
  const freq = part ? 'DAILY' : (FREQUENCY[unit.slice(0, 2)] ?? FREQUENCY[unit[0]!])
  return freq !== undefined && setRepeat(draft, { freq, interval: each })
}

const weekdayList = (text: string): string =>
  [...new Set((text.match(new RegExp(WEEKDAY, 'g')) ?? []).map(weekdayOfWord))]
    .sort((a, b) => a - b)
    .map(day => WEEKDAYS[day])
    .join(',')

const LIST = `${WEEKDAY}(?:(?:, and |, ?| and | ?& ?|/| )${WEEKDAY})*`
const PLURAL = `(?:sun|mon|tues|wednes|thurs|fri|satur)days`
/** The ways to say that something comes again. */
export const REPEATS: Piece[] = [
  piece(
    `(?:every|each) (?:(other|second|third|2nd|3rd|${NUMBER}) )?(minutes?|hours?|days?|weekdays?|workdays?|business days?|working days?|weekends?|weeks?|fortnights?|months?|quarters?|years?|mornings?|afternoons?|evenings?|nights?)`,
    (draft, _, [, count, unit]) => everyUnit(draft, count, unit!),
  ),
  piece(
    `(?:every|each) (${ORDINAL}) (${WEEKDAY})( (?:of|in) (?:the|every|each) month)?`,
    (draft, _, [, nth, day, ofMonth]) => {
      const weekday = WEEKDAYS[weekdayOfWord(day!)]!
      if (ofMonth || ordinalOf(nth!) !== 2)
        return setRepeat(draft, { freq: 'MONTHLY', interval: 1, byDay: `${ordinalOf(nth!)}${weekday}` })
      draft.uncertain.add('repeat')
      return setRepeat(draft, { freq: 'WEEKLY', interval: 2, byDay: weekday })
    },
  ),
  piece(`(?:every|each) (?:(other) )?(${LIST})`, (draft, _, [, other, days]) =>
    setRepeat(draft, { freq: 'WEEKLY', interval: other ? 2 : 1, byDay: weekdayList(days!) }),
  ),
  piece(`(${PLURAL}(?:(?:, | and | & )${PLURAL})*)`, (draft, _, [, days]) =>
    setRepeat(draft, { freq: 'WEEKLY', interval: 1, byDay: weekdayList(days!) }),
  ),
  // Two days without more may be meant once; every week is likelier.
  piece(`${WEEKDAY}(?:(?:, and |, ?| and | ?& ?|/)${WEEKDAY})+`, (draft, _, [days]) => {
    draft.uncertain.add('repeat')
    return setRepeat(draft, { freq: 'WEEKLY', interval: 1, byDay: weekdayList(days!) })
  }),
  piece(
    `(?:the )?(${ORDINAL}) (${WEEKDAY}) (?:of|in) (the|every|each) month`,
    (draft, _, [, nth, day, which]) => {
      if (which === 'the') draft.uncertain.add('repeat')
      return setRepeat(draft, {
        freq: 'MONTHLY',
        interval: 1,
        byDay: `${ordinalOf(nth!)}${WEEKDAYS[weekdayOfWord(day!)]}`,
      })
    },
  ),
  piece('(?:the )?last day (?:of|in) (?:every|each) month|(?:every|each) last day of the month', draft =>
    setRepeat(draft, { freq: 'MONTHLY', interval: 1, byMonthDay: -1 }),
  ),
  piece(
    '(?:every|each) (?:the )?(\\d{1,2})(?:st|nd|rd|th)(?: of (?:the|every|each) month)?|the (\\d{1,2})(?:st|nd|rd|th) of (?:every|each) month',
    (draft, _, [, one, other]) => {
      const day = Number(one ?? other)
      return day >= 1 && day <= 31 && setRepeat(draft, { freq: 'MONTHLY', interval: 1, byMonthDay: day })
    },
  ),
  piece(
    `(?:every|each) (${MONTH} \\d{1,2}(?:st|nd|rd|th)?|\\d{1,2}(?:st|nd|rd|th)? ${MONTH})`,
    (draft, said, [, text]) =>
      setRepeat(draft, { freq: 'YEARLY', interval: 1 }) &&
      setDate(draft, said, monthOfWord(/[a-z]{3,}/.exec(text!)![0]), Number(/\d+/.exec(text!)![0])),
  ),
  piece('(?:every|each) (noon|midnight)', (draft, _, [, word]) => {
    if (draft.clock !== undefined) return false
    draft.clock = word === 'noon' ? 12 * 60 : 0
    draft.midnight = word === 'midnight'
    return setRepeat(draft, { freq: 'DAILY', interval: 1 })
  }),
  piece(
    '(hourly|daily|nightly|weekly|biweekly|bi-weekly|fortnightly|monthly|quarterly|yearly|annually|weekdays|weekends)',
    (draft, _, [, word]) => {
      if (word === 'weekdays' || word === 'weekends') return everyUnit(draft, undefined, word)
      if (/^bi|^fort/.test(word!)) return setRepeat(draft, { freq: 'WEEKLY', interval: 2 })
      return everyUnit(
        draft,
        undefined,
        { annually: 'year', nightly: 'night', daily: 'day' }[word!] ?? word!.slice(0, -2),
      )
    },
  ),
]
