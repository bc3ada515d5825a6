import { randomBytes, randomUUID } from 'node:crypto'
import { resolveSrv, resolveTxt } from 'node:dns/promises'
import { hostname } from 'node:os'
import { openAccess as openAccessStore } from '../../store/access.ts'
import { openCalendar as openCalendarStore } from '../../store/calendar.ts'
import { openCalendarRemote } from '../../store/calendar-remote.ts'
import { openSubscriptionStore } from '../../store/calendar-subscriptions.ts'
import { type Author, type Changes, openChanges } from '../../store/changes.ts'
import { openStore, type Store } from '../../store/database.ts'
import { openDocuments as openDocumentStore } from '../../store/documents.ts'
import { openMemory as openMemoryStore } from '../../store/memory.ts'
import { openSearch as openSearchStore } from '../../store/search.ts'
import { openTodos as openTodoStore } from '../../store/todos.ts'
import { type Access, openAccessRules } from '../access/access.ts'
import { type Approvals, openApprovals } from '../access/approvals.ts'
import { type Limits, openLimits } from '../access/limits.ts'
import { type Calendar, openCalendar } from '../calendar/calendar.ts'
import type { Override } from '../calendar/event.ts'
import { eventRings } from '../calendar/rings.ts'
import { Problem } from '../contract/problem.ts'
import type { Cookbook } from '../cookbook/cookbook.ts'
import { type Documents, openDocuments } from '../documents/documents.ts'
import type { Mailbox } from '../mail/mail.ts'
import { type Memories, openMemories } from '../memory/memory.ts'
import { openBell } from '../notify/bell.ts'
import type { Notify } from '../notify/notify.ts'
import { openSearch, type Search } from '../search/search.ts'
import { meantZone } from '../time/zone-names.ts'
import { todoRings } from '../todos/rings.ts'
import { openSchedule } from '../todos/schedule.ts'
import { openTodos, type Todos } from '../todos/todos.ts'
import { openClock } from './clock.ts'
import { type Config, isZone, setConfig, systemZone } from './config.ts'
import { type Invitations, openInvitations } from './invitations.ts'
import { openJournal } from './journal.ts'
import { kitchen } from './kitchen.ts'
import { mailroom } from './mailroom.ts'
import { notifier } from './notifier.ts'
import { makeDirectory, type Paths } from './paths.ts'
import { openSeal } from './seal.ts'
import { openSettings, type Settings } from './settings.ts'

/** Everything one person has, open. What holds it closes it. */
export interface Workspace {
  readonly paths: Paths
  readonly config: Config
  /** How far the config file is in effect. */
  readonly settings: Settings
  readonly version: string
  readonly startedAt: number
  /** Names other than loopback's that requests may be addressed to. */
  readonly hostnames: ReadonlySet<string>
  /** Bound to more than loopback. */
  wide: boolean
  readonly operatorKey: string
  /** Tells one opening of the workspace from the next. */
  readonly instance: string
  /** Where agents reach it; empty while nothing listens. */
  url: string
  /** `command`: open for one command and closed again. `inside`: with a screen. `daemon`: until told to end. */
  mode: 'command' | 'inside' | 'daemon'
  /** Gives the workspace to another process that asked for it; null where that makes no sense. */
  release: (() => void) | null
  now(): number
  zone(): string
  /** Takes what the config file says by now. */
  follow(): void
  /** The owner's zone from now on, in the config file too. */
  setZone(author: Author, name: string): void
  readonly store: Store
  readonly changes: Changes
  readonly access: Access
  readonly approvals: Approvals
  readonly limits: Limits
  readonly todos: Todos
  readonly calendar: Calendar
  readonly memory: Memories
  readonly documents: Documents
  readonly search: Search
  readonly notify: Notify
  readonly mail: Mailbox
  readonly invitations: Invitations
  readonly cookbook: Cookbook
  /** Begins what happens by itself: reminders, deadlines, housekeeping. */
  start(): void
  /** Notes what went wrong in the log and gives the number to find it by. */
  report(error: unknown): string
  close(): Promise<void>
}

export interface OpenOptions {
  paths: Paths
  version: string
  now?: () => number
  hostnames?: string[]
}

export const openWorkspace = (options: OpenOptions): Workspace => {
  const { paths, version } = options
  const now = options.now ?? Date.now
  makeDirectories(paths)
  const settings = openSettings(paths.configFile, () => changes)
  const { config } = settings
  const seal = openSeal(paths.sealKey)
  const store = openStore(paths.database, seal)
  const changes = openChanges(store, now)
  const journal = openJournal(paths.log, now)
  const clock = openClock(journal.report)
  const zone = (): string => config.owner.timezone ?? systemZone()
  const operatorKey = `ith_${randomBytes(32).toString('base64url')}`
  const accessStore = openAccessStore(store)
  const approvals = openApprovals({ store: accessStore, changes, now, seal })
  const notify = notifier({ store, changes, now, zone, config })
  const cookbook = kitchen({ store, changes, paths, config, now, notify, report: journal.report })
  const mail = mailroom({
    ...{ store, changes, paths, config, notify, now, zone },
    invited: (found, carried) => workspace.invitations.came(found, carried),
    report: journal.report,
  })
  const calendar = openCalendar({
    store: openCalendarStore<Override>(store),
    remote: openCalendarRemote(store),
    feeds: openSubscriptionStore(store),
    changes,
    now,
    zone,
    reminders: () => config.reminders,
    addresses: () => mail.addresses(),
    servers: {
      secrets: seal,
      names: { srv: resolveSrv, txt: resolveTxt },
      interval: () => config.calendar.sync_minutes * 60_000,
      report: journal.report,
    },
  })
  const workspace: Workspace = {
    paths,
    config,
    settings,
    version,
    startedAt: now(),
    hostnames: new Set([hostname().toLowerCase(), ...(options.hostnames ?? [])]),
    wide: false,
    operatorKey,
    instance: randomUUID(),
    url: '',
    mode: 'command',
    release: null,
    now,
    zone,
    follow() {
      const before = zone()
      settings.look()
      if (zone() !== before) calendar.alarms.recheck()
    },
    setZone(author, timezone) {
      if (!isZone(timezone))
        throw new Problem(
          'invalid',
          `'${timezone}' is not a time zone${meantZone(timezone) || ' such as Europe/Berlin.'}`,
        )
      setConfig(paths.configFile, 'owner.timezone', timezone)
      config.owner.timezone = timezone
      calendar.alarms.recheck()
      changes.write(author, tx =>
        tx.say({
          action: 'workspace.timezone',
          noun: 'workspace',
          id: 'timezone',
          summary: `The time zone is ${timezone}`,
          data: { timezone },
        }),
      )
    },
    store,
    changes,
    access: openAccessRules({ store: accessStore, changes, now, operatorKey }),
    approvals,
    limits: openLimits(config.api, now),
    calendar,
    invitations: openInvitations({ mail, calendar, changes, report: journal.report }),
    memory: openMemories({ store: openMemoryStore(store), changes, now }),
    documents: openDocuments({ store: openDocumentStore(store), changes, now }),
    search: openSearch(openSearchStore(store)),
    todos: openTodos({
      store: openTodoStore(store),
      changes,
      now,
      schedule: openSchedule({ now, zone, dayStart: () => config.reminders.day_start }),
    }),
    notify,
    mail,
    cookbook,
    report: journal.report,
    start() {
      const sources = [todoRings(workspace.todos, notify.told), eventRings(workspace.calendar)]
      const bell = openBell({ notify, now, sources, settle: changes.settle })
      notify.recover()
      workspace.calendar.alarms.recheck()
      cookbook.start(clock.every)
      mail.start(clock.every)
      workspace.calendar.syncing.start(clock.every)
      clock.every(1000, workspace.follow)
      clock.every(5000, () => calendar.subscriptions.round())
      clock.every(1000, () => bell.look())
      clock.every(1000, () => notify.round())
      clock.every(1000, () => approvals.expire())
      clock.every(3_600_000, () => changes.answers.forget(now() - 86_400_000))
    },
    async close() {
      clock.stop()
      changes.end()
      await notify.close()
      await mail.close()
      await workspace.calendar.syncing.close()
      await calendar.subscriptions.close()
      await cookbook.close()
      journal.close()
      changes.settle()
      store.close()
    },
  }
  return workspace
}

const makeDirectories = (paths: Paths): void => {
  for (const directory of new Set([paths.config, paths.data, paths.state, paths.cache, paths.runtime]))
    makeDirectory(directory)
}
