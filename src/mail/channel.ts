import type { Author } from '../../store/changes.ts'
import type { KeptAccount } from '../../store/mail.ts'
import type { Letter } from '../contract/letter.ts'
import type { Sending } from '../contract/mail-words.ts'

/** What a reminder or an alarm says. */
interface Telling {
  title: string
  body: string
  kind: string
  object: string
}

type Told = { ok: true } | { ok: false; reason: string; sure: boolean; final?: boolean }

const WAIT = 10_000

/** Mail as a way to reach a person. It goes through the outbox, which takes care of a server that is not there. */
export const mailChannel = (deps: {
  settings(): { to?: string; account?: string } | undefined
  account(name: string | undefined): KeptAccount | undefined
  post(
    author: Author,
    account: KeptAccount,
    letter: Letter,
    headers: Record<string, string>,
  ): Promise<Sending>
  settled(id: string, ms: number, signal: AbortSignal): Promise<Sending>
}) => ({
  name: 'email',
  ready(): string | null {
    const { account } = deps.settings() ?? {}
    if (deps.account(account)) return null
    return account
      ? `notify.email.account names '${account}', which is no account that can send`
      : 'there is no mail account that can send: ithaca mail accounts add'
  },
  async send(message: Telling, signal: AbortSignal): Promise<Told> {
    const { to, account: name } = deps.settings() ?? {}
    const account = deps.account(name)
    if (!account)
      return { ok: false, sure: true, final: true, reason: 'there is no mail account that can send' }
    const reminder = message.kind === 'reminder'
    const queued = await deps.post(
      { actor: 'ithaca' },
      account,
      {
        to: to ?? account.address,
        subject: `${reminder ? 'Reminder' : 'Notice'} (Odysseus): ${message.title}`,
        body: message.body || message.title,
      },
      {
        'X-Odysseus-Origin': 'ithaca',
        'X-Odysseus-Kind': reminder ? 'reminder' : message.kind,
        'X-Odysseus-Ref': message.object,
        'Auto-Submitted': 'auto-generated',
      },
    )
    const { state, reason } = await deps.settled(queued.id, WAIT, signal)
    // What still waits is the outbox's to send: trying here again would send it twice.
    if (state === 'sent' || state === 'queued' || state === 'sending') return { ok: true }
    return { ok: false, sure: state === 'failed', final: true, reason: reason ?? state }
  },
})
