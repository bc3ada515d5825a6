import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createClient } from '../../src/client/client.ts'
import { openInside } from '../../src/connect/inside.ts'
import { calendar, calendars } from '../../src/contract/calendar.ts'
import { calendarAccounts } from '../../src/contract/calendar-accounts.ts'
import { calendarSync } from '../../src/contract/calendar-sync.ts'
import { takeOwnership } from '../../src/workspace/owner.ts'
import { type Dialect, davMissing, startDav } from '../peers/caldav.ts'
import { ics, type Shared, shareCalendar } from '../peers/shared-calendar.ts'

const DIALECTS: Dialect[] = ['radicale', 'xandikos']
for (const dialect of DIALECTS) {
  const missing = davMissing(dialect)
  if (missing) console.warn(`left out: bad luck with calendars on ${dialect}: ${missing}`)
}
const root = resolve(import.meta.dirname, '../..')
const here = DIALECTS.filter(dialect => !davMissing(dialect))

const add = (shared: Shared, summary: string) =>
  shared.w.client.call(calendar.add, {
    summary,
    start: '2026-12-03T10:00',
    tzid: 'Europe/Berlin',
    calendar: 'Work',
  })
const puts = ({ line }: Shared): string[] => line.passed.filter(each => each.startsWith('PUT'))
const waiting = async (shared: Shared) => (await shared.account()).waiting

describe.each(here)('with bad luck on %s', dialect => {
  test('what is changed while the server is away is sent when it is back', async () => {
    await using shared = await shareCalendar(dialect)
    const { w, dav, sync } = shared
    await dav.put('work', 'a.ics', ics('a', 'Old'))
    await sync()
    await dav.kill()
    await add(shared, 'New')
    await w.client.call(calendar.edit, { id: (await shared.find('Old'))!.id, location: 'Here' })
    await expect(sync()).rejects.toThrow(/^127\.0\.0\.1:\d+: the connection was lost\.$/)
    expect(await shared.account()).toMatchObject({
      ...{ state: 'waiting', waiting: 2 },
      reason: expect.stringMatching(/^127\.0\.0\.1:\d+: the connection was lost\.$/),
      retry_at: expect.any(Number),
    })
    await dav.start()
    expect(await sync()).toMatchObject({ sent: 2, conflicts: 0 })
    expect(await shared.account()).toMatchObject({ state: 'idle', waiting: 0, reason: null, retry_at: null })
    expect(await shared.there()).toEqual(['New', 'Old'])
  })

  test.runIf(dialect === 'radicale')('a new name that cannot be told holds up nothing else', async () => {
    await using shared = await shareCalendar(dialect)
    const { w, dav, line, sync } = shared
    await sync()
    const { id } = (await shared.calendars()).find(({ name }) => name === 'Work')!
    await w.client.call(calendars.edit, { id, name: 'Trips' })
    await dav.put('work', 'a.ics', ics('a', 'There'))
    line.before = ({ method }) => (method === 'PROPPATCH' ? { status: 500 } : undefined)
    const problems = [expect.stringMatching(/^Trips: 127\.0\.0\.1:\d+ answered 500\.$/)]
    expect(await sync()).toMatchObject({ received: 1, problems })
    // Its events are in sync: nothing is put off for its name.
    expect(await shared.account()).toMatchObject({ state: 'idle', reason: null, retry_at: null })
    const { problem } = (await shared.calendars()).find(({ name }) => name === 'Trips')!
    expect(problem).toMatch(/answered 500\.$/)
    const { db } = w.inside.workspace.store
    db.exec(
      `CREATE TEMP TABLE said (problem TEXT);
       CREATE TEMP TRIGGER saying AFTER UPDATE ON main.calendar_states WHEN NEW.id = '${id}'
       BEGIN INSERT INTO said VALUES (NEW.problem); END`,
    )
    expect(await sync()).toMatchObject({ problems })
    // What is as it was is not written as if it had changed.
    expect(db.prepare('SELECT DISTINCT problem FROM said').pluck().all()).toEqual([problem])
    line.before = () => undefined
    expect(await sync()).toMatchObject({ problems: [] })
    // Deleted there by now: that it cannot be told its name is no reason to hold on to it.
    await w.client.call(calendars.edit, { id, name: 'Journeys' })
    await dav.ask('DELETE', dav.path('work'))
    await sync()
    expect((await shared.calendars()).map(({ name }) => name)).not.toContain('Journeys')
  })

  test('an answer that is lost is not a reason to send again', async () => {
    await using shared = await shareCalendar(dialect)
    const { w, line, sync } = shared
    await sync()
    const { event } = await add(shared, 'Once')
    line.after = ({ method }) => (method === 'PUT' ? 'cut' : undefined)
    await expect(sync()).rejects.toThrow('the connection was lost')
    expect(await shared.there()).toEqual(['Once'])
    // Changed again before anybody knows: that is sent, over what arrived.
    await w.client.call(calendar.edit, { id: event.id, location: 'Later' })
    line.after = () => undefined
    expect(await sync()).toMatchObject({ conflicts: 0 })
    expect(await sync()).toMatchObject({ sent: 0, received: 0 })
    expect(puts(shared)).toHaveLength(2)
    expect(
      [...(await shared.dav.lies('work')).values()].map(text => /LOCATION:(.*)/.exec(text)?.[1]?.trim()),
    ).toEqual(['Later'])
    line.after = ({ method }) => (method === 'PUT' || method === 'DELETE' ? 'cut' : undefined)
    await w.client.call(calendar.edit, { id: event.id, location: 'Last' })
    await expect(sync()).rejects.toThrow('the connection was lost')
    await w.client.call(calendar.remove, { id: event.id })
    await expect(sync()).rejects.toThrow('the connection was lost')
    line.after = () => undefined
    expect(await sync()).toMatchObject({ conflicts: 0 })
    expect(await shared.there()).toEqual([])
    expect(puts(shared)).toHaveLength(3)
    expect(await waiting(shared)).toBe(0)
  })

  test('killed between sending and the answer: found again, and there once', async () => {
    await using shared = await shareCalendar(dialect)
    await shared.sync()
    await shared.w.inside.close()
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', join(root, 'test/peers/calendar-sender.ts')],
      { env: { ...process.env, ITHACA_HOME: shared.w.home }, stdio: ['ignore', 'ignore', 'inherit'] },
    )
    const gone = new Promise(done => child.once('exit', (_code, signal) => done(signal)))
    shared.line.after = ({ method }) => {
      if (method !== 'PUT') return undefined
      child.kill('SIGKILL')
      return 'cut'
    }
    expect(await gone).toBe('SIGKILL')
    shared.line.after = () => undefined
    const inside = await openInside(
      { paths: shared.w.paths, version: '0.0.0-test' },
      takeOwnership(shared.w.paths)!,
    )
    try {
      const client = createClient(inside.carry)
      expect(await client.call(calendarAccounts.sync, {})).toMatchObject({
        sent: 0,
        conflicts: 0,
        problems: [],
      })
      expect((await client.call(calendarAccounts.list, {})).items[0]).toMatchObject({
        waiting: 0,
        conflicts: 0,
      })
      expect((await client.call(calendar.search, { q: 'Once' })).items).toHaveLength(1)
    } finally {
      await inside.close()
    }
    expect(await shared.there()).toEqual(['Once'])
    expect(puts(shared)).toHaveLength(1)
  })

  test('a token that the server forgot costs a listing, and loses nothing', async () => {
    await using shared = await shareCalendar(dialect)
    const { w, dav, sync } = shared
    for (const name of ['a', 'b', 'c']) await dav.put('work', `${name}.ics`, ics(name, name))
    await sync()
    w.inside.workspace.store
      .sql('UPDATE calendar_states SET token = ? WHERE token IS NOT NULL')
      .run('forgotten')
    await dav.ask('DELETE', `${dav.path('work')}a.ics`)
    await dav.put('work', 'b.ics', ics('b', 'b', 'LOCATION:new'))
    await w.client.call(calendar.edit, { id: (await shared.find('c'))!.id, location: 'mine' })
    await add(shared, 'd')
    expect(await sync()).toMatchObject({ received: 2, sent: 2, conflicts: 0, problems: [] })
    expect(await shared.held()).toEqual(['b', 'c', 'd'])
    expect(await shared.there()).toEqual(['b', 'c', 'd'])
    expect(await sync()).toMatchObject({ received: 0, sent: 0 })
  })

  test('a server without tokens is compared by its tag and its ETags', async () => {
    await using shared = await shareCalendar(dialect)
    const { w, dav, line, sync } = shared
    line.before = ({ method, body }) =>
      method === 'REPORT' && body.includes('sync-collection') ? { status: 501 } : undefined
    line.after = (_asked, text) =>
      text.replace(/<((?:\w+:)?)sync-token>[^<]*<\/(?:\w+:)?sync-token>/g, '<$1sync-token-not />')
    await dav.put('work', 'a.ics', ics('a', 'a'))
    await dav.put('work', 'b.ics', ics('b', 'b'))
    await sync()
    await add(shared, 'c')
    await dav.ask('DELETE', `${dav.path('work')}a.ics`)
    await dav.put('work', 'b.ics', ics('b', 'b', 'LOCATION:new'))
    expect(await sync()).toMatchObject({ received: 2, sent: 1, conflicts: 0, problems: [] })
    await sync()
    line.passed.length = 0
    expect(await sync()).toMatchObject({ received: 0, sent: 0 })
    expect(line.passed).toHaveLength(1)
    expect(await shared.held()).toEqual(['b', 'c'])
    expect((await shared.find('b'))?.location).toBe('new')
    expect(w).toBeDefined()
  })

  test('a page in the place of a listing takes nothing away', async () => {
    await using shared = await shareCalendar(dialect)
    const { dav, line, sync } = shared
    line.after = (_asked, text) =>
      text.replace(/<((?:\w+:)?)sync-token>[^<]*<\/(?:\w+:)?sync-token>/g, '<$1sync-token-not />')
    await dav.put('work', 'a.ics', ics('a', 'a'))
    await sync()
    await dav.put('work', 'b.ics', ics('b', 'b'))
    line.before = ({ body }) =>
      body.includes('calendar-query')
        ? { status: 200, text: '<html>We will be back soon.</html>' }
        : undefined
    expect(await sync()).toMatchObject({
      received: 0,
      problems: [expect.stringMatching(/answers, but not as a calendar server does\.$/)],
    })
    expect(await shared.held()).toEqual(['a'])
    line.before = () => undefined
    expect(await sync()).toMatchObject({ received: 1, problems: [] })
    expect(await shared.held()).toEqual(['a', 'b'])
  })

  test('a server that tells of changes in parts is asked until it has told all', async () => {
    await using shared = await shareCalendar(dialect)
    const { w, dav, line, sync } = shared
    for (const name of ['a', 'b', 'c']) await dav.put('work', `${name}.ics`, ics(name, name))
    await sync()
    const { id } = (await shared.find('b'))!
    w.inside.workspace.store
      .sql('UPDATE calendar_states SET token = ? WHERE token IS NOT NULL')
      .run('forgotten')
    let held = ''
    line.after = ({ body }, text) => {
      if (!body.includes('sync-collection')) return undefined
      const token = /<\w+:sync-token>([^<]*)/.exec(body)?.[1] ?? ''
      if (token === '')
        return text.replace(
          /<((?:\w+:)?)response>(?:(?!<\/(?:\w+:)?response>)[\s\S])*b\.ics[\s\S]*?<\/(?:\w+:)?response>/,
          (found, space) => {
            held = found
            return `<${space}response><${space}href>${dav.path('work')}</${space}href><${space}status>HTTP/1.1 507 Insufficient Storage</${space}status></${space}response>`
          },
        )
      return text.includes('</') && held !== ''
        ? text.replace(/(<(?:\w+:)?sync-token>)/, `${held}$1`)
        : text.replace(/(<(?:\w+:)?multistatus[^>]*?)\/>/, `$1>${held}</multistatus>`)
    }
    expect(await sync()).toMatchObject({ received: 0, conflicts: 0, problems: [] })
    expect(held).toContain('b.ics')
    expect(await shared.held()).toEqual(['a', 'b', 'c'])
    expect((await shared.find('b'))!.id).toBe(id)
  })

  test('a version of the server that cannot be read is not written over', async () => {
    await using shared = await shareCalendar(dialect)
    const { w, dav, line, sync } = shared
    for (const name of ['a', 'b']) await dav.put('work', `${name}.ics`, ics(name, name))
    await sync()
    line.after = (_asked, text) => text.replaceAll(/LOCATION:there/g, 'END:NOTHING')
    const edit = async (name: string) =>
      w.client.call(calendar.edit, { id: (await shared.find(name))!.id, location: 'here' })
    await edit('a')
    for (const name of ['a', 'b']) await dav.put('work', `${name}.ics`, ics(name, name, 'LOCATION:there'))
    expect(await sync()).toMatchObject({ sent: 0, conflicts: 1 })
    await edit('b')
    await sync()
    await sync()
    const lies = [...(await dav.lies('work')).values()]
    expect(lies.map(text => /LOCATION:(.*)/.exec(text)?.[1]?.trim())).toEqual(['there', 'there'])
    expect((await shared.conflicts()).map(({ kind, mine }) => [kind, mine?.location])).toEqual([
      ['changed', 'here'],
      ['changed', 'here'],
    ])
    const [conflict] = await shared.conflicts()
    await expect(w.client.call(calendarSync.resolve, { id: conflict!.id, keep: 'theirs' })).rejects.toThrow(
      'What the server has cannot be read',
    )
    line.after = () => undefined
    await w.client.call(calendarSync.resolve, { id: conflict!.id, keep: 'mine' })
    expect(await sync()).toMatchObject({ sent: 1 })
  })

  test('what is written while a calendar is found to be gone stays here with it', async () => {
    await using shared = await shareCalendar(dialect)
    const { dav, line, sync } = shared
    await dav.put('work', 'a.ics', ics('a', 'a'))
    await sync()
    await dav.ask('DELETE', dav.path('work'))
    let writing: Promise<unknown> | undefined
    line.before = ({ body }) => {
      if (body.includes('calendar-query')) writing ??= add(shared, 'Mine')
      return undefined
    }
    await sync()
    await writing
    expect(writing).toBeDefined()
    expect(await shared.calendars()).toMatchObject([{ name: 'Work', kind: 'local' }])
    expect(await shared.held()).toEqual(['Mine', 'a'])
  })

  test('an event in the place of one that is in conflict does not stop the rest', async () => {
    await using shared = await shareCalendar(dialect)
    const { w, dav, sync } = shared
    await dav.put('work', 'same.ics', ics('same', 'Old'))
    await sync()
    await w.client.call(calendar.remove, { id: (await shared.find('Old'))!.id })
    await dav.put('work', 'same.ics', ics('same', 'Old', 'LOCATION:there'))
    expect(await sync()).toMatchObject({ conflicts: 1 })
    await w.client.call(calendar.import, { ics: ics('same', 'Again'), calendar: 'Work' })
    await add(shared, 'Other')
    await sync()
    expect(await shared.there()).toContain('Other')
  })

  test('vanishing in the middle of a first sync, it goes on where it was', { timeout: 60_000 }, async () => {
    await using shared = await shareCalendar(dialect)
    const { dav, line, sync } = shared
    const many = 70
    for (let turn = 0; turn < many; turn++)
      await dav.put('work', `${turn}.ics`, ics(String(turn), `Event ${turn}`))
    let fetched = 0
    line.after = ({ body }) => (body.includes('multiget') && ++fetched === 2 ? 'cut' : undefined)
    await expect(sync()).rejects.toThrow('the connection was lost')
    expect((await shared.held()).length).toBe(50)
    expect(await sync()).toMatchObject({ received: many - 50, problems: [] })
    expect(new Set(await shared.held()).size).toBe(many)
    expect(await sync()).toMatchObject({ received: 0, sent: 0 })
  })

  test('the same event made on both sides is found to be one, or kept as a conflict', async () => {
    await using shared = await shareCalendar(dialect)
    const { w, dav, sync } = shared
    await sync()
    const invite = (location: string) => ics('same-uid', 'Invited', `LOCATION:${location}`)
    await w.client.call(calendar.import, { ics: invite('A'), calendar: 'Work' })
    await dav.put('work', 'elsewhere.ics', invite('A'))
    expect(await sync()).toMatchObject({ conflicts: 0 })
    expect(await shared.there()).toEqual(['Invited'])
    expect(await waiting(shared)).toBe(0)
    await w.client.call(calendar.import, { ics: ics('other-uid', 'Other', 'LOCATION:A'), calendar: 'Work' })
    await dav.put('work', 'other.ics', ics('other-uid', 'Other', 'LOCATION:B'))
    expect(await sync()).toMatchObject({ conflicts: 1 })
    const [conflict] = await shared.conflicts()
    await w.client.call(calendarSync.resolve, { id: conflict!.event_id, keep: 'mine' })
    await sync()
    expect(await shared.there()).toEqual(['Invited', 'Other'])
    expect([...(await dav.lies('work')).values()].filter(text => text.includes('LOCATION:A'))).toHaveLength(2)
  })

  test('what cannot be read is said once, and hinders nothing else', async () => {
    await using shared = await shareCalendar(dialect)
    const { dav, line, sync } = shared
    await dav.put('work', 'bell.ics', ics('bell', 'Ring'))
    await dav.put('work', 'broken.ics', ics('broken', 'Broken'))
    await dav.put('work', 'huge.ics', ics('huge', 'Huge', `DESCRIPTION:${'x'.repeat(300_000)}`))
    await dav.put('work', 'good.ics', ics('good', 'Good'))
    line.after = (_asked, text) =>
      text
        .replace('SUMMARY:Ring', 'SUMMARY:R\u0007i\u001b[31mng')
        .replace(/DTSTART:20261201T090000Z(?=[^§]{0,80}SUMMARY:Broken)|SUMMARY:Broken/g, found =>
          found.startsWith('SUMMARY') ? 'END:NOTHING' : found,
        )
    expect(await sync()).toMatchObject({ received: 3 })
    const work = (await shared.calendars()).find(each => each.name === 'Work')!
    expect(work.problem).toMatch(/^1 on the server cannot be read: /)
    expect((await shared.find('Huge'))!.description).toHaveLength(300_000)
    expect(await shared.held()).toContain('Good')
    line.passed.length = 0
    expect(await sync()).toMatchObject({ received: 0 })
    expect(line.passed.filter(each => each.startsWith('REPORT'))).toEqual([])
  })
})

describe.skipIf(davMissing('radicale'))('accounts', () => {
  test('an expired token is asked for again, once', async () => {
    await using shared = await shareCalendar('radicale', { account: { oauth_command: 'cat token' } })
    const { w, line, sync } = shared
    const token = join(w.home, 'token')
    await w.client.call(calendarAccounts.edit, {
      id: 'Test',
      oauth_command: `cat ${token}; echo next >${token}`,
    })
    writeFileSync(token, 'expired\n')
    line.before = asked => {
      if (asked.headers.authorization !== 'Bearer next') return { status: 401 }
      asked.headers.authorization = `Basic ${btoa('ann:secret')}`
      return undefined
    }
    expect(await sync()).toMatchObject({ problems: [] })
    line.before = () => ({ status: 401 })
    await expect(sync()).rejects.toThrow(/^127\.0\.0\.1:\d+: the login was refused\.$/)
    expect(await shared.account()).toMatchObject({ state: 'waiting' })
  })

  test('a list of tasks beside the calendars is left alone, and asked about once', async () => {
    await using shared = await shareCalendar('radicale')
    const { dav, line, sync } = shared
    await dav.make('tasks', { name: 'Tasks', only: 'VTODO' })
    await sync()
    expect((await shared.calendars()).map(({ name }) => name)).toEqual(['Work'])
    line.passed.length = 0
    expect(await sync()).toMatchObject({ calendars: 1, problems: [] })
    expect(line.passed).toEqual(['PROPFIND /ann/'])
  })

  test('what may only be read is known, and a write to it is refused in a sentence', async () => {
    await using dav = await startDav('radicale')
    await dav.make('open')
    await dav.make('fixed', { name: 'Holidays' })
    await dav.put('fixed', 'a.ics', ics('a', 'New Year'))
    await dav.fix(['fixed'])
    await using shared = await shareCalendar('radicale')
    const { client } = shared.w
    await client.call(calendarAccounts.add, {
      server: dav.url,
      name: 'Other',
      user: 'ann',
      password: 'secret',
    })
    await client.call(calendarAccounts.sync, { account: 'Other' })
    const found = (await shared.calendars()).find(each => each.name === 'Holidays')!
    expect(found).toMatchObject({ read_only: true, events: 1 })
    const refusal = '"Holidays" can only be read: its server lets you change nothing in it.'
    await expect(
      client.call(calendar.add, { summary: 'x', start: 'tomorrow', calendar: 'Holidays' }),
    ).rejects.toThrow(refusal)
    await expect(client.call(calendar.remove, { id: (await shared.find('New Year'))!.id })).rejects.toThrow(
      refusal,
    )
  })

  test('a calendar that has become one to read is known as such once it has refused something', async () => {
    await using dav = await startDav('radicale')
    await dav.make('team', { name: 'Team' })
    await using shared = await shareCalendar('radicale')
    const { client } = shared.w
    const there = { user: 'ann', password: 'secret' }
    await client.call(calendarAccounts.add, { server: dav.url, name: 'Other', ...there })
    await client.call(calendarAccounts.sync, { account: 'Other' })
    await dav.fix(['team'])
    await client.call(calendar.add, { summary: 'x', start: 'tomorrow', calendar: 'Team' })
    await client.call(calendarAccounts.sync, { account: 'Other' })
    const [conflict] = await shared.conflicts()
    expect(conflict!.reason).toMatch(/it answered 403, [^.]*\.$/)
    await client.call(calendarAccounts.sync, { account: 'Other' })
    expect((await shared.calendars()).find(each => each.name === 'Team')).toMatchObject({ read_only: true })
  })

  test('what a server refuses is kept and shown, and can be given up', async () => {
    await using shared = await shareCalendar('radicale')
    const { w, line, sync } = shared
    await sync()
    await add(shared, 'Unwanted')
    line.before = ({ method }) => (method === 'PUT' ? { status: 403, text: 'Not today' } : undefined)
    expect(await sync()).toMatchObject({ sent: 0, conflicts: 1 })
    const [conflict] = await shared.conflicts()
    expect(conflict).toMatchObject({
      kind: 'refused',
      reason: '"Unwanted" is not taken by the server: it answered 403, Not today.',
    })
    expect(await sync()).toMatchObject({ sent: 0, conflicts: 0 })
    line.before = () => undefined
    await w.client.call(calendarSync.resolve, { id: conflict!.id, keep: 'mine' })
    expect(await sync()).toMatchObject({ sent: 1 })
    expect(await shared.there()).toEqual(['Unwanted'])
    // Given up: what the server has is what counts, and what it never had is gone.
    line.before = ({ method }) => (method === 'PUT' ? { status: 403 } : undefined)
    await w.client.call(calendar.edit, { id: (await shared.find('Unwanted'))!.id, location: 'Nowhere' })
    await add(shared, 'Never')
    expect(await sync()).toMatchObject({ sent: 0, conflicts: 2 })
    for (const { id } of await shared.conflicts())
      await w.client.call(calendarSync.resolve, { id, keep: 'theirs' })
    expect(await sync()).toMatchObject({ sent: 0, conflicts: 0 })
    expect(await shared.held()).toEqual(['Unwanted'])
    expect((await shared.find('Unwanted'))?.location).toBe('')
  })

  test('TLS is verified, and each step of a test says what works', async () => {
    await using dav = await startDav('radicale', { tls: true })
    await using shared = await shareCalendar('radicale')
    const { client } = shared.w
    const steps = async (id: string) =>
      (await client.call(calendarAccounts.test, { id })).steps.map(({ step, ok, said }) => [step, ok, said])
    await client.call(calendarAccounts.add, {
      server: dav.url,
      name: 'Safe',
      user: 'ann',
      password: 'secret',
    })
    expect(await steps('Safe')).toEqual(
      expect.arrayContaining([
        ['discovery', false, expect.stringContaining('certificate')],
        ['sync', null, 'Not tried.'],
      ]),
    )
    await client.call(calendarAccounts.edit, { id: 'Safe', ca_file: dav.certificate })
    expect((await steps('Safe')).map(([, ok]) => ok)).toEqual([true, true, true, true, null])
    await client.call(calendarAccounts.sync, { account: 'Test' })
    expect(await steps('Test')).toEqual([
      ['secret', true, 'The sealed password opens.'],
      ['server', true, expect.stringContaining('127.0.0.1')],
      ['discovery', true, expect.stringContaining('you are /ann/')],
      ['calendars', true, 'Work'],
      ['sync', true, 'only what changed is asked for (sync-token)'],
    ])
    await client.call(calendarAccounts.edit, { id: 'Test', password: 'wrong' })
    expect(await steps('Test')).toEqual(
      expect.arrayContaining([['discovery', false, expect.stringContaining('the login was refused')]]),
    )
    await expect(
      client.call(calendarAccounts.add, { server: 'http://example.org/', user: 'a', password: 'b' }),
    ).rejects.toThrow('plain http is for loopback only')
    await client.call(calendarAccounts.add, {
      server: 'https://169.254.169.254/',
      name: 'Metadata',
      user: 'a',
      password: 'b',
    })
    expect(await steps('Metadata')).toEqual(
      expect.arrayContaining([['discovery', false, expect.stringContaining('link-local or metadata')]]),
    )
  })

  test('by itself: soon after a change, every so often, and whatever the clock does', async () => {
    let now = Date.UTC(2026, 10, 20)
    await using shared = await shareCalendar('radicale', { now: () => now })
    const { w, dav, line } = shared
    const { syncing } = w.inside.workspace.calendar
    let look = async (): Promise<void> => undefined
    syncing.start((_ms, work) => {
      look = async () => {
        await work()
        await syncing.idle()
      }
    })
    await look()
    expect(await shared.account()).toMatchObject({ state: 'idle', synced_at: now, calendars: 1 })
    line.passed.length = 0
    await look()
    expect(line.passed).toEqual([])
    await add(shared, 'Soon')
    await look()
    expect(await shared.there()).toEqual(['Soon'])
    now += 11 * 60_000
    await dav.put('work', 'a.ics', ics('a', 'News'))
    await look()
    expect(await shared.held()).toEqual(['News', 'Soon'])
    await dav.kill()
    now += 11 * 60_000
    await look()
    const { retry_at } = await shared.account()
    expect(retry_at).toBe(now + 30_000)
    await dav.start()
    // Back by ten years: the next try must not wait for them to pass.
    now -= 10 * 365 * 86_400_000
    await look()
    expect(await shared.account()).toMatchObject({ state: 'idle', synced_at: now })
  })
})
