import { ImapFlow } from 'imapflow'
import { mailAccounts } from '../../../src/contract/mail-accounts.ts'
import { HEADER_QUERY } from '../../../src/mail/header.ts'
import { type Post, until, written } from '../../peers/post.ts'

const TURNS = 100

/** From the line in which the server says EXISTS to the event that screens hear, a hundred times; and to a bare client's header. */
export const newsTimes = async (post: Post): Promise<{ ours: number[]; bare: number[] }> => {
  let said = 0
  const emit = ImapFlow.prototype.emit
  ImapFlow.prototype.emit = function (this: ImapFlow, event: string | symbol, ...rest: unknown[]) {
    if (event === 'exists') said = performance.now()
    return (emit as (...all: unknown[]) => boolean).call(this, event, ...rest)
  } as typeof emit
  const other = login(post)
  await other.connect()
  try {
    const ours: number[] = []
    const forget = post.w.inside.workspace.changes.subscribe(events => {
      if (events.some(event => event.action === 'mail.arrived')) ours.push(performance.now() - said)
    })
    await everyTurn(other, ours)
    forget()
    await post.w.client.call(mailAccounts.remove, { id: post.account })
    const bare: number[] = []
    const client = login(post)
    await client.connect()
    await client.mailboxOpen('INBOX')
    let next = client.mailbox ? client.mailbox.uidNext : 1
    client.on('exists', async () => {
      for await (const { uid } of client.fetch(`${next}:*`, HEADER_QUERY, { uid: true })) next = uid + 1
      bare.push(performance.now() - said)
    })
    await everyTurn(other, bare)
    client.close()
    return { ours, bare }
  } finally {
    ImapFlow.prototype.emit = emit
    await other.logout()
  }
}

const login = (post: Post): ImapFlow =>
  new ImapFlow({
    ...{ host: '127.0.0.1', port: post.imap.port, secure: false, doSTARTTLS: false, logger: false },
    auth: { user: 'ann', pass: 'secret' },
    autoIdleDelay: 250,
  })

const everyTurn = async (other: ImapFlow, took: readonly number[]): Promise<void> => {
  for (let turn = 0; turn < TURNS; turn++) {
    await other.append('INBOX', written({ From: 'bob@example.net', Subject: `News ${turn}` }))
    await until('the event', () => took.length > turn, 60_000)
  }
}
