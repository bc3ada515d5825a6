import { randomUUID } from 'node:crypto'
import type { ImapFlow } from 'imapflow'
import type { Author, Changes, Tx } from '../../store/changes.ts'
import type { KeptAccount } from '../../store/mail.ts'
import type { KeptSending, OutboxStore } from '../../store/outbox.ts'
import type { Sending } from '../contract/mail-words.ts'
import { notFound, Problem } from '../contract/problem.ts'
import type { Proof } from '../secrets/secret.ts'
import { append, findByMessageId } from './actions.ts'
import type { Written } from './mime.ts'
import { saidBy, saidNo } from './said.ts'
import { deliver, type Outcome } from './smtp.ts'

export interface OutboxDeps {
  store: OutboxStore
  changes: Changes
  now: () => number
  account(id: string): KeptAccount | undefined
  proof(account: KeptAccount): Promise<Proof | null>
  /** Where copies of what was sent lie; null where the account has no mailbox. */
  sentFolder(account: KeptAccount): string | null
  /** It has been sent: what hangs on that can be done. */
  sent(sending: KeptSending): void
  report(error: unknown): void
}

export interface Outbox {
  /** Written down before anything is sent: its Message-ID is chosen, and will never be another one. */
  add(
    author: Author,
    account: KeptAccount,
    written: Written,
    source: string | null,
    within?: (tx: Tx, sending: Sending) => void,
  ): Sending
  list(query: { state: string; limit: number; cursor?: string }): { items: Sending[]; next: string | null }
  get(id: string): Sending
  retry(author: Author, id: string, again: boolean): Sending
  drop(author: Author, id: string): void
  /** Sends what is due, each account's in order. */
  pump(): Promise<void>
  /** Resolves when it is decided, with `filed` also where its copy lies, or when the time is over. */
  settled(id: string, ms: number, signal: AbortSignal, filed?: boolean): Promise<Sending>
  file(client: ImapFlow, account: KeptAccount): Promise<string | null>
  close(): Promise<void>
}

const ACTOR = { actor: 'ithaca' }
/** After so many minutes without luck a person is told that it failed. */
const AGAIN = [15_000, 60_000, 300_000, 900_000, 3_600_000, 7_200_000, 14_400_000]
const LONGEST_WAIT = AGAIN.at(-1)!

export const openSendings = (deps: OutboxDeps): Outbox => {
  const { store, changes, now } = deps
  const waiters = new Set<() => void>()
  const busy = new Map<string, Promise<void>>()
  let ending = false
  let recovered = false

  const kept = (id: string): KeptSending => {
    const found = store.get(id)
    if (!found) throw notFound('mail in the outbox', id)
    return found
  }

  const save = (sending: KeptSending, summary: string, author: Author = ACTOR): void => {
    changes.write(author, tx => {
      store.put(sending)
      tx.say({
        action: `mail.${sending.state}`,
        noun: 'email',
        id: sending.id,
        summary,
        data: shown(sending),
      })
    })
    for (const wake of [...waiters]) wake()
  }

  /** What an earlier process left: handed over means nobody knows, anything before that is as if never tried. */
  const recover = (): void => {
    if (recovered) return
    recovered = true
    for (const sending of store.interrupted())
      if (sending.step === 'handed')
        save(
          {
            ...sending,
            step: 'over',
            state: 'unknown',
            next_at: null,
            reason: 'Ithaca ended before the server answered',
          },
          `Perhaps sent: "${sending.subject}". It is held, and not sent again by itself`,
        )
      else save({ ...sending, state: 'queued', next_at: now() }, `Still to be sent: "${sending.subject}"`)
  }

  const outcome = (sending: KeptSending, result: Outcome): [KeptSending, string] => {
    const what = `"${sending.subject || '(no subject)'}"`
    if (result.state === 'sent') {
      const { refused } = result
      const missed = refused.map(each => `${each.address}: ${each.reason}`).join('; ')
      const done: KeptSending = {
        ...sending,
        ...{ state: 'sent', step: 'over', refused, sent_at: now(), next_at: null },
        reason: refused.length > 0 ? `Refused for ${missed}` : null,
      }
      return [
        done,
        refused.length > 0
          ? `Sent ${what}, but not to ${missed}`
          : `Sent ${what} to ${sending.to.join(', ')}`,
      ]
    }
    if (result.state === 'unknown')
      return [
        { ...sending, state: 'unknown', step: 'over', reason: result.reason, next_at: null },
        `Perhaps sent ${what}: ${result.reason}. It is held, and not sent again by itself`,
      ]
    const wait = result.again ? AGAIN[sending.attempts - 1] : undefined
    const { reason, refused } = result
    if (wait === undefined)
      return [
        { ...sending, state: 'failed', step: 'over', reason, refused, next_at: null },
        `Not sent ${what}: ${reason}`,
      ]
    return [
      { ...sending, state: 'queued', step: 'waiting', reason, refused, next_at: now() + wait },
      `Not yet sent ${what}, again in ${wait / 1000} s: ${reason}`,
    ]
  }

  const sendOne = async (due: KeptSending): Promise<void> => {
    const account = deps.account(due.account)
    const raw = store.raw(due.id)
    const begun: KeptSending = {
      ...due,
      state: 'sending',
      step: 'waiting',
      attempts: due.attempts + 1,
      next_at: null,
    }
    if (!account || !raw) {
      const reason = account ? 'its text is not here any more' : 'its account was removed'
      save({ ...begun, state: 'failed', step: 'over', reason }, `Not sent "${due.subject}": ${reason}`)
      return
    }
    save(begun, `Sending "${due.subject}"`)
    const handing = (): void => changes.write(ACTOR, () => store.put({ ...begun, step: 'handed' }))
    const parcel = { from: due.sender, to: due.to, raw }
    const result = await deliver(account, () => deps.proof(account), parcel, handing).catch(
      (error: Error): Outcome => ({ state: 'failed', again: true, reason: saidBy(error), refused: [] }),
    )
    const [after, summary] = outcome(begun, result)
    save(after, summary)
    if (after.state === 'sent') {
      if (after.filed === 'no') store.forgetBytes(after.id)
      deps.sent(after)
    }
  }

  /** One account's mails go one after the other, in the order they were written. */
  const sendFor = async (account: string): Promise<void> => {
    for (;;) {
      const next = ending ? undefined : store.due(now(), LONGEST_WAIT).find(each => each.account === account)
      if (!next) return
      await sendOne(next)
    }
  }

  return {
    add(author, account, written, source, within) {
      const sending: KeptSending = {
        id: randomUUID(),
        account: account.id,
        message_id: written.message_id,
        state: 'queued',
        step: 'waiting',
        sender: written.from,
        to: written.recipients,
        refused: [],
        subject: written.subject,
        size: written.raw.length,
        source,
        attempts: 0,
        reason: null,
        filed: account.imap ? 'waiting' : 'no',
        sent_folder: null,
        sent_uid: null,
        actor: author.actor,
        created_at: now(),
        next_at: now(),
        sent_at: null,
      }
      recover()
      return changes.write(author, tx => {
        store.add(tx, sending, written.raw)
        tx.say({
          action: 'mail.queued',
          noun: 'email',
          id: sending.id,
          summary: `To be sent: "${sending.subject}" to ${sending.to.join(', ')}`.slice(0, 500),
          data: shown(sending),
        })
        within?.(tx, shown(sending))
        return shown(sending)
      })
    },
    list(query) {
      const page = store.list(query)
      return { items: page.items.map(shown), next: page.next }
    },
    get: id => shown(kept(id)),

    retry(author, id, again) {
      recover()
      const sending = kept(id)
      if (sending.state === 'unknown' && !again)
        throw new Problem(
          'conflict',
          `"${sending.subject}" may have arrived already. Look, and say again (--again) if it may arrive twice.`,
        )
      if (!['failed', 'unknown', 'queued'].includes(sending.state))
        throw new Problem(
          'conflict',
          `"${sending.subject}" is ${sending.state}: there is nothing to send again.`,
        )
      const next: KeptSending = { ...sending, state: 'queued', step: 'waiting', attempts: 0, next_at: now() }
      save(next, `To be sent again: "${sending.subject}"`, author)
      return shown(next)
    },

    drop(author, id) {
      const sending = kept(id)
      if (sending.state === 'sending')
        throw new Problem('conflict', `"${sending.subject}" is being sent just now.`)
      changes.write(author, tx => {
        store.remove(tx, id)
        tx.say({
          action: 'mail.dropped',
          noun: 'email',
          id,
          summary: `Took "${sending.subject}" (${sending.state}) out of the outbox`,
          data: null,
        })
      })
    },

    async pump() {
      recover()
      for (const account of new Set(store.due(now(), LONGEST_WAIT).map(each => each.account)))
        if (!busy.has(account))
          busy.set(
            account,
            sendFor(account)
              .catch(error => deps.report(error))
              .finally(() => busy.delete(account)),
          )
      await Promise.all(busy.values())
    },

    settled: (id, ms, signal, filed = false) =>
      new Promise(resolve => {
        const over = (): void => {
          clearTimeout(timer)
          waiters.delete(look)
          signal.removeEventListener('abort', over)
          resolve(shown(kept(id)))
        }
        const look = (): void => {
          const found = store.get(id)
          const decided = found?.state !== 'queued' && found?.state !== 'sending'
          if (decided && !(filed && found?.state === 'sent' && found.filed === 'waiting')) over()
        }
        const timer = setTimeout(over, ms)
        waiters.add(look)
        signal.addEventListener('abort', over, { once: true })
        look()
      }),

    async file(client, account) {
      recover()
      const folder = deps.sentFolder(account)
      let more: string | null = null
      if (!folder) return null
      for (const sending of store.unfiled(account.id)) {
        // Some servers file by themselves, and a copy of ours may have arrived before we heard of it.
        const there = await findByMessageId(client, folder, sending.message_id)
        if (sending.state === 'unknown') {
          if (there === null) continue
          const sent: KeptSending = {
            ...sending,
            state: 'sent',
            reason: null,
            filed: 'yes',
            sent_folder: folder,
            sent_uid: there,
          }
          save(
            { ...sent, sent_at: sending.sent_at ?? now() },
            `"${sending.subject}" was sent after all: it lies in ${folder}`,
          )
        } else await fileOne(client, sending, folder, there)
        if (store.get(sending.id)?.filed !== 'yes') continue
        store.forgetBytes(sending.id)
        more = folder
      }
      return more
    },

    async close() {
      ending = true
      await Promise.race([
        Promise.all(busy.values()),
        new Promise(resolve => setTimeout(resolve, 5000).unref()),
      ])
    },
  }

  async function fileOne(
    client: ImapFlow,
    sending: KeptSending,
    folder: string,
    there: number | null,
  ): Promise<void> {
    const raw = store.raw(sending.id)
    try {
      const uid = there ?? (raw && (await append(client, folder, raw, ['\\Seen'])))
      const { state: _state, ...rest } = sending
      // What waited for room says so no more; who was refused stays said.
      const reason = sending.refused.length > 0 ? sending.reason : null
      save(
        { ...rest, reason, state: 'sent', filed: 'yes', sent_folder: folder, sent_uid: uid },
        `Filed "${sending.subject}" in ${folder}`,
      )
    } catch (error) {
      if (!saidNo(error)) throw error
      if ((error as { serverResponseCode?: string }).serverResponseCode === 'OVERQUOTA') {
        const reason = `The copy waits for room in ${folder}: ${saidBy(error)}`
        if (sending.reason !== reason) save({ ...sending, reason }, `Sent "${sending.subject}". ${reason}`)
        return
      }
      save(
        { ...sending, filed: 'no', reason: `The copy was refused by ${folder}: ${saidBy(error)}` },
        `Sent "${sending.subject}", but there is no copy in ${folder}: ${saidBy(error)}`,
      )
    }
  }
}

const shown = ({ sender: _sender, source: _source, step: _step, ...sending }: KeptSending): Sending => sending
