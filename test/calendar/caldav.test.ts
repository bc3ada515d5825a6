import { describe, expect, test } from 'vitest'
import { calendar, calendars } from '../../src/contract/calendar.ts'
import { calendarAccounts } from '../../src/contract/calendar-accounts.ts'
import { calendarSync } from '../../src/contract/calendar-sync.ts'
import { events } from '../../src/contract/events.ts'
import { type Dialect, davMissing } from '../peers/caldav.ts'
import { ics, type Shared, shareCalendar, wrapped } from '../peers/shared-calendar.ts'

const DIALECTS: Dialect[] = ['radicale', 'xandikos']
for (const dialect of DIALECTS) {
  const missing = davMissing(dialect)
  if (missing) console.warn(`left out: calendars on ${dialect}: ${missing}`)
}

const workOf = async (shared: Shared) => (await shared.calendars()).find(each => each.account !== null)!

describe.each(DIALECTS.filter(dialect => !davMissing(dialect)))('calendars on %s', dialect => {
  test('are found, with their colours, and kept in sync both ways', async () => {
    await using shared = await shareCalendar(dialect)
    const { w, dav, sync } = shared
    await dav.make('home', { name: 'Home & <garden>', color: '#00aa00ff' })
    await dav.put('work', 'a.ics', ics('a', 'From elsewhere'))
    expect(await sync()).toMatchObject({ received: 1, sent: 0, problems: [] })
    const found = await shared.calendars()
    expect(found.map(({ name, color, kind, read_only }) => ({ name, color, kind, read_only }))).toEqual(
      expect.arrayContaining([
        { name: 'Work', color: '#ff8800', kind: 'caldav', read_only: false },
        { name: 'Home & <garden>', color: '#00aa00', kind: 'caldav', read_only: false },
      ]),
    )
    expect(await shared.held()).toEqual(['From elsewhere'])

    // Made, changed and deleted here.
    const { event } = await w.client.call(calendar.add, {
      ...{ summary: 'From here', start: '2026-12-03T10:00', tzid: 'Europe/Berlin', calendar: 'Work' },
    })
    expect((await workOf(shared)).waiting).toBe(1)
    expect(await sync()).toMatchObject({ sent: 1, received: 0 })
    expect(await shared.there()).toEqual(['From elsewhere', 'From here'])
    expect((await workOf(shared)).waiting).toBe(0)
    await w.client.call(calendar.edit, { id: event.id, location: 'Room 5' })
    await w.client.call(calendar.remove, { id: (await shared.find('elsewhere'))!.id })
    expect(await sync()).toMatchObject({ sent: 1, deleted: 1, received: 0 })
    expect(await shared.there()).toEqual(['From here'])
    expect([...(await dav.lies('work')).values()][0]).toContain('LOCATION:Room 5')

    // Changed, made and deleted there.
    const [[name, text]] = [...(await dav.lies('work'))] as [[string, string]]
    await dav.put('work', name, text.replace('Room 5', 'Room 6'))
    await dav.put('work', 'b.ics', ics('b', 'Another'))
    expect(await sync()).toMatchObject({ received: 2, sent: 0 })
    expect((await shared.find('From here'))?.location).toBe('Room 6')
    expect((await shared.find('From here'))?.id).toBe(event.id)
    await dav.ask('DELETE', `${dav.path('work')}${name}`)
    expect(await sync()).toMatchObject({ received: 1 })
    expect(await shared.held()).toEqual(['Another'])
    expect(await sync()).toMatchObject({ received: 0, sent: 0, deleted: 0, conflicts: 0, problems: [] })
  })

  test('take back what undo takes back, on both sides', async () => {
    await using shared = await shareCalendar(dialect)
    const { w, dav, sync } = shared
    await dav.put('work', 'a.ics', ics('a', 'Before'))
    await sync()
    const { id } = (await shared.find('Before'))!
    await w.client.call(calendar.edit, { id, summary: 'After' })
    await sync()
    expect(await shared.there()).toEqual(['After'])
    await w.client.call(events.undo, {})
    expect((await workOf(shared)).waiting).toBe(1)
    await sync()
    expect(await shared.there()).toEqual(['Before'])
    await w.client.call(calendar.remove, { id })
    await sync()
    expect(await shared.there()).toEqual([])
    await w.client.call(events.undo, {})
    await sync()
    expect(await shared.there()).toEqual(['Before'])
    expect(await shared.held()).toEqual(['Before'])
    expect(await shared.conflicts()).toEqual([])
  })

  test('give back what nothing here understands, zones, alarms and changed dates included', async () => {
    await using shared = await shareCalendar(dialect)
    const { w, dav, sync } = shared
    await dav.put('work', 'series.ics', SERIES)
    expect(await sync()).toMatchObject({ received: 1, problems: [] })
    const series = (await shared.find('Planning'))!
    expect(series).toMatchObject({
      tzid: 'Europe/Berlin',
      rrule: 'FREQ=WEEKLY;BYDAY=TU',
      changed_dates: ['2026-12-08T09:00'],
    })
    await w.client.call(calendar.edit, { id: series.id, location: 'Aula' })
    await w.client.call(calendar.edit, { id: `${series.id}::2026-12-15T09:00`, start: '2026-12-15T11:00' })
    expect(await sync()).toMatchObject({ sent: 1, conflicts: 0 })
    const text = unfolded((await dav.lies('work')).get('series.ics')!)
    for (const line of [
      ...['X-OTHER;X-P=1:kept\\, too', 'CATEGORIES:A,B', 'X-LIC-LOCATION:Europe/Berlin'],
      ...[
        'TZID:/vendor.org/Berlin',
        'ACTION:EMAIL',
        'X-MOZ-ALARM:yes',
        'LOCATION:Aula',
        'ATTACH:https://example.org/agenda.pdf',
      ],
    ])
      expect(text).toContain(line)
    expect(text.match(/BEGIN:VEVENT/g)).toHaveLength(3)
    expect(text).toMatch(/RECURRENCE-ID;TZID="?\/vendor\.org\/Berlin"?:20261215T090000/)
    expect(text).toMatch(/DTSTART;TZID="?\/vendor\.org\/Berlin"?:20261215T110000/)
    expect(text.match(/X-OTHER;X-P=1:kept/g)?.length).toBeGreaterThanOrEqual(1)
    expect(await sync()).toMatchObject({ received: 0, sent: 0 })
  })

  test('keep both versions of what was changed on both sides, until somebody chooses', async () => {
    await using shared = await shareCalendar(dialect)
    const { w, dav, sync } = shared
    for (const name of ['one', 'two', 'three', 'four', 'five'])
      await dav.put('work', `${name}.ics`, ics(name, name))
    await sync()
    const idOf = async (summary: string) => (await shared.find(summary))!.id
    for (const name of ['one', 'two', 'three']) {
      await w.client.call(calendar.edit, { id: await idOf(name), location: 'mine' })
      await dav.put('work', `${name}.ics`, ics(name, name, 'LOCATION:theirs'))
    }
    await w.client.call(calendar.edit, { id: await idOf('four'), location: 'mine' })
    await dav.ask('DELETE', `${dav.path('work')}four.ics`)
    await w.client.call(calendar.remove, { id: await idOf('five') })
    await dav.put('work', 'five.ics', ics('five', 'five', 'LOCATION:theirs'))
    expect(await sync()).toMatchObject({ conflicts: 5 })
    expect(await workOf(shared)).toMatchObject({ conflicts: 5, waiting: 0 })
    const found = await shared.conflicts()
    expect(
      found.map(({ kind, reason, mine, theirs }) => [kind, reason, mine?.location, theirs?.location]),
    ).toEqual(
      expect.arrayContaining([
        ['changed', '"one" was changed here and on the server.', 'mine', 'theirs'],
        ['deleted_there', '"four" was changed here and deleted on the server.', 'mine', undefined],
        ['deleted_here', '"five" was deleted here and changed on the server.', undefined, 'theirs'],
      ]),
    )
    // Nothing is sent meanwhile, and nothing is said twice.
    expect(await sync()).toMatchObject({ sent: 0, received: 0, conflicts: 0 })
    const of = (text: string) => found.find(({ reason }) => reason.includes(`"${text}"`))!.id
    await w.client.call(calendarSync.resolve, { id: of('one'), keep: 'mine' })
    await w.client.call(calendarSync.resolve, { id: of('two'), keep: 'theirs' })
    await w.client.call(calendarSync.resolve, { id: of('three'), keep: 'both' })
    await w.client.call(calendarSync.resolve, { id: of('four'), keep: 'mine' })
    await w.client.call(calendarSync.resolve, { id: of('five'), keep: 'mine' })
    expect(await sync()).toMatchObject({ sent: 3, deleted: 1, conflicts: 0 })
    expect(await shared.conflicts()).toEqual([])
    expect(await shared.there()).toEqual(['four', 'one', 'three', 'three', 'two'])
    expect(await shared.held()).toEqual(['four', 'one', 'three', 'three', 'two'])
    expect((await shared.find('one'))?.location).toBe('mine')
    expect((await shared.find('two'))?.location).toBe('theirs')
    const texts = [...(await dav.lies('work')).values()].filter(text => /SUMMARY:three/.test(text))
    expect(texts.map(text => /LOCATION:(\w+)/.exec(text)?.[1]).sort()).toEqual(['mine', 'theirs'])
  })

  test.each([
    ['before', 'mine'],
    ['before', 'theirs'],
    ['after', 'mine'],
    ['after', 'theirs'],
  ] as const)(
    'a settled conflict is back after one undo, %s its server heard of it, and %s can count',
    async (when, then) => {
      await using shared = await shareCalendar(dialect)
      const { w, dav, sync } = shared
      const kinds = ['changed', 'deleted_there', 'deleted_here'] as const
      const all = kinds.flatMap(kind =>
        (['mine', 'theirs', 'both'] as const).map(keep => ({ kind, keep, name: `${kind}-${keep}` })),
      )
      for (const { name } of all) await dav.put('work', `${name}.ics`, ics(name, name, 'X-BASE:1'))
      await sync()
      const held = new Map<string, string>()
      for (const { id, summary } of (await w.client.call(calendar.list, { start: '2026-12-01' })).items)
        held.set(summary, id)
      for (const { kind, name } of all) {
        const id = held.get(name)!
        if (kind === 'deleted_here') await w.client.call(calendar.remove, { id })
        else await w.client.call(calendar.edit, { id, location: 'mine' })
        if (kind === 'deleted_there') await dav.ask('DELETE', `${dav.path('work')}${name}.ics`)
        else await dav.put('work', `${name}.ics`, ics(name, name, 'LOCATION:theirs', 'X-THEIRS:1'))
      }
      expect(await sync()).toMatchObject({ conflicts: all.length })
      const told = async () =>
        (await shared.conflicts())
          .map(({ event_id, kind, mine, theirs }) => [event_id, kind, mine?.location, theirs?.location])
          .sort()
      const before = await told()
      const places = async () =>
        [...(await dav.lies('work')).values()]
          .map(text => [/SUMMARY:(.*)/.exec(text)![1]!.trim(), /LOCATION:(\w+)/.exec(text)?.[1]])
          .sort()
      for (const { name, keep } of all)
        await w.client.call(calendarSync.resolve, { id: held.get(name)!, keep })
      expect(await told()).toEqual([])
      if (when === 'after') expect(await sync()).toMatchObject({ conflicts: 0, problems: [] })
      for (const _ of all) await w.client.call(events.undo, {})
      expect(await told()).toEqual(before)
      expect(await sync()).toMatchObject({ sent: 0, conflicts: 0, problems: [] })
      expect(await told()).toEqual(before)
      for (const { name } of all)
        await w.client.call(calendarSync.resolve, { id: held.get(name)!, keep: then })
      expect(await sync()).toMatchObject({ conflicts: 0, problems: [] })
      expect(await places()).toEqual(
        all
          .filter(({ kind }) => kind !== (then === 'mine' ? 'deleted_here' : 'deleted_there'))
          .map(({ name }) => [name, then])
          .sort(),
      )
      expect(await shared.held()).toEqual((await places()).map(([name]) => name))
      expect(await sync()).toMatchObject({ received: 0, sent: 0, deleted: 0, conflicts: 0, problems: [] })
    },
  )

  test('are called and coloured there as here, once their server can be reached, and undo is told too', async () => {
    await using shared = await shareCalendar(dialect)
    const { w, dav, sync } = shared
    await sync()
    const { id } = await workOf(shared)
    await dav.kill()
    await w.client.call(calendars.edit, { id, name: 'Trips & <travel>', color: '#00aa00' })
    await expect(sync()).rejects.toThrow()
    await dav.start()
    expect(await sync()).toMatchObject({ problems: [] })
    const asked = async () =>
      (await dav.ask('PROPFIND', dav.path('work'), PROPS, { depth: '0', 'content-type': 'text/xml' })).text
    expect(await asked()).toMatch(
      /Trips &amp; &lt;travel&gt;<[\s\S]*#00aa00|#00aa00[\s\S]*Trips &amp; &lt;travel&gt;</,
    )
    await w.client.call(events.undo, {})
    await sync()
    expect(await asked()).toMatch(/>Work<[\s\S]*#ff8800|#ff8800[\s\S]*>Work</)
    expect(await workOf(shared)).toMatchObject({ name: 'Work', color: '#ff8800', problem: null })
  })

  test.runIf(dialect === 'radicale')(
    'that may only be read there are renamed here alone, and say so',
    async () => {
      await using shared = await shareCalendar(dialect)
      const { w, dav, sync } = shared
      await sync()
      const { id } = await workOf(shared)
      await dav.fix(['work'])
      await w.client.call(calendars.edit, { id, name: 'Trips' })
      expect(await sync()).toMatchObject({ problems: [] })
      await sync()
      expect(await workOf(shared)).toMatchObject({
        name: 'Trips',
        problem: 'It has its new name only here: its server does not take it.',
      })
    },
  )

  test('are made on the server from here', async () => {
    await using shared = await shareCalendar(dialect)
    const { w, sync } = shared
    const made = await w.client.call(calendars.add, { name: 'Fresh', color: '#123456', account: 'Test' })
    expect(made).toMatchObject({ name: 'Fresh', color: '#123456', kind: 'caldav', events: 0 })
    await w.client.call(calendar.add, { summary: 'First', start: '2026-12-03T10:00', calendar: 'Fresh' })
    expect(await sync()).toMatchObject({ calendars: 2, sent: 1, problems: [] })
    const found = (await shared.calendars()).filter(each => each.kind === 'caldav')
    expect(found.map(({ name, color, events }) => [name, color, events]).sort()).toEqual([
      ['Fresh', '#123456', 1],
      ['Work', '#ff8800', 0],
    ])
    await expect(w.client.call(calendars.add, { name: 'Fresh', account: 'Test' })).rejects.toThrow(
      'There is a calendar "Fresh" already.',
    )
  })

  test('are chosen, and what is not kept is not held here', async () => {
    await using shared = await shareCalendar(dialect)
    const { w, dav, sync } = shared
    await dav.put('work', 'a.ics', ics('a', 'Once'))
    await sync()
    const { id } = await workOf(shared)
    await w.client.call(calendars.edit, { id, keep: false })
    expect(await workOf(shared)).toMatchObject({ kept: false, events: 0 })
    expect(await sync()).toMatchObject({ received: 0 })
    await expect(
      w.client.call(calendar.add, { summary: 'x', start: 'tomorrow', calendar: 'Work' }),
    ).rejects.toThrow('is not held here')
    await w.client.call(calendars.edit, { id, keep: true })
    await sync()
    expect(await shared.held()).toEqual(['Once'])
    await expect(w.client.call(calendars.remove, { id })).rejects.toThrow('lies on a server')
    await w.client.call(calendarAccounts.remove, { id: 'Test' })
    expect((await shared.calendars()).filter(each => each.account !== null)).toEqual([])
    expect(await shared.there()).toEqual(['Once'])
  })
})

const PROPS =
  '<?xml version="1.0"?><d:propfind xmlns:d="DAV:" xmlns:a="http://apple.com/ns/ical/"><d:prop><d:displayname/><a:calendar-color/></d:prop></d:propfind>'

const unfolded = (text: string): string => text.replace(/\r?\n[ \t]/g, '')

const SERIES = wrapped([
  'X-WR-TIMEZONE:Europe/Berlin',
  ...['BEGIN:VTIMEZONE', 'TZID:/vendor.org/Berlin', 'X-LIC-LOCATION:Europe/Berlin'],
  ...['BEGIN:DAYLIGHT', 'TZOFFSETFROM:+0100', 'TZOFFSETTO:+0200', 'TZNAME:CEST', 'DTSTART:19700329T020000'],
  ...['RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU', 'END:DAYLIGHT'],
  ...['BEGIN:STANDARD', 'TZOFFSETFROM:+0200', 'TZOFFSETTO:+0100', 'TZNAME:CET', 'DTSTART:19701025T030000'],
  ...['RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU', 'END:STANDARD', 'END:VTIMEZONE'],
  ...['BEGIN:VEVENT', 'UID:series', 'DTSTAMP:20260101T000000Z', 'SUMMARY:Planning'],
  ...['DTSTART;TZID=/vendor.org/Berlin:20261201T090000', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY;BYDAY=TU'],
  ...['EXDATE;TZID=/vendor.org/Berlin:20261222T090000', 'CATEGORIES:A,B', 'X-OTHER;X-P=1:kept\\, too'],
  ...['ATTACH:https://example.org/agenda.pdf'],
  ...[
    'BEGIN:VALARM',
    'ACTION:EMAIL',
    'TRIGGER:-PT30M',
    'SUMMARY:mail',
    'DESCRIPTION:mail',
    'ATTENDEE:mailto:a@example.org',
    'END:VALARM',
  ],
  ...[
    'BEGIN:VALARM',
    'ACTION:DISPLAY',
    'TRIGGER:-PT10M',
    'DESCRIPTION:ring',
    'X-MOZ-ALARM:yes',
    'END:VALARM',
  ],
  'END:VEVENT',
  ...['BEGIN:VEVENT', 'UID:series', 'DTSTAMP:20260101T000000Z', 'SUMMARY:Planning, long'],
  ...[
    'RECURRENCE-ID;TZID=/vendor.org/Berlin:20261208T090000',
    'DTSTART;TZID=/vendor.org/Berlin:20261208T100000',
  ],
  ...['DTEND;TZID=/vendor.org/Berlin:20261208T130000', 'END:VEVENT'],
])
