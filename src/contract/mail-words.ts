import * as z from 'zod'
import { Invitation } from './invitations.ts'

export const MAIL_READ = ['email:read', 'email:draft', 'email:send'] as const
export const MAIL_CHANGE = ['email:draft', 'email:send'] as const

export const FILTERS = [
  'all',
  'unread',
  'favorites',
  'unanswered',
  'undone',
  'reminders',
  'pending_30d',
  'stale_30d',
] as const

export const ROLES = ['inbox', 'sent', 'drafts', 'trash', 'junk', 'archive', 'all'] as const
export type Role = (typeof ROLES)[number]

export const Folder = z.object({
  id: z.string(),
  account: z.string(),
  path: z.string(),
  name: z.string(),
  role: z.enum(ROLES).nullable(),
  total: z.number().int(),
  unread: z.number().int(),
  complete: z.boolean().describe('false: not every header was fetched yet'),
  synced_at: z.number().nullable(),
})
export type Folder = z.output<typeof Folder>

export const Mail = z.object({
  id: z.string(),
  account: z.string(),
  folder: z.string(),
  uid: z.number().int(),
  message_id: z.string(),
  thread: z.string(),
  subject: z.string(),
  from_name: z.string(),
  from_address: z.string(),
  to: z.string(),
  cc: z.string(),
  date: z.string().describe('ISO 8601, as the sender says'),
  received_at: z.number(),
  size: z.number().int(),
  read: z.boolean(),
  answered: z.boolean(),
  flagged: z.boolean(),
  draft: z.boolean(),
  tags: z.array(z.string()),
  has_attachments: z.boolean(),
})
export type Mail = z.output<typeof Mail>

export const Attachment = z.object({
  part: z.string(),
  name: z.string(),
  type: z.string(),
  size: z.number().int().describe('bytes as they travel'),
  inline: z.boolean(),
})
export type Attachment = z.output<typeof Attachment>

export const MailText = Mail.extend({
  bcc: z.string(),
  reply_to: z.string(),
  in_reply_to: z.string(),
  references: z.string(),
  body: z.string(),
  body_from: z.enum(['text', 'html', 'nothing']),
  html: z.string().nullable().describe('without scripts, and without anything that would be fetched'),
  truncated: z.boolean(),
  attachments: z.array(Attachment),
  warnings: z.array(z.string()),
  invitation: Invitation.optional().describe('what the calendar it carries says'),
})
export type MailText = z.output<typeof MailText>

export const Sending = z.object({
  id: z.string(),
  account: z.string(),
  message_id: z.string(),
  state: z
    .enum(['queued', 'sending', 'sent', 'failed', 'unknown'])
    .describe('unknown: handed over, but the answer was lost; it is not sent again by itself'),
  to: z.array(z.string()),
  refused: z.array(z.object({ address: z.string(), reason: z.string() })),
  subject: z.string(),
  size: z.number().int(),
  attempts: z.number().int(),
  reason: z.string().nullable(),
  filed: z.enum(['waiting', 'yes', 'no']).describe('whether the copy lies in Sent'),
  sent_folder: z.string().nullable(),
  sent_uid: z.number().int().nullable(),
  actor: z.string(),
  created_at: z.number(),
  next_at: z.number().nullable(),
  sent_at: z.number().nullable(),
})
export type Sending = z.output<typeof Sending>
