import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { CalendarRemote, KeptAccount } from '../../../store/calendar-remote.ts'
import type { Author, Changes } from '../../../store/changes.ts'
import type { calendarAccounts as routes } from '../../contract/calendar-accounts.ts'
import { notFound, Problem } from '../../contract/problem.ts'
import type { Parsed } from '../../contract/route.ts'
import { proofOf, provingBy, type Secrets } from '../../secrets/secret.ts'
import type { Access } from '../dav/dav.ts'
import { type Names, startFrom } from './places.ts'

type Given = Partial<Omit<Parsed<typeof routes.edit>, 'id' | 'server'>>

export interface CalendarAccounts {
  all(): KeptAccount[]
  /** By its id, name or address. */
  get(name: string): KeptAccount
  add(author: Author, input: Parsed<typeof routes.add>): Promise<KeptAccount>
  edit(author: Author, input: Parsed<typeof routes.edit>): Promise<KeptAccount>
  /** How its server is reached, asked for anew each time. */
  access(account: KeptAccount): Promise<Access>
}

export const openCalendarAccounts = (deps: {
  remote: CalendarRemote
  changes: Changes
  now: () => number
  secrets: Secrets
  names: Names
}): CalendarAccounts => {
  const { remote, changes, now, secrets, names } = deps
  const all = remote.accounts
  const get = (name: string): KeptAccount => {
    const wanted = name.toLowerCase()
    const found = all().find(
      each => each.id === name || each.name.toLowerCase() === wanted || each.address === wanted,
    )
    if (!found) throw notFound('calendar account', name)
    return found
  }

  const save = (author: Author, account: KeptAccount, verb: 'add' | 'edit'): KeptAccount => {
    const twin = all().find(
      each => each.id !== account.id && each.name.toLowerCase() === account.name.toLowerCase(),
    )
    if (twin)
      throw new Problem(
        'conflict',
        `There is a calendar account '${twin.name}' already: give another --name.`,
      )
    changes.write(author, tx => {
      remote.putAccount(tx, account)
      // What was wrong may be right now.
      remote.putState(tx, { ...remote.state(account.id), problem: null, attempts: 0, retry_at: null })
      tx.say({
        action: `calendar.accounts.${verb}`,
        noun: 'calendar-account',
        id: account.id,
        summary: `${verb === 'add' ? 'Added' : 'Changed'} the calendar account ${account.name}`,
        data: { id: account.id, name: account.name, address: account.address },
      })
    })
    return account
  }

  const changed = (before: KeptAccount, given: Given): KeptAccount => {
    return {
      ...before,
      ...provingBy(given, secrets),
      name: given.name ?? before.name,
      user: given.user ?? before.user,
      ca_file: given.ca_file === undefined ? before.ca_file : given.ca_file,
    }
  }

  return {
    all,
    get,

    async add(author, { server, ...given }) {
      const { address, url } = await startFrom(server, names)
      plainOnlyHere(url)
      const bare: KeptAccount = {
        ...{ id: randomBytes(4).toString('hex'), name: address ?? new URL(url).host, address, url },
        ...{ user: address ?? '', auth: 'none', command: null, secret: null, ca_file: null, home: null },
        created_at: now(),
      }
      const account = changed(bare, given)
      if (account.auth !== 'none' && account.user === '')
        throw new Problem('invalid', 'Give --user: the name to log in with.')
      return save(author, account, 'add')
    },

    async edit(author, { id, server, ...given }) {
      const before = get(id)
      if (server === undefined) return save(author, changed(before, given), 'edit')
      const { address, url } = await startFrom(server, names)
      plainOnlyHere(url)
      const moved = { ...get(id), url, address: address ?? before.address, home: null }
      return save(author, changed(moved, given), 'edit')
    },

    access: async account => ({
      proof: await proofOf(account, secrets),
      ca: account.ca_file === null ? null : certificates(account.ca_file),
    }),
  }
}

const plainOnlyHere = (url: string): void => {
  const { protocol, hostname, host } = new URL(url)
  if (protocol === 'http:' && !/^(127(\.\d{1,3}){3}|\[::1\]|localhost)$/i.test(hostname))
    throw new Problem('invalid', `${host}: plain http is for loopback only. Use https.`)
}

const certificates = (file: string): Uint8Array => {
  try {
    return new Uint8Array(readFileSync(file))
  } catch (error) {
    throw new Problem('conflict', `The certificates in ${file} cannot be read: ${(error as Error).message}.`)
  }
}
