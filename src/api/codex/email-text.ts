import type { KeptMail } from '../../../store/mail.ts'
import type { MailText } from '../../contract/mail-words.ts'

const SPAM = new Set(['$junk', 'junk', 'spam'])

/** A mail in the fields that existing clients read. */
export const itemOf = (mail: KeptMail, junk: boolean) => ({
  uid: String(mail.uid),
  id: mail.id,
  ...head(mail),
  date_display: new Date(mail.date).toUTCString().replace('GMT', '+0000'),
  date_epoch: new Date(mail.date).getTime() / 1000,
  size: mail.size,
  is_read: mail.read,
  is_answered: mail.answered,
  is_flagged: mail.flagged,
  flags: flagsOf(mail),
  has_attachments: mail.has_attachments,
  tags: mail.tags,
  is_spam_verdict: junk || mail.tags.some(tag => SPAM.has(tag.toLowerCase())),
})

const head = (
  mail: Pick<KeptMail, 'message_id' | 'subject' | 'from_name' | 'from_address' | 'to' | 'cc' | 'date'>,
) => ({
  message_id: mail.message_id,
  subject: mail.subject,
  from_name: mail.from_name,
  from_address: mail.from_address,
  to: mail.to,
  cc: mail.cc,
  date: mail.date.replace('.000Z', '+00:00'),
})

const flagsOf = (mail: KeptMail): string =>
  [
    ...(mail.read ? ['\\Seen'] : []),
    ...(mail.answered ? ['\\Answered'] : []),
    ...(mail.flagged ? ['\\Flagged'] : []),
    ...(mail.draft ? ['\\Draft'] : []),
    ...mail.tags,
  ].join(' ')

export const textOf = (mail: MailText) => ({
  uid: String(mail.uid),
  id: mail.id,
  folder: mail.folder,
  ...head(mail),
  bcc: mail.bcc,
  reply_to: mail.reply_to,
  in_reply_to: mail.in_reply_to,
  references: mail.references,
  body: mail.body,
  body_html: mail.html ?? '',
  body_truncated: mail.truncated,
  is_read: mail.read,
  attachments: mail.attachments.map(({ part, name, type, size, inline }) => ({
    ...{ index: part, filename: name, content_type: type, size, is_inline: inline },
    token: `${mail.id}/${part}`,
  })),
  attachments_deferred: false,
  related_attachments: [],
  attachment_version: 2,
  warnings: mail.warnings,
  ...(mail.invitation ? { invitation: mail.invitation } : {}),
  cached_summary: null,
  cached_ai_reply: null,
  boundaries: null,
  thread_turns: [],
  sender_signature: null,
})
