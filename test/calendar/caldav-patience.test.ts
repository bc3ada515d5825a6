import { createServer } from 'node:http'
import { expect, test } from 'vitest'
import { calendar } from '../../src/contract/calendar.ts'
import { openFetch } from '../../src/net/fetch.ts'
import { davMissing } from '../peers/caldav.ts'
import { ics, shareCalendar } from '../peers/shared-calendar.ts'

const missing = davMissing('radicale')
if (missing) console.warn(`left out: servers that ask for patience: ${missing}`)

test.skipIf(missing)('a server that says when to come back is left alone until then', async () => {
  const now = Date.parse('2026-11-29T08:00:00Z')
  await using shared = await shareCalendar('radicale', { now: () => now })
  const { line, sync } = shared
  await sync()
  line.before = () => ({ status: 503, headers: { 'retry-after': '7200' } })
  await expect(sync()).rejects.toThrow(/answered 503: it wants to be asked later/)
  expect(await shared.account()).toMatchObject({ state: 'waiting', retry_at: now + 7_200_000 })
  line.before = () => ({ status: 429, headers: { 'retry-after': '9' } })
  await expect(sync()).rejects.toThrow(/answered 429/)
  expect(await shared.account()).toMatchObject({ retry_at: now + 9000 })
  // At once, or at a time that is over, is no time: it is asked as seldom as one that says nothing.
  for (const after of ['0', 'Sun, 01 Nov 2026 00:00:00 GMT']) {
    line.before = () => ({ status: 503, headers: { 'retry-after': after } })
    await expect(sync()).rejects.toThrow(/answered 503/)
    expect((await shared.account())!.retry_at).toBeGreaterThanOrEqual(now + 30_000)
  }
  line.before = () => undefined
  await sync()
  expect(await shared.account()).toMatchObject({ state: 'idle', retry_at: null })
})

test.skipIf(missing)(
  'a server with weak ETags, which match nothing, takes changes all the same',
  async () => {
    await using shared = await shareCalendar('radicale')
    const { w, dav, line, sync } = shared
    line.after = (_asked, text) => text.replaceAll(/getetag>"/g, 'getetag>W/"')
    line.before = ({ headers }) => (headers['if-match'] === undefined ? undefined : { status: 412 })
    await dav.put('work', 'a.ics', ics('a', 'Old'))
    await dav.put('work', 'b.ics', ics('b', 'Gone'))
    await sync()
    await w.client.call(calendar.edit, { id: (await shared.find('Old'))!.id, summary: 'New' })
    await w.client.call(calendar.remove, { id: (await shared.find('Gone'))!.id })
    expect(await sync()).toMatchObject({ sent: 1, deleted: 1, conflicts: 0 })
    expect(await shared.there()).toEqual(['New'])
    // What changed there meanwhile is not written over.
    await w.client.call(calendar.edit, { id: (await shared.find('New'))!.id, summary: 'Mine' })
    await dav.put('work', 'a.ics', ics('a', 'Theirs'))
    expect(await sync()).toMatchObject({ conflicts: 1 })
    expect(await shared.there()).toEqual(['Theirs'])
  },
)

test('an answer that trickles for ever is given up', async () => {
  const server = createServer((_asked, answer) => {
    const drop = setInterval(() => answer.write('x'), 5)
    answer.once('close', () => clearInterval(drop))
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as { port: number }
  const net = openFetch({ plain: 'loopback', limit: 1_000_000, longest: 100 })
  try {
    await expect(net.fetch(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({ code: 'ETIMEDOUT' })
  } finally {
    net.close()
    server.closeAllConnections()
    await new Promise(done => server.close(done))
  }
})
