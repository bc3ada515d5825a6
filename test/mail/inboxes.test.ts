import { expect, test } from 'vitest'
import { events } from '../../src/contract/events.ts'
import { mail } from '../../src/contract/mail.ts'
import { mailAccounts } from '../../src/contract/mail-accounts.ts'
import { dovecotMissing } from '../peers/dovecot.ts'
import { openPost, put, settings, until, written } from '../peers/post.ts'

const missing = dovecotMissing()
if (missing) console.warn(`left out: several mailboxes: ${missing}`)

test.skipIf(missing)(
  'the inboxes of all accounts are one list, page by page, filtered and searched',
  async () => {
    await using post = await openPost({ users: ['ann', 'ben'] })
    const { client } = post.w
    const ben = { address: 'ben@example.org', user: 'ben' }
    await client.call(mailAccounts.add, settings(post.imap, post.smtp, ben))
    for (let n = 0; n < 6; n++) {
      const user = n % 3 === 0 ? 'ben' : 'ann'
      const seen = n === 4 ? ['\\Seen'] : []
      await put(post, 'INBOX', written({ From: 'bob@example.net', Subject: `Word ${n}` }), seen, user)
    }
    await put(post, 'Archive', written({ From: 'bob@example.net', Subject: 'Word old' }))
    const first = await client.call(mail.list, { inboxes: true, refresh: true, limit: 4 })
    await client.call(mail.sync, {})
    const all = await client.call(mail.list, { inboxes: true })
    const subjects = all.items.map(({ subject }) => subject)
    expect(subjects.toSorted()).toEqual([0, 1, 2, 3, 4, 5].map(n => `Word ${n}`))
    expect(all.items.map(({ received_at }) => received_at)).toEqual(
      all.items.map(({ received_at }) => received_at).toSorted((one, other) => other - one),
    )
    expect(first.items.map(({ subject }) => subject)).toEqual(subjects.slice(0, 4))
    const second = await client.call(mail.list, { inboxes: true, limit: 4, cursor: first.next! })
    expect(second).toMatchObject({ next: null, items: subjects.slice(4).map(subject => ({ subject })) })
    expect((await client.call(mail.list, { inboxes: true, filter: 'unread' })).items).toHaveLength(5)
    expect((await client.call(mail.search, { inboxes: true, q: 'word' })).items).toHaveLength(6)
    await expect(client.call(mail.list, { inboxes: true, folder: 'Archive' })).rejects.toThrow(/leave out/)
  },
)

test.skipIf(missing)(
  'what is done to mails of several accounts at once is one change to take back',
  async () => {
    await using post = await openPost({ users: ['ann', 'ben'] })
    const { client } = post.w
    await client.call(
      mailAccounts.add,
      settings(post.imap, post.smtp, { address: 'ben@example.org', user: 'ben' }),
    )
    for (const user of ['ann', 'ben'])
      await put(
        post,
        'INBOX',
        written({ From: 'bob@example.net', Subject: `For ${user}`, 'Message-ID': `<${user}@x>` }),
        [],
        user,
      )
    await client.call(mail.sync, {})
    const inbox = async () => (await client.call(mail.list, { inboxes: true, refresh: true })).items
    const ids = async () => (await inbox()).map(({ id }) => id)
    expect(await inbox()).toHaveLength(2)
    const heard = () =>
      until('both servers to have heard', async () =>
        (await client.call(mailAccounts.list, {})).items.every(each => each.waiting_actions === 0),
      )
    for (const act of [
      async () => client.call(mail.move, { ids: await ids(), to: 'archive' }),
      async () => client.call(mail.remove, { ids: await ids() }),
    ]) {
      await act()
      expect(await inbox()).toEqual([])
      await heard()
      await client.call(events.undo, {})
      await heard()
      await until('both to be back', async () => (await inbox()).length === 2)
    }
  },
)

test.skipIf(missing)(
  'a folder that was named for an account is as the server says again once that is cleared',
  async () => {
    await using post = await openPost()
    const { client } = post.w
    const trash = async () => {
      await client.call(mail.sync, {})
      const { items } = await client.call(mail.folders, {})
      return items.find(({ role }) => role === 'trash')?.path
    }
    expect(await trash()).toBe('Trash')
    await client.call(mailAccounts.edit, { id: post.account, trash: 'Junk' })
    expect(await trash()).toBe('Junk')
    const { folders } = await client.call(mailAccounts.edit, { id: post.account, trash: null })
    expect(folders).toEqual({})
    expect(await trash()).toBe('Trash')
  },
)
