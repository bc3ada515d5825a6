import { lastDay } from './repeat-end.ts'

const days: Readonly<Record<string, string>> = {
  MO: 'Monday',
  TU: 'Tuesday',
  WE: 'Wednesday',
  TH: 'Thursday',
  FR: 'Friday',
  SA: 'Saturday',
  SU: 'Sunday',
}
const units: Readonly<Record<string, string>> = {
  MINUTELY: 'minute',
  HOURLY: 'hour',
  DAILY: 'day',
  WEEKLY: 'week',
  MONTHLY: 'month',
  YEARLY: 'year',
}
const places: Readonly<Record<string, string>> = {
  ...{ 1: 'first', 2: 'second', 3: 'third', 4: 'fourth', 5: 'fifth', '-1': 'last' },
}
const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
const workdays = 'MO,TU,WE,TH,FR'

/** A rule in words where it is one of the usual ones; the others as they are written. An end in UTC is told as a day of `zone`. */
export function repeatWords(rule: string, zone: string | null = null): string {
  const { FREQ = '', INTERVAL = '1', COUNT, UNTIL, WKST, ...by } = partsOf(rule)
  const unit = units[FREQ]
  const on = onWords(FREQ, by)
  const last = UNTIL ? lastDay(UNTIL, zone) : ''
  if (!unit || on === null || last === null) return rule
  const named = on.replace(/^on (?=[A-Z])/, '')
  const often =
    INTERVAL !== '1'
      ? `every ${INTERVAL} ${unit}s${on && ` ${on}`}`
      : by.BYDAY === workdays && ['DAILY', 'WEEKLY'].includes(FREQ)
        ? 'every weekday'
        : named !== on && FREQ === 'WEEKLY'
          ? `every ${named}`
          : `every ${unit}${on && ` ${on}`}`
  return `${often}${COUNT ? `, ${COUNT} times` : ''}${last && ` until ${last}`}`
}

const partsOf = (rule: string): Record<string, string> =>
  Object.fromEntries(
    rule
      .replace(/^RRULE:/, '')
      .split(';')
      .map(part => part.split('=', 2) as [string, string]),
  )

/** On which days; null where that is rarely said. */
function onWords(freq: string, by: Record<string, string>): string | null {
  const { BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS } = by
  const kinds = Object.keys(by).sort().join()
  if (kinds === '') return ''
  if (kinds === 'BYDAY') {
    const named = BYDAY!.split(',').map(dayWords)
    return named.includes('') ? null : `on ${named.join(', ')}`
  }
  if (freq === 'MONTHLY' && kinds === 'BYMONTHDAY') return monthDayWords(BYMONTHDAY!)
  // As a repeat on a day that some months have not is kept.
  if (freq === 'MONTHLY' && kinds === 'BYMONTHDAY,BYSETPOS' && BYSETPOS === '-1')
    return /^28(,29)?(,30)?(,31)?$/.test(BYMONTHDAY!) ? `on day ${BYMONTHDAY!.slice(-2)}, or its last` : null
  if (freq === 'YEARLY' && kinds === 'BYMONTH,BYMONTHDAY' && Number(BYMONTHDAY) > 0 && months[+BYMONTH! - 1])
    return `on ${BYMONTHDAY} ${months[+BYMONTH! - 1]}`
  return null
}

function monthDayWords(list: string): string | null {
  if (list === '-1') return 'on the last day'
  return /^[\d,]+$/.test(list) ? `on day ${list.split(',').join(', ')}` : null
}

function dayWords(text: string): string {
  const [, place = '', day = ''] = /^([+-]?\d*)([A-Z]{2})$/.exec(text) ?? []
  const name = days[day] ?? ''
  if (place === '' || name === '') return name
  const said = places[String(Number(place))]
  return said === undefined ? '' : `the ${said} ${name}`
}
