import { describe, expect, test } from 'vitest'
import { mail } from '../../../src/contract/mail.ts'
import { dovecotMissing } from '../../peers/dovecot.ts'
import { openPost, put, written } from '../../peers/post.ts'
import { ScreenStage, sizes } from './stage.tsx'

const missing = dovecotMissing()
if (missing) console.warn(`left out: the mail pane against a real server: ${missing}`)

test('without an account it says how one is set up', async () => {
  await using stage = await ScreenStage.open(sizes[0]!, 'mail')
  await stage.until('ithaca mail accounts add')
})

describe.skipIf(missing)('mail on a real server', () => {
  test('is listed, read, searched, and answered as a document; hostile mail leaves the frame whole', async () => {
    await using post = await openPost()
    const mailed = (subject: string, body: string, id: string) =>
      put(
        post,
        'INBOX',
        written(
          {
            From: 'Bob <bob@example.net>',
            To: 'ann@example.org',
            Subject: subject,
            'Message-ID': `<${id}@x>`,
          },
          body,
        ),
      )
    await mailed('Lunch', 'At noon?', 'a1')
    await mailed('=?utf-8?Q?=1B[2Jboo=1Bc?=', '\x1b[2J\x1b]0;owned\x07 here', 'a2')
    await post.w.client.call(mail.sync, {})
    await using stage = await ScreenStage.open(sizes[0]!, 'mail', post.w)
    await stage.until('Lunch')
    await stage.press('/', 'lunch', '\r')
    await stage.until(/^>.*Lunch/m)
    await stage.press('\r')
    await stage.until('At noon?')
    await stage.press('\x1b', '\x1b')
    await stage.until('boo')
    await stage.press('g', '\r', '\x1b', 'G', '\r', '\x1b')
    expect(stage.screen.leftOn.filter(mode => mode !== 'hidden cursor')).toEqual([])
    await stage.press('/', 'lunch', '\r')
    await stage.until(/^>.*Lunch/m)
    await stage.press('r')
    await stage.until('Drafted as a document')
    await stage.until('To: Bob <bob@example.net>')
    await stage.until(() => stage.isWhole)
  })
})
