import { describe, expect, test } from 'vitest'
import { calendar } from '../../../src/contract/calendar.ts'
import { mail } from '../../../src/contract/mail.ts'
import { google, MX, mailed, outlook } from '../../calendar/invitations-samples.ts'
import { dovecotMissing } from '../../peers/dovecot.ts'
import { openPost, put } from '../../peers/post.ts'
import { hostile, looks, ScreenStage } from './stage.tsx'

const missing = dovecotMissing()
if (missing) console.warn(`left out: invitations on the screen: ${missing}`)

describe.skipIf(missing)('an invitation on the screen', () => {
  test.each(looks)(
    'is read in the mail and answered there and in the calendar at $size.cols, $depth',
    async look => {
      await using post = await openPost()
      const { client } = post.w
      const soon = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10).replaceAll('-', '')
      const times = { start: `${soon}T090000Z`, end: `${soon}T100000Z` }
      const bad = hostile.replaceAll(/[\r\n]/g, '')
      const ics = google({ uid: 'v1', ...times, more: [`LOCATION:${bad}`] }).replace(
        'CN=Bob Builder:',
        `CN="${bad.replaceAll('"', '')}":`,
      )
      await put(post, 'INBOX', mailed('Bob Builder <bob@example.net>', ics, { id: 'v1' }))
      await client.call(mail.sync, {})
      await using stage = await ScreenStage.open(look.size, 'mail', post.w, look)
      await stage.until('i answers it')
      await stage.until('what        Budget')
      await stage.press('i')
      await stage.until('accept tentatively')
      await stage.press('\r')
      await stage.until("Accepted 'Budget', told bob@example.net.")
      await stage.until('You accepted.')
      expect(post.smtp.delivered).toHaveLength(1)
      expect(await client.call(calendar.get, { id: 'v1' })).toMatchObject({ answer: 'accepted' })
      stage.shell.go('calendar')
      await stage.until(/09:00-10:00 .*Budget/)
      await stage.press('r')
      await stage.until('accept tentatively')
      await stage.press('j', 'j', 'j', '\r')
      await stage.until('a word')
      await stage.press('sorry', '\x1b[Z', '\x1b[C', '\x1b[C', '\x1b\r')
      await stage.until("Declined 'Budget', told bob@example.net.")
      expect(await client.call(calendar.get, { id: 'v1' })).toMatchObject({ answer: 'declined' })
      await stage.until(() => stage.isWhole)
      if (look.depth === 'mono') expect(stage.coloured).toEqual([])
    },
  )

  test.each(looks)(
    'a forged cancellation is held and taken over by a key at $size.cols, $depth',
    async look => {
      await using post = await openPost({ more: { authserv_id: MX } })
      const { client } = post.w
      const bob = 'Bob Builder <bob@example.net>'
      const soon = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10).replaceAll('-', '')
      const times = { start: `${soon}T090000Z`, end: `${soon}T100000Z` }
      await put(post, 'INBOX', mailed(bob, google({ uid: 'v3', ...times }), { id: 'v3' }))
      await client.call(mail.sync, {})
      const { items } = await client.call(mail.list, {})
      await client.call(mail.invitation, { id: items[0]!.id, answer: 'accept' })
      const gone = google({ uid: 'v3', ...times, method: 'CANCEL', sequence: 1 })
      const results = [`${MX}; spf=fail`, `${MX}; dmarc=pass (${hostile.replaceAll(/[\r\n()]/g, '')})`]
      await put(post, 'INBOX', mailed(bob, gone, { id: 'v4', subject: 'Gone', results }))
      await client.call(mail.sync, {})
      await using stage = await ScreenStage.open(look.size, 'mail', post.w, look)
      await stage.until('Held, its sender is not verified')
      await stage.until(/! sender +not verified: mx\.example\.org found nothing/)
      expect(await client.call(calendar.get, { id: 'v3' })).toMatchObject({ cancelled: false })
      await stage.press('i')
      await stage.until('take it over anyway')
      await stage.until(/Sender not verified: mx\.example\.org/)
      await stage.press('\r')
      await stage.until("Took over 'Budget'.")
      await stage.until('The event is cancelled in your calendar.')
      expect(await client.call(calendar.get, { id: 'v3' })).toMatchObject({ cancelled: true })
      await stage.until(() => stage.isWhole)
      if (look.depth === 'mono') expect(stage.coloured).toEqual([])
    },
  )

  test('one date of a series is answered alone', async () => {
    await using post = await openPost()
    const { client } = post.w
    const soon = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10).replaceAll('-', '')
    const ics = outlook({
      uid: 'v2',
      start: `${soon}T090000`,
      end: `${soon}T093000`,
      more: ['RRULE:FREQ=DAILY;COUNT=3'],
    })
    await put(post, 'INBOX', mailed('Carla <carla@corp.example>', ics, { id: 'v2' }))
    await client.call(mail.sync, {})
    const { items } = await client.call(mail.list, {})
    await client.call(mail.invitation, { id: items[0]!.id, answer: 'accept' })
    await using stage = await ScreenStage.open(looks[0]!.size, 'calendar', post.w)
    await stage.until('Weekly')
    await stage.press('j', 'r')
    await stage.until('this date')
    await stage.press('\r')
    await stage.until('accept tentatively')
    await stage.press('j', 'j', '\r')
    await stage.until("Declined 'Weekly'")
    const answers = (await client.call(calendar.list, {})).items.map(each => each.answer)
    expect(answers).toEqual(['accepted', 'declined', 'accepted'])
  })
})
