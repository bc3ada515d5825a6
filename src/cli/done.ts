import { calendar, calendars } from '../contract/calendar.ts'
import { calendarAccounts } from '../contract/calendar-accounts.ts'
import { calendarSync } from '../contract/calendar-sync.ts'
import { cookbook } from '../contract/cookbook.ts'
import { hosts } from '../contract/hosts.ts'
import { mail } from '../contract/mail.ts'
import { mailAccounts } from '../contract/mail-accounts.ts'
import { memory } from '../contract/memory.ts'
import { notify } from '../contract/notify.ts'
import { presets } from '../contract/presets.ts'
import type { Parsed, Route } from '../contract/route.ts'
import { todos } from '../contract/todos.ts'
import { clean } from './table.ts'

type Said = (given: never) => string

const said = <R extends Route>(route: R, words: (given: Parsed<R>) => string) =>
  [route.id, words as Said] as const

const back = 'ithaca undo brings it back.'

/** What was done, of an answer that says no more than that it was: named as it was asked for. */
const DONE = new Map<string, Said>([
  said(todos.remove, ({ id }) => `Deleted the todo ${id}. ${back}`),
  said(memory.remove, ({ id }) => `Forgot the memory ${id}. ${back}`),
  said(presets.remove, ({ id }) => `Deleted the preset ${id}. ${back}`),
  said(calendars.remove, ({ id }) => `Deleted the calendar ${id} with its events. ${back}`),
  said(calendar.remove, ({ id, scope }) =>
    scope === 'following'
      ? `Deleted ${id} and every date after it. ${back}`
      : scope === 'one' || (scope === undefined && id.includes('::'))
        ? `Deleted the date ${id}. ${back}`
        : `Deleted the event ${id}. ${back}`,
  ),
  said(hosts.remove, ({ id }) => `Forgot the host ${id}; what runs there runs on. ${back}`),
  said(cookbook.forget, ({ id }) => `Removed the serve ${id} and its log.`),
  said(
    calendarAccounts.remove,
    ({ id }) => `Removed the calendar account ${id}; its server still has everything.`,
  ),
  said(calendarSync.resolve, ({ keep }) =>
    keep === 'both'
      ? 'Both versions are kept, as two events.'
      : `Kept ${keep === 'mine' ? 'your' : 'their'} version.`,
  ),
  said(mailAccounts.remove, ({ id }) => `Removed the mail account ${id}; its server still has everything.`),
  said(mail.drop, ({ id }) => `Took ${id} out of the outbox.`),
  said(notify.test, ({ channel }) => `Sent a test over ${channel}.`),
])

export const doneWords = (route: Route, given: Record<string, unknown>): string | undefined => {
  const words = DONE.get(route.id)
  return words && clean(words(given as never))
}
