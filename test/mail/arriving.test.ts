import { ImapFlow } from 'imapflow'
import { expect, test, vi } from 'vitest'
import { mailAccounts } from '../../src/contract/mail-accounts.ts'
import { dovecotMissing } from '../peers/dovecot.ts'
import { openPost, put, until, written } from '../peers/post.ts'

const message = (subject: string): string =>
  written({ From: 'bob@example.net', To: 'ann@example.org', Subject: subject })

test.skipIf(dovecotMissing())(
  'mail that comes while the last one is being read in is told, once',
  async () => {
    await using post = await openPost({ listen: true })
    const { mail, changes } = post.w.inside.workspace
    await until('a mailbox that is read and followed', async () => {
      const { items } = await post.w.client.call(mailAccounts.list, {})
      return (
        items[0]!.state === 'live' &&
        mail.folders().some(({ role, complete }) => role === 'inbox' && complete)
      )
    })
    const told: string[] = []
    changes.subscribe(events => {
      for (const { action, summary } of events) if (action === 'mail.arrived') told.push(summary)
    })
    const fetch = ImapFlow.prototype.fetch
    let came = false
    const between = vi.spyOn(ImapFlow.prototype, 'fetch').mockImplementation(async function* (
      this: ImapFlow,
      ...asked
    ) {
      // The first one was read and is told; what flags changed is asked for next.
      if (told.length === 1 && !came && !('envelope' in asked[1])) {
        came = true
        await put(post, 'INBOX', message('Second'))
      }
      yield* fetch.apply(this, asked)
    })
    try {
      await put(post, 'INBOX', message('First'))
      await until('the first', () => told.length > 0)
      await until('the second', () => told.length > 1)
      await put(post, 'INBOX', message('Third'))
      await until('the third', () => told.length > 2)
      expect(told).toEqual(['First', 'Second', 'Third'].map(name => `New mail from bob@example.net: ${name}`))
      expect(came).toBe(true)
    } finally {
      between.mockRestore()
    }
  },
)
