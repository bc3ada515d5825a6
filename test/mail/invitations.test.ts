import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import ICAL from 'ical.js'
import PostalMime from 'postal-mime'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { invitationLines } from '../../src/cli/invitation.ts'
import { calendar, calendars } from '../../src/contract/calendar.ts'
import { calendarSubscriptions } from '../../src/contract/calendar-subscriptions.ts'
import { mail } from '../../src/contract/mail.ts'
import { apple, google, MX, mailed, outlook, reply } from '../calendar/invitations-samples.ts'
import { dovecotMissing } from '../peers/dovecot.ts'
import { openPost, type Post, put, until } from '../peers/post.ts'

const missing = dovecotMissing()
if (missing) console.warn(`left out: invitations on a real server: ${missing}`)

const NOW = Date.parse('2027-02-10T08:00:00Z')

describe.skipIf(missing)('invitations in mail', () => {
  let post: Post
  let n = 0
  beforeAll(async () => {
    post = await openPost({
      more: { authserv_id: MX },
      now: () => NOW,
      config: '[owner]\ntimezone = "Europe/Berlin"\n',
    })
  })
  afterAll(() => post[Symbol.asyncDispose]())

  /** Puts a mail with a calendar into the inbox and reads it. */
  const came = async (
    from: string,
    ics: string,
    more: { attached?: boolean; only?: boolean; results?: string[] } = {},
  ) => {
    n += 1
    const uid = await put(post, 'INBOX', mailed(from, ics, { id: `i${n}`, ...more }))
    await post.w.client.call(mail.sync, { folder: 'INBOX' })
    const { items } = await post.w.client.call(mail.list, { limit: 200 })
    const { id } = items.find(each => each.uid === uid)!
    return post.w.client.call(mail.read, { id })
  }
  const answer = (id: string, given: 'accept' | 'tentative' | 'decline' | 'apply', more: object = {}) =>
    post.w.client.call(mail.invitation, { id, answer: given, ...more })
  const kept = async (uid: string) => post.w.client.call(calendar.get, { id: uid })
  const last = async () => {
    const sent = post.smtp.delivered.at(-1)!
    const parsed = await PostalMime.parse(Buffer.from(sent.raw, 'latin1'))
    const part = parsed.attachments.find(each => each.mimeType === 'text/calendar')!
    const bytes = part.content
    const ics = typeof bytes === 'string' ? bytes : Buffer.from(bytes as ArrayBuffer).toString('utf8')
    const tree = new ICAL.Component(ICAL.parse(ics) as never)
    const event = tree.getFirstSubcomponent('vevent')!
    return { sent, parsed, part, ics, method: tree.getFirstPropertyValue('method'), event }
  }

  test('one from Google is seen with its people and overlaps, accepted, and answered once', async () => {
    await post.w.client.call(calendar.add, { summary: 'Dentist', start: '2027-03-01T09:30:00Z' })
    const read = await came('Bob Builder <bob@example.net>', google({ uid: 'g1@google.com' }), {
      attached: true,
    })
    expect(read.body).toBe('You have been invited.')
    expect(read.invitation).toMatchObject({
      method: 'request',
      state: 'new',
      said: 'Bob Builder invites you.',
      you: 'ann@example.org',
      answer: null,
      kept: null,
      overlaps: ['Overlaps "Dentist", 2027-03-01 10:30–11:30.'],
      answers: ['accept', 'tentative', 'decline'],
      warnings: [],
      event: {
        summary: 'Budget',
        start: '2027-03-01T10:00:00+01:00',
        description: 'Bring the numbers, please.\nAll of them.',
        organizer: { name: 'Bob Builder', address: 'bob@example.net', you: false },
        attendees: [
          { address: 'ann@example.org', answer: 'needs-action', you: true },
          { address: 'bob@example.net', answer: 'accepted', you: false },
        ],
      },
    })
    const given = await answer(read.id, 'accept', { comment: 'Gladly; see you' })
    expect(given).toMatchObject({
      repeated: false,
      warnings: [],
      sending: { state: 'sent', to: ['bob@example.net'] },
    })
    expect(given.event).toMatchObject({ answer: 'accepted', calendar_name: 'Personal', alarms: [10] })
    const { sent, parsed, part, method, event } = await last()
    expect(sent.to).toEqual(['bob@example.net'])
    expect(parsed).toMatchObject({ subject: 'Accepted: Budget', inReplyTo: read.message_id })
    expect(parsed.text).toContain('Ann accepts: Budget\n2027-03-01 10:00–11:00\n\nGladly; see you')
    expect(sent.raw).toMatch(/Content-Type: multipart\/alternative/)
    expect(part.mimeType).toBe('text/calendar')
    expect(sent.raw).toMatch(/Content-Type: text\/calendar; charset=utf-8; method=REPLY/)
    expect(method).toBe('REPLY')
    expect(event.getAllProperties('attendee')).toHaveLength(1)
    expect(event.getFirstProperty('attendee')!.toICALString()).toMatch(
      /^ATTENDEE;CN=ann@example.org;PARTSTAT=ACCEPTED;CUTYPE=INDIVIDUAL;X-NUM-GUESTS=0:mailto:ann@example.org$/,
    )
    expect(
      ['uid', 'sequence', 'comment', 'organizer'].map(name => event.getFirstPropertyValue(name)),
    ).toEqual(['g1@google.com', 0, 'Gladly; see you', 'mailto:bob@example.net'])
    // Said again it is not sent again; said otherwise it is.
    const before = post.smtp.delivered.length
    expect(await answer(read.id, 'accept', { comment: 'Gladly; see you' })).toMatchObject({
      repeated: true,
      sending: { id: given.sending!.id },
    })
    const twice = await Promise.all([answer(read.id, 'decline'), answer(read.id, 'decline')])
    expect(new Set(twice.map(each => each.sending!.id)).size).toBe(1)
    expect(post.smtp.delivered).toHaveLength(before + 1)
    expect(await kept('g1@google.com')).toMatchObject({ answer: 'declined', busy: false, alarms: [] })
    const again = await post.w.client.call(mail.read, { id: read.id })
    expect(again).toMatchObject({ invitation: { state: 'same', answer: 'declined', kept: given.event.id } })
    await until(
      'the answered flag',
      async () => (await post.w.client.call(mail.read, { id: read.id })).answered,
    )
  })

  test('a newer version changes the event, an older one changes nothing', async () => {
    const carla = 'Carla <carla@corp.example>'
    const first = await came(carla, outlook({ uid: 'o1', sequence: 1 }))
    expect(first.invitation).toMatchObject({
      you: 'ANN@EXAMPLE.ORG',
      event: { start: '2027-03-01T09:00:00+01:00', tzid: 'Europe/Berlin', location: 'Room 12' },
    })
    await post.w.client.call(calendars.add, { name: 'Work' })
    await answer(first.id, 'tentative', { calendar: 'work' })
    expect(await kept('o1')).toMatchObject({ answer: 'tentative', calendar_name: 'Work', alarms: [10] })
    const room = await came(
      carla,
      outlook({ uid: 'o1', sequence: 1, stamp: '20270203T080000Z', more: ['COLOR:red'] }),
    )
    expect(room.invitation).toMatchObject({ state: 'same', answer: 'tentative' })
    const moved = await came(
      carla,
      outlook({ uid: 'o1', sequence: 2, start: '20270301T140000', end: '20270301T150000' }),
    )
    expect(moved.invitation).toMatchObject({ state: 'same', answer: 'needs-action' })
    expect(await kept('o1')).toMatchObject({
      start: '2027-03-01T14:00:00+01:00',
      answer: 'needs-action',
      calendar_name: 'Work',
    })
    const old = await came(carla, outlook({ uid: 'o1', sequence: 0 }))
    expect(old.invitation).toMatchObject({ state: 'older', answers: [], was: '2027-03-01 14:00–15:00' })
    await expect(answer(old.id, 'accept')).rejects.toThrow(
      'nothing to answer: Your calendar has a newer version',
    )
    expect(await kept('o1')).toMatchObject({ start: '2027-03-01T14:00:00+01:00' })
    await post.w.client.call(calendar.answer, { id: 'o1', answer: 'accept' })
    expect((await last()).event.getFirstPropertyValue('sequence')).toBe(2)
    expect(await kept('o1')).toMatchObject({ answer: 'accepted' })
  })

  test('a cancellation crosses it out, unless it comes from somebody else', async () => {
    const dora = 'Dora <dora@example.com>'
    const first = await came(dora, apple({ uid: 'a1' }), { only: true })
    expect(first.invitation).toMatchObject({
      state: 'new',
      event: {
        organizer: { address: 'dora@example.com' },
        attendees: [{ you: true }, { address: 'dora@example.com' }],
      },
    })
    await answer(first.id, 'accept')
    expect((await last()).sent.to).toEqual(['dora@example.com'])
    const forged = await came(
      'Mallory <mallory@evil.example>',
      apple({ uid: 'a1', method: 'CANCEL', sequence: 9, organizer: 'mailto:mallory@evil.example' }),
    )
    expect(forged.invitation).toMatchObject({
      state: 'refused',
      said: 'Not applied: it cancels an event of Dora, but was sent by mallory@evil.example.',
      answers: ['apply'],
    })
    expect(await kept('a1')).toMatchObject({ cancelled: false })
    const changed = await came(
      'Mallory <mallory@evil.example>',
      apple({ uid: 'a1', sequence: 9, summary: 'Owned' }),
    )
    expect(changed.invitation).toMatchObject({ state: 'refused', answers: ['apply'] })
    await expect(answer(changed.id, 'accept')).rejects.toThrow("'accept' is no answer")
    expect(await kept('a1')).toMatchObject({ summary: 'Dinner' })
    const real = await came(dora, apple({ uid: 'a1', method: 'CANCEL', sequence: 1 }))
    expect(real.invitation).toMatchObject({
      state: 'applied',
      said: 'The event is cancelled in your calendar.',
    })
    expect(await kept('a1')).toMatchObject({ cancelled: true, answer: 'accepted' })
    // The invitation itself, read again, does not bring it back.
    expect((await post.w.client.call(mail.read, { id: first.id })).invitation).toMatchObject({
      state: 'cancelled',
    })
    // What was refused can be taken over on the word of a person.
    const second = await came(dora, apple({ uid: 'a2' }))
    await answer(second.id, 'accept', { send: false })
    const aide = await came('Aide <aide@example.com>', apple({ uid: 'a2', method: 'CANCEL', sequence: 1 }))
    expect(aide.invitation).toMatchObject({ state: 'refused' })
    await answer(aide.id, 'apply')
    expect(await kept('a2')).toMatchObject({ cancelled: true })
  })

  test.each<[string, string[], string]>([
    ['nothing', [], 'not verified: no server says anything of it'],
    ['a failure', [`${MX}; dmarc=fail header.from=example.com`], `not verified: ${MX} says dmarc=fail`],
    [
      'its own word below that of the server',
      [`${MX}; dmarc=none; spf=pass smtp.mailfrom=evil.example`, `${MX}; dmarc=pass header.from=example.com`],
      `not verified: ${MX} found nothing that proves it to be from example.com`,
    ],
    [
      'its own word alone',
      ['mx.evil.example; dmarc=pass header.from=example.com'],
      'not verified: your own mail server says nothing of it',
    ],
  ])('a forged cancellation, change or answer with %s waits for a person', async (name, results, said) => {
    const uid = `forged ${name}`
    const dora = 'Dora <dora@example.com>'
    const first = await came(dora, apple({ uid }))
    expect(first.invitation!.sender).toEqual({ verified: true, by: MX, said: `verified by ${MX}` })
    await answer(first.id, 'accept', { send: false })
    const gone = await came(dora, apple({ uid, method: 'CANCEL', sequence: 9 }), { results })
    expect(gone.invitation).toMatchObject({
      state: 'held',
      said: 'Held, its sender is not verified: The event is cancelled by its organizer.',
      answers: ['apply'],
      sender: { verified: false, said },
    })
    expect(invitationLines(gone.invitation!, gone.id).join('\n')).toContain(`  Sender: ${said}\n`)
    const moved = { start: '20270303T180000', end: '20270303T190000' }
    const changed = await came(dora, apple({ uid, sequence: 1, ...moved }), { results })
    expect(changed.invitation).toMatchObject({
      state: 'held',
      answers: ['apply', 'accept', 'tentative', 'decline'],
    })
    expect(await kept(uid)).toMatchObject({ cancelled: false, start: '2027-03-02T18:00:00+01:00' })
    const own = google({
      uid: `own ${uid}`,
      organizer: 'ann@example.org',
      attendees: ['ATTENDEE:mailto:dora@example.com'],
    })
    await post.w.client.call(calendar.import, { ics: own })
    const yes = await came(dora, reply(`own ${uid}`, 'dora@example.com', 'ACCEPTED'), { results })
    expect(yes.invitation).toMatchObject({ state: 'held', answers: ['apply'] })
    expect(await kept(`own ${uid}`)).toMatchObject({ attendees: [{ answer: 'needs-action' }] })
    for (const { id } of [changed, gone, yes]) await answer(id, 'apply')
    expect(await kept(uid)).toMatchObject({ cancelled: true, start: '2027-03-03T18:00:00+01:00' })
    expect(await kept(`own ${uid}`)).toMatchObject({ attendees: [{ answer: 'accepted' }] })
    expect((await post.w.client.call(mail.read, { id: gone.id })).invitation).toMatchObject({
      state: 'applied',
      sender: { verified: false },
    })
  })

  test('a forged cancellation that comes before its invitation is not remembered', async () => {
    const bob = 'Bob <bob@example.net>'
    await came(bob, google({ uid: 'g10', method: 'CANCEL', sequence: 1 }), { results: [] })
    const late = await came(bob, google({ uid: 'g10' }))
    expect(late.invitation).toMatchObject({ state: 'new' })
  })

  test('a cancellation that was read before its invitation is not forgotten', async () => {
    await came('Bob <bob@example.net>', google({ uid: 'g9', method: 'CANCEL', sequence: 1 }))
    const late = await came('Bob <bob@example.net>', google({ uid: 'g9' }))
    expect(late.invitation).toMatchObject({ state: 'cancelled', answers: [] })
    const other = await came('Bob <bob@example.net>', google({ uid: 'g9', organizer: 'eve@example.net' }))
    expect(other.invitation).toMatchObject({ state: 'new' })
  })

  test('of a series one date is moved, answered and cancelled', async () => {
    const carla = 'Carla <carla@corp.example>'
    const weekly = await came(carla, outlook({ uid: 's1', more: ['RRULE:FREQ=WEEKLY;COUNT=4'] }))
    await answer(weekly.id, 'accept')
    const date = ['RECURRENCE-ID;TZID=W. Europe Standard Time:20270308T090000']
    const one = await came(
      carla,
      outlook({
        ...{ uid: 's1', sequence: 1, start: '20270308T160000', end: '20270308T163000', more: date },
      }),
    )
    expect(one.invitation).toMatchObject({
      dates: ['2027-03-08T09:00'],
      state: 'same',
      answer: 'needs-action',
      event: { start: '2027-03-08T16:00:00+01:00', recurrence_id: '2027-03-08T09:00' },
    })
    const list = async () =>
      (await post.w.client.call(calendar.list, { start: '2027-03-01', end: '2027-04-01' })).items
        .filter(each => each.uid === 's1')
        .map(each => [each.start.slice(0, 16), each.answer, each.cancelled])
    expect(await list()).toEqual([
      ['2027-03-01T09:00', 'accepted', false],
      ['2027-03-08T16:00', 'needs-action', false],
      ['2027-03-15T09:00', 'accepted', false],
      ['2027-03-22T09:00', 'accepted', false],
    ])
    await answer(one.id, 'decline')
    const { event } = await last()
    expect(event.getFirstProperty('recurrence-id')!.toICALString()).toBe(
      'RECURRENCE-ID;TZID=Europe/Berlin:20270308T090000',
    )
    expect(event.getFirstPropertyValue('sequence')).toBe(1)
    expect(event.getFirstProperty('attendee')!.getParameter('partstat')).toBe('DECLINED')
    expect((await list())[1]).toEqual(['2027-03-08T16:00', 'declined', false])
    expect((await list())[0]![1]).toBe('accepted')
    const gone = await came(
      carla,
      outlook({
        ...{ uid: 's1', method: 'CANCEL', sequence: 2 },
        more: ['RECURRENCE-ID;TZID=W. Europe Standard Time:20270315T090000'],
      }),
    )
    expect(gone.invitation).toMatchObject({
      state: 'applied',
      said: 'This date is cancelled in your calendar.',
    })
    expect((await list()).map(each => each[0])).toEqual([
      '2027-03-01T09:00',
      '2027-03-08T16:00',
      '2027-03-15T09:00',
      '2027-03-22T09:00',
    ])
    const { items } = await post.w.client.call(calendar.list, { start: '2027-03-01', end: '2027-04-01' })
    expect(items.filter(each => each.uid === 's1').map(each => each.cancelled)).toEqual([
      ...[false, false, true, false],
    ])
    // From the calendar, one date.
    await post.w.client.call(calendar.answer, {
      id: `${(await kept('s1')).id}::2027-03-22T09:00`,
      answer: 'tentative',
    })
    expect((await list()).map(each => each[1])).toEqual(['accepted', 'declined', 'accepted', 'tentative'])
  })

  test('a cancellation of a date and all that follow ends the series there, once a person says so', async () => {
    const carla = 'Carla <carla@corp.example>'
    const weekly = await came(carla, outlook({ uid: 's7', more: ['RRULE:FREQ=WEEKLY;COUNT=4'] }))
    await answer(weekly.id, 'accept', { send: false })
    const rest = await came(
      carla,
      outlook({
        ...{ uid: 's7', method: 'CANCEL', sequence: 2 },
        more: ['RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=W. Europe Standard Time:20270315T090000'],
      }),
    )
    expect(rest.invitation).toMatchObject({
      said: 'This date and all that follow are cancelled by its organizer.',
      answers: ['apply'],
    })
    await answer(rest.id, 'apply')
    const { items } = await post.w.client.call(calendar.list, { start: '2027-03-01', end: '2027-04-01' })
    expect(items.filter(each => each.uid === 's7').map(each => each.start.slice(0, 10))).toEqual([
      '2027-03-01',
      '2027-03-08',
    ])
    expect((await post.w.client.call(mail.read, { id: rest.id })).invitation).toMatchObject({
      state: 'applied',
    })
  })

  test('to one date of a series that is not here one is invited alone', async () => {
    const one = await came(
      'Carla <carla@corp.example>',
      outlook({
        ...{ uid: 'alone', start: '20270309T160000', end: '20270309T163000' },
        more: ['RECURRENCE-ID;TZID=W. Europe Standard Time:20270309T090000'],
      }),
    )
    expect(one.invitation).toMatchObject({ state: 'new', event: { start: '2027-03-09T16:00:00+01:00' } })
    await answer(one.id, 'accept')
    expect((await last()).event.getFirstPropertyValue('recurrence-id')!.toString()).toBe(
      '2027-03-09T09:00:00',
    )
    const { items } = await post.w.client.call(calendar.list, { start: '2027-03-09', end: '2027-03-10' })
    expect(items.map(each => [each.start, each.answer])).toEqual([['2027-03-09T16:00:00+01:00', 'accepted']])
  })

  test('answers to an own invitation are noted, forged and old ones are not', async () => {
    const own = google({
      uid: 'own1',
      organizer: 'ann@example.org',
      attendees: [
        'ATTENDEE;CN=Bob:mailto:bob@example.net',
        'ATTENDEE;CN=Cy;PARTSTAT=TENTATIVE:mailto:cy@example.net',
      ],
    })
    await post.w.client.call(calendar.import, { ics: own })
    const people = async () => (await kept('own1')).attendees.map(each => each.answer)
    const yes = await came(
      'Bob <bob@example.net>',
      reply('own1', 'bob@example.net', 'ACCEPTED', { lines: ['COMMENT:Fine'] }),
    )
    expect(yes.invitation).toMatchObject({
      ...{ method: 'reply', state: 'applied', comment: 'Fine', timed: false },
      who: { address: 'bob@example.net', answer: 'accepted' },
    })
    expect(await people()).toEqual(['accepted', 'tentative'])
    const forged = await came('Mallory <m@evil.example>', reply('own1', 'cy@example.net', 'DECLINED'))
    expect(forged.invitation).toMatchObject({
      state: 'refused',
      said: 'Not applied: it answers for cy@example.net, but was sent by m@evil.example.',
    })
    expect(await people()).toEqual(['accepted', 'tentative'])
    await answer(forged.id, 'apply')
    expect(await people()).toEqual(['accepted', 'declined'])
    const old = await came(
      'Bob <bob@example.net>',
      reply('own1', 'bob@example.net', 'DECLINED', { stamp: '20270101T000000Z' }),
    )
    expect(old.invitation).toMatchObject({ state: 'older' })
    const stranger = await came('Eve <eve@example.net>', reply('own1', 'eve@example.net', 'ACCEPTED'))
    expect(stranger.invitation).toMatchObject({
      state: 'nothing',
      said: 'eve@example.net accepts, but was not invited.',
    })
    expect(await people()).toEqual(['accepted', 'declined'])
  })

  test('a proposed time is taken over and told to all, or declined', async () => {
    const own = google({
      uid: 'own2',
      organizer: 'ann@example.org',
      attendees: ['ATTENDEE;CN=Bob:mailto:bob@example.net', 'ATTENDEE:mailto:cy@example.net'],
    })
    await post.w.client.call(calendar.import, { ics: own })
    const proposal = (start: string, end: string) =>
      google({ ...{ uid: 'own2', method: 'COUNTER', organizer: 'ann@example.org', start, end } })
    const later = await came('Bob <bob@example.net>', proposal('20270301T120000Z', '20270301T130000Z'))
    expect(later.invitation).toMatchObject({
      ...{ state: 'counter', answers: ['accept', 'decline'], was: '2027-03-01 10:00–11:00' },
      event: { start: '2027-03-01T13:00:00+01:00' },
    })
    await answer(later.id, 'decline', { comment: 'Sorry' })
    expect(await last()).toMatchObject({ method: 'DECLINECOUNTER', sent: { to: ['bob@example.net'] } })
    expect(await kept('own2')).toMatchObject({ start: '2027-03-01T10:00:00+01:00' })
    await answer(later.id, 'accept')
    const told = await last()
    expect(told).toMatchObject({ method: 'REQUEST', sent: { to: ['bob@example.net', 'cy@example.net'] } })
    expect(told.event.getFirstPropertyValue('sequence')).toBe(1)
    expect(await kept('own2')).toMatchObject({ start: '2027-03-01T13:00:00+01:00' })
  })

  test('a copy in a calendar that is only read stands in nobody’s way', async () => {
    const text = google({ uid: 'twin', start: '20270401T090000Z', end: '20270401T100000Z' })
    const server = createServer((_request, response) => response.end(text))
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const { id } = await post.w.client.call(calendarSubscriptions.subscribe, { url, name: 'Copy' })
    const read = await came('Bob <bob@example.net>', text)
    expect(read.invitation).toMatchObject({ state: 'new', kept: null, overlaps: [] })
    expect(await answer(read.id, 'accept')).toMatchObject({
      event: { calendar_name: 'Personal', answer: 'accepted' },
    })
    const agenda = await post.w.client.call(calendar.agenda, { start: '2027-04-01', days: 1 })
    expect([agenda.days[0]!.items.length, agenda.overlaps]).toEqual([2, []])
    await post.w.client.call(calendars.remove, { id })
    server.closeAllConnections()
    await new Promise<void>(resolve => void server.close(() => resolve()))
  })

  test('is read by a person in words, with the command that answers it', async () => {
    const read = await came(
      'Bob <bob@example.net>',
      google({ uid: 'cli1', summary: 'A\u001b[2JB', start: '20270501T090000Z', end: '20270501T100000Z' }),
    )
    const lines = invitationLines(read.invitation!, read.id).join('\n')
    expect(lines).toContain('Bob Builder invites you.\n  Event: A')
    expect(lines).not.toContain('\u001b')
    expect(lines).toContain('  When: 2027-05-01 11:00 to 2027-05-01 12:00\n')
    expect(lines).toContain(`Answer it: ithaca mail invitation ${read.id} --answer accept|tentative|decline`)
  })

  test('an event without a method is only added, and nobody is told', async () => {
    const before = post.smtp.delivered.length
    const ticket = google({ uid: 'flight' })
      .replace(/METHOD:REQUEST\r\n/, '')
      .replace(/ORGANIZER[^\r]*\r\n/, '')
    const read = await came('Air <no-reply@air.example>', ticket)
    expect(read.invitation).toMatchObject({ method: 'publish', state: 'new', answers: ['accept'] })
    expect(await answer(read.id, 'accept')).toMatchObject({ sending: null, event: { summary: 'Budget' } })
    expect(post.smtp.delivered).toHaveLength(before)
  })

  test.each([
    ['no calendar at all', 'hello', 'no BEGIN:VCALENDAR'],
    [
      'a method nobody knows',
      google({ uid: 'x' }).replace('METHOD:REQUEST', 'METHOD:EXPLODE'),
      'EXPLODE is not a method',
    ],
    ['no event', 'BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n', 'no event'],
    ['no time', google({ uid: 'x2' }).replace(/DTSTART[^\r]*\r\n/, ''), 'when the event is'],
    ['a cut end', google({ uid: 'x3' }).slice(0, 300), 'cut off'],
  ])('one with %s is said in a sentence, and the mail is still read', async (_name, ics, said) => {
    const read = await came('Bob <bob@example.net>', ics)
    expect(read.body).toBe('You have been invited.')
    expect(read.invitation).toBeUndefined()
    expect(read.warnings.join()).toContain(said)
    await expect(answer(read.id, 'accept')).rejects.toThrow('The calendar in it cannot be read')
  })

  test('hostile words travel as words', async () => {
    const hostile = google({
      uid: 'h1\\nATTACH:x',
      summary: 'A\\nEND:VEVENT\\nBEGIN:VEVENT\u001b[2J',
      organizer: 'bob@example.net',
      attendees: [
        'ATTENDEE;CN="Ann^nX-EVIL:1^\'";PARTSTAT=NEEDS-ACTION:mailto:ann@example.org',
        ...Array.from({ length: 3000 }, (_, i) => `ATTENDEE:mailto:p${i}@example.net`),
      ],
    })
    const read = await came('Bob <bob@example.net>', hostile)
    expect(read.invitation!.event.attendees).toHaveLength(2000)
    await answer(read.id, 'accept', { comment: 'x\r\nEND:VCALENDAR\r\nBCC:all@example.net' })
    const { ics, event, parsed } = await last()
    expect(ics.match(/^BEGIN:VEVENT/gm)).toHaveLength(1)
    expect(ics).not.toMatch(/^(X-EVIL|ATTACH|BCC)/m)
    expect(event.getFirstPropertyValue('uid')).toBe('h1\nATTACH:x')
    expect(parsed.subject).not.toContain('\u001b')
  })

  test('what refuses to be sent is kept in the calendar and in the outbox', async () => {
    const read = await came('Bob <bob@example.net>', google({ uid: 'f1' }))
    post.smtp.answers.data = () => ({ code: 554, text: 'no' })
    const failed = await answer(read.id, 'accept')
    post.smtp.answers = {}
    expect(failed).toMatchObject({ sending: { state: 'failed' }, event: { answer: 'accepted' } })
    expect(failed.warnings[0]).toContain('not sent yet')
    expect(await answer(read.id, 'accept')).toMatchObject({ repeated: false, sending: { state: 'sent' } })
  })

  test('an agent needs both scopes, is asked about, and is told nothing of a calendar it may not read', async () => {
    const read = await came('Bob <bob@example.net>', google({ uid: 'c1' }))
    const ask = async (token: string, body: object) => {
      const response = await post.w.request('POST', `/api/codex/emails/${read.id}/invitation`, {
        token,
        body,
      })
      return { status: response.status, body: (await response.json()) as Record<string, unknown> }
    }
    const half = await post.w.token('half', ['email:send'], { allow_send: true })
    expect(await ask(half, { answer: 'accept' })).toMatchObject({ status: 403 })
    const seen = await post.w.request('GET', `/api/codex/emails/${read.uid}`, { token: half })
    expect(await seen.json()).toMatchObject({ invitation: { overlaps: [], answers: [], state: 'nothing' } })
    const asker = await post.w.token('asker', ['email:send', 'calendar:write'])
    const asking = ask(asker, { answer: 'tentative' })
    const pending = async () =>
      ((await (await post.w.client.send('GET', '/api/v1/approvals')).json()) as { items: { id: string }[] })
        .items
    await until('the question', async () => (await pending()).length === 1)
    expect(await kept('c1').catch(() => null)).toBeNull()
    await post.w.client.send('POST', `/api/v1/approvals/${(await pending())[0]!.id}`, { allow: true })
    expect(await asking).toMatchObject({ status: 200, body: { sending: { state: 'sent' } } })
    expect(await kept('c1')).toMatchObject({ answer: 'tentative' })
    const free = await post.w.token('free', ['email:send', 'calendar:write'], { allow_send: true })
    const event = await post.w.request('POST', `/api/codex/calendar/events/${(await kept('c1')).id}/answer`, {
      token: free,
      body: { answer: 'decline' },
    })
    expect(await event.json()).toMatchObject({ event: { answer: 'declined' }, sending: { state: 'sent' } })
  })
})

test.skipIf(missing)('what its organizer changes is so at once, without the mail being read', async () => {
  await using post = await openPost({ listen: true, more: { authserv_id: MX }, now: () => NOW })
  const { client } = post.w
  const dora = 'Dora <dora@example.com>'
  await put(post, 'INBOX', mailed(dora, apple({ uid: 'live' }), { id: 'live' }))
  const inbox = async () => (await client.call(mail.list, {})).items
  await until('the mail', async () => (await inbox()).length === 1)
  await client.call(mail.invitation, { id: (await inbox())[0]!.id, answer: 'accept' })
  const moved = apple({ uid: 'live', sequence: 1, start: '20270303T180000', end: '20270303T190000' })
  await put(post, 'INBOX', mailed(dora, moved, { id: 'live2' }))
  const event = () => client.call(calendar.get, { id: 'live' })
  await until('the new time', async () => (await event()).start.startsWith('2027-03-03'))
  expect(await event()).toMatchObject({ answer: 'needs-action' })
  await put(
    post,
    'INBOX',
    mailed(dora, apple({ uid: 'live', sequence: 2, method: 'CANCEL' }), { id: 'live3' }),
  )
  await until('the end of it', async () => (await event()).cancelled)
  expect((await inbox()).every(each => !each.read)).toBe(true)
  const audit = (await (await client.send('GET', '/api/v1/audit?noun=event&limit=5')).json()) as {
    items: { action: string; summary: string; actor: string }[]
  }
  expect(audit.items.slice(0, 2).map(({ actor, summary }) => [actor, summary])).toEqual([
    ['ithaca', 'Dora cancelled "Dinner"'],
    ['ithaca', expect.stringMatching(/^Dora changed "Dinner", now 2027-03-03 /)],
  ])
})
