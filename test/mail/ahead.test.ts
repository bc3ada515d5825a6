import { expect, test } from 'vitest'
import { calendar } from '../../src/contract/calendar.ts'
import { mail } from '../../src/contract/mail.ts'
import { fetchAhead } from '../../src/mail/ahead.ts'
import { connectImap } from '../../src/mail/link.ts'
import { openMail } from '../../store/mail.ts'
import { google, MX, mailed, reply } from '../calendar/invitations-samples.ts'
import { dovecotMissing } from '../peers/dovecot.ts'
import { openPost, type Post, put, written } from '../peers/post.ts'

const missing = dovecotMissing()
if (missing) console.warn(`left out: what is read ahead on a real server: ${missing}`)

/** Reads ahead in the inbox until it is told to end. */
const readAhead = async ({ w }: Post, ending: () => boolean): Promise<void> => {
  const { store, changes, invitations } = w.inside.workspace
  const mails = openMail(store)
  const [account] = mails.accounts()
  const inbox = mails.folders(account!.id).find(({ role }) => role === 'inbox')!
  const client = await connectImap(account!, { user: 'ann', pass: 'secret' })
  try {
    const deps = { store: mails, changes, invited: invitations.came }
    await fetchAhead(deps, client, account!, inbox, ending)
  } finally {
    client.close()
  }
}

test.skipIf(missing)(
  'a change that comes by mail is not lost where reading ahead is broken off',
  async () => {
    await using post = await openPost({ more: { authserv_id: MX } })
    const { client } = post.w
    const bob = 'Bob <bob@example.net>'
    await put(post, 'INBOX', mailed(bob, google({ uid: 'g1' }), { id: 'first' }))
    await client.call(mail.sync, { folder: 'INBOX' })
    const [first] = (await client.call(mail.list, {})).items
    await client.call(mail.invitation, { id: first!.id, answer: 'accept', send: false })
    for (let n = 0; n < 25; n++)
      await put(post, 'INBOX', written({ From: bob, To: 'ann@example.org', Subject: `Talk ${n}` }))
    await put(
      post,
      'INBOX',
      mailed(bob, google({ uid: 'g1', sequence: 1, summary: 'Moved' }), { id: 'moved' }),
    )
    await client.call(mail.sync, { folder: 'INBOX' })
    let read = 0
    await readAhead(post, () => read++ === 25)
    await readAhead(post, () => false)
    await expect.poll(async () => (await client.call(calendar.get, { id: 'g1' })).summary).toBe('Moved')
  },
)

test.skipIf(missing)('what a mail says twice is told once', async () => {
  await using post = await openPost({ more: { authserv_id: MX } })
  const { w } = post
  const { scheduling } = w.inside.workspace.calendar
  const bob = 'bob@example.net'
  const from = { address: bob, proof: { verified: true, by: MX, said: '' } }
  const told: string[] = []
  w.inside.workspace.changes.subscribe(events => {
    for (const { summary } of events) told.push(summary)
  })
  const hears = async (ics: string): Promise<boolean> => {
    const reading = await scheduling.read(ics)
    if (!reading.ok) throw new Error(reading.reason)
    return scheduling.take({ actor: 'ithaca' }, reading.itip, from)
  }
  await put(post, 'INBOX', mailed(bob, google({ uid: 'g1' }), { id: 'first' }))
  await w.client.call(mail.sync, { folder: 'INBOX' })
  const [first] = (await w.client.call(mail.list, {})).items
  await w.client.call(mail.invitation, { id: first!.id, answer: 'accept', send: false })
  const cancel = google({ uid: 'g1', method: 'CANCEL', sequence: 1 })
  expect([await hears(cancel), await hears(cancel)]).toEqual([true, false])
  const attendees = [`ATTENDEE;CN=Bob:mailto:${bob}`]
  const own = google({ uid: 'own1', organizer: 'ann@example.org', attendees })
  await w.client.call(calendar.import, { ics: own })
  const yes = reply('own1', bob, 'ACCEPTED')
  expect([await hears(yes), await hears(yes)]).toEqual([true, false])
  expect(told.filter(each => /cancelled|accepts/.test(each))).toHaveLength(2)
})

test.skipIf(missing)(
  'a mail whose news the calendar could not write is read, and told once more',
  async () => {
    await using post = await openPost({ more: { authserv_id: MX } })
    const { w } = post
    const { client } = w
    const { store } = w.inside.workspace
    const bob = 'Bob <bob@example.net>'
    await put(post, 'INBOX', mailed(bob, google({ uid: 'g1' }), { id: 'first' }))
    await client.call(mail.sync, { folder: 'INBOX' })
    const [first] = (await client.call(mail.list, {})).items
    await client.call(mail.invitation, { id: first!.id, answer: 'accept', send: false })
    const change = google({ uid: 'g1', sequence: 1, summary: 'Moved' })
    await put(post, 'INBOX', mailed(bob, change, { id: 'moved' }))
    await client.call(mail.sync, { folder: 'INBOX' })
    const moved = (await client.call(mail.list, {})).items.find(({ id }) => id !== first!.id)!
    const summary = async () => (await client.call(calendar.get, { id: 'g1' })).summary
    store.db.exec(
      "CREATE TEMP TRIGGER full BEFORE UPDATE ON main.events BEGIN SELECT RAISE(ABORT, 'the disk is full'); END",
    )
    await readAhead(post, () => false)
    const read = await client.call(mail.read, { id: moved.id })
    expect(read.body).toBe('You have been invited.')
    expect(read.invitation?.event.summary).toBe('Moved')
    expect(await summary()).not.toBe('Moved')
    store.db.exec('DROP TRIGGER full')
    await readAhead(post, () => false)
    expect(await summary()).toBe('Moved')
  },
)
