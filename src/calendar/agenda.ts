import type { CalendarEvent, Series } from './event.ts'
import { expand, MOST_OCCURRENCES, type Occurrence, type Window } from './recurrence.ts'

/** An occurrence with the words it is shown with, those of its series or its own. */
export type Entry<T extends Series = CalendarEvent> = Occurrence & { event: T }

export interface Agenda<T extends Series = CalendarEvent> {
  entries: Entry<T>[]
  /** Uids of the series of which more lies in the window than is shown. */
  truncated: string[]
  problems: { uid: string; problem: string }[]
}

/** By day, whole days first, then by start, the longer one first. */
export function inAgendaOrder(a: Occurrence, b: Occurrence): number {
  return (
    a.startsAt - b.startsAt ||
    Number(b.allDay) - Number(a.allDay) ||
    b.endsAt - a.endsAt ||
    (a.uid < b.uid ? -1 : 1)
  )
}

export function agendaOf<T extends Series>(
  events: Iterable<T>,
  window: Window,
  limit = MOST_OCCURRENCES,
): Agenda<T> {
  const agenda: Agenda<T> = { entries: [], truncated: [], problems: [] }
  for (const event of events) {
    const { occurrences, truncated, problem } = expand(event, window, limit)
    for (const occurrence of occurrences) agenda.entries.push(Object.assign(occurrence, { event }))
    if (truncated) agenda.truncated.push(event.uid)
    if (problem) agenda.problems.push({ uid: event.uid, problem })
  }
  agenda.entries.sort(inAgendaOrder)
  return agenda
}

export interface Overlap<T> {
  first: T
  second: T
  from: number
  to: number
}

type Placed = Pick<Occurrence, 'allDay' | 'startsAt' | 'endsAt'>

const MOST_OVERLAPS = 1000

/** Pairs that want the same time, at most a thousand. Whole days and what takes up no time (`busy` false) do not clash. */
export function overlapsOf<T extends Placed>(
  occurrences: T[],
  busy: (occurrence: T) => boolean = () => true,
): Overlap<T>[] {
  const timed = occurrences
    .filter(o => !o.allDay && o.endsAt > o.startsAt && busy(o))
    .sort((a, b) => a.startsAt - b.startsAt)
  const overlaps: Overlap<T>[] = []
  let open: T[] = []
  for (const second of timed) {
    open = open.filter(first => first.endsAt > second.startsAt)
    for (const first of open) {
      if (overlaps.length === MOST_OVERLAPS) return overlaps
      overlaps.push({ first, second, from: second.startsAt, to: Math.min(first.endsAt, second.endsAt) })
    }
    open.push(second)
  }
  return overlaps
}
