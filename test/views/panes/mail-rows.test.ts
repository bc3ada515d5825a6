import { expect, test } from 'vitest'
import type { Mail } from '../../../src/contract/mail.ts'
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
