import { describe, expect, test } from 'vitest'
import { events } from '../../src/contract/events.ts'
import { mail } from '../../src/contract/mail.ts'
import { mailAccounts } from '../../src/contract/mail-accounts.ts'
import { todos } from '../../src/contract/todos.ts'
import { dovecotMissing } from '../peers/dovecot.ts'
import { openPost, type Post, put, until, written } from '../peers/post.ts'

const missing = dovecotMissing()
if (missing) console.warn(`left out: taking back what was done with mails: ${missing}`)

const arrived = async (post: Post, subject: string): Promise<void> => {
  const raw = written({ From: 'bob@example.net', Subject: subject, 'Message-ID': `<${subject}@x>` })
  await put(post, 'INBOX', raw)
}

const inFolder = async (post: Post, folder: string) =>
  (await post.w.client.call(mail.list, { folder, refresh: true })).items

const told = (post: Post): Promise<void> =>
  until('the server to have heard', async () => {
    const { items } = await post.w.client.call(mailAccounts.list, {})
    return items[0]!.waiting_actions === 0
  })

describe.skipIf(missing)('what was done with mails is taken back', () => {
  test('after the server heard of it: moved back, flags as they were', async () => {
    await using post = await openPost()
    const { client } = post.w
    for (const subject of ['one', 'two', 'three']) await arrived(post, subject)
    const ids = (await inFolder(post, 'INBOX')).slice(0, 2).map(({ id }) => id)
    await client.call(todos.add, { title: 'not this one' })
    await client.call(mail.mark, { ids, flagged: true, tag: 'work' })
    await told(post)
    await client.call(mail.move, { ids, to: 'archive' })
    await told(post)
    expect(await inFolder(post, 'Archive')).toHaveLength(2)
    expect((await client.call(events.undo, {})).undone.action).toBe('mail.move')
    await told(post)
    await until('both to be back', async () => (await inFolder(post, 'INBOX')).length === 3)
    expect(await inFolder(post, 'Archive')).toEqual([])
    expect((await inFolder(post, 'INBOX')).filter(({ flagged }) => flagged)).toHaveLength(2)
    // The move gave them new numbers; the marks of before are those of other messages now.
    const marked = (await inFolder(post, 'INBOX')).filter(({ flagged }) => flagged).map(({ id }) => id)
    await client.call(mail.mark, { ids: marked, flagged: false, untag: 'work' })
    await told(post)
    expect((await client.call(events.undo, {})).undone.action).toBe('mail.mark')
    await told(post)
    expect((await inFolder(post, 'INBOX')).filter(({ tags }) => tags.includes('work'))).toHaveLength(2)
  })

  test('nobody is told that a mail came which was only brought back, and one without a Message-ID is found', async () => {
    await using post = await openPost({ listen: true })
    const { client, inside } = post.w
    const told: string[] = []
    let counted = 0
    inside.workspace.changes.subscribe(events => {
      for (const { action, summary, data } of events)
        if (action === 'mail.arrived') {
          told.push(summary)
          counted += (data as { count: number }).count
        }
    })
    await until('a mailbox that is read', () =>
      inside.workspace.mail.folders().some(({ role, complete }) => role === 'inbox' && complete),
    )
    await arrived(post, 'named')
    await put(post, 'INBOX', written({ From: 'bob@example.net', Subject: 'unnamed' }))
    await until('both', async () => (await client.call(mail.list, {})).items.length === 2)
    await until('the news of both', () => counted === 2)
    const before = [...told]
    const ids = (await client.call(mail.list, {})).items.map(({ id }) => id)
    await client.call(mail.move, { ids, to: 'archive' })
    await until('both there', async () => (await inFolder(post, 'Archive')).length === 2)
    await client.call(events.undo, {})
    await until('both back', async () => (await inFolder(post, 'INBOX')).length === 2)
    expect(await inFolder(post, 'Archive')).toEqual([])
    await put(post, 'INBOX', written({ From: 'bob@example.net', Subject: 'real' }))
    await until('the next', () => told.at(-1)!.endsWith('real'))
    expect(told.slice(before.length)).toEqual(['New mail from bob@example.net: real'])
  })

  test('before the server heard of it: it never does', async () => {
    await using post = await openPost()
    const { client } = post.w
    await arrived(post, 'one')
    const [one] = await inFolder(post, 'INBOX')
    await post.imap.vanish()
    await until(
      'the loss to be seen',
      async () => (await client.call(mailAccounts.list, {})).items[0]!.state !== 'live',
    )
    await client.call(mail.remove, { ids: [one!.id] })
    expect((await client.call(mail.list, {})).items).toEqual([])
    await client.call(events.undo, {})
    expect((await client.call(mail.list, {})).items).toMatchObject([{ id: one!.id, subject: 'one' }])
    const { items } = await client.call(mailAccounts.list, {})
    expect(items[0]!.waiting_actions).toBe(0)
    await post.imap.start()
    expect(await inFolder(post, 'Trash')).toEqual([])
    expect(await inFolder(post, 'INBOX')).toMatchObject([{ id: one!.id }])
  })

  test('right before the workspace closes: the server still hears of it', async () => {
    await using post = await openPost()
    const { client } = post.w
    await arrived(post, 'one')
    const [one] = await inFolder(post, 'INBOX')
    await client.call(mail.mark, { ids: [one!.id], flagged: true })
    await told(post)
    await client.call(events.undo, {})
    await post.w.inside.close()
    const other = new (await import('imapflow')).ImapFlow({
      ...{ host: '127.0.0.1', port: post.imap.port, secure: false, doSTARTTLS: false, logger: false },
      auth: { user: 'ann', pass: 'secret' },
    })
    await other.connect()
    await other.mailboxOpen('INBOX')
    expect((await other.fetchAll('1', { flags: true }))[0]!.flags!.has('\\Flagged')).toBe(false)
    await other.logout()
  })

  test('that a mail was opened is no change to take back', async () => {
    await using post = await openPost()
    const { client } = post.w
    await arrived(post, 'one')
    const [one] = await inFolder(post, 'INBOX')
    await client.call(mail.mark, { ids: [one!.id], flagged: true })
    await client.call(mail.read, { id: one!.id, mark: true })
    await client.call(events.undo, {})
    expect((await client.call(mail.list, {})).items).toMatchObject([{ flagged: false, read: true }])
  })
})
