import { randomUUID } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import type { CalendarStore, KeptCalendar, ShownCalendar } from '../../../store/calendar.ts'
import type { CalendarRemote, KeptAccount } from '../../../store/calendar-remote.ts'
import type { Author, Changes } from '../../../store/changes.ts'
import { Problem } from '../../contract/problem.ts'
import { plainCalendar } from '../calendars.ts'
import type { Override } from '../event.ts'
import type { CalendarAccounts } from './accounts.ts'
import type { SyncDeps } from './sync.ts'

const PER_WRITE = 100

interface Holding {
  store: CalendarStore<Override>
  remote: CalendarRemote
  changes: Changes
}

/** Takes what is held of a calendar away from here, and only from here; bit by bit, so that nobody waits for it. */
export const emptied = async (deps: Holding, id: string): Promise<void> => {
  const { store, remote, changes } = deps
  // Without what the server knows of them, nothing is told to the server.
  const links = remote.linksOf(id).map(link => link.id)
  const events = store.of(id).map(event => event.id)
  for (const [all, remove] of [
    [links, remote.removeLink],
    [events, (tx: Parameters<typeof remote.removeLink>[0], each: string) => store.remove(tx, each, true)],
  ] as const)
    for (let at = 0; at < all.length; at += PER_WRITE) {
      changes.write({ actor: 'ithaca' }, tx => {
        for (const each of all.slice(at, at + PER_WRITE)) remove(tx, each)
      })
      await turn()
    }
  changes.write({ actor: 'ithaca' }, tx => remote.removeState(tx, id))
}

/** Chooses whether what is in a calendar elsewhere is held here. What waits to be sent is not thrown away. */
export const choose = async (
  deps: Holding & { now: () => number },
  author: Author,
  calendar: ShownCalendar,
  wanted: boolean,
): Promise<void> => {
  const { store, changes, now } = deps
  const { id, name, color } = calendar
  if (!wanted && calendar.waiting + calendar.conflicts > 0)
    throw new Problem(
      'conflict',
      `${calendar.waiting + calendar.conflicts} changes in "${name}" are not on its server yet: sync or resolve them first.`,
    )
  changes.write(author, tx => {
    store.putCalendar(tx, { ...plainCalendar(calendar), kept: wanted, updated_at: now() }, true)
    tx.say({
      action: 'calendars.edit',
      noun: 'calendar',
      id,
      summary: wanted
        ? `The calendar "${name}" is held here from now on`
        : `The calendar "${name}" stays on its server alone`,
      data: { id, name, color },
    })
  })
  if (!wanted) await emptied(deps, id)
}

/** Takes an account away with all that is held of its calendars; its server hears nothing of it. */
export const removed = async (
  deps: Holding,
  author: Author,
  account: KeptAccount,
  force: boolean,
): Promise<void> => {
  const { store, remote, changes } = deps
  const own = store.calendars().filter(each => each.account === account.id)
  const left = own.reduce((sum, { waiting, conflicts }) => sum + waiting + conflicts, 0)
  if (left > 0 && !force)
    throw new Problem(
      'conflict',
      `${left} changes are not on the server of ${account.name} yet: sync or resolve them first, or give --force.`,
    )
  for (const { id } of own) await emptied(deps, id)
  changes.write(author, tx => {
    for (const { id } of own) store.removeCalendar(tx, id, true)
    remote.removeState(tx, account.id)
    remote.removeAccount(tx, account.id)
    tx.say({
      action: 'calendar.accounts.rm',
      noun: 'calendar-account',
      id: account.id,
      summary: `Removed the calendar account ${account.name} with ${own.length} calendars`,
      data: null,
    })
  })
}

/** Makes a calendar on a server, and holds it here from then on; gives its id. */
export const makeThere = async (
  deps: SyncDeps,
  accounts: CalendarAccounts,
  account: KeptAccount,
  author: Author,
  { name, color }: { name: string; color: string },
): Promise<string> => {
  const { store, changes, dav, now } = deps
  const twin = store.calendars().find(each => each.name.toLowerCase() === name.trim().toLowerCase())
  if (twin) throw new Problem('conflict', `There is a calendar "${twin.name}" already.`, { id: twin.id })
  const access = await accounts.access(account)
  const id = randomUUID()
  const home = account.home ?? (await dav.discover(access, account.url)).home
  const href = await dav.make(access, home, id, name.trim(), color)
  const calendar: KeptCalendar = {
    ...{
      id,
      name: name.trim(),
      color,
      kind: 'caldav',
      account: account.id,
      href,
      read_only: false,
      kept: true,
    },
    ...{ created_at: now(), updated_at: now() },
  }
  changes.write(author, tx => {
    store.putCalendar(tx, calendar, true)
    tx.say({
      action: 'calendars.add',
      noun: 'calendar',
      id,
      summary: `Made the calendar "${calendar.name}" on the server of ${account.name}`,
      data: { id, name: calendar.name, color },
    })
  })
  return id
}
