import type * as z from 'zod'
import { Problem } from '../contract/problem.ts'
import type { Understood } from '../contract/todos.ts'
import { doubtsInWords } from '../time/doubts.ts'
import type { When } from '../time/phrase.ts'
import { DAY, dateText, dayOf } from '../time/wall.ts'
import { instantText, zoneOf } from '../time/zone.ts'

/** When something is due, as it is stored. */
export interface Due {
  due: string | null
  due_at: number | null
  repeat: string | null
  /** Local wall clock of the first date: repeats are counted from here, so 9:00 stays 9:00. */
  repeat_from: string | null
  understood?: z.output<typeof Understood>
}

export interface Window {
  from?: number
  before?: number
  /** Days, as against times, before this one only: a day is over at its end. */
  daysBefore?: string
}

type Anchored = Pick<Due, 'due' | 'repeat' | 'repeat_from'>

export interface Schedule {
  /** What the words mean, or a refusal that says what was not understood. A repeat it had goes on from the new date. */
  read(input: { due?: string | null; repeat?: string | null }, before?: Anchored): Promise<Due>
  /** Until when something is put off: a length counts from when it reminds, where that is still to come. */
  later(words: string, reminds: number): Promise<Due>
  /** Takes the time out of a sentence: "call Ann tomorrow 5pm". */
  find(sentence: string): Promise<{ rest: string; due: Due } | undefined>
  /** The next date of a repeat after a moment; undefined when the rule has ended. */
  following(todo: Anchored, after: number): Promise<Omit<Due, 'understood'> | undefined>
  /** A moment as the owner's clock has it. */
  said(at: number): string
  window(group: 'overdue' | 'today' | 'week' | 'any' | 'none'): Window | 'none'
}

export const openSchedule = (deps: {
  now: () => number
  zone: () => string
  dayStart: () => string
}): Schedule => {
  const { now, zone, dayStart } = deps
  const time = () => import('../time/phrase.ts')
  const repeats = () => import('../time/repeat.ts')
  const settings = (at = now()) => ({ now: at, zone: zone(), dayStart: dayStart() })

  const asDue = (when: When): Due => ({
    due: when.dateOnly ? when.local.slice(0, 10) : when.at,
    due_at: Date.parse(when.at),
    repeat: when.repeat ?? null,
    repeat_from: when.repeat ? when.local : null,
    understood: {
      phrase: when.phrase,
      at: when.at,
      zone: when.zone,
      repeat: when.repeat ?? null,
      whole_day: when.dateOnly,
      uncertain: when.uncertain,
      doubts: doubtsInWords(when.uncertain),
    },
  })

  const understand = async (words: string, at?: number): Promise<{ when: When; read: Due }> => {
    const { parseWhen } = await time()
    const when = await parseWhen(words, settings(at))
    if (!when.ok) throw new Problem('invalid', when.reason)
    return { when, read: asDue(when) }
  }

  return {
    async read({ due, repeat }, before) {
      const words = due === undefined ? (before?.due ?? null) : due
      if (words === null || words.trim() === '') {
        if (repeat && repeat !== 'none')
          throw new Problem('invalid', 'A repeat needs a due date to count from.')
        return { due: null, due_at: null, repeat: null, repeat_from: null }
      }
      const { when, read } = await understand(words)
      const repeating = (rule: string | null): Due => ({
        ...read,
        repeat: rule,
        repeat_from: rule === null ? null : when.local,
        understood: { ...read.understood!, repeat: rule },
      })
      if (repeat === undefined)
        return before?.repeat && read.repeat === null ? repeating(before.repeat) : read
      if (repeat === null || repeat === 'none') return repeating(null)
      const { readRepeat } = await repeats()
      const rule = readRepeat(repeat)
      if (!rule.ok) throw new Problem('invalid', rule.reason)
      if (rule.repeat?.includes('FREQ=SECONDLY'))
        throw new Problem('invalid', 'A reminder every second is none: repeat it every minute at most.')
      return repeating(rule.repeat)
    },

    async later(words, reminds) {
      const { isLength } = await time()
      const { read } = await understand(words, isLength(words) ? Math.max(now(), reminds) : now())
      return read
    },

    async find(sentence) {
      const { findWhen } = await time()
      const found = await findWhen(sentence, settings())
      return found ? { rest: found.title, due: asDue(found.when) } : undefined
    },

    async following({ due, repeat, repeat_from }, after) {
      if (!repeat || !repeat_from || !due) return undefined
      const { nextAfter } = await repeats()
      const next = nextAfter(repeat, repeat_from, zone(), after)
      if (!next) return undefined
      if (/^\d{4}-\d\d-\d\d$/.test(due))
        return { due: next.local.slice(0, 10), due_at: next.at, repeat, repeat_from }
      return { due: withOffset(next), due_at: next.at, repeat, repeat_from }
    },

    said: at => instantText(at, zoneOf(zone())),

    window(group) {
      if (group === 'none') return 'none'
      if (group === 'any') return {}
      if (group === 'overdue') return { before: now(), daysBefore: dateText(zoneOf(zone()).toWall(now())) }
      return { before: endOfDay(now(), zone(), group === 'today' ? 0 : 6) }
    },
  }
}

/** The midnight that ends the day `days` after today, in a zone. */
const endOfDay = (at: number, name: string, days: number): number => {
  const zone = zoneOf(name)
  return zone.toInstant((dayOf(zone.toWall(at)) + days + 1) * DAY)
}

/** `2026-12-01T09:00:00+01:00` of a moment and what the clock on the wall says then. */
const withOffset = ({ at, local }: { at: number; local: string }): string => {
  const minutes = Math.round((Date.parse(`${local}Z`) - at) / 60_000)
  const part = (value: number): string => String(value).padStart(2, '0')
  return `${local}${minutes < 0 ? '-' : '+'}${part(Math.floor(Math.abs(minutes) / 60))}:${part(Math.abs(minutes) % 60)}`
}
