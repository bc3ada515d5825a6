import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { autoconfigured, configIn, type Fetch } from '../../src/mail/autoconfig.ts'

const config = `<?xml version="1.0"?>
<clientConfig version="1.1"><emailProvider id="example.org"><domain>example.org</domain>
  <incomingServer type="pop3"><hostname>pop.example.org</hostname><port>995</port><socketType>SSL</socketType></incomingServer>
  <incomingServer type="imap"><hostname>plain.example.org</hostname><port>143</port><socketType>plain</socketType></incomingServer>
  <incomingServer type="imap"><hostname>imap.%EMAILDOMAIN%</hostname><port>993</port><socketType>SSL</socketType><username>%EMAILLOCALPART%</username></incomingServer>
  <outgoingServer type="smtp"><hostname>smtp.example.org</hostname><port>587</port><socketType>STARTTLS</socketType><username>%EMAILADDRESS%</username></outgoingServer>
</emailProvider></clientConfig>`

test('the first encrypted server of each kind is taken; POP3 and plain ones are passed over', () => {
  expect(configIn(config, 'ann@example.org')).toEqual({
    imap: { host: 'imap.example.org', port: 993, security: 'tls' },
    smtp: { host: 'smtp.example.org', port: 587, security: 'starttls' },
    user: 'ann',
  })
  expect(configIn(config.replace('imap.%EMAILDOMAIN%', 'a b;rm'), 'ann@example.org').imap).toBeUndefined()
  expect(configIn('<html><body>Not found</body></html>', 'ann@example.org')).toEqual({})
  expect(configIn('<incomingServer type="imap"><hostname>', 'ann@example.org')).toEqual({})
})

describe('what a provider says on the web', () => {
  const pages = new Map<string, { status: number; body: string; location?: string }>()
  const asked: string[] = []
  const server = createServer((request, response) => {
    const page = pages.get(request.url!.split('?')[0]!)
    response.writeHead(page?.status ?? 404, page?.location ? { location: page.location } : {})
    response.end(page?.body ?? '')
  })
  /** Every name is this machine, whatever the address says. */
  const fetched: Fetch = (url, init) => {
    asked.push(url)
    const { hostname, pathname } = new URL(url)
    return fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/${hostname}${pathname}`, init)
  }
  beforeAll(() => new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve)))
  afterAll(() => new Promise(resolve => server.close(resolve)))

  test('is asked for at both places, over https alone, and a move elsewhere is followed', async () => {
    pages.set('/example.org/.well-known/autoconfig/mail/config-v1.1.xml', {
      ...{ status: 302, body: '', location: 'https://conf.example.net/c.xml' },
    })
    pages.set('/conf.example.net/c.xml', { status: 200, body: config })
    const found = await autoconfigured('ann@example.org', fetched)
    expect(found.imap).toMatchObject({ host: 'imap.example.org' })
    expect(asked).toContain(
      'https://autoconfig.example.org/mail/config-v1.1.xml?emailaddress=ann%40example.org',
    )
    expect(asked.every(url => url.startsWith('https://'))).toBe(true)
  })

  test.each([
    ['a move to a place without TLS', { status: 302, body: '', location: 'http://conf.example.net/c.xml' }],
    [
      'a move in circles',
      { status: 302, body: '', location: 'https://autoconfig.circle.org/mail/config-v1.1.xml' },
    ],
    ['a page without end', { status: 200, body: config + ' '.repeat(100_000) }],
    ['an error', { status: 500, body: config }],
  ])('%s is as if nothing were there', async (_what, page) => {
    pages.clear()
    pages.set('/autoconfig.circle.org/mail/config-v1.1.xml', page)
    pages.set('/conf.example.net/c.xml', { status: 200, body: config })
    expect(await autoconfigured('ann@circle.org', fetched)).toEqual({})
  })

  test('an address of a machine is never asked', async () => {
    asked.length = 0
    for (const domain of ['127.0.0.1', 'localhost', 'a/b.org', 'x.org:80'])
      expect(await autoconfigured(`ann@${domain}`, fetched)).toEqual({})
    expect(asked).toEqual([])
  })
})
