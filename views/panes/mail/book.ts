import { mail } from '../../../src/contract/mail.ts'
import { type Account, mailAccounts } from '../../../src/contract/mail-accounts.ts'
import type { Folder, Mail, Sending } from '../../../src/contract/mail-words.ts'
import type { Shell } from '../../shell/shell.ts'
import type { Answer } from '../../store/collection.ts'
import { Newest } from '../../store/newest.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import type { Group } from '../grouped.ts'
import { GroupedSide } from '../grouped.ts'
import { Searched } from '../searched.ts'
import { Letters } from './letters.ts'
import { filterWords, mailRow, sendingRow, spotRow, stateWords } from './rows.ts'

/** What the list shows: folders, the mails of one, what is being written, what is on its way. */
export type Mode = 'folders' | 'mails' | 'letters' | 'outbox'

/** Which mails: those of the folder, one conversation, or what was searched for beyond the folder. */
export type Question =
  | { kind: 'folder' | 'inboxes' }
  | { kind: 'thread'; of: Mail }
  | { kind: 'everywhere' | 'server'; words: string }

/** Letters and what became of them. */
const remembered = 500

/** One place to go to. */
export interface Spot {
  id: string
  folder: Folder | null
  mode: Mode
  name: string
  unread: number
}

type Reach = Pick<Account, 'state' | 'reason' | 'retry_at' | 'syncing'>

/** How soon the list is read again while a sync goes on, and when one said that something changed. */
const whileSyncing = 1500
const afterSync = 150

/** Everything the mail pane looks at, and where in it the person is. */
export class MailBook {
  mode: Mode = 'mails'
  account: string | null = null
  folder = 'INBOX'
  filter = 'all'
  question: Question = { kind: 'folder' }
  /** What is gone back to from a thread or from what was found: a folder, or all inboxes. */
  home: Question = { kind: 'folder' }
  readonly accounts: Answer<readonly Account[]>
  readonly folders: Answer<readonly Folder[]>
  readonly mails: Searched<Mail>
  readonly outbox: Searched<Sending>
  readonly letters: Letters
  readonly spots: GroupedSide<Spot>
  /** Letters that were begun from a draft of the server's, and which. */
  readonly resumed = new Newest<string, string>(remembered)
  /** What was sent from here, and the letter it was. */
  readonly own = new Newest<string, string>(remembered)
  /** How often a letter was sent from here and went: one that comes back and is sent again is another mail. */
  readonly gone = new Newest<string, number>(remembered)
  /** What somebody here waits for already. */
  readonly awaited = new Set<string>()
  readonly #shell: Shell
  readonly #reach = new Map<string, Reach>()
  #grouped: { of: readonly unknown[]; groups: readonly Group<Spot>[] } | null = null
  #later: NodeJS.Timeout | undefined

  constructor(shell: Shell) {
    this.#shell = shell
    const { client } = shell
    this.accounts = shell.live.answer(
      ['mail-account'],
      async () => (await client.call(mailAccounts.list, {})).items,
    )
    this.folders = shell.live.answer(
      ['email', 'mail-account'],
      async () => (await client.call(mail.folders, {})).items,
    )
    this.mails = new Searched<Mail>(shell, {
      nouns: ['email', 'mail-account'],
      idOf: ({ id }) => id,
      row: (one, width) => mailRow(one, width, this.#placeOf(one), this.#own),
      empty: () => this.#empty(),
      page: query => this.#page(query),
      get: id => client.call(mail.read, { id }),
    })
    this.outbox = new Searched<Sending>(shell, {
      nouns: ['email'],
      idOf: ({ id }) => id,
      row: sendingRow,
      empty: () => 'Nothing was sent yet. m writes a mail.',
      page: async ({ search, ...query }) => {
        const page = await client.call(mail.outbox, query)
        const words = (search ?? '').toLowerCase()
        return {
          ...page,
          items: page.items.filter(({ subject, to }) => `${subject} ${to}`.toLowerCase().includes(words)),
        }
      },
    })
    this.letters = new Letters(shell)
    this.spots = new GroupedSide<Spot>({
      groups: () => this.#groups(),
      idOf: ({ id }) => id,
      row: (spot, width) => spotRow(spot, width, this.#isOpen(spot)),
      words: ({ name }) => name,
      empty: () => this.folders.error ?? 'No mail account yet. C adds one.',
      changed: shell.signal.now,
    })
    shell.live.onEvent(({ noun, id, action, data }) => {
      if (noun === 'mail-account' && action === 'mail.account') this.#told(id, data as Reach)
      else if (action === 'mail.synced') this.#refreshIn(afterSync)
    })
  }

  /** The accounts with how each connection is just now. */
  get known(): readonly Account[] {
    return (this.accounts.value ?? []).map(account => ({ ...account, ...this.#reach.get(account.id) }))
  }

  /** The account of the folder that is shown. */
  get here(): Account | undefined {
    const { known } = this
    return (
      known.find(({ id }) => id === this.account) ??
      known.find(one => one.default) ??
      known.find(one => one.imap)
    )
  }

  /** Whether the list shows a place, not a thread or what was found. */
  get atHome(): boolean {
    return this.question.kind === 'folder' || this.question.kind === 'inboxes'
  }

  /** How many mails are in the place that is shown; nothing for what is no place. */
  get counts(): { total: number; unread: number } | undefined {
    if (this.question.kind === 'folder') return this.shown
    if (this.question.kind !== 'inboxes') return undefined
    return sumOf(this.#inboxes)
  }

  get #inboxes(): readonly Folder[] {
    return (this.folders.value ?? []).filter(({ role }) => role === 'inbox')
  }

  /** Whose a mail is; null where there is one mailbox only. */
  accountOf({ account }: Mail): string | null {
    const { known } = this
    if (known.filter(({ imap }) => imap).length < 2) return null
    return known.find(({ id }) => id === account)?.name ?? ''
  }

  /** Where a mail lies, in a list that holds several places. */
  #placeOf(one: Mail): string | null {
    const { kind } = this.question
    if (kind === 'folder') return null
    const account = this.accountOf(one)
    if (kind === 'inboxes') return account ?? ''
    return kind === 'everywhere' && account !== null ? `${one.folder} ${account}` : one.folder
  }

  get #own(): ReadonlySet<string> {
    return new Set((this.accounts.value ?? []).map(({ address }) => address.toLowerCase()))
  }

  #isOpen({ id, folder }: Spot): boolean {
    if (this.home.kind === 'inboxes') return id === inboxesSpot
    return folder !== null && this.isHere(folder)
  }

  get shown(): Folder | undefined {
    return this.folders.value?.find(folder => this.isHere(folder))
  }

  /** How many rows the folders take. */
  get spotRows(): number {
    return this.#groups().reduce((sum, { items }) => sum + items.length + 1, 0)
  }

  get unsent(): number {
    return this.outbox.items.filter(({ state }) => state !== 'sent').length
  }

  isHere(folder: Folder): boolean {
    return (
      folder.account === this.here?.id &&
      (folder.path === this.folder || folder.role === this.folder.toLowerCase())
    )
  }

  look(): void {
    this.outbox.look()
    this.letters.side.look()
    this.mails.look()
  }

  go(mode: Mode): void {
    this.mode = mode
    if (mode === 'outbox') this.#toTrouble()
    this.#shell.side = 'list'
    this.#shell.signal.now()
  }

  /** What needs a person is selected first. */
  #toTrouble(): void {
    const isTrouble = ({ state }: Sending) => state === 'failed' || state === 'unknown'
    const { selected } = this.outbox.side
    const first = this.outbox.items.find(isTrouble)
    if (first && !(selected && isTrouble(selected))) this.outbox.select(first.id)
  }

  /** Opens a folder, or one of the other places. */
  open(spot: Spot): void {
    this.go(spot.mode)
    const { folder } = spot
    if (!this.#isOpen(spot)) this.mails.side.begin()
    if (!folder) {
      if (spot.id === inboxesSpot) this.#turnTo({ kind: 'inboxes' })
      return
    }
    this.account = folder.account
    this.folder = folder.path
    this.#turnTo({ kind: 'folder' })
  }

  #turnTo(question: Question): void {
    this.filter = 'all'
    this.mails.filter.text = ''
    this.home = question
    this.ask(question)
  }

  ask(question: Question): void {
    this.question = question
    this.mode = 'mails'
    this.mails.side.unmark()
    this.mails.turn()
  }

  /** One level up; false at the top. */
  up(): boolean {
    if (this.mode === 'mails') {
      if (this.mails.side.unmark()) return true
      if (this.mails.filter.text !== '') return false
      if (!this.atHome) this.ask(this.home)
      else if (this.filter !== 'all') {
        this.filter = 'all'
        this.mails.turn()
      } else this.#leave()
      return true
    }
    if (this.mode === 'folders') return false
    this.#leave()
    return true
  }

  /** To the folders; what was said there goes first, or it would stay for ever. */
  #leave(): void {
    if (this.#shell.toasts.length > 0) this.#shell.dismiss()
    else this.go('folders')
  }

  refresh(): void {
    for (const one of [this.mails, this.outbox]) one.refresh()
    for (const one of [this.accounts, this.folders]) void one.refresh()
  }

  stop(): void {
    clearTimeout(this.#later)
    this.#later = undefined
  }

  #told(id: string, reach: Reach): void {
    const before = this.#reach.get(id)
    this.#reach.set(id, reach)
    if (reach.syncing !== null) this.#refreshIn(whileSyncing)
    else if (before?.state !== reach.state) this.#refreshIn(afterSync)
    this.#shell.signal.soon()
  }

  #refreshIn(ms: number): void {
    if (this.#later !== undefined || this.#shell.pane?.id !== 'mail') return
    this.#later = setTimeout(() => {
      this.#later = undefined
      this.mails.refresh()
      void this.folders.refresh()
    }, ms)
  }

  /** Why no account is shown: who may not read them is not told that there is none. */
  get #noAccount(): string {
    const { error, value } = this.accounts
    if (error !== null) return error
    if (value === null) return 'reading'
    return 'No mail account yet. C adds one: an address and a password are enough for most.'
  }

  #empty(): string {
    const { here } = this
    if (!here) return this.#noAccount
    if (!here.imap) return `${sanitiseText(here.name)} only sends. m writes a mail, C adds an account.`
    if (!this.atHome) return 'Nothing was found. Esc goes back to the folder.'
    if (this.filter !== 'all')
      return `Nothing here is ${filterWords(this.filter)}. Esc shows all, . chooses another filter.`
    if (this.question.kind === 'inboxes') return 'Nothing in any inbox. h shows the folders, m writes a mail.'
    return `Nothing in ${sanitiseText(this.folder)}. h shows the folders, m writes a mail.`
  }

  async #page(query: { search?: string; limit: number; cursor?: string }) {
    const { client } = this.#shell
    const { search, ...page } = query
    const { question } = this
    const account = this.account === null ? {} : { account: this.account }
    const matches = ({ subject, from_name, from_address }: Mail) =>
      `${subject} ${from_name} ${from_address}`.toLowerCase().includes((search ?? '').toLowerCase())
    if (question.kind === 'thread') {
      const { items } = await client.call(mail.thread, { id: question.of.id })
      return { items: items.filter(matches), next: null }
    }
    if (question.kind === 'everywhere') {
      const found = await client.call(mail.search, { ...page, q: question.words })
      return { ...found, items: found.items.filter(matches) }
    }
    if (question.kind === 'server') {
      const server = { q: question.words, folder: this.folder, server: true }
      const { items } = await client.call(mail.search, { ...page, ...account, ...server })
      return { items: items.filter(matches), next: null }
    }
    if ((this.accounts.value ?? []).length === 0) {
      await this.accounts.refresh()
      if ((this.accounts.value ?? []).length === 0) return { items: [], next: null }
    }
    const inboxes = question.kind === 'inboxes'
    if (this.here?.imap === null && !inboxes) return { items: [], next: null }
    const place = { ...page, ...(inboxes ? { inboxes } : { ...account, folder: this.folder }) }
    return search === undefined
      ? client.call(mail.list, { ...place, filter: this.filter })
      : client.call(mail.search, { ...place, q: search })
  }

  #groups(): readonly Group<Spot>[] {
    const { known, unsent } = this
    const folders = this.folders.value ?? []
    const written = this.letters.side.items.length
    const of = [this.folders.value, this.accounts.value, unsent, written, ...this.#reach.values()]
    if (this.#grouped?.of.length === of.length && of.every((one, i) => one === this.#grouped!.of[i]))
      return this.#grouped.groups
    const groups: Group<Spot>[] = known.map(account => ({
      id: account.id,
      title: `${sanitiseText(account.name)}  ${stateWords(account)}`,
      items: folders
        .filter(folder => folder.account === account.id)
        .map(folder => ({
          id: folder.id,
          folder,
          mode: 'mails' as const,
          name: sanitiseText(folder.role === 'inbox' ? 'Inbox' : folder.path),
          unread: folder.unread,
        })),
    }))
    if (this.#inboxes.length > 1) {
      const { unread } = sumOf(this.#inboxes)
      const all = { id: inboxesSpot, folder: null, mode: 'mails' as const, name: 'All inboxes', unread }
      groups.unshift({ id: 'all', title: 'All accounts', items: [all] })
    }
    groups.push({
      id: 'here',
      title: 'Here',
      items: [
        { id: 'letters', folder: null, mode: 'letters', name: 'Being written', unread: written },
        { id: 'outbox', folder: null, mode: 'outbox', name: 'Outbox', unread: unsent },
      ],
    })
    this.#grouped = { of, groups }
    return groups
  }
}

const inboxesSpot = 'inboxes'

const sumOf = (folders: readonly Folder[]): { total: number; unread: number } => ({
  total: folders.reduce((sum, { total }) => sum + total, 0),
  unread: folders.reduce((sum, { unread }) => sum + unread, 0),
})
