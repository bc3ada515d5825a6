import type { CalendarEvent } from './event.ts'
import { assemble, type Parsed, parseIcs } from './ics-read.ts'

export const METHODS = [
  'request',
  'cancel',
  'reply',
  'counter',
  'declinecounter',
  'add',
  'refresh',
  'publish',
] as const
export type Method = (typeof METHODS)[number]

/** What a calendar in a mail says about one event (RFC 5546). */
export interface Itip {
  method: Method
  uid: string
  /** All of it; null where it is about single dates only. */
  master: Parsed | null
  dates: Parsed[]
  /** Master and dates as one event; dates without their series stand for it. */
  whole: CalendarEvent
  comment: string
  warnings: string[]
}

export type ItipReading = { ok: true; itip: Itip } | { ok: false; reason: string }

export async function readItip(text: string, options: { zone: string }): Promise<ItipReading> {
  const parsing = await parseIcs(text, { ...options, untimed: true })
  if (!parsing.ok) return parsing
  const said = parsing.roots
    .flatMap(root => root.lines)
    .map(line => /^METHOD(?:;[^:]*)?:\s*([A-Z-]+)\s*$/i.exec(line)?.[1]?.toLowerCase())
    .find(Boolean)
  const method = said === undefined ? 'publish' : METHODS.find(each => each === said)
  if (!method)
    return { ok: false, reason: `${said!.toUpperCase().slice(0, 40)} is not a method of invitations.` }
  const [first] = parsing.parsed
  if (!first) return { ok: false, reason: parsing.warnings[0] ?? 'There is no event in it.' }
  const { uid } = first.event
  const parsed = parsing.parsed.filter(({ event }) => event.uid === uid)
  const [dates, masters] = [parsed.filter(isDate), parsed.filter(one => !isDate(one))]
  const master = masters.at(-1) ?? null
  if (!(master ?? first).timed && !['reply', 'cancel', 'refresh'].includes(method))
    return { ok: false, reason: 'It does not say when the event is.' }
  const others = new Set(parsing.parsed.map(({ event }) => event.uid)).size - 1
  return {
    ok: true,
    itip: {
      method,
      uid,
      master,
      dates,
      // What is cancelled is shown, too, as it would have been.
      whole: assemble(parsed.map(one => ({ ...one, event: { ...one.event, cancelled: false } })))[0]!,
      comment: parsed.map(({ comment }) => comment).find(Boolean) ?? '',
      warnings: [
        ...parsing.warnings,
        ...(others > 0 ? [`It holds ${others} other events, too; only the first is looked at.`] : []),
      ],
    },
  }
}

const isDate = ({ recurrenceId }: Parsed): boolean => recurrenceId !== null
