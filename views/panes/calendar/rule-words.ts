const units: Record<string, string> = { DAILY: 'day', WEEKLY: 'week', MONTHLY: 'month', YEARLY: 'year' }
const days: Record<string, string> = {
  ...{ MO: 'Mon', TU: 'Tue', WE: 'Wed', TH: 'Thu', FR: 'Fri', SA: 'Sat', SU: 'Sun' },
}
const known = ['FREQ', 'INTERVAL', 'BYDAY', 'BYMONTHDAY', 'COUNT', 'UNTIL', 'WKST']

/** A rule as a person says it; one that is rarely said stays as it is written. */
export function ruleWords(rule: string): string {
  const parts = new Map(rule.split(';').map(part => part.split('=', 2) as [string, string]))
  const unit = units[parts.get('FREQ') ?? '']
  if (!unit || [...parts.keys()].some(name => !known.includes(name))) return rule
  const every = Number(parts.get('INTERVAL') ?? 1)
  const named = parts.get('BYDAY')?.split(',').map(dayWords)
  if (named?.includes('')) return rule
  const until = parts.get('UNTIL')
  return [
    every === 1 ? `every ${unit}` : `every ${every} ${unit}s`,
    ...(named ? [`on ${named.join(', ')}`] : []),
    ...(parts.has('BYMONTHDAY') ? [`on day ${parts.get('BYMONTHDAY')!.split(',').join(', ')}`] : []),
    ...(parts.has('COUNT') ? [`${parts.get('COUNT')} times`] : []),
    ...(until ? [`until ${until.slice(0, 4)}-${until.slice(4, 6)}-${until.slice(6, 8)}`] : []),
  ].join(' ')
}

const places: Record<string, string> = { 1: 'first ', 2: 'second ', 3: 'third ', 4: 'fourth ', '-1': 'last ' }

function dayWords(text: string): string {
  const [, place = '', day = ''] = /^([+-]?\d*)([A-Z]{2})$/.exec(text) ?? []
  const name = days[day]
  if (!name) return ''
  if (place === '') return name
  const said = places[String(Number(place))]
  return said === undefined ? '' : said + name
}
