import * as z from 'zod'
import { mail } from '../mail.ts'
import { route } from '../route.ts'
import { flag } from '../words.ts'
import { mirror } from './mirror.ts'
import { whole } from './words.ts'

const READ = ['email:read', 'email:draft', 'email:send'] as const

const message = {
  to: z.string(),
  subject: z.string(),
  body: z.string(),
  cc: z.string().nullish(),
  bcc: z.string().nullish(),
  body_html: z.string().nullish(),
  in_reply_to: z.string().nullish(),
  references: z.string().nullish(),
  account_id: z.string().nullish(),
  source_uid: z.string().nullish(),
  source_folder: z.string().nullish(),
  odysseus_kind: z
    .string()
    .regex(/^[\w.-]{1,40}$/)
    .nullish(),
  attachments: z.array(z.string()).nullish(),
}

export const email = {
  list: route({
    id: 'codex.emails',
    method: 'GET',
    path: '/api/codex/emails',
    scope: READ,
    danger: 'none',
    summary: 'Mails of a folder, newest first',
    in: () =>
      z.object({
        folder: z.string().default('INBOX'),
        limit: whole(10),
        offset: whole(0),
        filter: z.string().default('all'),
        from_addr: z.string().optional(),
        account_id: z.string().optional(),
        has_attachments: whole(0),
      }),
    out: () => z.looseObject({ emails: z.array(z.unknown()), total: z.number() }),
  }),
  read: route({
    id: 'codex.emails.read',
    method: 'GET',
    path: '/api/codex/emails/{uid}',
    scope: READ,
    danger: 'none',
    summary: 'One mail; it stays unread unless `mark_seen` is given',
    in: () =>
      z.object({
        uid: z.string(),
        folder: z.string().default('INBOX'),
        account_id: z.string().optional(),
        mark_seen: flag().default(false),
      }),
    out: () => z.looseObject({}),
  }),
  draft: route({
    id: 'codex.emails.draft',
    method: 'POST',
    path: '/api/codex/emails/draft',
    scope: ['email:draft', 'email:send'],
    danger: 'none',
    summary: 'Puts a draft into the mailbox; nothing is sent',
    in: () => z.object(message).meta({ title: 'draft' }),
    out: () => z.looseObject({}),
  }),
  send: route({
    id: 'codex.emails.send',
    method: 'POST',
    path: '/api/codex/emails/send',
    scope: ['email:send'],
    danger: 'none',
    summary: 'Sends a mail',
    in: () => z.object({ ...message, wait_for_delivery: flag().nullish() }).meta({ title: 'send' }),
    out: () => z.looseObject({}),
  }),
  invitation: { ...mirror(mail.invitation, 'invitation'), path: '/api/codex/emails/{id}/invitation' },
  upload: { ...mirror(mail.upload, 'upload'), path: '/api/codex/uploads' },
}
