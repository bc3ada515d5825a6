import { readdirSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { access } from '../../src/contract/access.ts'
import { calendar, calendars } from '../../src/contract/calendar.ts'
import { calendarSubscriptions as feeds } from '../../src/contract/calendar-subscriptions.ts'
import { type TestWorkspace, testWorkspace } from '../peers/workspace.ts'

type Answers = (request: IncomingMessage, response: ServerResponse) => void

let answers: Answers
let asked: IncomingMessage[] = []
const server = createServer((request, response) => {
  asked.push(request)
  answers(request, response)
})
let at = ''
let host = ''
let now = Date.parse('2027-01-10T08:00:00Z')
let w: TestWorkspace

beforeAll(async () => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  at = `http://${host}/feed.ics?key=secret`
})
afterAll(() => new Promise<void>(resolve => void server.close(() => resolve())))
beforeEach(async () => {
  now = Date.parse('2027-01-10T08:00:00Z')
  asked = []
  w = await testWorkspace({ now: () => now, config: '[owner]\ntimezone = "Europe/Berlin"\n' })
})
afterEach(async () => {
  await w[Symbol.asyncDispose]()
  server.closeAllConnections()
})

const event = (uid: string, summary: string, more: string[] = []) => [
  'BEGIN:VEVENT',
  `UID:${uid}`,
  'DTSTAMP:20270101T000000Z',
  'DTSTART:20270111T090000Z',
  'DTEND:20270111T100000Z',
  `SUMMARY:${summary}`,
  ...more,
  'END:VEVENT',
]
const feed = (events: string[][], head: string[] = []) =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Club//EN',
    ...head,
    ...events.flat(),
    'END:VCALENDAR',
    '',
  ].join('\r\n')
const says =
  (text: string | Buffer, headers: Record<string, string> = {}, status = 200): Answers =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'text/calendar', ...headers })
    response.end(text)
  }
const subscribe = (more: object = {}) => w.client.call(feeds.subscribe, { url: at, ...more })
const summaries = async () =>
  (await w.client.call(calendar.list, { start: '2027-01-10' })).items.map(each => each.summary)
const info = async () =>
  (await w.client.call(calendars.list, {})).items.find(each => each.kind === 'subscription')!
const round = () => w.inside.workspace.calendar.subscriptions.round()

test('is read, named and coloured as it says, and shown like any other', async () => {
  answers = says(
    feed(
      [
        event('1', 'Match', ['BEGIN:VALARM', 'ACTION:DISPLAY', 'TRIGGER:-PT1H', 'END:VALARM']),
        event('2', 'Party'),
      ],
      [
        'X-WR-CALNAME:Club\\, home',
        'X-APPLE-CALENDAR-COLOR:#FF2968FF',
        'REFRESH-INTERVAL;VALUE=DURATION:PT6H',
      ],
    ),
  )
  expect(await subscribe()).toMatchObject({
    ...{
      name: 'Club, home',
      color: '#ff2968',
      kind: 'subscription',
      read_only: true,
      events: 2,
      problem: null,
    },
    ...{ synced_at: now, subscription: { host, every: 21_600, alarms: false, retry_at: null } },
  })
  expect(await summaries()).toEqual(['Match', 'Party'])
  expect((await w.client.call(calendar.get, { id: '1' })).alarms).toEqual([])
  expect(JSON.stringify(await w.client.call(calendars.list, {}))).not.toContain('secret')
  await expect(subscribe()).rejects.toThrow('"Club, home" is read from there already')
})

test('nothing in it can be written, in one sentence', async () => {
  answers = says(feed([event('1', 'Match')]))
  await subscribe({ name: 'Club' })
  const refused = '"Club" is a subscription: it can only be read.'
  await expect(w.client.call(calendar.edit, { id: '1', summary: 'Mine' })).rejects.toThrow(refused)
  await expect(w.client.call(calendar.remove, { id: '1' })).rejects.toThrow(refused)
  await expect(
    w.client.call(calendar.add, { summary: 'x', start: 'tomorrow 9am', calendar: 'Club' }),
  ).rejects.toThrow(refused)
  await expect(
    w.client.call(calendar.import, { ics: feed([event('9', 'In')]), calendar: 'Club' }),
  ).rejects.toThrow(refused)
  await w.client.call(calendar.add, { summary: 'own', start: 'tomorrow 9am' })
  expect((await w.client.call(calendars.list, {})).items.map(each => each.name)).toEqual(['Club', 'Personal'])
})

test('what changes, comes and vanishes there does so here; what is the same is not read again', async () => {
  let text = feed([event('1', 'Match'), event('2', 'Party')])
  answers = (request, response) => {
    const etag = `"${text.length}"`
    if (request.headers['if-none-match'] === etag) response.writeHead(304).end()
    else response.writeHead(200, { etag, 'last-modified': 'Sun, 10 Jan 2027 00:00:00 GMT' }).end(text)
  }
  await subscribe({ every: '30m' })
  const before = await w.client.call(calendar.get, { id: '1' })
  now += 29 * 60_000
  await round()
  expect(asked).toHaveLength(1)
  now += 60_000
  await round()
  expect(asked[1]!.headers).toMatchObject({
    'if-none-match': expect.any(String),
    'if-modified-since': 'Sun, 10 Jan 2027 00:00:00 GMT',
  })
  expect(await info()).toMatchObject({ synced_at: now, problem: null })
  text = feed([event('1', 'Match, moved'), event('3', 'Picnic')])
  now += 30 * 60_000
  await round()
  expect(await summaries()).toEqual(['Match, moved', 'Picnic'])
  // It is still the same event, for whoever points at it.
  expect((await w.client.call(calendar.get, { id: '1' })).id).toBe(before.id)
  expect(await w.client.call(feeds.refresh, { id: (await info()).id })).toMatchObject({ events: 2 })
})

test('a failure keeps what is there, is said with its age, and is tried again ever more rarely', async () => {
  answers = says(feed([event('1', 'Match')]))
  await subscribe({ every: '1d' })
  const read = now
  const fails: [Answers, string][] = [
    [says('no', {}, 500), `${host} answered 500.`],
    [says('no', {}, 404), 'has no such calendar'],
    [says('<html>sign in</html>'), 'It is no calendar: There is no BEGIN:VCALENDAR'],
    [says(feed([event('1', 'Match')]).slice(0, 120)), 'the file is cut off'],
    [(_request, response) => void response.destroy(), 'the connection was lost'],
    [says('xx', { 'content-encoding': 'gzip' }), 'cannot be unpacked'],
  ]
  const waits: number[] = []
  now += 86_400_000
  for (const [says, said] of fails) {
    answers = says
    await round()
    const { problem, synced_at, subscription } = await info()
    expect(problem).toContain(said)
    expect(synced_at).toBe(read)
    waits.push(subscription!.retry_at! - now)
    expect(await summaries()).toEqual(['Match'])
    const before = asked.length
    now = subscription!.retry_at! - 1
    await round()
    expect(asked).toHaveLength(before)
    now += 1
  }
  expect(waits).toEqual([60_000, 300_000, 900_000, 3_600_000, 21_600_000, 21_600_000])
  answers = says('later', { 'retry-after': '120' }, 503)
  await round()
  expect((await info()).subscription!.retry_at).toBe(now + 120_000)
  now += 120_000
  answers = says(feed([event('1', 'Match')]))
  await round()
  expect(await info()).toMatchObject({ problem: null, synced_at: now, subscription: { retry_at: null } })
})

test.each([
  ['gzip', () => says(gzipSync(feed([event('1', 'Match')])), { 'content-encoding': 'gzip' })],
  ['gzip nobody told of', () => says(gzipSync(feed([event('1', 'Match')])))],
  [
    'another charset',
    () =>
      says(Buffer.from(feed([event('1', 'Match')]), 'latin1'), {
        'content-type': 'text/calendar; charset=iso-8859-1',
      }),
  ],
  [
    'a few redirects',
    (): Answers => (request, response) => {
      const n = Number(/hop=(\d)/.exec(request.url!)?.[1] ?? 0)
      if (n < 4) response.writeHead(302, { location: `/feed.ics?hop=${n + 1}` }).end()
      else says(feed([event('1', 'Match')]))(request, response)
    },
  ],
])('is read through %s', async (_name, make) => {
  answers = make()
  await subscribe()
  expect(await summaries()).toEqual(['Match'])
})

test('webcal is read encrypted or not at all, and how it is read otherwise is said', async () => {
  answers = says(feed([event('1', 'Match')]))
  const url = at.replace('http:', 'webcal:')
  await expect(subscribe({ url })).rejects.toThrow(
    `webcal:// is read by https alone; where ${host} is to be read unencrypted, write http:// instead.`,
  )
  await expect(subscribe({ url })).rejects.not.toThrow('secret')
  expect(asked).toEqual([])
})

test('an address is known to the seal alone, whatever is done with its calendar', async () => {
  const secret = 'http://ann:hush-pass@HOST/private-hush-path/basic.ics?token=hush-token'.replace(
    'HOST',
    host,
  )
  answers = says(feed([event('1', 'Match')]))
  const { id } = await subscribe({ url: secret, name: 'Club' })
  await expect(subscribe({ url: secret })).rejects.toThrow('"Club" is read from there already')
  await w.client.call(calendars.edit, { id, name: 'Team' })
  await w.client.call(feeds.change, { id, url: `${secret}&n=2` })
  answers = says('no', {}, 500)
  await w.client.call(feeds.refresh, { id })
  answers = says(feed([event('1', 'Match')]))
  await w.client.send('POST', '/api/v1/undo', {})
  expect(await w.client.call(feeds.refresh, { id })).toMatchObject({ problem: null, subscription: { host } })
  expect(asked.at(-1)!.url).toBe('/private-hush-path/basic.ics?token=hush-token')
  expect(asked.at(-1)!.headers.authorization).toBe(`Basic ${btoa('ann:hush-pass')}`)
  await w.client.call(calendars.remove, { id })
  await w.client.send('POST', '/api/v1/undo', {})
  expect(await w.client.call(feeds.refresh, { id })).toMatchObject({ problem: null, events: 1 })

  const token = await w.token('agent', [], { ask: ['calendar:write'] })
  const question = w
    .as(token)
    .call(feeds.subscribe, { url: secret })
    .catch(error => error)
  await vi.waitFor(async () => expect((await w.client.call(access.approvals, {})).items).toHaveLength(1))
  const [approval] = (await w.client.call(access.approvals, {})).items
  expect(JSON.stringify(approval)).toContain(host)
  await w.client.call(access.decide, { id: approval!.id, allow: false })
  await question

  const told = [
    JSON.stringify(await w.client.call(calendars.list, {})),
    await (await w.client.send('GET', '/api/v1/audit')).text(),
    JSON.stringify(approval),
    ...readdirSync(w.paths.data).map(file => readFileSync(join(w.paths.data, file), 'latin1')),
  ]
  for (const text of told) expect(text).not.toContain('hush')
})

test('what the old address said while it was changed counts for nothing at the new one', async () => {
  answers = says(feed([event('1', 'Old')]), { etag: '"1"' })
  const { id } = await subscribe()
  const { promise: held, resolve: letGo } = Promise.withResolvers<void>()
  const { promise: begun, resolve: begins } = Promise.withResolvers<void>()
  answers = async (request, response) => {
    if (request.url === '/new.ics')
      return request.headers['if-none-match']
        ? void response.writeHead(304).end()
        : says(feed([event('2', 'New')]))(request, response)
    begins()
    await held
    says(feed([event('1', 'Older')]), { etag: '"2"' })(request, response)
  }
  const reading = w.client.call(feeds.refresh, { id })
  await begun
  const changing = w.client.call(feeds.change, { id, url: `http://${host}/new.ics` })
  await new Promise(setImmediate)
  letGo()
  await Promise.all([reading, changing])
  expect(await summaries()).toEqual(['New'])
})

test.each([
  [
    'an endless redirect',
    'leads from one address to another',
    (): Answers => (_q, s) => void s.writeHead(301, { location: '/feed.ics' }).end(),
  ],
  [
    'a redirect to where keys lie',
    'link-local or metadata address',
    (): Answers => (_q, s) => void s.writeHead(302, { location: 'http://169.254.169.254/latest' }).end(),
  ],
  ['a page that is no calendar', 'There is no calendar at this address', () => says('<html>')],
  [
    'more than is taken',
    'more than 20 MB',
    (): Answers => (_q, s) => {
      s.writeHead(200)
      const piece = Buffer.alloc(2 ** 20, 'x')
      const more = (): void => {
        while (!s.destroyed && s.write(piece));
      }
      s.on('drain', more)
      more()
    },
  ],
  [
    'a packed nothing that unpacks to more',
    'more than 20 MB',
    () => says(gzipSync(Buffer.alloc(30 * 2 ** 20)), { 'content-encoding': 'gzip' }),
  ],
])('%s leaves nothing behind', async (_name, said, make) => {
  answers = make()
  await expect(subscribe()).rejects.toThrow(said)
  expect((await w.client.call(calendars.list, {})).items).toEqual([])
})

test.each([
  ['ftp://example.org/x.ics', 'is not https, http or webcal'],
  ['nonsense', 'no address'],
  ['http://169.254.169.254/x.ics', 'link-local or metadata'],
  ['http://[fd00:ec2::254]/x.ics', 'link-local or metadata'],
  ['http://localhost:1/x.ics', 'nothing listens there'],
  ['http://[::1]:1/x.ics', 'nothing listens there'],
  ['http://[::]:1/x.ics', 'link-local or metadata'],
])('%s is refused', async (url, said) => {
  await expect(subscribe({ url })).rejects.toThrow(said)
})

test('a token reaches only what everybody reaches', async () => {
  answers = says(feed([event('1', 'Match')]))
  const token = await w.token('agent', ['calendar:write'])
  await expect(w.as(token).call(feeds.subscribe, { url: at })).rejects.toThrow('is a private address')
  expect(asked).toHaveLength(0)
})

test.each([
  '127.0.0.1',
  '0.0.0.0',
  '[::]',
  '[::1]',
  '[::ffff:7f00:1]',
  '[64:ff9b::7f00:1]',
  '[64:ff9b::a00:1]',
  '100.64.0.1',
  '10.0.0.1',
  '[fec0::1]',
])('nor does it reach this machine or a network of one’s own as %s', async name => {
  const token = await w.token('agent', ['calendar:write'])
  const url = `http://${name}:${host.split(':')[1]}/feed.ics`
  answers = says(feed([event('1', 'Match')]))
  await expect(w.as(token).call(feeds.subscribe, { url })).rejects.toThrow(/^Refused: .* is a /)
  expect(asked).toHaveLength(0)
})

test('alarms ring when they are asked for, and not longer', async () => {
  answers = says(
    feed([event('1', 'Match', ['BEGIN:VALARM', 'ACTION:DISPLAY', 'TRIGGER:-PT1H', 'END:VALARM'])]),
  )
  const { id } = await subscribe({ alarms: true })
  expect((await w.client.call(calendar.get, { id: '1' })).alarms).toEqual([60])
  expect(await w.client.call(feeds.change, { id, alarms: false, every: '2h' })).toMatchObject({
    subscription: { alarms: false, every: 7200 },
  })
  expect((await w.client.call(calendar.get, { id: '1' })).alarms).toEqual([])
})

test('deleted it is gone with its events, and undo reads it anew', async () => {
  answers = says(feed([event('1', 'Match')]))
  const { id } = await subscribe({ name: 'Club' })
  await w.client.call(calendars.remove, { id })
  expect(await summaries()).toEqual([])
  await w.client.send('POST', '/api/v1/undo', {})
  await round()
  expect(await summaries()).toEqual(['Match'])
})

test('events without names of their own are the same ones when read again', async () => {
  let stamp = 0
  answers = (request, response) =>
    says(
      feed([event('1', 'Match')])
        .replace('UID:1\r\n', '')
        .replace('DTSTAMP:20270101T000000Z', `DTSTAMP:20270101T00000${stamp++}Z`),
    )(request, response)
  const { id } = await subscribe()
  const first = (await w.client.call(calendar.list, { start: '2027-01-10' })).items[0]!
  await w.client.call(feeds.refresh, { id })
  expect(asked).toHaveLength(2)
  expect((await w.client.call(calendar.list, { start: '2027-01-10' })).items[0]!.id).toBe(first.id)
})

describe('ten thousand events', () => {
  test('are read, changed and dropped while everything else goes on', async () => {
    const many = (n: number, word: string) =>
      feed(
        Array.from({ length: n }, (_, i) =>
          event(`e${i}`, `${word} ${i}`, ['DESCRIPTION:some words\\, and more']),
        ),
      )
    answers = says(many(10_000, 'Match'))
    const { id } = await subscribe()
    expect((await info()).events).toBe(10_000)
    answers = says(many(9000, 'Game'))
    let turns = 0
    const ticking = setInterval(() => turns++, 1)
    await w.client.call(feeds.refresh, { id })
    clearInterval(ticking)
    expect((await info()).events).toBe(9000)
    expect((await w.client.call(calendar.get, { id: 'e8999' })).summary).toBe('Game 8999')
    // It was put in fifty at a time, each with a turn for others behind it.
    expect(turns).toBeGreaterThan(30)
  }, 60_000)
})
