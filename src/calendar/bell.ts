import type { CalendarStore } from '../../store/calendar.ts'
import type { Changes } from '../../store/changes.ts'
import { alarmsBetween, nextAlarm, onReadersClock } from './alarms.ts'
import { firstDate, type Kept, wordsOf } from './entries.ts'
import type { Override } from './event.ts'
import { findOccurrence, type Occurrence } from './recurrence.ts'
import { timesInWords } from './warnings.ts'

/** An event that is to be rung for now. */
export interface Alarmed {
  event: Kept
  /** Of this date and this moment, and of no other. */
  key: string
  at: number
  title: string
  body: string
}

export interface Alarms {
  /** Of several alarms of one event that were slept through, the last one rings for all. */
  due(until: number): Alarmed[]
  /** It was told: what comes next is waited for. */
  rang(id: string, at: number): void
  /** The first that will ring after a moment, of what was looked at since it changed. */
  next(after: number): { id: string; title: string; at: number } | null
  /** The owner may have moved since the last start. */
  recheck(): void
}

const MOST_AT_ONCE = 200
const ACTOR = { actor: 'ithaca' }

/** Keeps, for every event, the moment its next alarm is due, so that a look every second costs one indexed question. */
export const openAlarms = (deps: {
  store: CalendarStore<Override>
  changes: Changes
  zone: () => string
}): Alarms => {
  const { store, changes, zone } = deps
  /** Up to where the one ring of an event speaks for all that was missed. */
  const spokenFor = new Map<string, number>()

  return {
    due(until) {
      const marks = store.ringing(until, MOST_AT_ONCE)
      const alarmed: Alarmed[] = []
      const quiet = marks.filter(mark => {
        const event = store.get(mark.id)
        const missed = event ? alarmsBetween(event, mark.from_at, until, zone()) : []
        const last = missed.at(-1)
        if (!event || !last) return true
        const { occurrence, at } = last
        spokenFor.set(event.id, until)
        const slept = missed.length > 1 ? `${missed.length - 1} earlier alarms of it were missed.` : ''
        const words = wordsOf({ event, occurrence })
        const lines = [timesInWords(inFull(event, occurrence, zone()), zone()), words.location, slept]
        alarmed.push({
          event,
          key: `event:${event.id}:${occurrence.recurrenceId ?? ''}:${at}`,
          at,
          title: last.alarm.text || words.summary || 'Event',
          body: lines.filter(Boolean).join('\n'),
        })
        return false
      })
      if (quiet.length > 0)
        changes.write(ACTOR, tx => {
          for (const { id, from_at } of quiet) {
            const event = store.get(id)
            store.putMark(tx, { id, from_at, at: event ? nextAlarm(event, from_at, zone()) : null })
          }
        })
      return alarmed
    },

    rang(id, at) {
      const [mark, event] = [store.mark(id), store.get(id)]
      if (!mark || !event) return
      const from_at = Math.max(mark.from_at, at + 1, (spokenFor.get(id) ?? at) + 1)
      spokenFor.delete(id)
      changes.write(ACTOR, tx => store.putMark(tx, { id, from_at, at: nextAlarm(event, from_at, zone()) }))
    },

    next(after) {
      const mark = store.nextMark(after)
      const event = mark && store.get(mark.id)
      return event ? { id: event.id, title: event.summary, at: mark.at! } : null
    },

    recheck() {
      const marks = store.marksOnOwnersClock().filter(({ at }) => at !== 0)
      if (marks.length > 0)
        changes.write(ACTOR, tx => {
          for (const mark of marks) store.putMark(tx, { ...mark, at: 0 })
        })
    },
  }
}

/** With its end, which an alarm has no use for. */
const inFull = (event: Kept, { recurrenceId }: Occurrence, zone: string): Occurrence => {
  const found = recurrenceId === null ? null : findOccurrence(event, recurrenceId)
  return found ? onReadersClock(found, zone) : firstDate(event, zone)
}
