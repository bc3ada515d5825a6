import { isDeepStrictEqual } from 'node:util'
import type { CalendarStore } from '../../store/calendar.ts'
import type { Author, Changes } from '../../store/changes.ts'
import { Problem } from '../contract/problem.ts'
import type { Calendars } from './calendars.ts'
import type { Kept } from './entries.ts'
import type { Override } from './event.ts'
import { readIcs } from './ics-read.ts'
import { writeIcs } from './ics-write.ts'
import { asKept } from './received.ts'
import { inTurns } from './turns.ts'

export interface Imported {
  calendar: string
  added: number
  updated: number
  unchanged: number
  warnings: string[]
}

export const openTransfer = (deps: {
  store: CalendarStore<Override>
  calendars: Calendars
  changes: Changes
  now: () => number
  zone: () => string
}) => {
  const { store, calendars, changes, now } = deps

  return {
    /** All of it or nothing. An event is known by its uid: in the calendar that was named, or in any. */
    async import(author: Author, { ics, calendar }: { ics: string; calendar?: string }): Promise<Imported> {
      const reading = await readIcs(ics, { zone: deps.zone() })
      if (!reading.ok) throw new Problem('invalid', reading.reason)
      const named =
        calendar === undefined
          ? undefined
          : (calendars.find(calendar) ??
            calendars.add({ actor: author.actor, token: author.token ?? null }, { name: calendar }))
      const target = calendars.writable((named ?? calendars.usual(author)).id)
      const puts: Kept[] = []
      let updated = 0
      const turn = inTurns()
      for (const event of reading.events) {
        await turn()
        const before = store.byUid(event.uid, named?.id)[0]
        if (before) calendars.writable(before.calendar)
        const kept = asKept(event, before, { calendar: target.id, source: 'import', at: now() })
        if (before && sameContent(before, kept)) continue
        if (before) updated++
        puts.push(kept)
      }
      const added = puts.length - updated
      if (puts.length > 0)
        changes.write(author, tx => {
          for (const event of puts) store.put(tx, event)
          tx.say({
            action: 'calendar.import',
            noun: 'event',
            id: target.id,
            summary: `Imported ${added} events into "${target.name}", ${updated} brought up to date`,
            data: { calendar: target.id, added, updated },
          })
        })
      return {
        calendar: target.id,
        added,
        updated,
        unchanged: reading.events.length - puts.length,
        warnings: reading.warnings,
      }
    },

    export(calendar: string | undefined): string {
      const chosen = calendar === undefined ? calendars.list() : [calendars.known(calendar)]
      const events = chosen.flatMap(({ id }) => store.of(id))
      return writeIcs(events, { now: now(), ...(chosen.length === 1 ? { name: chosen[0]!.name } : {}) })
    },
  }
}

const sameContent = (one: Kept, other: Kept): boolean => isDeepStrictEqual(content(one), content(other))

const content = (event: Kept): unknown => {
  const { updated_at: _at, ...rest } = event
  return JSON.parse(JSON.stringify(rest))
}
