import fc from 'fast-check'
import { ImapFlow } from 'imapflow'
import { describe, expect, test } from 'vitest'
import { mail } from '../../src/contract/mail.ts'
import { mailAccounts } from '../../src/contract/mail-accounts.ts'
import { alignedWith, parseResults, proves } from '../../src/mail/authentication.ts'
import { type Sample, speaker } from '../../src/mail/sender.ts'
import { google, mailed } from '../calendar/invitations-samples.ts'
import { dovecotMissing } from '../peers/dovecot.ts'
import { openPost, type Post, put } from '../peers/post.ts'

const missing = dovecotMissing()
if (missing) console.warn(`left out: senders on a real server: ${missing}`)

const verified = (field: string, domain = 'example.net'): boolean => {
  const results = parseResults(field)
  return results !== null && proves(results, domain).verified
}

describe('what a server says of a sender', () => {
  test('is read with its comments, quotes and blanks', () => {
    const field =
      'mx.google.com (a \\) (nested) one) 1; dkim=pass header.i=@example.net header.s=s1 header.b=Zx/+1=; ' +
      'spf=pass (google.com: domain of x@y designates 192.0.2.1) smtp.mailfrom="a; dmarc=pass"@example.net;' +
      ' dmarc = fail (p=NONE) header.from = example.net;'
    expect(parseResults(field)).toEqual({
      by: 'mx.google.com',
      results: [
        {
          method: 'dkim',
          result: 'pass',
          properties: new Map([
            ['header.i', '@example.net'],
            ['header.s', 's1'],
            ['header.b', 'Zx/+1='],
          ]),
        },
        {
          method: 'spf',
          result: 'pass',
          properties: new Map([['smtp.mailfrom', 'a; dmarc=pass@example.net']]),
        },
        { method: 'dmarc', result: 'fail', properties: new Map([['header.from', 'example.net']]) },
      ],
    })
    expect(parseResults('mx.example.org; none')).toEqual({ by: 'mx.example.org', results: [] })
  })

  test.each([
    ['mx; dmarc=pass header.from=example.net', true],
    ['mx; dmarc=pass', true],
    ['mx; DMARC=Pass header.from=EXAMPLE.NET', true],
    ['mx; dkim=fail header.d=example.net; dkim=pass header.d=example.net', true],
    ['mx; dkim=pass header.i=bob@example.net', true],
    ['mx; spf=pass smtp.mailfrom=bounces@example.net', true],
    ['mx; dmarc=pass header.from=evil.example', false],
    ['mx; dmarc=pass header.from=example.net; dmarc=fail header.from=example.net', false],
    ['mx; dmarc=fail; dkim=pass header.d=example.net', false],
    ['mx; dmarc=bestguesspass header.from=example.net', false],
    ['mx; dkim=pass header.d=evil.example header.i=@example.net', false],
    ['mx; dkim=pass', false],
    ['mx; dkim=pass header.d=sub.example.net', false],
    ['mx; dkim=pass header.d=net', false],
    ['mx; dkim=pass header.d=ample.net', false],
    ['mx; spf=pass smtp.helo=example.net', false],
    ['mx; spf=pass smtp.mailfrom="x@example.net"@evil.example', false],
    ['mx; spf=pass smtp.mailfrom="\\"; dmarc=pass header.from=example.net; x=\\""@evil.example', false],
    ['mx; spf=none (x; dmarc=pass (y) header.from=example.net) smtp.mailfrom=evil.example', false],
    ['mx; reason="dmarc=pass"', false],
    ['mx; none; dmarc', false],
    ['spf=pass smtp.mailfrom=example.net; dmarc=pass', false],
    ['mx 2; dmarc=pass', false],
    ['mx; dmarc=pass (', false],
    ['mx; dmarc=pass "', false],
    ['mx; "dmarc"=pass', false],
    ['', false],
  ])('%s', (field, whether) => {
    expect(verified(field)).toBe(whether)
  })

  test('what stands over a domain speaks for it, nobody below or beside it', () => {
    expect(alignedWith('news.example.net', 'example.net')).toBe(true)
    expect(alignedWith('bücher.example', 'x@xn--bcher-kva.example')).toBe(false)
    expect(verified('mx; dkim=pass header.d=xn--bcher-kva.example', 'xn--bcher-kva.example')).toBe(true)
    expect(alignedWith('example.net', '')).toBe(false)
  })

  test('no text of a sender within quotes or comments becomes a result', () => {
    const bits = fc.constantFrom(
      ...[';', ' ', '=', '(', ')', '"', '\\', 'dmarc', 'pass', 'header.from', 'example.net', 'a', '\t'],
    )
    const text = fc.array(bits, { maxLength: 30 }).map(parts => parts.join(''))
    fc.assert(
      fc.property(text, said => {
        const quoted = `"${said.replace(/["\\]/g, '\\$&')}"`
        const comment = `(${said.replace(/[()\\]/g, '\\$&')})`
        expect(verified(`mx; spf=pass ${comment} smtp.mailfrom=${quoted}@evil.example`)).toBe(false)
        expect(parseResults(`mx; spf=pass ${comment} smtp.mailfrom=${quoted}@evil.example`)).toEqual({
          by: 'mx',
          results: [
            {
              ...{ method: 'spf', result: 'pass' },
              properties: new Map([['smtp.mailfrom', `${said}@evil.example`]]),
            },
          ],
        })
        parseResults(said)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('the server whose word counts is learned', () => {
  const day = 86_400_000
  const mails = (count: number, by: (n: number) => string | null, domains = 10, days = 40): Sample[] =>
    Array.from({ length: count }, (_, n) => {
      const said = by(n)
      const results = said === null ? null : { by: said, results: [] }
      return { domain: `d${n % domains}.example`, at: (n * days * day) / (count - 1), results }
    })
  test('from what all mails of many senders and days say', () => {
    expect(speaker(mails(20, () => 'mx'))).toBe('mx')
  })
  test.each<[string, Sample[]]>([
    ['one that says nothing', mails(20, n => (n === 7 ? null : 'mx'))],
    ['one that names another', mails(20, n => (n === 7 ? 'mx.evil.example' : 'mx'))],
    ['too few', mails(19, () => 'mx')],
    ['too few senders', mails(40, () => 'mx', 7)],
    ['too few days', mails(40, () => 'mx', 10, 29)],
    ['none that says anything', mails(40, () => null)],
    ['none', []],
  ])('not where there is %s', (_name, samples) => {
    expect(speaker(samples)).toBeNull()
  })
})

describe.skipIf(missing)('whose word counts for an account', () => {
  const fill = async (post: Post, results: string[]): Promise<void> => {
    const client = new ImapFlow({
      ...{ host: '127.0.0.1', port: post.imap.port, secure: false, doSTARTTLS: false, logger: false },
      auth: { user: 'ann', pass: 'secret' },
    })
    await client.connect()
    for (let n = 0; n < 60; n += 1) {
      const head = [...results.map(each => `Authentication-Results: ${each}`), `From: x@d${n % 9}.example`]
      const raw = [...head, `Message-ID: <f${n}@x>`, 'Subject: x', '', 'x', ''].join('\r\n')
      await client.append('INBOX', raw, [], new Date(Date.UTC(2025, 0, 1 + n)))
    }
    await client.logout()
  }
  const senderOf = async (post: Post, more: { id: string; results: string[]; from?: string }) => {
    const { id, results, from = 'Bob <bob@example.net>' } = more
    const uid = await put(post, 'INBOX', mailed(from, google({ uid: id }), { id, results }))
    await post.w.client.call(mail.sync, { folder: 'INBOX' })
    const { items } = await post.w.client.call(mail.list, { limit: 200 })
    const read = await post.w.client.call(mail.read, { id: items.find(each => each.uid === uid)!.id })
    return read.invitation!.sender
  }
  const pass = (by: string) => `${by}; dmarc=pass header.from=example.net`

  test('is learned where all of its mail says so, and set by hand over that', async () => {
    await using post = await openPost()
    await fill(post, ['mx.one.example; dkim=none', 'mx.two.example; dkim=none'])
    const own = await senderOf(post, { id: 's1', results: [pass('mx.one.example')] })
    expect(own).toEqual({ verified: true, by: 'mx.one.example', said: 'verified by mx.one.example' })
    expect(await senderOf(post, { id: 's2', results: [pass('mx.two.example')] })).toMatchObject({
      verified: false,
      by: null,
    })
    await post.w.client.call(mailAccounts.edit, { id: post.account, authserv_id: 'MX.two.example, mx3' })
    const { items } = await post.w.client.call(mailAccounts.list, {})
    expect(items[0]).toMatchObject({ authserv_id: 'MX.two.example mx3' })
    const set = async (id: string, by: string) => (await senderOf(post, { id, results: [pass(by)] })).verified
    expect([await set('s3', 'mx.one.example'), await set('s4', 'mx.two.example')]).toEqual([false, true])
  })

  test('is nobody where the server says nothing, whatever a mail brings', async () => {
    await using post = await openPost()
    await fill(post, [])
    for (const n of [1, 2, 3])
      expect(await senderOf(post, { id: `n${n}`, results: [pass('mx.evil.example')] })).toMatchObject({
        verified: false,
        said: expect.stringContaining('no server’s word is known to count'),
      })
  })

  test('is learned beside a mail whose headers have no end', async () => {
    await using post = await openPost()
    await fill(post, ['mx.one.example; dkim=none'])
    const endless = Array.from({ length: 25 }, (_, n) => `mx.one.example; x${n}=${'y'.repeat(99_000)}`)
    const from = 'Eve <eve@evil.example>'
    const results = ['mx.one.example; dmarc=fail', ...endless]
    await put(post, 'INBOX', mailed(from, google({ uid: 'e1' }), { id: 'e1', results }))
    expect(await senderOf(post, { id: 'e2', results: [pass('mx.one.example')] })).toMatchObject({
      verified: true,
    })
  })

  test('proves nothing of a mail with two senders', async () => {
    await using post = await openPost({ more: { authserv_id: 'mx' } })
    for (const from of ['bob@example.net, eve@evil.example', 'bob@example.net\r\nFrom: eve@evil.example'])
      expect(await senderOf(post, { id: from.slice(17, 21), from, results: [pass('mx')] })).toMatchObject({
        verified: false,
        said: 'not verified: it does not name one sender',
      })
  })
})
