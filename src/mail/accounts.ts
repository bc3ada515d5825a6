import { randomBytes } from 'node:crypto'
import type { Author, Changes } from '../../store/changes.ts'
import type { KeptAccount, MailStore } from '../../store/mail.ts'
import type { Discovered, mailAccounts as routes, Server } from '../contract/mail-accounts.ts'
import { notFound, Problem } from '../contract/problem.ts'
import type { Parsed } from '../contract/route.ts'
import { provingBy, type Secrets } from '../secrets/secret.ts'
import { autoconfigured, type Fetch } from './autoconfig.ts'
import { cleanLine } from './clean.ts'
import { announced, knownProvider, type LookUp } from './providers.ts'

type AddIn = Parsed<typeof routes.add>
type EditIn = Parsed<typeof routes.edit>
type Given = Partial<Omit<EditIn, 'id'>>

export interface Accounts {
  all(): KeptAccount[]
  /** By its id, name or address. */
  get(name: string): KeptAccount
  find(name: string): KeptAccount | undefined
  /** The one meant when none is named. */
  chosen(): KeptAccount | undefined
  /** The one to send by when none is named. */
  sender(): KeptAccount | undefined
  add(author: Author, input: AddIn): Promise<KeptAccount>
  /** What can be known of an address: from the table of common ones, its SRV records, or what its provider says on the web. */
  discover(address: string): Promise<Discovered>
  edit(author: Author, input: EditIn): KeptAccount
  remove(author: Author, name: string): KeptAccount
}

export const openAccounts = (deps: {
  store: MailStore
  changes: Changes
  now: () => number
  secrets: Secrets
  lookUp: LookUp
  fetch: Fetch
}): Accounts => {
  const { store, changes, now, secrets } = deps
  const all = store.accounts
  const find = (name: string): KeptAccount | undefined => {
    const wanted = name.toLowerCase()
    return all().find(
      each => each.id === name || each.name.toLowerCase() === wanted || each.address === wanted,
    )
  }
  const get = (name: string): KeptAccount => {
    const found = find(name)
    if (!found) throw notFound('mail account', name)
    return found
  }

  const save = (author: Author, account: KeptAccount, verb: 'add' | 'edit'): KeptAccount => {
    checked(account)
    const twin = all().find(
      each => each.id !== account.id && each.name.toLowerCase() === account.name.toLowerCase(),
    )
    if (twin)
      throw new Problem('conflict', `There is a mail account '${twin.name}' already: give another --name.`)
    changes.write(author, tx => {
      if (account.chosen)
        for (const other of all())
          if (other.chosen && other.id !== account.id) store.putAccount(tx, { ...other, chosen: false })
      store.putAccount(tx, account)
      tx.say({
        action: `mail.accounts.${verb}`,
        noun: 'mail-account',
        id: account.id,
        summary: `${verb === 'add' ? 'Added' : 'Changed'} the mail account ${account.name}`,
        data: { id: account.id, name: account.name, address: account.address },
      })
    })
    return account
  }

  const changed = (before: KeptAccount, given: Given): KeptAccount => {
    const folders = { ...before.folders }
    for (const role of ['sent', 'drafts', 'trash', 'junk', 'archive'] as const)
      if (given[role] === null) delete folders[role]
      else if (given[role] !== undefined) folders[role] = given[role]
    return {
      ...before,
      ...provingBy(given, secrets),
      name: given.name ?? before.name,
      address: given.address === undefined ? before.address : addressOf(given.address),
      from_name:
        given.from_name === undefined ? before.from_name : given.from_name && cleanLine(given.from_name),
      user: given.user ?? before.user,
      imap: server('imap', before.imap, given.imap_host, given.imap_port, given.imap_security),
      smtp: server('smtp', before.smtp, given.smtp_host, given.smtp_port, given.smtp_security),
      ca_file: given.ca_file === undefined ? before.ca_file : given.ca_file,
      authserv_id: given.authserv_id === undefined ? before.authserv_id : namesOf(given.authserv_id),
      folders,
      chosen: given.default ?? before.chosen,
    }
  }

  const discover = async (text: string): Promise<Discovered> => {
    const address = addressOf(text)
    const domain = address.slice(address.indexOf('@') + 1)
    const nothing = { address, imap: null, smtp: null, user: null, hint: null }
    const known = knownProvider(domain)
    if (known) return { ...nothing, ...known, from: 'table' }
    const [records, said] = await Promise.all([
      announced(domain, deps.lookUp),
      autoconfigured(address, deps.fetch),
    ])
    if (records.imap) return { ...nothing, smtp: said.smtp ?? null, ...records, from: 'srv' }
    if (said.imap || said.smtp) return { ...nothing, ...records, ...said, from: 'autoconfig' }
    return { ...nothing, ...records, from: records.smtp ? 'srv' : null }
  }

  return {
    discover,
    all,
    get,
    find,
    chosen: () => all().find(each => each.chosen) ?? all().find(each => each.imap) ?? all()[0],
    sender: () => all().find(each => each.chosen && each.smtp) ?? all().find(each => each.smtp),

    async add(author, input) {
      const { send_only, ...given } = input
      const address = addressOf(input.address)
      const domain = address.slice(address.indexOf('@') + 1)
      const complete = input.smtp_host !== undefined && (send_only || input.imap_host !== undefined)
      const found = complete ? knownProvider(domain) : await discover(address)
      const bare: KeptAccount = {
        id: randomBytes(4).toString('hex'),
        name: input.name ?? address,
        address,
        from_name: null,
        user: input.user ?? (found && 'user' in found ? found.user : null) ?? address,
        imap: send_only ? null : (found?.imap ?? null),
        smtp: found?.smtp ?? null,
        auth: 'none',
        command: null,
        secret: null,
        ca_file: null,
        authserv_id: null,
        folders: {},
        chosen: all().length === 0,
        created_at: now(),
      }
      const account = changed(bare, given)
      if (send_only && account.imap)
        throw new Problem('invalid', 'send_only and imap_host exclude each other.')
      if (!account.imap && !send_only)
        throw new Problem(
          'invalid',
          `Nothing is known about ${domain}: name the mailbox (imap_host) and the server to send by (smtp_host), or with send_only the latter alone.`,
        )
      return save(author, account, 'add')
    },

    edit: (author, { id, ...given }) => save(author, changed(get(id), given), 'edit'),

    remove(author, name) {
      const account = get(name)
      changes.write(author, tx => {
        store.removeAccount(tx, account.id)
        tx.say({
          action: 'mail.accounts.rm',
          noun: 'mail-account',
          id: account.id,
          summary: `Removed the mail account ${account.name}`,
          data: null,
        })
      })
      return account
    },
  }
}

const addressOf = (text: string): string => {
  const address = cleanLine(text).toLowerCase()
  if (!/^[^\s@<>,;:"]+@[^\s@<>,;:"]+$/.test(address))
    throw new Problem('invalid', `'${cleanLine(text, 100)}' is not a mail address.`)
  return address
}

const namesOf = (text: string | null): string | null =>
  (text &&
    cleanLine(text)
      .split(/[\s,]+/)
      .filter(Boolean)
      .join(' ')) ||
  null

const PORTS = {
  imap: { tls: 993, starttls: 143, none: 143 },
  smtp: { tls: 465, starttls: 587, none: 587 },
} as const

const server = (
  kind: 'imap' | 'smtp',
  before: Server | null,
  host: string | null | undefined,
  port: number | undefined,
  security: Server['security'] | undefined,
): Server | null => {
  if (host === null) return null
  const name = host ?? before?.host
  if (name === undefined) {
    if (port === undefined && security === undefined) return null
    throw new Problem('invalid', `${kind}_port and ${kind}_security need ${kind}_host.`)
  }
  const how = security ?? before?.security ?? (port === PORTS[kind].starttls ? 'starttls' : 'tls')
  const moved = host !== undefined && host !== before?.host
  return { host: name, port: port ?? (moved || security ? PORTS[kind][how] : before!.port), security: how }
}

const LOOPBACK = /^(127(\.\d{1,3}){3}|::1|localhost)$/i

const checked = (account: KeptAccount): void => {
  if (!account.imap && !account.smtp)
    throw new Problem('invalid', `${account.name} has no server at all: give --imap-host or --smtp-host.`)
  for (const each of [account.imap, account.smtp])
    if (each?.security === 'none' && !LOOPBACK.test(each.host))
      throw new Problem(
        'invalid',
        `${each.host}: mail without TLS is for loopback only. Use tls or starttls.`,
      )
}
