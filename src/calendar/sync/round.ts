import { randomUUID } from 'node:crypto'
import type { KeptCalendar, ShownCalendar } from '../../../store/calendar.ts'
import type { KeptAccount, SyncState } from '../../../store/calendar-remote.ts'
import { PERSONAL } from '../../contract/calendar.ts'
import { Problem } from '../../contract/problem.ts'
import { plainCalendar } from '../calendars.ts'
import type { Access, RemoteCalendar } from '../dav/dav.ts'
import { emptied } from './choice.ts'
import { type News, takeIn } from './receive.ts'
import { tellName, untaken } from './rename.ts'
import { send } from './send.ts'
import { ACTOR, nothing, type Place, type SyncDeps, type Synced, sentence } from './sync.ts'

export interface Round extends Synced {
  calendars: number
  /** What did not work with single calendars; the others were synced. */
  problems: string[]
  /** The first of them that kept events from being synced: that is tried again sooner or later, not in its turn. */
  unsynced: string | null
}

export type Progress = (calendar: KeptCalendar, done: number, total: number) => void

/**
 * One look at everything an account has: what changed here is sent, what changed there is taken in. `whole`: the calendars
 * are looked at anew, with names, colors and rights.
 */
export const syncAccount = async (
  deps: SyncDeps,
  account: KeptAccount,
  access: Access,
  asked: { whole: boolean; only?: string; progress: Progress },
): Promise<Round> => {
  const home = account.home ?? (await findHome(deps, account, access)).home
  const known = (): ShownCalendar[] => deps.store.calendars().filter(each => each.account === account.id)
  const direct = home === account.url && known().some(each => each.href === home)
  const untold = new Map<string, string>()
  for (const calendar of known())
    await tellName(deps, calendar, access).catch(error => untold.set(calendar.id, problemOf(error)))
  const look = (ask: 'tokens' | 'tags' | 'all') => deps.dav.calendars(access, home, { direct, ask })
  const counted = known().every(({ id, kept }) => !kept || deps.remote.state(id).token !== null)
  const others: string[] = JSON.parse(deps.remote.state(account.id).said ?? '[]')
  const isKnown = ({ href }: RemoteCalendar): boolean =>
    others.includes(href) || known().some(each => each.href === href)
  const brief = asked.whole || known().length === 0 ? null : await look(counted ? 'tokens' : 'tags')
  const listed = brief?.every(isKnown) ? brief : await look('all')
  if (listed !== brief) keepCalendars(deps, account, listed)
  const round: Round = { ...nothing(), calendars: 0, problems: [], unsynced: null }
  for (const calendar of known()) {
    if (deps.ending()) break
    // Whoever chose so may not have come to the end of it.
    if (!calendar.kept && calendar.events > 0) await emptied(deps, calendar.id)
    if (!calendar.kept || (asked.only !== undefined && calendar.id !== asked.only)) continue
    const there = listed.find(each => each.href === calendar.href)
    const refused = untold.get(calendar.id)
    try {
      if (there)
        await syncCalendar(deps, { calendar: calendar as Place['calendar'], access }, there, round, {
          progress: asked.progress,
          refused,
        })
      else await missing(deps, calendar, access)
      round.calendars++
      if (there && refused) round.problems.push(`${calendar.name}: ${refused}`)
    } catch (error) {
      const problem = problemOf(error)
      note(deps, calendar.id, problem)
      const said = `${calendar.name}: ${problem}`
      round.problems.push(said)
      round.unsynced ??= said
    }
  }
  return round
}

/** What concerns a single calendar, in a sentence; what concerns all of them concerns the account. */
const problemOf = (error: unknown): string => {
  if (!(error instanceof Problem) || ['unauthenticated', 'unavailable'].includes(error.code)) throw error
  return sentence(error.message)
}

export const findHome = async (deps: SyncDeps, account: KeptAccount, access: Access) => {
  const found = await deps.dav.discover(access, account.url)
  deps.changes.write(ACTOR, tx => {
    // While it was looked for, the account may have been changed or removed.
    const now = deps.remote.accounts().find(each => each.id === account.id)
    if (now?.url === account.url) deps.remote.putAccount(tx, { ...now, home: found.home })
  })
  return found
}

const note = ({ remote, changes }: SyncDeps, id: string, problem: string): void => {
  if (remote.state(id).problem !== problem)
    changes.write(ACTOR, tx => remote.putState(tx, { ...remote.state(id), problem }))
}

const syncCalendar = async (
  deps: SyncDeps,
  place: Place,
  there: RemoteCalendar,
  round: Synced,
  { progress, refused }: { progress: Progress; refused: string | undefined },
): Promise<void> => {
  const { remote, changes, now } = deps
  const { calendar } = place
  const { id } = calendar
  const waits = remote.waiting(id).length > 0
  const everything = waits && !calendar.read_only ? await send(deps, place, round) : false
  const before = remote.state(id)
  const unchanged =
    there.token !== null ? there.token === before.token : there.tag !== null && there.tag === before.tag
  let token = before.token
  if (!unchanged || waits) {
    const news = await whatIsNew(deps, place, there, everything ? '' : (before.token ?? ''))
    await takeIn(deps, place, news, round, (done, total) => progress(calendar, done, total))
    if (deps.ending()) return
    token = news.token
  }
  const bad = remote.unreadable(id)
  // It may have been renamed meanwhile.
  const { telling } = remote.state(id)
  const unread = bad.length === 0 ? null : `${bad.length} on the server cannot be read: ${bad[0]!.reason}`
  const problem = refused ?? unread ?? untaken(telling)
  const after: SyncState = {
    ...before,
    // What was sent meanwhile has changed the tag: the next round looks once more, and finds what it knows.
    ...{ token, tag: waits ? null : there.tag, problem, synced_at: now() },
    ...{ attempts: 0, retry_at: null, telling },
  }
  if (after.token === before.token && after.tag === before.tag && after.problem === before.problem && !waits)
    // Nothing new is nothing that has to reach the disk at once.
    changes.cache(quiet => remote.putState(quiet, after))
  else changes.write(ACTOR, tx => remote.putState(tx, after))
}

/** Since the token where the server keeps count, else by comparing all that is there with all that is known. */
const whatIsNew = async (
  deps: SyncDeps,
  { calendar, access }: Place,
  there: RemoteCalendar,
  token: string,
): Promise<News & { token: string | null }> => {
  const { dav, remote } = deps
  const listedAs = (changed: [string, string][]): string[] => {
    const is = new Set(changed.map(([href]) => href))
    return remote
      .linksOf(calendar.id)
      .flatMap(({ href, etag }) => (href !== null && etag !== null && !is.has(href) ? [href] : []))
  }
  if (there.token !== null) {
    const found = await dav.changes(access, calendar.href, token)
    if (!found.stale) {
      const gone = token === '' ? listedAs(found.changed) : found.gone
      return { changed: found.changed, gone, token: found.token }
    }
    const all = await dav.changes(access, calendar.href, '').catch(() => ({ stale: true }) as const)
    if (!all.stale) return { changed: all.changed, gone: listedAs(all.changed), token: all.token }
  }
  const changed = await dav.listing(access, calendar.href)
  return { changed, gone: listedAs(changed), token: null }
}

/** It is not among those the server lists. Only a server that says so is believed. */
const missing = async (deps: SyncDeps, calendar: ShownCalendar, access: Access): Promise<void> => {
  const { store, remote, changes, dav } = deps
  const there = await dav.listing(access, calendar.href!).then(
    () => true,
    error => {
      if (error instanceof Problem && error.code === 'not_found') return false
      throw error
    },
  )
  if (there) return
  // As it is by now: something may have been written in it meanwhile. From here on nothing can be.
  const { waiting, conflicts } = store.calendars().find(each => each.id === calendar.id) ?? calendar
  const kept = waiting + conflicts > 0
  if (!kept) {
    changes.write(ACTOR, tx => store.putCalendar(tx, { ...plainCalendar(calendar), kept: false }, true))
    await emptied(deps, calendar.id)
  }
  changes.write(ACTOR, tx => {
    for (const link of remote.linksOf(calendar.id)) remote.removeLink(tx, link.id)
    remote.removeState(tx, calendar.id)
    if (kept)
      store.putCalendar(
        tx,
        { ...plainCalendar(calendar), kind: 'local', account: null, href: null, read_only: false },
        true,
      )
    else store.removeCalendar(tx, calendar.id, true)
    tx.say({
      action: kept ? 'calendars.edit' : 'calendars.rm',
      noun: 'calendar',
      id: calendar.id,
      summary: kept
        ? `The calendar "${calendar.name}" is gone from its server; it stays here, with what was not sent`
        : `The calendar "${calendar.name}" is gone from its server`,
      data: kept ? { id: calendar.id, name: calendar.name, color: calendar.color } : null,
    })
  })
}

/** Calendars that are new are held here; what the server calls them is taken over where that changed there. */
const keepCalendars = (deps: SyncDeps, account: KeptAccount, listed: RemoteCalendar[]): void => {
  const { store, remote, changes, now } = deps
  // Lists of tasks and the like: known, so that nobody is asked about them each time.
  const others = JSON.stringify(listed.filter(each => !each.events).map(each => each.href))
  if ((remote.state(account.id).said ?? '[]') !== others)
    changes.write(ACTOR, tx => remote.putState(tx, { ...remote.state(account.id), said: others }))
  for (const there of listed) {
    if (!there.events) continue
    const all = store.calendars()
    const before = all.find(each => each.account === account.id && each.href === there.href)
    const said = JSON.stringify([there.name, there.color])
    const state = remote.state(before?.id ?? '')
    if (before && state.said === said && before.read_only === there.readOnly) continue
    const others = all.filter(each => each.id !== before?.id).map(each => each.name.toLowerCase())
    const free = (name: string): string =>
      others.includes(name.toLowerCase()) ? `${name} (${account.name})` : name
    const renamed = !before || (state.said !== null && state.said !== said)
    const calendar: KeptCalendar = {
      ...(before
        ? plainCalendar(before)
        : {
            ...{
              id: randomUUID(),
              kind: 'caldav' as const,
              account: account.id,
              href: there.href,
              kept: true,
            },
            ...{ name: '', color: '', created_at: now() },
          }),
      ...(renamed
        ? {
            name: free(cleaned(there.name) || 'Calendar'),
            color: there.color ?? before?.color ?? PERSONAL.color,
          }
        : {}),
      read_only: there.readOnly,
      updated_at: now(),
    }
    changes.write(ACTOR, tx => {
      store.putCalendar(tx, calendar, true)
      // What came from there is not told there.
      const state = remote.state(calendar.id)
      remote.putState(tx, { ...state, said, telling: renamed ? 0 : state.telling })
      if (!before || renamed || before.read_only !== there.readOnly)
        tx.say({
          action: before ? 'calendars.edit' : 'calendars.add',
          noun: 'calendar',
          id: calendar.id,
          summary: before
            ? `The calendar "${calendar.name}" was changed on its server`
            : `The calendar "${calendar.name}" came from ${account.name}`,
          data: { id: calendar.id, name: calendar.name, color: calendar.color },
        })
    })
  }
}

const cleaned = (name: string): string =>
  name
    .replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .trim()
    .slice(0, 200)
