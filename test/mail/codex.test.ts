import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dovecotMissing } from '../peers/dovecot.ts'
import { openPost, type Post, put, until, written } from '../peers/post.ts'

const missing = dovecotMissing()
if (missing) console.warn(`left out: codex mail on a real server: ${missing}`)

describe.skipIf(missing)('codex mail', () => {
  let post: Post
  let token: string
  beforeAll(async () => {
    post = await openPost()
    token = await post.w.token('agent', ['email:send'], { allow_send: true })
    const mail = (n: number, more: Record<string, string> = {}) =>
      written({
        From: `P${n} <p${n}@example.net>`,
        To: 'ann@example.org',
        Subject: `Mail ${n}`,
        'Message-ID': `<m${n}@x>`,
        ...more,
      })
    await put(post, 'INBOX', mail(1), ['\\Seen', '\\Answered'])
    await put(post, 'INBOX', mail(2, { 'X-Odysseus-Kind': 'reminder' }), ['\\Seen'])
    await put(post, 'INBOX', mail(3), ['\\Flagged', '$Junk', 'finance'])
    await put(
      post,
      'INBOX',
      mail(4, { 'MIME-Version': '1.0', 'Content-Type': 'multipart/mixed; boundary=b' }).replace(
        /Hello[\s\S]*$/,
        '--b\r\nContent-Type: text/plain\r\n\r\nSee it\r\n--b\r\nContent-Type: text/csv; name=a.csv\r\nContent-Disposition: attachment\r\n\r\n1\r\n--b--\r\n',
      ),
    )
  })
  afterAll(() => post[Symbol.asyncDispose]())

  const ask = async (method: string, path: string, body?: unknown) => {
    const response = await post.w.request(method, `/api/codex${path}`, { token, body })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
  const subjects = async (query: string): Promise<string[]> =>
    ((await ask('GET', `/emails?${query}`)).body.emails as { subject: string }[]).map(each => each.subject)

  test('lists with the fields that clients read', async () => {
    const { status, body } = await ask('GET', '/emails')
    expect(status).toBe(200)
    expect(body).toMatchObject({ total: 4, folder: 'INBOX', offset: 0, sync: { source: 'imap', indexed: 4 } })
    expect((body.emails as unknown[])[0]).toMatchObject({
      ...{
        uid: '4',
        message_id: '<m4@x>',
        subject: 'Mail 4',
        from_name: 'P4',
        from_address: 'p4@example.net',
      },
      ...{ to: 'ann@example.org', cc: '', is_read: false, is_answered: false, is_flagged: false },
      ...{ has_attachments: true, tags: [], is_spam_verdict: false, date_epoch: expect.any(Number) },
    })
  })

  test.each([
    ['filter=all', ['Mail 4', 'Mail 3', 'Mail 2', 'Mail 1']],
    ['filter=whatever', ['Mail 4', 'Mail 3', 'Mail 2', 'Mail 1']],
    ['limit=2&offset=1', ['Mail 3', 'Mail 2']],
    ['limit=-5', ['Mail 4']],
    ['filter=unread', ['Mail 4', 'Mail 3']],
    ['filter=favorites', ['Mail 3']],
    ['filter=unanswered', ['Mail 4', 'Mail 3']],
    ['filter=undone', ['Mail 4', 'Mail 3', 'Mail 2']],
    ['filter=reminders', ['Mail 2']],
    ['filter=pending_30d', ['Mail 4', 'Mail 3', 'Mail 2']],
    ['filter=stale_30d', []],
    ['filter=tag:finance', ['Mail 3']],
    ['filter=tag:spam', ['Mail 3']],
    ['from_addr=P3', ['Mail 3']],
    ['has_attachments=1', ['Mail 4']],
    ['folder=Sent', []],
  ])('%s', async (query, expected) => {
    expect(await subjects(query)).toEqual(expected)
  })

  test('a folder, an account or a mail that is not there', async () => {
    expect(await ask('GET', '/emails?folder=Nowhere')).toMatchObject({
      status: 200,
      body: { emails: [], total: 0, folder: 'Nowhere', error: 'Folder not found: Nowhere' },
    })
    expect(await ask('GET', '/emails?account_id=x')).toEqual({
      status: 404,
      body: { detail: 'Account not found' },
    })
    expect(await ask('GET', '/emails/4711')).toEqual({
      status: 200,
      body: { error: 'Email UID 4711 not found' },
    })
    expect((await ask('GET', '/emails/abc')).body).toEqual({ error: 'Email UID abc not found' })
  })

  test('reads without marking, unless it is told to', async () => {
    const { body } = await ask('GET', '/emails/4')
    expect(body).toMatchObject({
      ...{
        uid: '4',
        folder: 'INBOX',
        subject: 'Mail 4',
        body: 'See it',
        body_html: '',
        attachments_deferred: false,
      },
      attachments: [{ index: '2', filename: 'a.csv', content_type: 'text/csv' }],
    })
    expect(await subjects('filter=unread')).toContain('Mail 4')
    await ask('GET', '/emails/4?mark_seen=true')
    expect(await subjects('filter=unread')).not.toContain('Mail 4')
  })

  test('drafts land in Drafts; an answer is sent, filed, and flags what it answers', async () => {
    const message = { to: 'bob@example.net', subject: 'Draft', body: 'x' }
    expect((await ask('POST', '/emails/draft', message)).body).toMatchObject({
      success: true,
      message: 'Draft saved',
      uid: '1',
    })
    expect(await subjects('folder=Drafts')).toEqual(['Draft'])
    const sent = await ask('POST', '/emails/send', {
      ...message,
      subject: 'Re: Mail 3',
      source_uid: '3',
      source_folder: 'INBOX',
      wait_for_delivery: true,
    })
    expect(sent).toMatchObject({
      status: 200,
      body: { success: true, queued: false, sent_folder: 'Sent', sent_uid: '1' },
    })
    await until('the flag', async () => !(await subjects('filter=undone')).includes('Mail 3'))
    expect(post.smtp.delivered).toHaveLength(1)
    expect(await ask('POST', '/emails/send', { ...message, source_uid: '99' })).toMatchObject({
      status: 404,
      body: { success: false },
    })
    expect(post.smtp.delivered).toHaveLength(1)
  })
})
