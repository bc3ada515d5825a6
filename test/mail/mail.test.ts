import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mail } from '../../src/contract/mail.ts'
import { mailAccounts } from '../../src/contract/mail-accounts.ts'
import { dovecotMissing } from '../peers/dovecot.ts'
import { openPost, type Post, put, until, written } from '../peers/post.ts'

const missing = dovecotMissing()
if (missing) console.warn(`left out: mail against a real server: ${missing}`)

describe.skipIf(missing)('mail on a real server', () => {
  let post: Post
  beforeAll(async () => {
    post = await openPost()
  })
  afterAll(() => post[Symbol.asyncDispose]())

  test('says step by step what of an account works', async () => {
    const { ok, steps } = await post.w.client.call(mailAccounts.test, { id: 'ann@example.org' })
    expect(steps.map(step => [step.step, step.ok])).toEqual([
      ['secret', true],
      ['imap', true],
      ['folders', true],
      ['news', true],
      ['smtp', true],
    ])
    expect(ok).toBe(true)
  })

  test('lists, reads, finds, marks and moves, and the server hears of it', async () => {
    const { client } = post.w
    const uid = await put(
      post,
      'INBOX',
      written(
        {
          From: '=?utf-8?B?QmrDtnJu?= <bjorn@example.net>',
          To: 'Ann <ann@example.org>',
          Subject: '=?utf-8?Q?Gr=C3=BC=C3=9Fe?=',
          Date: 'Mon, 1 Jun 2026 09:30:00 +0200',
          'Message-ID': '<a1@mail.example>',
        },
        'The eagle has landed.\n',
      ),
    )
    const { items } = await client.call(mail.list, { refresh: true })
    expect(items).toMatchObject([
      {
        uid,
        subject: 'Grüße',
        from_name: 'Björn',
        from_address: 'bjorn@example.net',
        to: 'Ann <ann@example.org>',
        date: '2026-06-01T07:30:00.000Z',
        read: false,
        message_id: '<a1@mail.example>',
      },
    ])
    const { id } = items[0]!
    expect(await client.call(mail.read, { id })).toMatchObject({
      body: 'The eagle has landed.',
      body_from: 'text',
      attachments: [],
      read: false,
    })
    expect((await client.call(mail.search, { q: 'eagle land' })).items).toMatchObject([{ id }])
    expect((await client.call(mail.search, { q: 'grüße' })).items).toMatchObject([{ id }])
    expect((await client.call(mail.search, { q: 'eagle', server: true })).items).toMatchObject([{ id }])
    expect((await client.call(mail.search, { q: 'vulture' })).items).toEqual([])

    await client.call(mail.mark, { ids: [id], read: true, flagged: true, tag: 'work' })
    expect((await client.call(mail.list, { filter: 'tag:WORK' })).items).toMatchObject([
      { id, read: true, flagged: true, tags: ['work'] },
    ])
    await until('the server to have heard', async () => {
      const { items: accounts } = await client.call(mailAccounts.list, {})
      return accounts[0]!.waiting_actions === 0
    })
    await client.call(mail.sync, { folder: 'INBOX' })
    expect((await client.call(mail.list, { filter: 'favorites' })).items).toMatchObject([
      { id, tags: ['work'] },
    ])

    await client.call(mail.move, { ids: [id], to: 'archive' })
    expect((await client.call(mail.list, {})).items).toEqual([])
    const archive = async () => (await client.call(mail.list, { folder: 'Archive', refresh: true })).items
    await until('the mail to lie in the archive', async () => (await archive()).length === 1)
    expect(await archive()).toMatchObject([
      { subject: 'Grüße', read: true, flagged: true, folder: 'Archive' },
    ])
  })
})
