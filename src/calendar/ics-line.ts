export type Ical = typeof import('ical.js').default

/** A property of an iCalendar text. */
export interface Line {
  name: string
  values: string[]
  parameter: (name: string) => string | undefined
  /** Every parameter as it stands, `CN=Ann`. */
  parameters: () => string[]
  raw: string
}

export function readLine(raw: string, ical: Ical): Line | null {
  try {
    const property = ical.Property.fromString(raw)
    const isText = property.type === 'text'
    const values = isText ? property.getValues().map(String) : [raw.slice(valueAt(raw))]
    return {
      name: property.name.toUpperCase(),
      values,
      parameter: name => {
        const value = property.getParameter(name)
        return Array.isArray(value) ? value[0] : value
      },
      parameters: () => parametersOf(raw),
      raw,
    }
  } catch {
    return null
  }
}

/** Where the value begins: after the first colon outside quotes. */
function valueAt(raw: string): number {
  let quoted = false
  for (let i = 0; i < raw.length; i++) {
    if (raw[i] === '"') quoted = !quoted
    else if (raw[i] === ':' && !quoted) return i + 1
  }
  return raw.length
}

/** Split at semicolons outside quotes: as they stand, because several quoted values of one do not survive a parser. */
function parametersOf(raw: string): string[] {
  const head = raw.slice(0, Math.max(0, valueAt(raw) - 1))
  return (head.match(/(?:"[^"]*"|[^;"])+/g) ?? []).slice(1)
}
