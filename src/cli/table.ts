import { stripVTControlCharacters } from 'node:util'
import stringWidth from 'string-width'
import type * as z from 'zod'
import type { Understood as UnderstoodShape } from '../contract/todos.ts'
import { repeatWords } from '../time/repeat-said.ts'
import { dueWords, isMoment, moment } from './moment.ts'

/** Cells a column keeps where there is too little room. */
const LEAST = 8

/** Rows as columns a person can read. The widest columns give way when the terminal is narrow. */
export const table = (
  rows: readonly Record<string, unknown>[],
  columns: readonly string[],
  width: number,
): string => {
  if (rows.length === 0) return 'Nothing.'
  const cells = rows.map(row => columns.map(column => cell(column, row[column], false, row)))
  const widths = columns.map((column, index) =>
    Math.max(stringWidth(column), ...cells.map(line => stringWidth(line[index]!))),
  )
  for (let over = widths.reduce((sum, size) => sum + size + 2, -2) - width; over > 0; over--) {
    // An id that is cut names nothing.
    const most = Math.max(...widths.filter((_, index) => columns[index] !== 'id'))
    if (most <= LEAST) break
    const widest = widths.findLastIndex((size, index) => size === most && columns[index] !== 'id')
    widths[widest] = most - 1
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
  return shown.map(([key, inner]) => `${key.padEnd(width)}  ${cell(key, inner, true, value)}`).join('\n')
}

const says = (value: unknown): boolean =>
  value !== null && value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0)

type Row = Record<string, unknown>
type Understood = z.output<typeof UnderstoodShape>

/** Fields that say more in a word than in their parts. */
const WORDS: Record<string, (value: never, row: Row) => string> = {
  state: (state: string, row) => (row.percent == null ? state : `${state} ${row.percent}%`),
  reach: (reach: { state?: string; reason?: string | null; round_trip_ms?: number | null }) =>
    typeof reach !== 'object'
      ? String(reach)
      : reach.state === 'connected' && reach.round_trip_ms != null
        ? `connected, ${Math.round(reach.round_trip_ms)} ms`
        : `${reach.state}${reach.state === 'unreachable' && reach.reason ? `: ${reach.reason}` : ''}`,
  devices: (gpus: Gpu[]) => gpuWords(gpus),
  bytes: (bytes: number) => size(bytes),
  scopes: (scopes: Record<string, string>) =>
    Object.entries(scopes)
      .map(([scope, how]) => (how === 'ask' ? `${scope} (asks)` : scope))
      .join(', '),
  due: (due: string) => dueWords(due),
  start: (at: string) => wallTime(at),
  // The last day, not the one after.
  end: (at: string, { all_day }) =>
    all_day ? new Date(Date.parse(at) - 86_400_000).toISOString().slice(0, 10) : wallTime(at),
  repeat: (rule: string) => repeatWords(rule),
  rrule: (rule: string, { tzid }) => repeatWords(rule, typeof tzid === 'string' ? tzid : 'UTC'),
  understood: ({ at, whole_day, repeat, doubts }: Understood) =>
    [
      whole_day
        ? `${moment(Date.parse(at)).slice(0, 10)}, rings ${moment(Date.parse(at)).slice(11)}`
        : dueWords(at),
      ...(repeat ? [`repeats ${repeatWords(repeat)}`] : []),
    ].join(', ') + doubts.map(words => ` ! ${words}`).join(''),
}

/** As it is read from a clock of the owner's, in whose zone it is written. */
const wallTime = (at: string): string =>
  /^\d{4}-\d\d-\d\dT/.test(at) ? `${at.slice(0, 10)} ${at.slice(11, 16)}` : at

/** Those of them that are no plain values. */
const WHOLE = new Set(['devices', 'reach', 'scopes', 'understood'])

interface Gpu {
  name: string
  used_mib: number | null
  total_mib: number | null
}

/** `2× RTX 6000 Ada, 12/96 GiB`: how many of which, and how much of their memory is used. */
const gpuWords = (gpus: readonly Gpu[]): string => {
  const kinds = new Map<string, Gpu[]>()
  for (const gpu of gpus) {
    const name = gpu.name.replace(/^(?:NVIDIA|AMD) (?:GeForce |Instinct )?/, '').replace(/ Generation$/, '')
    kinds.set(name, [...(kinds.get(name) ?? []), gpu])
  }
  return [...kinds]
    .map(([name, same]) => {
      const sum = (field: 'used_mib' | 'total_mib'): string =>
        (same.reduce((all, gpu) => all + (gpu[field] ?? 0), 0) / 1024).toFixed(0)
      return `${same.length > 1 ? `${same.length}× ` : ''}${name}, ${sum('used_mib')}/${sum('total_mib')} GiB`
    })
    .join('; ')
}

const size = (bytes: number): string => {
  const steps = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  const at = Math.min(steps.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10)))
  return `${at === 0 ? bytes : (bytes / 1024 ** at).toFixed(1)} ${steps[at]}`
}

const cell = (column: string, value: unknown, whole = false, row: Row = {}): string => {
  if (value === null || value === undefined) return ''
  const words = WORDS[column]
  if (words && (typeof value !== 'object' || WHOLE.has(column))) return clean(words(value as never, row))
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value) && value.every(one => typeof one !== 'object')) return clean(value.join(', '))
  if (isMoment(column, value)) return moment(value)
  if (column === 'id' && !whole && typeof value === 'string') return shortId(value)
  if (typeof value === 'object') return clean(JSON.stringify(value))
  return clean(String(value), whole)
}

/** The first letters of an id are enough; of one date of a series the date too. */
export const shortId = (id: string): string => clean(id.replace(/^([0-9a-f]{8})-[0-9a-f-]{27}(?=$|::)/, '$1'))

/** Text from outside never reaches a terminal with its control characters. */
export const clean = (text: string, lines = false, indent = '  '): string => {
  const plain = stripVTControlCharacters(text)
    .replace(lines ? /[\0-\x08\x0b-\x1f\x7f-\x9f]/g : /[\0-\x1f\x7f-\x9f]+/g, ' ')
    // What turns the direction of text around makes a line read as another than it is.
    .replace(/[\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '')
  return lines ? plain.replaceAll('\n', `\n${indent}`) : plain
}

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
