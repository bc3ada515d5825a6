import { chownSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import type { Event } from '../../src/contract/events.ts'
import { mail } from '../../src/contract/mail.ts'
import { mailAccounts } from '../../src/contract/mail-accounts.ts'
import { dovecotMissing, startDovecot } from '../peers/dovecot.ts'
import { openPost, type Post, put, settings, until, written } from '../peers/post.ts'
import { startSmtp } from '../peers/smtp.ts'
import { testWorkspace } from '../peers/workspace.ts'

const missing = dovecotMissing()
if (missing) console.warn(`left out: mail against a real server: ${missing}`)

const message = (subject: string, id: string, more: Record<string, string> = {}): string =>
  written({
    ...{
      From: 'bob@example.net',
      To: 'ann@example.org',
      Subject: subject,
      'Message-ID': `<${id}@example.net>`,
    },
    ...more,
  })

const subjects = async (post: Post, folder = 'INBOX'): Promise<string[]> =>
  (await post.w.client.call(mail.list, { folder })).items.map(each => each.subject)

/** Connected, and everything read once. */
const live = (post: Post): Promise<void> =>
  until('a live connection', async () => {
    const { items } = await post.w.client.call(mailAccounts.list, {})
    const folders = post.w.inside.workspace.mail.folders()
    return items[0]!.state === 'live' && folders.length > 0 && folders.every(each => each.synced_at !== null)
  })

describe.skipIf(missing)('a mailbox that is followed', () => {
  test('tells new mail, flags and what went without being asked', async () => {
    await using post = await openPost({ listen: true })
    await live(post)
    const told: Event[] = []
    post.w.inside.workspace.changes.subscribe(events => told.push(...events))
    const uid = await put(post, 'INBOX', message('News', 'n1'))
    await until('the news', () => told.some(event => event.action === 'mail.arrived'))
    expect(told.find(event => event.action === 'mail.arrived')).toMatchObject({
      noun: 'email',
      summary: 'New mail from bob@example.net: News',
      data: { mail: { subject: 'News', read: false } },
    })
    const other = await asOther(post)
    await other.mailboxOpen('INBOX')
    await other.messageFlagsAdd(String(uid), ['\\Flagged'], { uid: true })
    await until(
      'the flag',
      async () => (await post.w.client.call(mail.list, { filter: 'favorites' })).items.length === 1,
    )
    await other.messageDelete(String(uid), { uid: true })
    await until('it to be gone', async () => (await subjects(post)).length === 0)
    await other.logout()
  })

  test('comes back after the server was away, and what was done meanwhile is done there', async () => {
    await using post = await openPost({ listen: true })
    await put(post, 'INBOX', message('One', 'o1'))
    await put(post, 'INBOX', message('Two', 'o2'))
    await live(post)
    await until('both', async () => (await subjects(post)).length === 2)
    await post.imap.kill()
    const account = async () => (await post.w.client.call(mailAccounts.list, {})).items[0]!
    await until('the loss to be seen', async () => (await account()).state === 'waiting')
    expect((await account()).reason).toBeTruthy()
    const { items } = await post.w.client.call(mail.list, {})
    const one = items.find(each => each.subject === 'One')!
    await post.w.client.call(mail.mark, { ids: [one.id], read: true })
    await post.w.client.call(mail.remove, { ids: [items.find(each => each.subject === 'Two')!.id] })
    expect((await account()).waiting_actions).toBe(2)
    expect(await subjects(post)).toEqual(['One'])
    await post.imap.start()
    await until('the server to have heard', async () => (await account()).waiting_actions === 0, 20_000)
    const other = await asOther(post)
    await other.mailboxOpen('INBOX')
    expect(await other.fetchAll('1:*', { flags: true, envelope: true })).toMatchObject([
      { envelope: { subject: 'One' } },
    ])
    expect(await other.status('Trash', { messages: true })).toMatchObject({ messages: 1 })
    await other.logout()
  })

  test('reads everything again when the server numbers a folder anew', async () => {
    await using post = await openPost()
    await put(post, 'INBOX', message('Before', 'b1'))
    await post.w.client.call(mail.sync, {})
    const [before] = (await post.w.client.call(mail.list, {})).items
    await post.imap.kill()
    const dir = post.imap.maildir('ann')
    for (const name of readdirSync(dir)) if (name.startsWith('dovecot')) rmSync(join(dir, name))
    await post.imap.start()
    // The second within which dovecot numbers folders has to be another one.
    await new Promise(resolve => setTimeout(resolve, 1100))
    await put(post, 'INBOX', message('After', 'b2'))
    await post.w.client.call(mail.sync, { folder: 'INBOX' })
    expect((await subjects(post)).sort()).toEqual(['After', 'Before'])
    expect(before).toBeDefined()
  })

  test('loses nothing when the server vanishes in the middle of the first reading', {
    timeout: 60_000,
  }, async () => {
    const many = 8000
    await using post = await openPost({
      listen: true,
      before(imap) {
        const folder = join(imap.maildir('ann'), 'cur')
        for (let n = 0; n < many; n++) {
          writeFileSync(join(folder, `${1_700_000_000 + n}.${n}.x:2,`), message(`Number ${n}`, `v${n}`))
          if (process.getuid?.() === 0)
            chownSync(join(folder, `${1_700_000_000 + n}.${n}.x:2,`), 65_534, 65_534)
        }
      },
    })
    const inbox = () => post.w.inside.workspace.mail.folders().find(each => each.role === 'inbox')
    const here = (): number =>
      post.w.inside.workspace.store.sql<{ n: number }>('SELECT count(*) AS n FROM mail_messages').get()!.n
    await until('a part of it', () => here() > 200)
    await post.imap.vanish()
    expect(here()).toBeLessThan(many)
    await post.imap.start()
    await until('all of it', () => inbox()!.complete, 28_000)
    expect(here()).toBe(many)
    expect((await post.w.client.call(mail.search, { q: 'number 1234' })).items).toHaveLength(1)
  })

  test('keeps a copy in Sent, flags what was answered, and knows a mail that was sent after all', async () => {
    await using post = await openPost({ listen: true })
    await put(post, 'INBOX', message('Question', 'q1', { Cc: 'Carl <carl@example.com>, ann@example.org' }))
    await live(post)
    await until('it', async () => (await subjects(post)).length === 1)
    const [question] = (await post.w.client.call(mail.list, {})).items
    const answer = await post.w.client.call(mail.answer, { id: question!.id, mode: 'reply_all' })
    expect(answer).toMatchObject({
      to: 'bob@example.net',
      cc: 'Carl <carl@example.com>',
      subject: 'Re: Question',
      in_reply_to: '<q1@example.net>',
      references: '<q1@example.net>',
    })
    expect(answer.body).toContain('> Hello')
    const { to, cc, subject, body, in_reply_to, references, source } = answer
    const sent = await post.w.client.call(mail.send, {
      to,
      cc,
      subject,
      body,
      in_reply_to,
      references,
      source,
    })
    expect(sent.state).toBe('sent')
    await until(
      'the copy',
      async () => (await post.w.client.call(mail.sending, { id: sent.id })).filed === 'yes',
    )
    const other = await asOther(post)
    await other.mailboxOpen('Sent')
    expect(await other.fetchAll('1:*', { envelope: true, flags: true })).toMatchObject([
      { envelope: { subject: 'Re: Question', messageId: sent.message_id } },
    ])
    await until('the flag', async () => {
      await other.mailboxOpen('INBOX')
      const found = await other.fetchAll('1:*', { flags: true })
      await other.mailboxClose()
      return found[0]!.flags!.has('\\Answered')
    })
    await until(
      'the thread',
      async () => (await post.w.client.call(mail.thread, { id: question!.id })).items.length === 2,
    )

    post.smtp.answers.data = () => 'cut'
    const held = await post.w.client.call(mail.send, { to: 'bob@example.net', subject: 'Held', body: 'x' })
    expect(held.state).toBe('unknown')
    await other.append('Sent', message('Held', 'x', { 'Message-ID': held.message_id }))
    await post.w.client.call(mail.sync, {})
    expect(await post.w.client.call(mail.sending, { id: held.id })).toMatchObject({
      state: 'sent',
      filed: 'yes',
      sent_folder: 'Sent',
    })
    await other.logout()
  })

  test('puts drafts into the Drafts folder, and finds them there', async () => {
    await using post = await openPost()
    const draft = await post.w.client.call(mail.draft, {
      to: 'bob@example.net',
      bcc: 'eve@example.net',
      subject: 'Later',
      body: 'Not yet',
    })
    expect(draft).toMatchObject({ folder: 'Drafts', uid: 1, queued: false })
    expect((await post.w.client.call(mail.drafts, {})).items).toMatchObject([
      { subject: 'Later', draft: true, to: 'bob@example.net' },
    ])
  })
})

describe.skipIf(missing)('a connection', () => {
  test('is refused without TLS elsewhere than on loopback, with a certificate nobody vouches for, and without STARTTLS', async () => {
    await using imap = await startDovecot({ tls: true })
    await using plain = await startDovecot()
    await using smtp = await startSmtp({
      tls: { folder: imap.folder, from: 'starttls' },
      login: { user: 'ann', pass: 'secret' },
    })
    await using w = await testWorkspace()
    const add = (more: object) => w.client.call(mailAccounts.add, { ...settings(imap, smtp), ...more })
    await expect(add({ imap_host: 'mail.example.org' })).rejects.toThrow(
      'mail without TLS is for loopback only',
    )
    const steps = async (name: string) =>
      Object.fromEntries(
        (await w.client.call(mailAccounts.test, { id: name })).steps.map(step => [step.step, step]),
      )
    const secure = { imap_host: 'localhost', smtp_host: 'localhost', smtp_security: 'starttls' }
    await add({ ...secure, name: 'tls', imap_security: 'tls', imap_port: imap.tlsPort })
    expect(await steps('tls')).toMatchObject({
      imap: { ok: false, said: expect.stringContaining('self-signed') },
      smtp: { ok: false, said: expect.stringContaining('self-signed') },
    })
    await w.client.call(mailAccounts.edit, { id: 'tls', ca_file: imap.certificate })
    expect(await steps('tls')).toMatchObject({
      imap: { ok: true, said: expect.stringContaining('TLS') },
      smtp: { ok: true },
    })
    await add({ ...secure, name: 'starttls', imap_security: 'starttls', ca_file: imap.certificate })
    expect(await steps('starttls')).toMatchObject({ imap: { ok: true } })
    await add({
      ...secure,
      name: 'bare',
      imap_security: 'starttls',
      imap_port: plain.port,
      ca_file: imap.certificate,
    })
    expect(await steps('bare')).toMatchObject({ imap: { ok: false } })
    expect(plain.log()).not.toContain('Login: user')
  })

  test('asks the command again for a token, and says when it was refused', async () => {
    await using smtp = await startSmtp({ token: 'fresh' })
    await using w = await testWorkspace()
    const file = join(w.home, 'token')
    const { writeFileSync } = await import('node:fs')
    writeFileSync(file, 'stale\n')
    await w.client.call(mailAccounts.add, {
      ...{ address: 'ann@example.org', send_only: true, oauth_command: `cat ${file}` },
      ...{ smtp_host: '127.0.0.1', smtp_port: smtp.port, smtp_security: 'none' },
    })
    const failed = await w.client.call(mail.send, { to: 'bob@example.net', subject: 's', body: 'b' })
    expect(failed.state).toBe('failed')
    writeFileSync(file, 'fresh\n')
    expect(await w.client.call(mail.retry, { id: failed.id })).toMatchObject({ state: 'sent' })
  })
})

const asOther = async (post: Post) => {
  const { ImapFlow } = await import('imapflow')
  const client = new ImapFlow({
    ...{ host: '127.0.0.1', port: post.imap.port, secure: false, doSTARTTLS: false, logger: false },
    auth: { user: 'ann', pass: 'secret' },
  })
  await client.connect()
  return client
}

test.skipIf(missing)('an attachment is saved as it was sent, and one of 25 MB too', async () => {
  await using post = await openPost()
  const bytes = Buffer.alloc(25 * 1024 * 1024, 'ithaca!')
  const base64 = bytes.toString('base64').replace(/.{76}/g, '$&\r\n')
  const raw = written(
    {
      From: 'bob@example.net',
      Subject: 'Large',
      'MIME-Version': '1.0',
      'Content-Type': 'multipart/mixed; boundary=b',
    },
    `--b\nContent-Type: text/plain\n\nSee below\n--b\nContent-Type: application/zip; name="../x.zip"\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment; filename="../x.zip"\n\n${base64}\n--b--\n`,
  )
  await put(post, 'INBOX', raw)
  const [large] = (await post.w.client.call(mail.list, { refresh: true })).items
  expect(large).toMatchObject({ has_attachments: true })
  const text = await post.w.client.call(mail.read, { id: large!.id })
  expect(text).toMatchObject({
    body: 'See below',
    attachments: [{ part: '2', type: 'application/zip', inline: false }],
  })
  expect(text.attachments[0]!.name).not.toContain('/')
  const response = await post.w.client.stream(mail.attachment, { id: large!.id, part: '2' })
  expect((await buffer(response.body as never)).equals(bytes)).toBe(true)
})
