import type { Draft } from './draft.ts'
import { REPEATS } from './repeat-words.ts'
import { monthlyOn, readRule, WEEKDAYS } from './rule.ts'
import { civilDate, dayNumber } from './wall.ts'
import { MONTH, monthOfWord, ORDINAL, ordinalOf, WEEKDAY, weekdayOfWord } from './words.ts'

/** Words that say how something repeats and nothing else, "every other friday" or "every month on day 15, 3 times", as a rule. */
export function repeatOf(text: string): string | null {
  const plain = text.toLowerCase().replace(/\s+/g, ' ').trim()
  const found = /^(.+?)(?:,? (?:for )?(\d{1,6}) times)?(?: until (\d{4}-\d\d-\d\d))?$/.exec(plain)
  if (!found) return null
  const [, words, count, until] = found
  const said = words!.replace(/^daily\b/, 'every day').replace(/^(week|month|year)ly\b/, 'every $1')
  const rule = onDays(said) ?? asInSentences(said)
  if (rule === null) return null
  const end = `${count ? `;COUNT=${count}` : ''}${until ? `;UNTIL=${until.replaceAll('-', '')}` : ''}`
  const reading = readRule(rule + end)
  return reading.ok ? reading.text : null
}

const UNITS: Record<string, string> = {
  ...{ minute: 'MINUTELY', hour: 'HOURLY', day: 'DAILY', week: 'WEEKLY', month: 'MONTHLY', year: 'YEARLY' },
}
const EVERY = /^(?:every|each) (?:(\d{1,5}) )?(minute|hour|day|week|month|year)s?(?: on (.+))?$/

/** "every 2 months on the first monday". */
function onDays(said: string): string | null {
  const [, count, unit, on] = EVERY.exec(said) ?? []
  if (unit === undefined) return null
  const days = on === undefined ? '' : daysOf(on)
  if (days === null) return null
  return `FREQ=${UNITS[unit]}${count ? `;INTERVAL=${count}` : ''}${days && `;${days}`}`
}

const DAY = `(?:the ${ORDINAL} )?${WEEKDAY}`
const DAYS = new RegExp(`^${DAY}(?:(?:, and |, ?| and )${DAY})*$`)
const DATE = new RegExp(`^(?:(\\d{1,2}) (${MONTH})|(${MONTH}) (\\d{1,2}))$`)
const MONTH_DAYS = /^(?:day \d{1,2}(?:, ?\d{1,2})*|the \d{1,2}(?:st|nd|rd|th))$/

function daysOf(on: string): string | null {
  if (on === 'the last day') return 'BYMONTHDAY=-1'
  const [, longest] = /^day (\d{1,2}), or its last$/.exec(on) ?? []
  if (longest) return monthlyOn(Number(longest)).replace('FREQ=MONTHLY;', '')
  if (MONTH_DAYS.test(on)) return `BYMONTHDAY=${on.match(/\d+/g)!.join(',')}`
  if (DAYS.test(on))
    return `BYDAY=${on
      .split(/, and |, ?| and /)
      .map(weekdayOf)
      .join(',')}`
  const [, day, month, monthToo, dayToo] = DATE.exec(on) ?? []
  return day === undefined && dayToo === undefined
    ? null
    : `BYMONTH=${monthOfWord(month ?? monthToo!)};BYMONTHDAY=${Number(day ?? dayToo)}`
}

function weekdayOf(text: string): string {
  const [, place, day] = new RegExp(`^(?:the (${ORDINAL}) )?(.+)$`).exec(text)!
  return `${place ? ordinalOf(place) : ''}${WEEKDAYS[weekdayOfWord(day!)]}`
}

// A leap year, so that each date is in it.
const ANY_DAY = dayNumber(2024, 1, 1)

/** The ways a sentence says it, where that names no time of day. */
function asInSentences(said: string): string | null {
  for (const { pattern, means } of REPEATS) {
    const found = pattern.exec(said)
    if (found?.[0].length !== said.length) continue
    const draft: Draft = { uncertain: new Set() }
    if (!means(draft, { wall: 0, day: ANY_DAY, dayStart: 0 }, found)) continue
    return draft.clock === undefined && draft.part === undefined ? ruleOf(draft) : null
  }
  return null
}

function ruleOf({ repeat, day }: Draft): string {
  const { freq, interval, byDay, byMonthDay } = repeat!
  const each = `FREQ=${freq};INTERVAL=${interval}`
  if (byDay) return `${each};BYDAY=${byDay}`
  if (byMonthDay === -1) return `${each};BYMONTHDAY=-1`
  if (byMonthDay) return monthlyOn(byMonthDay).replace('FREQ=MONTHLY', each)
  if (day === undefined) return each
  const date = civilDate(day)
  return `${each};BYMONTH=${date.month};BYMONTHDAY=${date.day}`
}
