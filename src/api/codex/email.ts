import type { KeptMail } from '../../../store/mail.ts'
import { email as routes } from '../../contract/codex/email.ts'
import { FILTERS, type Sending } from '../../contract/mail-words.ts'
import { Problem } from '../../contract/problem.ts'
import type { Parsed } from '../../contract/route.ts'
import type { Workspace } from '../../workspace/workspace.ts'
import type { Bind } from '../bind.ts'
import { answered, withInvitation } from '../invitations.ts'
import { itemOf, textOf } from './email-text.ts'

const LARGEST_PAGE = 50
/** Answers have to be on their way before existing clients give up. */
const PATIENCE = 8000
const FILED = 1500

export const bindEmail = (bind: Bind, { mail, invitations }: Workspace): void => {
  const { accounts, reading, outbox } = mail

  const meant = (id: string | null | undefined) => {
    if (id && !accounts.find(id)) throw new Problem('not_found', 'Account not found')
    return id ? accounts.get(id) : accounts.chosen()
  }

  bind(routes.list, async ({ folder, account_id, filter, from_addr, has_attachments, ...asked }) => {
    const account = meant(account_id)
    const offset = Math.max(0, asked.offset)
    const limit = Math.min(LARGEST_PAGE, Math.max(1, asked.limit || 10))
    const nothing = { emails: [], total: 0, folder, offset }
    if (!account?.imap) return nothing
    try {
      const place = await mail.place(account, folder, 'soon')
      const question = {
        filter: filterOf(filter),
        from: from_addr || undefined,
        attachments: has_attachments !== 0 || undefined,
      }
      const { items, total } = reading.slice(place.folder, question, offset, limit)
      return {
        emails: items.map(each => itemOf(each, place.folder.role === 'junk')),
        ...{ total, folder, offset, account_id: account.id },
        sync: {
          source: place.asked ? 'imap' : 'memory_cache',
          indexed: place.folder.total,
          complete: place.folder.complete,
          updated_at: new Date(place.folder.synced_at ?? 0).toISOString(),
        },
      }
    } catch (error) {
      return { ...nothing, error: inWords(error) }
    }
  })

  bind(routes.invitation, (input, call) => answered(input, call, PATIENCE))

  bind(routes.read, async ({ uid, folder, account_id, mark_seen }, { author, actor }) => {
    const account = meant(account_id)
    if (!account?.imap) throw unavailable()
    try {
      const found = await messageAt(account, folder, uid)
      if (!found) return { error: `Email UID ${uid} not found` }
      const text = await withInvitation(await reading.text(author, found.id, mark_seen), invitations, actor)
      return { ...textOf(text), account_id: account.id }
    } catch (error) {
      const gone = error instanceof Problem && error.code === 'gone'
      return { error: gone ? `Email UID ${uid} not found` : inWords(error) }
    }
  })

  bind(routes.upload, (input, { author }) => mail.upload(author, input))

  bind(routes.draft, async (input, { author }) => {
    const account = meant(input.account_id)
    if (!account) throw unavailable()
    const draft = await failing(() => mail.draft(author, account, letterOf(input), input.attachments ?? []))
    return {
      success: true,
      message: draft.queued ? 'Draft kept; it goes to the server when that can be reached' : 'Draft saved',
      account_id: account.id,
      ...draft,
      uid: draft.uid === null ? null : String(draft.uid),
    }
  })

  bind(routes.send, async (input, { author, signal }) => {
    if (input.account_id) meant(input.account_id)
    const account = await failing(() => mail.sender(input.account_id ?? undefined))
    const queued = await failing(async () =>
      mail.send(author, account, letterOf(input), {
        attachments: input.attachments ?? [],
        source: await sourceOf(input, account),
        headers: input.odysseus_kind
          ? { 'X-Odysseus-Origin': 'ithaca', 'X-Odysseus-Kind': input.odysseus_kind }
          : undefined,
      }),
    )
    if (!input.wait_for_delivery) return told(queued, input.to)
    const settled = await outbox.settled(queued.id, PATIENCE, signal)
    return told(
      settled.state === 'sent' ? await outbox.settled(queued.id, FILED, signal, true) : settled,
      input.to,
    )
  })

  type Named = NonNullable<ReturnType<typeof meant>>

  const messageAt = async (account: Named, folder: string, uid: string): Promise<KeptMail | undefined> => {
    if (!/^\d{1,10}$/.test(uid)) return undefined
    const { folder: place } = await mail.place(account, folder, 'never')
    const here = reading.at(place, Number(uid))
    if (here) return here
    const { folder: fresh } = await mail.place(account, folder, 'now')
    return reading.at(fresh, Number(uid))
  }

  const sourceOf = async (input: Parsed<typeof routes.send>, account: Named): Promise<string | null> => {
    if (!input.source_uid || !account.imap) return null
    const found = await messageAt(account, input.source_folder || 'INBOX', input.source_uid)
    if (!found) throw new Problem('not_found', `Email UID ${input.source_uid} not found; nothing was sent`)
    return found.id
  }
}

const unavailable = (): Problem =>
  new Problem('unavailable', 'Email integration is not available', {
    reason:
      'No mail account is connected to this workspace: ithaca mail accounts add. emails/draft-document works without one.',
  })

/** What did not happen is no success, in the status and in the field that existing clients read. */
const failing = async <T>(work: () => T | Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    throw new Problem(error.code, error.message, { ...error.details, success: false, error: error.message })
  }
}

const inWords = (error: unknown): string => {
  if (!(error instanceof Problem)) return `Mail operation failed: ${(error as Error).message}`
  return error.message.startsWith('Folder not found')
    ? error.message
    : `Mail operation failed: ${error.message}`
}

const filterOf = (filter: string): string =>
  (FILTERS as readonly string[]).includes(filter) || /^tag:.{1,100}$/.test(filter) ? filter : 'all'

const letterOf = (input: Parsed<typeof routes.draft>) => ({
  to: input.to,
  cc: input.cc ?? undefined,
  bcc: input.bcc ?? undefined,
  subject: input.subject,
  body: input.body,
  html: input.body_html ?? undefined,
  in_reply_to: input.in_reply_to ?? undefined,
  references: input.references ?? undefined,
})

const told = (sending: Sending, to: string) => {
  const { id, account, message_id, state, reason, refused, sent_folder, sent_uid } = sending
  const common = {
    account_id: account,
    message_id,
    outbox_id: id,
    ...(refused.length > 0 ? { refused } : {}),
  }
  if (state === 'sent')
    return {
      ...{ success: true, queued: false, message: `Email sent to ${to}`, ...common },
      ...{ sent_folder, sent_uid: sent_uid === null ? null : String(sent_uid) },
      ...(reason === null ? {} : { warning: reason }),
    }
  if (state === 'failed' || state === 'unknown') {
    const error =
      state === 'failed'
        ? (reason ?? 'the server refused it')
        : `It may have been sent: ${reason}. It is held and not sent again by itself.`
    throw new Problem('upstream', error, { success: false, queued: false, error, state, ...common })
  }
  const waits = reason === null ? '' : `; not sent yet: ${reason}`
  return { success: true, queued: true, message: `Email queued for ${to}${waits}`, ...common }
}
