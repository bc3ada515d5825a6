import { expect, test } from 'vitest'
import type { Mail } from '../../../src/contract/mail-words.ts'
import { mailRow } from '../../../views/panes/mail/rows.ts'

const one: Mail = {
  ...{ id: 'f-1', account: 'a', folder: 'INBOX', uid: 1, message_id: '<1@x>', thread: '<1@x>' },
  ...{
    subject: 'Lunch',
    from_name: 'Bob',
    from_address: 'bob@example.net',
    to: 'Ann <ann@example.org>',
    cc: '',
  },
  ...{
    date: '2026-01-02T03:04:05.000Z',
    received_at: 0,
    size: 1,
    read: true,
    answered: false,
    flagged: false,
  },
  ...{ draft: false, tags: [], has_attachments: false },
}
const own = new Set(['ann@example.org'])
const row = (more: Partial<Mail>): string => mailRow({ ...one, ...more }, 80, null, own)

test('a list names who wrote a mail, and whom it goes to where a person wrote it themselves', () => {
  expect(row({})).toContain('Bob')
  expect(row({ from_name: 'Ann', from_address: 'Ann@example.org', to: 'carl@example.com' })).toContain(
    'to carl@example.com',
  )
  expect(row({ draft: true, to: '' })).toContain('to nobody yet')
  expect(row({ from_name: '', from_address: '' })).toContain('(no sender)')
})

test('a list tells days as a person writes them, with the year where it is another one', () => {
  const year = new Date().getFullYear()
  const noon = (day: string) => new Date(`${day}T12:00`).getTime()
  expect(row({ received_at: noon(`${year - 1}-03-04`) })).toContain(` 4 Mar ${year - 1}`)
  const other = new Date().getMonth() === 2 ? ['04', 'Apr'] : ['03', 'Mar']
  expect(row({ received_at: noon(`${year}-${other[0]}-24`) })).toMatch(
    new RegExp(` 24 ${other[1]}\\b(?! \\d)`),
  )
})
