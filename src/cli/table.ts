import { stripVTControlCharacters } from 'node:util'
import stringWidth from 'string-width'

/** Rows as columns a person can read. The widest column gives way when the terminal is narrow. */
export const table = (
  rows: readonly Record<string, unknown>[],
  columns: readonly string[],
  width: number,
): string => {
  if (rows.length === 0) return 'Nothing.'
  const cells = rows.map(row => columns.map(column => cell(column, row[column])))
  const widths = columns.map((column, index) =>
    Math.max(stringWidth(column), ...cells.map(line => stringWidth(line[index]!))),
  )
  const spare = width - widths.reduce((sum, size) => sum + size + 2, -2)
  if (spare < 0) {
    const widest = widths.indexOf(Math.max(...widths))
    widths[widest] = Math.max(8, widths[widest]! + spare)
  }
  const line = (parts: readonly string[]): string =>
    parts
      .map((part, index) =>
        index === parts.length - 1
          ? cut(part, widths[index]!)
          : pad(cut(part, widths[index]!), widths[index]!),
      )
      .join('  ')
      .trimEnd()
  return [line(columns.map(column => column.toUpperCase())), ...cells.map(line)].join('\n')
}

/** One thing, a line for each field that says something. */
export const card = (value: Record<string, unknown>): string => {
  const shown = Object.entries(value).filter(([, inner]) => says(inner))
  const width = Math.max(...shown.map(([key]) => key.length), 0)
  return shown.map(([key, inner]) => `${key.padEnd(width)}  ${cell(key, inner, true)}`).join('\n')
}

const says = (value: unknown): boolean =>
  value !== null && value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0)

const cell = (column: string, value: unknown, whole = false): string => {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number' && /(^at$|_at$|until$|deadline$)/.test(column) && value > 1e11)
    return local(value)
  if (column === 'id' && !whole && typeof value === 'string' && /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(value))
    return value.slice(0, 8)
  if (typeof value === 'object') return clean(JSON.stringify(value))
  return clean(String(value), whole)
}

/** Text from outside never reaches a terminal with its control characters. */
const clean = (text: string, lines = false): string => {
  const plain = stripVTControlCharacters(text).replace(
    lines ? /[\0-\x08\x0b-\x1f\x7f-\x9f]/g : /[\0-\x1f\x7f-\x9f]+/g,
    ' ',
  )
  return lines ? plain.replaceAll('\n', '\n  ') : plain
}

const local = (at: number): string => new Date(at).toLocaleString('sv-SE').slice(0, 16)

const pad = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - stringWidth(text)))

const cut = (text: string, width: number): string => {
  if (stringWidth(text) <= width) return text
  let kept = ''
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (stringWidth(kept + segment) > width - 1) break
    kept += segment
  }
  return `${kept}…`
}
