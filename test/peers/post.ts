import { mailAccounts } from '../../src/contract/mail-accounts.ts'
import type { Parsed } from '../../src/contract/route.ts'
import { type Dovecot, startDovecot } from './dovecot.ts'
import { type Smtp, startSmtp } from './smtp.ts'
import { type TestWorkspace, testWorkspace } from './workspace.ts'

/** A workspace with a mailbox on a real server, and one to send by. */
export interface Post extends AsyncDisposable {
  w: TestWorkspace
  imap: Dovecot
  smtp: Smtp
  account: string
}

export type AccountIn = Partial<Parsed<typeof mailAccounts.add>>

export const openPost = async (
  options: {
    listen?: boolean
    more?: AccountIn
    before?: (imap: Dovecot) => void | Promise<void>
    now?: () => number
    config?: string
    /** Who has a mailbox there. */
    users?: readonly string[]
  } = {},
): Promise<Post> => {
  const users = Object.fromEntries((options.users ?? ['ann']).map(user => [user, 'secret']))
  const imap = await startDovecot({ users })
  const smtp = await startSmtp({ login: { user: 'ann', pass: 'secret' } })
  await options.before?.(imap)
  const { listen = false, now, config } = options
  const w = await testWorkspace({ listen, now, config })
  const account = await w.client.call(mailAccounts.add, settings(imap, smtp, options.more))
  return {
    ...{ w, imap, smtp },
    account: account.id,
    async [Symbol.asyncDispose]() {
      await w[Symbol.asyncDispose]()
      await smtp[Symbol.asyncDispose]()
      await imap[Symbol.asyncDispose]()
    },
  }
}

export const settings = (imap: Dovecot, smtp: Smtp, more: AccountIn = {}) => ({
  address: 'ann@example.org',
  user: 'ann',
  from_name: 'Ann',
  imap_host: '127.0.0.1',
  imap_port: imap.port,
  imap_security: 'none' as const,
  smtp_host: '127.0.0.1',
  smtp_port: smtp.port,
  smtp_security: 'none' as const,
  password: 'secret',
  ...more,
})

/** Until something is true, or a deadline that says what was waited for. */
export const until = async (
  what: string,
  found: () => boolean | Promise<boolean>,
  ms = 30_000,
): Promise<void> => {
  const deadline = Date.now() + ms
  while (!(await found())) {
    if (Date.now() > deadline) throw new Error(`waited ${ms} ms in vain for ${what}`)
    await new Promise(resolve => setTimeout(resolve, 15))
  }
}

/** A mail as text, with line ends as they travel. */
export const written = (headers: Record<string, string>, body = 'Hello\n'): string =>
  `${Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\r\n')}\r\n\r\n${body.replace(/\r?\n/g, '\r\n')}`

/** Puts a message into a folder as another program would: on a connection of its own. */
export const put = async (
  post: Pick<Post, 'imap'>,
  folder: string,
  raw: string | Buffer,
  flags: string[] = [],
  user = 'ann',
): Promise<number> => {
  const { ImapFlow } = await import('imapflow')
  const client = new ImapFlow({
    ...{ host: '127.0.0.1', port: post.imap.port, secure: false, doSTARTTLS: false, logger: false },
    auth: { user, pass: 'secret' },
  })
  await client.connect()
  const appended = await client.append(folder, raw, flags)
  await client.logout()
  return appended ? (appended.uid ?? 0) : 0
}
