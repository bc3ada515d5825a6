import { expect, test } from 'vitest'
import { answerTo } from '../../src/mail/compose.ts'
import { zoneOf } from '../../src/time/zone.ts'

test('what is quoted was written when the owner’s clock says so', () => {
  const account = { id: 'a', address: 'ann@example.org' } as Parameters<typeof answerTo>[0]
  const mail = {
    ...{ id: 'f-1', from_name: 'Bob', from_address: 'bob@example.net', to: 'ann@example.org', cc: '' },
    ...{ reply_to: '', subject: 'Lunch', date: '2026-07-01T22:30:00.000Z', message_id: '<1@x>' },
    ...{ references: '', in_reply_to: '' },
  } as Parameters<typeof answerTo>[1]
  const text = { body: 'At noon?', attachments: [] }
  const berlin = zoneOf('Europe/Berlin')
  expect(answerTo(account, mail, text, 'reply', berlin).body).toContain('On 2026-07-02 00:30, Bob wrote:')
  expect(answerTo(account, mail, text, 'forward', berlin).body).toContain('Date: 2026-07-02 00:30\n')
})

test('an answer to all names everybody as the mail does, each once, and not who writes it', () => {
  const account = { id: 'a', address: 'ann@example.org' } as Parameters<typeof answerTo>[0]
  const mail = {
    ...{ id: 'f-1', from_name: 'Bob', from_address: 'bob@example.net', reply_to: '', subject: 'Lunch' },
    ...{ to: 'Ann <ANN@example.org>, "Weiss, Carl" <carl@example.net>, dana@example.net' },
    ...{ cc: '"at <noon>" <eve@example.net>, Bob <bob@example.net>, Carl <carl@example.net>' },
    ...{ date: '2026-07-01T22:30:00.000Z', message_id: '<1@x>', references: '', in_reply_to: '' },
  } as Parameters<typeof answerTo>[1]
  const { to, cc } = answerTo(account, mail, { body: '', attachments: [] }, 'reply_all', zoneOf('UTC'))
  expect(to).toBe('"Bob" <bob@example.net>')
  expect(cc).toBe('"Weiss, Carl" <carl@example.net>, dana@example.net, "at <noon>" <eve@example.net>')
})
