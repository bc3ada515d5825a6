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
const known = new Set(['FREQ', 'INTERVAL', 'BYDAY', 'COUNT', 'UNTIL', 'WKST'])

/** A rule in words where it is one of the usual ones; the others as they are written. */
export function repeatWords(rule: string): string {
  const parts = Object.fromEntries(
    rule
      .replace(/^RRULE:/, '')
      .split(';')
      .map(part => part.split('=') as [string, string]),
  )
  const unit = units[parts.FREQ ?? '']
  const on = parts.BYDAY?.split(',') ?? []
  if (!unit || Object.keys(parts).some(name => !known.has(name)) || on.some(day => !days[day])) return rule
  const { INTERVAL: every = '1', COUNT, UNTIL } = parts
  const weekdays = on.length === 5 && !on.includes('SA') && !on.includes('SU')
  const named = on.map(day => days[day]).join(', ')
  const often =
    every !== '1'
      ? `every ${every} ${unit}s${named ? ` on ${named}` : ''}`
      : weekdays
        ? 'every weekday'
        : named
          ? `every ${named}`
          : `every ${unit}`
  const end = UNTIL ? ` until ${UNTIL.replace(/^(\d{4})(\d\d)(\d\d).*/, '$1-$2-$3')}` : ''
  return `${often}${COUNT ? `, ${COUNT} times` : ''}${end}`
}
