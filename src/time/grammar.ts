import type { Draft, Said } from './draft.ts'
import { date, type Piece, piece, setDate, setDay } from './pieces.ts'
import { REPEATS } from './repeat-words.ts'
import { civilDate, dayNumber, weekdayOf } from './wall.ts'
import {
  lengthOf,
  MONTH,
  monthOfWord,
  NUMBER,
  numberOf,
  ORDINAL,
  ordinalOf,
  UNIT,
  WEEKDAY,
  weekdayOfWord,
  zoneOfWord,
} from './words.ts'
import { knownZone } from './zone.ts'

function setClock(draft: Draft, hour: number, minute: number, more: Partial<Draft> = {}): boolean {
  if (draft.clock !== undefined || hour > 23 || minute > 59) return false
  draft.clock = hour * 60 + minute
  Object.assign(draft, more)
  return true
}

function setMonthDay(draft: Draft, said: Said, dayOfMonth: number): boolean {
  const { year, month } = civilDate(said.day)
  draft.monthDay = dayOfMonth
  for (let ahead = 0; ahead < 12; ahead++) {
    const y = year + Math.floor((month - 1 + ahead) / 12)
    const day = date(y, ((month - 1 + ahead) % 12) + 1, dayOfMonth)
    if (day !== null && day >= said.day) return setDay(draft, day, 'monthday')
  }
  return false
}

const ahead = (day: number, weekday: number): number => (weekday - weekdayOf(day) + 7) % 7
const monday = (day: number): number => day - ((weekdayOf(day) + 6) % 7)

function monthStart(day: number, months: number): number {
  const { year, month } = civilDate(day)
  return dayNumber(year, month + months, 1)
}

function nthWeekday(first: number, nth: number, weekday: number): number | null {
  const next = monthStart(first, 1)
  const day = nth > 0 ? first + ahead(first, weekday) + (nth - 1) * 7 : next - 7 + ahead(next - 7, weekday)
  return day < next ? day : null
}

function setWeekday(draft: Draft, said: Said, word: string, weekday: number): boolean {
  draft.weekday = weekday
  const days = ahead(said.day, weekday)
  if (word === 'last') {
    draft.past = true
    return setDay(draft, said.day + days - 7, 'date')
  }
  return setDay(draft, said.day + (word === 'next' ? days || 7 : days), word === 'next' ? 'date' : 'weekday')
}

function setSpan(draft: Draft, said: Said, edge: string, which: string, unit: string): boolean {
  const step = which.includes('next') ? 1 : 0
  if (unit.startsWith('day')) {
    draft.endOfDay = edge === 'end'
    return setDay(draft, said.day + step, 'today')
  }
  if (unit.startsWith('week')) {
    const friday = monday(said.day) + 4 + step * 7
    const day = edge === 'end' ? friday + (friday < said.day ? 7 : 0) : monday(said.day) + 7
    draft.endOfDay = edge === 'end'
    return setDay(draft, day, 'weekday')
  }
  const { year, month } = civilDate(said.day)
  const length = unit.startsWith('month') ? 1 : unit.startsWith('quarter') ? 3 : 12
  const first = dayNumber(year, Math.floor((month - 1) / length) * length + 1 + step * length, 1)
  return setDay(
    draft,
    edge === 'end' ? monthStart(first, length) - 1 : step ? first : monthStart(first, length),
    'date',
  )
}

function setRelative(draft: Draft, count: string, unit: string, more = '', moreUnit = ''): boolean {
  const lengths = [
    lengthOf(numberOf(count), unit),
    more ? lengthOf(numberOf(more), moreUnit) : { exact: 0, days: 0, months: 0 },
  ]
  if (draft.day !== undefined || draft.exact !== undefined) return false
  draft.exact = 0
  for (const length of lengths) {
    if (!length) return false
    draft.exact += length.exact
    draft.days = (draft.days ?? 0) + length.days
    draft.months = (draft.months ?? 0) + length.months
  }
  if (/few|couple/.test(count)) draft.uncertain.add('time')
  return true
}

const RELATIVE: Piece[] = [
  piece(`in (${NUMBER}) ?(hours?) and a half`, (draft, _, [, count]) =>
    setRelative(draft, count!, 'hour', '30', 'min'),
  ),
  piece('in (?:(a|an?other|three) )?quarters? of an hour', (draft, _, [, count]) =>
    setRelative(draft, count === 'three' ? '45' : '15', 'min'),
  ),
  piece(
    `in (?:about )?(${NUMBER}) ?(${UNIT})(?:(?:,? and |,? )?(${NUMBER}) ?(${UNIT}))?(?:'?s? time)?`,
    (draft, _, [, count, unit, more, moreUnit]) => setRelative(draft, count!, unit!, more, moreUnit),
  ),
  piece(`(${NUMBER}) ?(${UNIT}) from (?:now|today)`, (draft, _, [, count, unit]) =>
    setRelative(draft, count!, unit!),
  ),
  piece(
    `(${NUMBER}) (days?|weeks?|fortnights?|months?|years?) (?:from|after|on)(?= (?:tomorrow|next|the|${WEEKDAY}|${MONTH}|\\d))`,
    (draft, _, [, count, unit]) => {
      const length = lengthOf(numberOf(count!), unit!)
      if (!length || length.exact || draft.day !== undefined || draft.exact !== undefined) return false
      draft.days = length.days
      draft.months = length.months
      return true
    },
  ),
  piece('(?:right )?now', draft => setRelative(draft, '0', 'min')),
]

const DAYS: Piece[] = [
  piece('(?:the )?day after tomorrow', (draft, said) => setDay(draft, said.day + 2, 'relative')),
  piece('tomorrow|tomorow|tommorow|tommorrow|tmrw|tmr', (draft, said) =>
    setDay(draft, said.day + 1, 'relative'),
  ),
  piece('today', (draft, said) => setDay(draft, said.day, 'today')),
  piece('tonight', (draft, said) => {
    draft.part = 'night'
    return setDay(draft, said.day, 'today')
  }),
  piece('yesterday', (draft, said) => {
    draft.past = true
    return setDay(draft, said.day - 1, 'relative')
  }),
  piece('(next |this |the |on the )?weekend', (draft, said, [, which]) => {
    const saturday = weekdayOf(said.day) === 0 ? said.day : said.day + ahead(said.day, 6)
    return setDay(draft, which === 'next ' ? monday(said.day) + 12 : saturday, 'date')
  }),
  piece('next (week|month|quarter|year)', (draft, said, [, unit]) => {
    draft.uncertain.add('day')
    return unit === 'week'
      ? setDay(draft, monday(said.day) + 7, 'date')
      : setSpan(draft, said, 'start', 'next', unit!)
  }),
  piece(
    '(?:the )?(end|beginning|start) of (the |this |next |the next )?(day|week|month|quarter|year)',
    (draft, said, [, edge, which, unit]) =>
      setSpan(draft, said, edge === 'end' ? 'end' : 'start', which ?? '', unit!),
  ),
  piece('eo([dwmy])|(?:cob|close of business)', (draft, said, [, unit]) =>
    setSpan(draft, said, 'end', '', { w: 'week', m: 'month', y: 'year' }[unit ?? ''] ?? 'day'),
  ),
  piece('(?:the )?last day of (the |this |next )?(month|year)', (draft, said, [, which, unit]) =>
    setSpan(draft, said, 'end', which ?? '', unit!),
  ),
  piece(
    `(?:the )?(${ORDINAL}) (${WEEKDAY}) (?:of|in) (?:(next|this) month|(${MONTH})(?: (\\d{4}))?)`,
    (draft, said, [, nth, day, which, month, year]) => {
      const now = civilDate(said.day)
      const wanted = month ? monthOfWord(month) : now.month + (which === 'next' ? 1 : 0)
      const y = year ? Number(year) : now.year + (month && wanted < now.month ? 1 : 0)
      const found = nthWeekday(dayNumber(y, wanted, 1), ordinalOf(nth!), weekdayOfWord(day!))
      return found !== null && setDay(draft, found, 'date')
    },
  ),
  // As in Britain: the one after the coming one.
  piece(`(${WEEKDAY}) week`, (draft, said, [, day]) => {
    const days = ahead(said.day, weekdayOfWord(day!))
    return setDay(draft, said.day + (days || 7) + 7, 'date')
  }),
  piece(`(?:(this|next|coming|this coming|last) )?(${WEEKDAY})`, (draft, said, [, word, day]) =>
    setWeekday(draft, said, word ?? '', weekdayOfWord(day!)),
  ),
  piece(
    `(${MONTH})\\.? (?:the )?(\\d{1,2})(?:st|nd|rd|th)?(?:,? (\\d{4}))?(?!:|\\d| ?[ap]\\.?m)`,
    (draft, said, [, month, day, year]) => setDate(draft, said, monthOfWord(month!), Number(day), year),
  ),
  piece(
    `(?:the )?(\\d{1,2})(?:st|nd|rd|th|\\.)? (?:of )?(${MONTH})\\.?(?:,? (\\d{4}))?`,
    (draft, said, [, day, month, year]) => setDate(draft, said, monthOfWord(month!), Number(day), year),
  ),
  piece(
    '(?:the )?(?:(\\d{1,2})(?:st|nd|rd|th)(?: of (?:(the|this|next) )?month)?|first (?:day )?of (next|the) month)',
    (draft, said, [, numbered, of, first]) => {
      const [day, which] = first ? ['1', first] : [numbered, of]
      if (which !== 'next') return Number(day) >= 1 && setMonthDay(draft, said, Number(day))
      const coming = civilDate(monthStart(said.day, 1))
      const found = date(coming.year, coming.month, Number(day))
      return found !== null && setDay(draft, found, 'date')
    },
  ),
  piece('(\\d{4})[-/](\\d{1,2})[-/](\\d{1,2})', (draft, said, [, year, month, day]) =>
    setDate(draft, said, Number(month), Number(day), year),
  ),
  piece('(\\d{1,2})/(\\d{1,2})(?:/(\\d{4}|\\d{2}))?', (draft, said, [, first, second, year]) =>
    Number(first) > 12
      ? setDate(draft, said, Number(second), Number(first), year)
      : setDate(draft, said, Number(first), Number(second), year),
  ),
  piece(
    '(\\d{1,2})\\. ?(\\d{1,2})\\.(?: ?(\\d{4}|\\d{2}(?![:h]| ?uhr)))?',
    (draft, said, [, day, month, year]) => setDate(draft, said, Number(month), Number(day), year),
  ),
]

const MERIDIEM = '([ap])\\.?m\\.?'

function twelveHour(draft: Draft, hour: number, minute: number, half: string): boolean {
  return hour >= 1 && hour <= 12 && setClock(draft, (hour % 12) + (half === 'p' ? 12 : 0), minute)
}

/** An hour nobody said to be in the morning or the evening; `10:30` is likelier to be what it says than `at 10`. */
function bareHour(draft: Draft, text: string, minute: number, colon = false): boolean {
  const hour = Number(text)
  if (hour < 1 || hour > 12 || text.startsWith('0')) return setClock(draft, hour, minute)
  return setClock(draft, hour, minute, { halfDay: colon && hour >= 10 ? 'likely' : 'open', colon })
}

const HOUR_WORD = `(\\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)`
const CLOSING = '(?:eod|cob|close of business|end of (?:the )?day)'

function closing(draft: Draft): boolean {
  draft.uncertain.add('time')
  return setClock(draft, 17, 0)
}

const CLOCKS: Piece[] = [
  piece('(?:12 )?(?:noon|midday)', draft => setClock(draft, 12, 0)),
  piece('(?:12 )?midnight', draft => setClock(draft, 0, 0, { midnight: true })),
  piece(`(\\d{1,2})(?:[:.](\\d{2}))? ?${MERIDIEM}`, (draft, _, [, hour, minute, half]) =>
    twelveHour(draft, Number(hour), Number(minute ?? 0), half!),
  ),
  piece(
    "(\\d{1,2}):(\\d{2})(?::(\\d{2}))?(?: ?(?:h|uhr|hrs|o'clock))?",
    (draft, _, [, hour, minute, second]) => {
      if (Number(second ?? 0) > 59) return false
      draft.seconds = Number(second ?? 0)
      return bareHour(draft, hour!, Number(minute), true)
    },
  ),
  piece(
    '(?:at|@|um) ?(\\d{1,2})\\.(\\d{2})(?: ?uhr)?(?!\\.|\\d)|(\\d{1,2})\\.(\\d{2}) ?uhr',
    (draft, _, [, at, past, hour, minute]) => bareHour(draft, at ?? hour!, Number(past ?? minute), true),
  ),
  piece("(?:at |@ ?|by |around )?(\\d{1,2}) ?o'?clock", (draft, _, [, hour]) => bareHour(draft, hour!, 0)),
  piece(`half past ${HOUR_WORD}`, (draft, _, [, hour]) => bareHour(draft, String(numberOf(hour!)), 30)),
  piece(`(?:a )?quarter (past|to) ${HOUR_WORD}`, (draft, _, [, side, hour]) => {
    const whole = numberOf(hour!)
    return side === 'past' ? bareHour(draft, String(whole), 15) : bareHour(draft, String(whole - 1 || 12), 45)
  }),
  // The clock of twenty-four hours, as it is said in German and French.
  piece(
    '(?:um )?(\\d{1,2})(?::(\\d{2}))? ?uhr|um (\\d{1,2})(?::(\\d{2}))?',
    (draft, _, [, h, m, hour, minute]) => setClock(draft, Number(h ?? hour), Number(m ?? minute ?? 0)),
  ),
  piece('(\\d{1,2})h(\\d{2})', (draft, _, [, hour, minute]) => setClock(draft, Number(hour), Number(minute))),
  piece('24[:.]00', draft => setClock(draft, 0, 0, { midnight: true })),
  piece(`${HOUR_WORD}(?::(\\d{2}))? (?:in the (morning|afternoon|evening)|at (night))`, (draft, _, found) => {
    const [, hour, minute, part, night] = found
    if (draft.part !== undefined) return false
    draft.part = (part ?? night) as Draft['part']
    return bareHour(draft, String(numberOf(hour!)), Number(minute ?? 0))
  }),
  piece('(?:at )?lunchtime|at lunch', draft => {
    draft.uncertain.add('time')
    return setClock(draft, 12, 0)
  }),
  piece('first thing(?: in the morning)?', draft => {
    if (draft.part !== undefined) return false
    draft.part = 'morning'
    return true
  }),
  piece(`${CLOSING}(?= (?:on |of )?(?:tomorrow|next|this|today|the \\d|${WEEKDAY}|${MONTH}|\\d))`, draft =>
    closing(draft),
  ),
  piece(CLOSING, draft => draft.day !== undefined && closing(draft)),
  piece('(?:at|@|by|around) ?(\\d{2})(\\d{2})', (draft, _, [, hour, minute]) =>
    setClock(draft, Number(hour), Number(minute)),
  ),
  piece(
    `(?:at|@|by|around|about) ?(${NUMBER})(?!\\p{L}|[:./-]\\d| ?(?:${UNIT}|%|people|times)(?!\\p{L}))`,
    (draft, _, [, hour]) =>
      /^\d{1,2}$|^[a-z]{3,}$/.test(hour!) &&
      Number.isInteger(numberOf(hour!)) &&
      bareHour(draft, String(numberOf(hour!)), 0),
  ),
  piece(
    '(?:in the |this |early |late |at )?(morning|afternoon|evening|night)',
    (draft, said, [text, part]) => {
      if (draft.part !== undefined && draft.part !== 'night') return false
      draft.part = part as Draft['part']
      return !text!.startsWith('this') || setDay(draft, said.day, 'today')
    },
  ),
]

const ZONES: Piece[] = [
  piece('(?:in )?([a-z]+/[a-z_+\\-/\\d]+)', (draft, _, [, name]) => {
    const zone = knownZone(name!)
    if (zone === null || draft.zone) return false
    draft.zone = zone
    return true
  }),
  piece('(utc|gmt|z|e[sd]t|c[sd]t|m[sd]t|p[sd]t|cest|cet|bst|jst)', (draft, _, [, word]) => {
    if (draft.zone || draft.clock === undefined) return false
    draft.zone = zoneOfWord(word!) ?? undefined
    if (!/^(utc|gmt|z)$/.test(word!)) draft.uncertain.add('zone')
    return true
  }),
]

const PIECES = [...REPEATS, ...RELATIVE, ...CLOCKS, ...DAYS, ...ZONES]
const JOINT = /^(?:(?:on|at|by|due|from|starting|around|about|@|,|the|sharp|o')(?![\p{L}\p{N}])|[\s,])+/u
const BARE_HOUR = /^(\d{1,2})(?=$|,? (?:utc|gmt|[a-z]+\/))/

export interface ReadOptions {
  /** Take "tomorrow 8" to mean eight o'clock: the text is known to be nothing but a time. */
  bareHours: boolean
}

function readPiece(rest: string, draft: Draft, said: Said, options: ReadOptions): number {
  for (const { pattern, means } of PIECES) {
    const found = pattern.exec(rest)
    if (!found) continue
    const attempt: Draft = {
      ...draft,
      uncertain: new Set(draft.uncertain),
      repeat: draft.repeat && { ...draft.repeat },
    }
    if (!means(attempt, said, found)) continue
    Object.assign(draft, attempt)
    return found[0].length
  }
  const hour = options.bareHours && (draft.day !== undefined || draft.repeat) && BARE_HOUR.exec(rest)
  return hour && bareHour(draft, hour[1]!, 0) ? hour[0].length : 0
}

/** Reads lower-case, single-spaced text that is a time and nothing else; null where it is not. */
export function readDraft(text: string, said: Said, options: ReadOptions): Draft | null {
  const draft: Draft = { uncertain: new Set() }
  let rest = text
  let pieces = 0
  while (rest !== '') {
    const length = readPiece(rest, draft, said, options) || -(JOINT.exec(rest)?.[0].length ?? 0)
    if (length === 0) return null
    if (length > 0) pieces++
    rest = rest.slice(Math.abs(length)).trimStart()
  }
  return pieces === 0 ? null : draft
}
