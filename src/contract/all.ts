import { about } from './about.ts'
import { access } from './access.ts'
import { calendar, calendars } from './calendar.ts'
import { calendarAccounts } from './calendar-accounts.ts'
import { calendarSubscriptions } from './calendar-subscriptions.ts'
import { calendarSync } from './calendar-sync.ts'
import { codex } from './codex/all.ts'
import { cookbook } from './cookbook.ts'
import { documents } from './documents.ts'
import { events } from './events.ts'
import { hosts } from './hosts.ts'
import { mail } from './mail.ts'
import { mailAccounts } from './mail-accounts.ts'
import { memory } from './memory.ts'
import { models } from './models.ts'
import { notify } from './notify.ts'
import { openai } from './openai.ts'
import { presets } from './presets.ts'
import type { Route } from './route.ts'
import { search } from './search.ts'
import { todos } from './todos.ts'
import { workspace } from './workspace.ts'

/** Every route there is, by group. OpenAPI, command line and fuzz list start here. */
export const groups: Record<string, Record<string, Route>> = {
  about,
  workspace,
  todos,
  calendar,
  calendars,
  calendarSync,
  calendarAccounts,
  calendarSubscriptions,
  mail,
  mailAccounts,
  memory,
  documents,
  search,
  access,
  events,
  notify,
  hosts,
  cookbook,
  presets,
  openai,
  models,
  codex,
}

export const allRoutes = (): Route[] => Object.values(groups).flatMap(group => Object.values(group))
