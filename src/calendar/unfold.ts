import type { CalendarStore } from '../../store/calendar.ts'
import { type Entry, inAgendaOrder } from './agenda.ts'
import type { Kept } from './entries.ts'
import type { Override } from './event.ts'
import { expand, type Window } from './recurrence.ts'
import { inTurns } from './turns.ts'

export interface Unfolded {
  entries: Entry<Kept>[]
  /** Ids of the events of which more lies in the window than is here. */
  cut: Set<string>
  /** More lies in the window than is here. */
  truncated: boolean
  problems: string[]
}

export const MOST_ENTRIES = 100_000
/** However hard the rules are. */
const LONGEST_MS = 8000

/** All dates in a window, in order. Others get their turn in between, and no rule makes it take longer than it may. */
export async function unfold(
  store: CalendarStore<Override>,
  window: Window,
  asked: { calendar?: string; limit?: number } = {},
): Promise<Unfolded> {
  const found: Unfolded = { entries: [], cut: new Set(), truncated: false, problems: [] }
  const { entries } = found
  const began = performance.now()
  const turn = inTurns()
  for (const event of store.between(window.start, window.end, asked.calendar)) {
    if (event.cancelled && !window.cancelled) continue
    const { occurrences, truncated, problem } = expand(event, window)
    for (const occurrence of occurrences) {
      const entry = occurrence as Entry<Kept>
      entry.event = event
      entries.push(entry)
    }
    if (truncated) found.cut.add(event.id)
    if (problem) found.problems.push(`${event.summary || event.uid}: ${problem}`)
    if (entries.length > MOST_ENTRIES || performance.now() - began > LONGEST_MS) {
      found.truncated = true
      break
    }
    await turn()
  }
  entries.sort(inAgendaOrder)
  const most = Math.min(asked.limit ?? MOST_ENTRIES, MOST_ENTRIES)
  if (entries.length > most) {
    entries.length = most
    found.truncated = true
  }
  found.truncated ||= found.cut.size > 0
  return found
}
