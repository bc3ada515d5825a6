import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { mail } from '../../src/contract/mail.ts'
import { mailAccounts } from '../../src/contract/mail-accounts.ts'
import { until } from '../peers/post.ts'
import { type Smtp, startSmtp } from '../peers/smtp.ts'
import { type TestWorkspace, testWorkspace } from '../peers/workspace.ts'

let w: TestWorkspace
let smtp: Smtp
beforeAll(async () => {
  smtp = await startSmtp({ login: { user: 'ann', pass: 'secret' } })
  w = await testWorkspace()
  await w.client.call(mailAccounts.add, {
    ...{
      address: 'ann@example.org',
      user: 'ann',
      send_only: true,
      password: 'secret',
      from_name: 'Ann "A" Müller',
    },
    ...{ smtp_host: '127.0.0.1', smtp_port: smtp.port, smtp_security: 'none' },
  })
})
afterAll(async () => {
  await w[Symbol.asyncDispose]()
  await smtp[Symbol.asyncDispose]()
})
afterEach(() => {
  smtp.answers = {}
  smtp.delivered.length = 0
})

const letter = { to: 'Bob <bob@example.net>,, ', subject: 'Über', body: 'Hi\n.\nbye' }
const send = (more: object = {}) => w.client.call(mail.send, { ...letter, ...more })

describe('a mail that is sent', () => {
  test('arrives once, with the Message-ID that was chosen before', async () => {
    const sent = await send({ bcc: 'eve@example.net', in_reply_to: '<x@y>', references: '<w@y> <x@y>' })
    expect(sent).toMatchObject({
      state: 'sent',
      attempts: 1,
      filed: 'no',
      to: ['bob@example.net', 'eve@example.net'],
    })
    expect(smtp.delivered).toMatchObject([
      { from: 'ann@example.org', to: ['bob@example.net', 'eve@example.net'] },
    ])
    const { raw } = smtp.delivered[0]!
    expect(raw).toContain(`Message-ID: ${sent.message_id}`)
    expect(raw).toContain('In-Reply-To: <x@y>')
    expect(raw).not.toContain('eve@')
    expect(raw).toMatch(/\r\n\.\r\n?bye|\r\n\.\r\nbye/)
  })

  test('cannot carry a header that its words smuggle in', async () => {
    for (const to of ['bob@example.net\r\nBcc: other@example.net', 'bob@example.net other@example.net'])
      await expect(send({ to })).rejects.toThrow(/one line|not a mail address/)
    await send({ subject: 'Hello\r\nBcc: victim@example.net' })
    for (const { raw, to } of smtp.delivered) {
      expect(raw.split('\r\n\r\n')[0]).not.toMatch(/^Bcc:/im)
      expect(to).toEqual(['bob@example.net'])
    }
  })

  test('goes to nobody when one address is none', async () => {
    await expect(send({ to: 'bob@example.net, not an address' })).rejects.toThrow('is not a mail address')
    await expect(send({ to: ' ,; ' })).rejects.toThrow('somebody to go to')
    expect(smtp.delivered).toEqual([])
  })

  test('goes to those who are accepted, and says who was not', async () => {
    smtp.answers.to = address =>
      address === 'gone@example.net' ? { code: 550, text: 'no such user' } : undefined
    const sent = await send({ to: 'bob@example.net, gone@example.net' })
    expect(sent).toMatchObject({ state: 'sent', refused: [{ address: 'gone@example.net' }] })
    expect(sent.reason).toContain('no such user')
    expect(smtp.delivered).toMatchObject([{ to: ['bob@example.net'] }])
  })

  test('is kept with the reason when it is refused, and can be sent again', async () => {
    smtp.answers.data = () => ({ code: 552, text: 'mailbox is full' })
    const failed = await send()
    expect(failed).toMatchObject({ state: 'failed', next_at: null })
    expect(failed.reason).toContain('mailbox is full')
    smtp.answers = {}
    const retried = await w.client.call(mail.retry, { id: failed.id })
    expect(retried).toMatchObject({ state: 'sent', message_id: failed.message_id })
    expect(smtp.delivered).toHaveLength(1)
  })

  test('waits when the server says later', async () => {
    smtp.answers.from = () => ({ code: 451, text: 'try again' })
    const queued = await w.client.call(mail.send, { ...letter, wait: false })
    expect(queued.state).toBe('queued')
    await until(
      'the first try',
      async () => (await w.client.call(mail.sending, { id: queued.id })).attempts === 1,
    )
    await until(
      'its end',
      async () => (await w.client.call(mail.sending, { id: queued.id })).state === 'queued',
    )
    const waiting = await w.client.call(mail.sending, { id: queued.id })
    expect(waiting.next_at).toBeGreaterThan(Date.now())
    expect(waiting.reason).toContain('try again')
    await w.client.call(mail.drop, { id: queued.id })
    await expect(w.client.call(mail.sending, { id: queued.id })).rejects.toThrow(
      'There is no mail in the outbox',
    )
  })

  test('is held when the line is cut after the data, and never sent again by itself', async () => {
    const before = smtp.taken()
    smtp.answers.data = () => 'cut'
    const held = await send()
    expect(held.state).toBe('unknown')
    smtp.answers = {}
    await w.inside.workspace.mail.outbox.pump()
    expect((await w.client.call(mail.sending, { id: held.id })).state).toBe('unknown')
    expect(smtp.taken()).toBe(before + 1)
    await expect(w.client.call(mail.retry, { id: held.id })).rejects.toThrow('may have arrived already')
    expect(await w.client.call(mail.retry, { id: held.id, again: true })).toMatchObject({ state: 'sent' })
  })

  test('says that a login was refused', async () => {
    await w.client.call(mailAccounts.edit, { id: 'ann@example.org', password: 'wrong' })
    const failed = await send()
    expect(failed).toMatchObject({ state: 'failed' })
    expect(failed.reason).toMatch(/wrong password|login/)
    await w.client.call(mailAccounts.edit, { id: 'ann@example.org', password_command: 'printf "secret\\n"' })
    expect(await send()).toMatchObject({ state: 'sent' })
    await w.client.call(mailAccounts.edit, {
      id: 'ann@example.org',
      password_command: 'echo no luck >&2; exit 3',
    })
    const queued = await w.client.call(mail.send, { ...letter, wait: false })
    await until('the try', async () => (await w.client.call(mail.sending, { id: queued.id })).reason !== null)
    expect((await w.client.call(mail.sending, { id: queued.id })).reason).toContain('ended with 3: no luck')
    await w.client.call(mailAccounts.edit, { id: 'ann@example.org', password: 'secret' })
    await w.client.call(mail.retry, { id: queued.id })
  })

  test('says of a file what it is by its name, where nobody said it', async () => {
    const content = Buffer.from('x').toString('base64')
    const upload = async (filename: string, content_type?: string) =>
      (await w.client.call(mail.upload, { filename, content, content_type })).token
    await send({
      attachments: [
        await upload('plan.pdf'),
        await upload('notes.txt'),
        await upload('core'),
        await upload('table.csv', 'text/x-own'),
      ],
    })
    const { default: PostalMime } = await import('postal-mime')
    const { attachments } = await PostalMime.parse(Buffer.from(smtp.delivered[0]!.raw, 'latin1'))
    expect(attachments.map(({ mimeType }) => mimeType)).toEqual([
      'application/pdf',
      'text/plain',
      'application/octet-stream',
      'text/x-own',
    ])
  })

  test('takes uploads along, in pieces when they are large, and refuses a token it does not know', async () => {
    const bytes = Buffer.alloc(300_000, 'abc')
    const half = (part: Buffer) => part.toString('base64')
    const { token } = await w.client.call(mail.upload, {
      filename: '../../etc/pass\nwd.txt',
      content: half(bytes.subarray(0, 150_000)),
    })
    const whole = await w.client.call(mail.upload, { token, content: half(bytes.subarray(150_000)) })
    expect(whole).toMatchObject({ token, size: 300_000 })
    expect(whole.filename).not.toContain('/')
    await send({ attachments: [token] })
    const { default: PostalMime } = await import('postal-mime')
    const parsed = await PostalMime.parse(Buffer.from(smtp.delivered[0]!.raw, 'latin1'))
    expect(Buffer.from(parsed.attachments[0]!.content as ArrayBuffer).equals(bytes)).toBe(true)
    await expect(send({ attachments: ['no-such-token'] })).rejects.toThrow(
      "There is no upload 'no-such-token'",
    )
    expect(smtp.delivered).toHaveLength(1)
  })

  test('can be written as a document first', async () => {
    const document = await (
      await w.client.send('POST', '/api/v1/documents/draft', {
        to: 'bob@example.net',
        subject: 'From a draft',
        body: 'Text',
      })
    ).json()
    await w.client.call(mail.send, { document: (document as { id: string }).id, subject: 'Better' })
    expect(smtp.delivered[0]!.raw).toMatch(/Subject: Better[\s\S]*\r\n\r\nText/)
  })
})

describe('codex', () => {
  const body = { to: 'bob@example.net', subject: 'From an agent', body: 'Hi' }
  const post = (path: string, token: string, given: object) =>
    w.request('POST', `/api/codex/${path}`, {
      token,
      body: given,
      headers: { 'content-type': 'application/json' },
    })

  test('sending asks the operator first, unless the token was made to send without', async () => {
    const token = await w.token('asker', ['email:send'])
    const asking = post('emails/send', token, { ...body, wait_for_delivery: true })
    const pending = async () =>
      (await w.client.send('GET', '/api/v1/approvals')).json() as Promise<{ items: { id: string }[] }>
    await until('the question', async () => (await pending()).items.length === 1)
    expect(smtp.delivered).toHaveLength(0)
    await w.client.send('POST', `/api/v1/approvals/${(await pending()).items[0]!.id}`, { allow: true })
    expect(await (await asking).json()).toMatchObject({
      success: true,
      queued: false,
      message: 'Email sent to bob@example.net',
    })
    expect(smtp.delivered).toHaveLength(1)
    const free = await w.token('free', ['email:send'], { allow_send: true })
    const response = await post('emails/send', free, { ...body, wait_for_delivery: true })
    expect([response.status, await response.json()]).toMatchObject([
      200,
      { success: true, queued: false, sent_uid: null },
    ])
    expect(smtp.delivered).toHaveLength(2)
  })

  test('really sends without being waited for, and says so only when it does', async () => {
    const token = await w.token('sender', ['email:send'], { allow_send: true })
    expect(await (await post('emails/send', token, body)).json()).toMatchObject({
      success: true,
      queued: true,
    })
    await until('the mail', () => smtp.delivered.length === 1)
    smtp.answers.data = () => ({ code: 554, text: 'spam' })
    const refused = await post('emails/send', token, { ...body, wait_for_delivery: true })
    expect([refused.status, await refused.json()]).toMatchObject([
      502,
      { success: false, queued: false, error: expect.stringContaining('spam') },
    ])
    const unknown = await post('emails/send', token, { ...body, attachments: ['nothing'] })
    expect([unknown.status, await unknown.json()]).toMatchObject([
      400,
      { success: false, error: expect.stringContaining("no upload 'nothing'") },
    ])
    const upload = await post('uploads', token, { filename: 'a.txt', content: 'aGk=' })
    const { token: file } = (await upload.json()) as { token: string }
    smtp.answers = {}
    smtp.delivered.length = 0
    await post('emails/send', token, { ...body, attachments: [file], wait_for_delivery: true })
    expect(smtp.delivered[0]!.raw).toContain('a.txt')
    const account = await post('emails/send', token, { ...body, account_id: 'nobody' })
    expect([account.status, await account.json()]).toMatchObject([404, { detail: 'Account not found' }])
  })

  test('the same request with the same key sends one mail', async () => {
    const token = await w.token('twice', ['email:send'], { allow_send: true })
    const once = () =>
      w.request('POST', '/api/codex/emails/send', {
        token,
        body: { ...body, wait_for_delivery: true },
        headers: { 'idempotency-key': 'one-mail' },
      })
    const [first, second] = [await once(), await once()]
    expect(await second.json()).toEqual(await first.json())
    expect(smtp.delivered).toHaveLength(1)
  })
})

test('a reminder comes by mail, with the headers that mark it', async () => {
  await w.client.send('POST', '/api/v1/notify/test', { channel: 'email' })
  expect(smtp.delivered[0]!.raw).toMatch(/^X-Odysseus-Kind: test/m)
  expect(smtp.delivered[0]!.raw).toMatch(/^X-Odysseus-Origin: /m)
  expect(smtp.delivered[0]!.to).toEqual(['ann@example.org'])
})
