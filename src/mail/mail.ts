import { randomUUID } from 'node:crypto'
import type { Author, Changes, Tx } from '../../store/changes.ts'
import type { KeptAccount, KeptFolder, KeptMail, MailStore } from '../../store/mail.ts'
import type { OutboxStore } from '../../store/outbox.ts'
import type { Letter } from '../contract/letter.ts'
import type { Account, Step } from '../contract/mail-accounts.ts'
import type { Sending } from '../contract/mail-words.ts'
import { Problem } from '../contract/problem.ts'
import { proofOf, type Secrets } from '../secrets/secret.ts'
import { zoneOf } from '../time/zone.ts'
import { type Accounts, openAccounts } from './accounts.ts'
import { queue } from './actions.ts'
import type { Fetch } from './autoconfig.ts'
import { type Back, takeBack } from './back.ts'
import type { Carried } from './body.ts'
import { mailChannel } from './channel.ts'
import { type Answer, answerTo, type Mode } from './compose.ts'
import { openLanded } from './landed.ts'
import { write } from './mime.ts'
import { mailNews } from './news.ts'
import { type Outbox, openSendings } from './outbox.ts'
import { inPatience, LATE, PATIENCE } from './patience.ts'
import { probe } from './probe.ts'
import type { LookUp } from './providers.ts'
import { openReading, type Reading } from './reading.ts'
import { openUploads, type Uploads } from './uploads.ts'
import { openWatcher, type Watcher } from './watcher.ts'

export interface Mailbox {
  readonly accounts: Omit<Accounts, 'all'> & { list(): Account[]; show(account: KeptAccount): Account }
  readonly reading: Reading
  readonly outbox: Outbox
  test(name: string): Promise<{ ok: boolean; steps: Step[] }>
  /** The account that is named, or the one that is meant when none is. */
  meant(name: string | undefined): KeptAccount
  /** The account to send by. */
  sender(name: string | undefined): KeptAccount
  /** The folders that are meant; a folder that was never read is read first. */
  folders(account?: string): KeptFolder[]
  /** A folder with its cache as fresh as asked for: `never` asks the server only when nothing is here yet. */
  place(
    account: KeptAccount,
    folder: string,
    fresh: 'never' | 'soon' | 'now',
  ): Promise<{ folder: KeptFolder; asked: boolean }>
  /** The inboxes of all accounts, as they are here; `ask`: as their servers have them now. */
  inboxes(ask: boolean): Promise<KeptFolder[]>
  sync(account?: string, folder?: string): Promise<{ folders: number; fresh: number }>
  answer(id: string, mode: Mode): Promise<Answer>
  upload: Uploads['take']
  send(author: Author, account: KeptAccount, letter: Letter, more: SendMore): Promise<Sending>
  draft(
    author: Author,
    account: KeptAccount,
    letter: Letter,
    attachments: readonly string[],
  ): Promise<{ message_id: string; folder: string; uid: number | null; queued: boolean }>
  /** The addresses of all accounts, in small letters. */
  addresses(): string[]
  channel(settings: () => { to?: string; account?: string } | undefined): ReturnType<typeof mailChannel>
  start(every: (ms: number, work: () => void | Promise<void>) => void): void
  close(): Promise<void>
}

export interface SendMore {
  attachments: readonly string[]
  /** The mail it answers. */
  source: string | null
  headers?: Record<string, string>
  /** A calendar beside the text, and what is to be done with it. */
  calendar?: { method: string; ics: string }
  /** What is written together with it, or not at all. */
  within?: (tx: Tx, sending: Sending) => void
}

const UPLOAD_LIFE = 7 * 86_400_000
const SOON = 45_000
const ACTOR = { actor: 'ithaca' }

export const openMailbox = (deps: {
  store: MailStore
  outboxStore: OutboxStore
  changes: Changes
  now: () => number
  /** The owner's. */
  zone: () => string
  secrets: Secrets
  lookUp: LookUp
  /** A mail whose text is here now carries a calendar. */
  invited: (mail: KeptMail, carried: Carried) => Promise<boolean>
  fetch: Fetch
  report: (error: unknown) => void
}): Mailbox => {
  const { store, outboxStore, changes, now, secrets, report } = deps
  const accounts = openAccounts({ store, changes, now, secrets, lookUp: deps.lookUp, fetch: deps.fetch })
  const watchers = new Map<string, Watcher>()
  const closing = new Set<Promise<void>>()
  const telling = new Set<string>()
  const landed = openLanded()
  let started = false
  let ended = false

  const watcher = (id: string): Watcher | undefined => {
    const known = watchers.get(id)
    if (known || ended) return known
    const account = accounts.all().find(each => each.id === id)
    if (!account?.imap) return undefined
    const made = openWatcher(
      {
        ...{ store, outbox: outboxStore, changes, now, report },
        proof: each => proofOf(each, secrets),
        file: (client, each) => outbox.file(client, each),
        actions: {
          telling,
          done(action, answer) {
            drafts.get(action.detail.message_id ?? '')?.(answer)
            if (answer.moved) landed.note(action, answer.moved, reading.folder(account, action.detail.to!))
          },
          refused(action, reason) {
            drafts.get(action.detail.message_id ?? '')?.(null)
            changes.write(ACTOR, tx =>
              tx.say({
                action: 'mail.refused',
                noun: 'email',
                id: action.id,
                summary: `The server did not ${VERBS[action.kind]} in ${action.folder}: ${reason}`,
                data: { folder: action.folder, uids: action.uids },
              }),
            )
          },
        },
        ...mailNews(store, changes, landed),
        invited: deps.invited,
      },
      account,
    )
    watchers.set(id, made)
    return made
  }

  const outbox: Outbox = openSendings({
    store: outboxStore,
    ...{ changes, now, report },
    account: id => accounts.all().find(each => each.id === id),
    proof: each => proofOf(each, secrets),
    sentFolder: account => folderFor(account, 'sent')?.path ?? account.folders.sent ?? null,
    sent(sending) {
      const source = sending.source === null ? undefined : store.get(sending.source)
      // Marking wakes the watcher, which files the copy as well.
      if (source && !source.answered) reading.mark(ACTOR, [source.id], { answered: true })
      else watcher(sending.account)?.poke()
    },
  })
  const reading = openReading({ store, outbox: outboxStore, changes, now, watcher, invited: deps.invited })

  changes.takesBack('email', (back, tx) =>
    takeBack(
      // The server is told once this is written down.
      {
        store,
        outbox: outboxStore,
        now,
        telling,
        landed: landed.of,
        poke: id => queueMicrotask(() => watcher(id)?.poke()),
      },
      back as Back,
      tx,
    ),
  )

  const uploads = openUploads({ store: outboxStore, changes, now, reading })

  const folderFor = (account: KeptAccount, name: string): KeptFolder | undefined =>
    reading.folder(account, name)

  const restart = (account: KeptAccount): void => {
    const before = watchers.get(account.id)
    watchers.delete(account.id)
    if (before) {
      const over = before.close().finally(() => closing.delete(over))
      closing.add(over)
    }
    if (started && accounts.find(account.id)) watcher(account.id)?.start()
  }

  /** Who waits for a draft: with its number, or null where it was refused for now. */
  const drafts = new Map<string, (answer: { uid: number | null } | null) => void>()

  const show = (account: KeptAccount): Account => {
    const { secret: _secret, chosen: _chosen, ...rest } = account
    const off = {
      state: account.imap ? ('off' as const) : ('send_only' as const),
      reason: null,
      retry_at: null,
      syncing: null,
    }
    return {
      ...rest,
      default: accounts.chosen()?.id === account.id,
      ...(watchers.get(account.id)?.reach() ?? off),
      waiting_actions: outboxStore.waiting(account.id),
    }
  }

  const messageId = (account: KeptAccount): string =>
    `<${randomUUID()}@${account.address.slice(account.address.indexOf('@') + 1)}>`

  const mailbox: Mailbox = {
    accounts: {
      ...accounts,
      list: () => accounts.all().map(show),
      show,
      async add(author, input) {
        const account = await accounts.add(author, input)
        restart(account)
        return account
      },
      edit(author, input) {
        const account = accounts.edit(author, input)
        restart(account)
        return account
      },
      remove(author, name) {
        const account = accounts.remove(author, name)
        restart(account)
        return account
      },
    },
    reading,
    outbox,
    test: name => probe(accounts.get(name), secrets),

    meant(name) {
      const found = name === undefined ? accounts.chosen() : accounts.get(name)
      if (!found) throw new Problem('not_found', 'There is no mail account yet: ithaca mail accounts add.')
      return found
    },
    sender(name) {
      const found = name === undefined ? accounts.sender() : accounts.get(name)
      if (!found?.smtp) throw new Problem('conflict', 'No SMTP-capable email account configured')
      return found
    },
    folders: account => store.folders(account).filter(each => each.selectable),

    async place(account, name, fresh) {
      const before = folderFor(account, name)
      const live = watchers.get(account.id)?.reach().state === 'live' && started
      // A folder that is being read for the first time shows what is there of it.
      const begun = before !== undefined && before.uidvalidity !== null
      // A clock may have been set back since.
      const old = Math.abs(now() - (before?.synced_at ?? 0)) > SOON && !(live && before?.role === 'inbox')
      const { state, reason, retry_at } = watchers.get(account.id)?.reach() ?? { state: 'off' }
      // The next try is set: whoever only looks does not knock in between, least of all with a password that was refused.
      const later = fresh !== 'now' && state === 'waiting' && !!retry_at && retry_at > now()
      if (later && !begun) throw new Problem('upstream', reason ?? `${account.name} cannot be reached.`)
      const asks = !later && (fresh === 'now' || !begun || (fresh === 'soon' && old))
      let asked = false
      if (asks && account.imap) {
        const syncing = watcher(account.id)!.sync(name)
        asked = await (fresh === 'now' ? syncing : inPatience(syncing)).then(
          () => true,
          error => {
            // What is in the cache is shown when the server cannot be asked; what never was there is not.
            const late = error === LATE && folderFor(account, name) !== undefined
            if (fresh === 'now' || !(begun || late)) throw error
            return false
          },
        )
      }
      const folder = folderFor(account, name)
      if (!folder) throw new Problem('not_found', `Folder not found: ${name}`)
      return { folder, asked: asked || (live && folder.role === 'inbox') }
    },

    async inboxes(ask) {
      if (ask) await mailbox.sync(undefined, 'INBOX')
      return mailbox.folders().filter(({ role }) => role === 'inbox')
    },

    async sync(account, folder) {
      const meant = account === undefined ? accounts.all().filter(each => each.imap) : [accounts.get(account)]
      const each = await Promise.all(
        meant.map(one => {
          const found = watcher(one.id)
          if (!found) throw new Problem('conflict', `${one.name} only sends: it has no mailbox.`)
          return found.sync(folder)
        }),
      )
      return {
        folders: each.reduce((sum, one) => sum + one.folders, 0),
        fresh: each.reduce((sum, one) => sum + one.fresh, 0),
      }
    },

    async answer(id, mode) {
      const mail = reading.get(id)
      const text = await reading.text(ACTOR, id, false)
      return answerTo(accounts.get(mail.account), mail, text, mode, zoneOf(deps.zone()))
    },

    upload: uploads.take,

    async send(author, account, letter, { attachments, source, headers, calendar, within }) {
      if (source !== null) reading.get(source)
      // Whoever writes an answer by hand, or as a document, names what is answered by its Message-ID alone.
      const answered = source ?? store.named(account.id, letter.in_reply_to ?? '')[0]?.id ?? null
      const files = await uploads.enclosed(author, attachments)
      const written = await write(account, letter, files, {
        message_id: messageId(account),
        date: new Date(now()),
        headers,
        calendar,
      })
      const queued = outbox.add(author, account, written, answered, within)
      void outbox.pump().catch(report)
      return queued
    },

    async draft(author, account, letter, attachments) {
      if (!account.imap) throw new Problem('conflict', `${account.name} only sends: it has no Drafts folder.`)
      const files = await uploads.enclosed(author, attachments)
      const message_id = messageId(account)
      const { raw } = await write(account, letter, files, { message_id, date: new Date(now()), draft: true })
      if (!folderFor(account, 'drafts')) await watcher(account.id)?.sync('INBOX').catch(report)
      const folder = folderFor(account, 'drafts')
      if (!folder)
        throw new Problem(
          'conflict',
          `${account.name} has no Drafts folder: name it with ithaca mail accounts edit --drafts.`,
        )
      changes.write(author, tx => {
        queue(
          outboxStore,
          tx,
          now(),
          folder,
          { kind: 'append', uids: [], detail: { message_id, flags: ['\\Draft', '\\Seen'] } },
          raw,
        )
        tx.say({
          action: 'mail.draft',
          noun: 'email',
          id: message_id,
          summary: `Put a draft into ${folder.path}: "${letter.subject.slice(0, 100)}"`,
          data: { account: account.id, folder: folder.path, message_id },
        })
      })
      const landed = new Promise<{ uid: number | null } | null>(resolve => {
        drafts.set(message_id, resolve)
        setTimeout(() => resolve(null), PATIENCE).unref()
      })
      watcher(account.id)?.poke()
      const answer = await landed.finally(() => drafts.delete(message_id))
      if (answer) await inPatience(watcher(account.id)!.sync(folder.path)).catch(report)
      return { message_id, folder: folder.path, uid: answer?.uid ?? null, queued: answer === null }
    },

    addresses: () => accounts.all().map(each => each.address.toLowerCase()),

    channel: settings =>
      mailChannel({
        settings,
        account: name =>
          name === undefined ? accounts.sender() : [accounts.find(name)].find(each => each?.smtp),
        post: (author, account, letter, headers) =>
          mailbox.send(author, account, letter, { attachments: [], source: null, headers }),
        settled: outbox.settled,
      }),

    start(every) {
      started = true
      for (const account of accounts.all()) watcher(account.id)?.start()
      every(1000, () => outbox.pump())
      every(3_600_000, () => void changes.write(ACTOR, () => outboxStore.forgetUploads(now() - UPLOAD_LIFE)))
    },

    async close() {
      ended = true
      await outbox.close()
      await Promise.all([...closing, ...[...watchers.values()].map(each => each.close())])
    },
  }
  return mailbox
}

const VERBS = { flags: 'mark', move: 'move', delete: 'delete', append: 'file a draft' }
