import { randomUUID } from 'node:crypto'
import type { Kept } from './entries.ts'
import type { CalendarEvent } from './event.ts'
import { readIcs } from './ics-read.ts'
import { spanOf } from './span.ts'

/** An event that came from outside, as it is kept: in the place of what was known of it, or as a new one. */
export const asKept = (
  event: CalendarEvent,
  before: Kept | undefined,
  fresh: { calendar: string; source: string; at: number; id?: string },
): Kept => {
  const { calendar, source, at, id } = fresh
  const first = {
    ...{ id: id ?? randomUUID(), calendar, color: null, session_id: null },
    ...{ stamp: null, source, created_at: at },
  }
  return { ...(before ?? first), ...event, ...spanOf(event), updated_at: at }
}

/** The one event of a resource on a server, or why it cannot be read. */
export const readOne = async (
  ics: string,
  zone: string,
): Promise<{ ok: true; event: CalendarEvent } | { ok: false; reason: string }> => {
  const reading = await readIcs(ics, { zone })
  if (!reading.ok) return reading
  const [event] = reading.events
  return event
    ? { ok: true, event }
    : { ok: false, reason: reading.warnings[0] ?? 'There is no event in it.' }
}
