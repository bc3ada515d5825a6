import type * as z from 'zod'
import { Problem } from '../contract/problem.ts'
import type { Understood } from '../contract/todos.ts'

/** When something is due, as it is stored. */
export interface Due {
  due: string | null
  due_at: number | null
  repeat: string | null
  /** Local wall clock of the first date: repeats are counted from here, so 9:00 stays 9:00. */
  repeat_from: string | null
  understood?: z.output<typeof Understood>
}

type Anchored = Pick<Due, 'due' | 'repeat' | 'repeat_from'>

export interface Schedule {
  /** What the words mean, or a refusal that says what was not understood. */
  read(input: { due?: string | null; repeat?: string | null }, before?: Anchored): Promise<Due>
  /** Takes the time out of a sentence: "call Ann tomorrow 5pm". */
  find(sentence: string): Promise<{ rest: string; due: Due } | undefined>
  /** The next date of a repeat after a moment; undefined when the rule has ended. */
  following(todo: Anchored, after: number): Promise<Omit<Due, 'understood'> | undefined>
  window(group: 'overdue' | 'today' | 'week' | 'any' | 'none'): { from?: number; before?: number } | 'none'
}

export const openSchedule = (deps: {
  now: () => number
  zone: () => string
  dayStart: () => string
}): Schedule => {
  const { now, zone, dayStart } = deps
  const time = () => import('../time/phrase.ts')
  const repeats = () => import('../time/repeat.ts')
  const settings = () => ({ now: now(), zone: zone(), dayStart: dayStart() })

  const asDue = (
    when: Awaited<ReturnType<Awaited<ReturnType<typeof time>>['parseWhen']>> & { ok: true },
  ): Due => ({
    due: when.dateOnly ? when.local.slice(0, 10) : when.at,
    due_at: Date.parse(when.at),
    repeat: when.repeat?.rule ?? null,
    repeat_from: when.repeat ? when.local : null,
    understood: {
      phrase: when.phrase,
      at: when.at,
      zone: when.zone,
      repeat: when.repeat?.rule ?? null,
      uncertain: when.uncertain,
    },
  })

  return {
    async read({ due, repeat }, before) {
      const words = due === undefined ? (before?.due ?? null) : due
      if (words === null || words.trim() === '') {
        if (repeat && repeat !== 'none')
          throw new Problem('invalid', 'A repeat needs a due date to count from.')
        return { due: null, due_at: null, repeat: null, repeat_from: null }
      }
      const { parseWhen } = await time()
      const when = await parseWhen(words, settings())
      if (!when.ok)
        throw new Problem('invalid', `'${words.slice(0, 100)}' is not understood as a time: ${when.reason}`)
      const read = asDue(when)
      if (repeat === undefined) {
        if (read.repeat === null && due === undefined && before?.repeat)
          return { ...read, repeat: before.repeat, repeat_from: before.repeat_from }
        return read
      }
      if (repeat === null || repeat === 'none') return { ...read, repeat: null, repeat_from: null }
      const { readRepeat } = await repeats()
      const rule = readRepeat(repeat, when.local)
      if (!rule.ok)
        throw new Problem(
          'invalid',
          `'${repeat.slice(0, 100)}' is not understood as a repeat: ${rule.reason}`,
        )
      return { ...read, repeat: rule.rule, repeat_from: when.local }
    },

    async find(sentence) {
      const { findWhen } = await time()
      const found = await findWhen(sentence, settings())
      return found && { rest: found.rest, due: asDue(found.when) }
    },

    async following({ due, repeat, repeat_from }, after) {
      if (!repeat || !repeat_from || !due) return undefined
      const { nextAfter } = await repeats()
      const next = nextAfter(repeat, repeat_from, zone(), after)
      if (!next) return undefined
      const dateOnly = /^\d{4}-\d\d-\d\d$/.test(due)
      return {
        due: dateOnly ? next.local.slice(0, 10) : next.at,
        due_at: Date.parse(next.at),
        repeat,
        repeat_from,
      }
    },

    window(group) {
      if (group === 'none') return 'none'
      if (group === 'any') return {}
      if (group === 'overdue') return { before: now() }
      return { before: endOfDay(now(), zone(), group === 'today' ? 0 : 6) }
    },
  }
}

/** The midnight that ends the day `days` after today, in a zone; an hour's change in between is allowed for. */
const endOfDay = (at: number, zone: string, days: number): number => {
  const format = new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' })
  const today = Date.parse(`${format.format(at)}T00:00:00Z`)
  const midnight = today + (days + 1) * 86_400_000
  const wall = (instant: number): number =>
    Date.parse(
      `${new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' }).format(instant).replace(' ', 'T')}Z`,
    )
  let guess = midnight - (wall(midnight) - midnight)
  guess -= wall(guess) - midnight
  return guess
}
