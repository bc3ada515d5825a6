import { ImapFlow } from 'imapflow'
import { mailAccounts } from '../../../src/contract/mail-accounts.ts'
import { HEADER_QUERY } from '../../../src/mail/header.ts'
import { type Post, until, written } from '../../peers/post.ts'

const TURNS = 200

export interface NewsTimes {
  /** From the line in which the server says EXISTS to the event that screens hear. */
  ours: number[]
  /** How long of that the server was asked for the header, until it had answered. */
  server: number[]
  /** From such a line to the header, on a bare client of the same server. */
  bare: number[]
}

export const newsTimes = async (post: Post): Promise<NewsTimes> => {
  let said = 0
  let answered = 0
  const emit = ImapFlow.prototype.emit
  ImapFlow.prototype.emit = function (this: ImapFlow, event: string | symbol, ...rest: unknown[]) {
    if (event === 'exists') said = performance.now()
    return (emit as (...all: unknown[]) => boolean).call(this, event, ...rest)
  } as typeof emit
  const fetch = ImapFlow.prototype.fetch
  ImapFlow.prototype.fetch = async function* (this: ImapFlow, ...what: Parameters<typeof fetch>) {
    const asked = performance.now()
    for await (const message of fetch.apply(this, what)) {
      if (what[1] === HEADER_QUERY) answered = performance.now() - asked
      yield message
    }
  } as typeof fetch
  const other = login(post)
  await other.connect()
  try {
    const ours: number[] = []
    const server: number[] = []
    const forget = post.w.inside.workspace.changes.subscribe(events => {
      if (!events.some(event => event.action === 'mail.arrived')) return
      ours.push(performance.now() - said)
      server.push(answered)
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
    return { ours, server, bare }
  } finally {
    ImapFlow.prototype.emit = emit
    ImapFlow.prototype.fetch = fetch
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
