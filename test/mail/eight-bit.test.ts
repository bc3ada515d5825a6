import { expect, test } from 'vitest'
import { mail } from '../../src/contract/mail.ts'
import { dovecotMissing } from '../peers/dovecot.ts'
import { openPost, put, written } from '../peers/post.ts'

const missing = dovecotMissing()
if (missing) console.warn(`left out: mails of raw bytes: ${missing}`)

test.skipIf(missing)('what was written in raw bytes reads as its writer meant it', async () => {
  await using post = await openPost()
  const { client } = post.w
  const headers = {
    From: 'Jürgen Groß <j@example.net>',
    To: '"Ann, née Ëlk" <ann@example.org>, René <r@example.net>',
    Cc: '=?utf-8?q?M=C3=BCller?= <m@example.net>',
    'Reply-To': 'Büro <b@example.net>',
  }
  const of = (subject: string) => written({ ...headers, Subject: subject, 'Message-ID': '<m@x>' }, 'Grüße')
  const old = (text: string) => Buffer.from(text.replaceAll('€', '\x80'), 'latin1')
  await put(post, 'INBOX', old(of('Grüße aus Köln, 5€')))
  await client.call(mail.list, { refresh: true })
  // Others come as news, with their subject in pieces, and as UTF-8.
  await put(post, 'INBOX', old(of('=?utf-8?q?R=C3=A9?= Grüße\r\n ... =?utf-8?q?=C3=A4?=')))
  await put(post, 'INBOX', Buffer.from(of('Grüße, 5€')))
  const { items } = await client.call(mail.list, { refresh: true })
  expect(items.map(({ subject }) => subject).sort()).toEqual([
    'Grüße aus Köln, 5€',
    'Grüße, 5€',
    'Ré Grüße ... ä',
  ])
  for (const { id } of items)
    expect(await client.call(mail.read, { id })).toMatchObject({
      from_name: 'Jürgen Groß',
      from_address: 'j@example.net',
      to: '"Ann, née Ëlk" <ann@example.org>, René <r@example.net>',
      cc: 'Müller <m@example.net>',
      reply_to: 'Büro <b@example.net>',
      message_id: '<m@x>',
      body: 'Grüße',
    })
  expect((await client.call(mail.search, { q: 'Köln' })).items).toHaveLength(1)
})

test.skipIf(missing)('and so do the names of files', async () => {
  await using post = await openPost()
  const { client } = post.w
  const of = (name: string) =>
    [
      ...['From: j@example.net', 'MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=b', ''],
      ...['--b', 'Content-Type: text/plain', '', 'See below', '--b'],
      ...[`Content-Type: application/pdf; name="${name}"`, 'Content-Transfer-Encoding: base64'],
      ...[`Content-Disposition: attachment;`, ` filename="${name}"`, '', 'YWJj'],
      ...['--b', 'Content-Type: text/csv; name=plan.csv', '', 'a,b', '--b--', ''],
    ].join('\r\n')
  await put(post, 'INBOX', Buffer.from(of('Übersicht, März.pdf'), 'latin1'))
  await put(post, 'INBOX', Buffer.from(of('Übersicht, März.pdf')))
  const { items } = await client.call(mail.list, { refresh: true })
  expect(items).toHaveLength(2)
  for (const { id } of items) {
    const { attachments } = await client.call(mail.read, { id })
    expect(attachments.map(({ name }) => name)).toEqual(['Übersicht, März.pdf', 'plan.csv'])
  }
})
