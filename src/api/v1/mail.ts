import { Readable } from 'node:stream'
import { type Letter, letterOf } from '../../contract/letter.ts'
import { mail as routes } from '../../contract/mail.ts'
import { mailAccounts } from '../../contract/mail-accounts.ts'
import type { Folder } from '../../contract/mail-words.ts'
import { Problem } from '../../contract/problem.ts'
import type { Parsed } from '../../contract/route.ts'
import type { Workspace } from '../../workspace/workspace.ts'
import type { Bind } from '../bind.ts'
import type { Call } from '../call.ts'
import { answered, withInvitation } from '../invitations.ts'

/** How long a caller is kept for the mail server's answer: existing clients give up at twenty seconds. */
const PATIENCE = 10_000

export const bindMail = (bind: Bind, { mail, documents, invitations }: Workspace): void => {
  const { accounts, reading, outbox } = mail

  bind(mailAccounts.list, () => ({ items: accounts.list() }))
  bind(mailAccounts.add, async (input, { author }) => accounts.show(await accounts.add(author, input)))
  bind(mailAccounts.discover, ({ address }) => accounts.discover(address))
  bind(mailAccounts.edit, (input, { author }) => accounts.show(accounts.edit(author, input)))
  bind(mailAccounts.test, ({ id }) => mail.test(id))
  bind(mailAccounts.remove, ({ id }, { author }) => {
    accounts.remove(author, id)
    return { ok: true }
  })

  bind(routes.folders, async ({ account }) => {
    const meant = account === undefined ? undefined : accounts.get(account)
    if (meant && mail.folders(meant.id).length === 0) await mail.sync(meant.id, 'INBOX')
    return { items: mail.folders(meant?.id).map(shown) }
  })
  bind(routes.list, async ({ account, folder, inboxes, limit, cursor, refresh, ...question }) => {
    if (inboxes) {
      alone({ account, folder })
      return reading.page(await mail.inboxes(refresh), question, limit, cursor)
    }
    const { folder: place } = await mail.place(
      mail.meant(account),
      folder ?? 'INBOX',
      refresh ? 'now' : 'never',
    )
    return reading.page([place], question, limit, cursor)
  })
  bind(routes.search, async ({ q, account, folder, inboxes, server, limit, cursor }) => {
    const question = { filter: 'all', search: q }
    if (inboxes) {
      alone({ account, folder })
      if (server) throw new Problem('invalid', 'A server is asked for one folder: leave out inboxes.')
      return reading.page(await mail.inboxes(false), question, limit, cursor)
    }
    if (folder === undefined && !server) {
      const id = account === undefined ? undefined : accounts.get(account).id
      return reading.page(mail.folders(id), question, limit, cursor)
    }
    const meant = mail.meant(account)
    const place = await mail.place(meant, folder ?? 'INBOX', 'never')
    if (!server) return reading.page([place.folder], question, limit, cursor)
    return { items: await reading.onServer({ account: meant, folder: place.folder }, q, limit), next: null }
  })
  bind(routes.drafts, async ({ account, limit, cursor }) => {
    const { folder } = await mail.place(mail.meant(account), 'drafts', 'soon')
    return reading.page([folder], { filter: 'all' }, limit, cursor)
  })
  bind(routes.thread, ({ id }) => ({ items: reading.thread(id) }))
  bind(routes.read, async ({ id, mark }, { author, actor }) =>
    withInvitation(await reading.text(author, id, mark), invitations, actor),
  )
  bind(routes.invitation, (input, call) => answered(input, call, PATIENCE))
  bind(routes.attachment, async ({ id, part }) => {
    const { attachment, content } = await reading.attachment(id, part)
    return new Response(Readable.toWeb(content) as ReadableStream, {
      headers: {
        'content-type': 'application/octet-stream',
        'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(attachment.name)}`,
      },
    })
  })
  bind(routes.answer, ({ id, mode }) => mail.answer(id, mode))

  bind(routes.mark, ({ ids, ...marks }, { author }) => ({ items: reading.mark(author, ids, marks) }))
  bind(routes.move, ({ ids, to }, { author }) => reading.move(author, ids, to))
  bind(routes.remove, ({ ids }, { author }) => reading.remove(author, ids))
  bind(routes.sync, ({ account, folder }) => mail.sync(account, folder))

  bind(routes.upload, (input, { author }) => mail.upload(author, input))
  bind(routes.draft, async (input, call) => {
    const letter = await written(input, call)
    return mail.draft(call.author, mail.meant(input.account), letter, input.attachments ?? [])
  })
  bind(routes.send, async (input, call) => {
    const letter = await written(input, call)
    const queued = await mail.send(call.author, mail.sender(input.account), letter, {
      attachments: input.attachments ?? [],
      source: input.source ?? null,
    })
    return input.wait ? outbox.settled(queued.id, PATIENCE, call.signal) : queued
  })

  bind(routes.outbox, input => outbox.list(input))
  bind(routes.sending, ({ id, wait }, { signal }) => outbox.settled(outbox.get(id).id, wait * 1000, signal))
  bind(routes.retry, async ({ id, again }, { author, signal }) => {
    outbox.retry(author, id, again)
    void outbox.pump()
    return outbox.settled(id, PATIENCE, signal)
  })
  bind(routes.drop, ({ id }, { author }) => {
    outbox.drop(author, id)
    return { ok: true }
  })

  /** What is to be written: what a document says, and over it what was given. */
  const written = async (input: Parsed<typeof routes.draft>, call: Call): Promise<Letter> => {
    const { account: _account, attachments: _attachments, document, ...given } = input
    if (document === undefined) return given
    await call.need(['documents:read', 'documents:write'])
    const kept = documents.get(document)
    if (kept.language !== 'email')
      throw new Problem('invalid', `"${kept.title}" is no mail: its language is ${kept.language}.`)
    const said = Object.entries(given).filter(([, value]) => value !== undefined && value !== '')
    return { ...letterOf(kept.content), ...Object.fromEntries(said) }
  }
}

const alone = ({ account, folder }: { account?: string; folder?: string }): void => {
  if (account !== undefined || folder !== undefined)
    throw new Problem('invalid', 'inboxes means those of all accounts: leave out account and folder.')
}

const shown = ({ id, account, path, name, role, total, unread, complete, synced_at }: Folder): Folder => ({
  ...{ id, account, path, name, role, total, unread, complete, synced_at },
})
