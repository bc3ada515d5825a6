import * as z from 'zod'
import { Answered, answerIn } from './calendar.ts'
import { FILTERS, Folder, MAIL_CHANGE, MAIL_READ, Mail, MailText, Sending } from './mail-words.ts'
import { route } from './route.ts'
import { count, done, flag, id, pageIn, pageOf, text } from './words.ts'

/** Several values as a list, or as one text with spaces or commas between them. */
const several = (max: number) =>
  z.preprocess(
    value => (typeof value === 'string' ? value.split(/[\s,]+/).filter(Boolean) : value),
    z.array(id()).min(1).max(max),
  )

const where = {
  account: id().optional().describe('its id, name or address; the default one when left out'),
  folder: text(1000).optional().describe('a path, or inbox, sent, drafts, trash, junk, archive'),
}

const inboxes = flag()
  .default(false)
  .describe('the inboxes of all accounts as one list, instead of an account and a folder')

export const messageIn = {
  account: where.account,
  to: text(20_000).default(''),
  cc: text(20_000).optional(),
  bcc: text(20_000).optional(),
  subject: text(1000).default(''),
  body: text(1_000_000).default(''),
  html: text(1_000_000).optional(),
  in_reply_to: text(1000).optional(),
  references: text(10_000).optional(),
  attachments: z
    .array(z.string().max(200))
    .max(100)
    .optional()
    .describe('tokens of uploads, or MAIL/PART for what hangs on a mail that is here'),
  document: id().optional().describe('a document of the language email: it gives what is not given here'),
}

const columns = ['id', 'received_at', 'read', 'from_name', 'subject', 'tags']

export const mail = {
  folders: route({
    id: 'mail.folders',
    method: 'GET',
    path: '/api/v1/mail/folders',
    scope: MAIL_READ,
    danger: 'none',
    summary: 'The folders of an account, or of all',
    in: () => z.strictObject({ account: where.account }),
    out: () => z.object({ items: z.array(Folder) }),
    cli: { words: ['account'], columns: ['account', 'path', 'role', 'unread', 'total'], rows: 'items' },
  }),
  list: route({
    id: 'mail.list',
    method: 'GET',
    path: '/api/v1/mail/messages',
    scope: MAIL_READ,
    danger: 'none',
    summary: 'Mails of a folder, newest first, from the cache',
    in: () =>
      z.strictObject({
        ...pageIn,
        ...where,
        inboxes,
        filter: z
          .union([z.enum(FILTERS), z.string().regex(/^tag:.{1,100}$/)])
          .default('all')
          .describe(`${FILTERS.join(', ')}, or tag:NAME`),
        from: text(200).optional().describe('a part of the name or address of the sender'),
        attachments: flag().optional(),
        refresh: flag().default(false).describe('asks the server first'),
      }),
    out: () => pageOf(Mail),
    cli: { words: ['folder'], columns, rows: 'items' },
  }),
  search: route({
    id: 'mail.search',
    method: 'GET',
    path: '/api/v1/mail/search',
    scope: MAIL_READ,
    danger: 'none',
    summary: 'Mails that hold all of the words, newest first; `server` asks the server too',
    in: () =>
      z.strictObject({
        ...pageIn,
        q: text(200, 1),
        ...where,
        inboxes,
        server: flag().default(false).describe('also in bodies that are not here; within one folder'),
      }),
    out: () => pageOf(Mail),
    cli: {
      words: ['q…'],
      columns: ['id', 'folder', 'received_at', 'read', 'from_name', 'subject'],
      rows: 'items',
    },
  }),
  thread: route({
    id: 'mail.thread',
    method: 'GET',
    path: '/api/v1/mail/messages/{id}/thread',
    scope: MAIL_READ,
    danger: 'none',
    summary: 'The mails of its conversation, oldest first, whatever folder they lie in',
    in: () => z.strictObject({ id: id() }),
    out: () => z.object({ items: z.array(Mail) }),
    cli: {
      words: ['id'],
      columns: ['id', 'folder', 'received_at', 'read', 'from_name', 'subject'],
      rows: 'items',
    },
  }),
  read: route({
    id: 'mail.get',
    method: 'GET',
    path: '/api/v1/mail/messages/{id}',
    scope: MAIL_READ,
    danger: 'none',
    summary: 'One mail with its text; it stays unread unless `mark` is given',
    in: () => z.strictObject({ id: id(), mark: flag().default(false) }),
    out: () => MailText,
  }),
  attachment: route({
    id: 'mail.attachment',
    method: 'GET',
    path: '/api/v1/mail/messages/{id}/attachments/{part}',
    scope: MAIL_READ,
    danger: 'none',
    summary: 'The bytes of one attachment',
    in: () => z.strictObject({ id: id(), part: z.string().max(40) }),
    out: () => z.unknown(),
    media: 'application/octet-stream',
  }),
  answer: route({
    id: 'mail.answer',
    method: 'GET',
    path: '/api/v1/mail/messages/{id}/answer',
    scope: MAIL_READ,
    danger: 'none',
    summary: 'What an answer or a forward of it begins with: recipients, subject, the quoted text',
    in: () => z.strictObject({ id: id(), mode: z.enum(['reply', 'reply_all', 'forward']).default('reply') }),
    out: () =>
      z.object({
        account: z.string(),
        to: z.string(),
        cc: z.string(),
        subject: z.string(),
        body: z.string(),
        in_reply_to: z.string(),
        references: z.string(),
        source: z.string(),
        attachments: z
          .array(z.string())
          .describe('what a forward takes along, as `attachments` of a mail take it'),
        text: z.string().describe('the same as the text of a draft document'),
      }),
  }),
  invitation: route({
    id: 'mail.invitation',
    method: 'POST',
    path: '/api/v1/mail/messages/{id}/invitation',
    scope: ['email:send'],
    danger: 'none',
    summary:
      'Answers the invitation a mail carries: it enters the calendar, and its organizer is told; needs calendar:write, too',
    in: () =>
      z.strictObject({
        id: id(),
        ...answerIn,
        answer: z
          .enum(['accept', 'tentative', 'decline', 'apply'])
          .describe('apply: takes over what was not, because of who sent it'),
        calendar: text(200, 1).optional().describe('its id or name; left out: the usual one'),
      }),
    out: () => Answered,
    cli: { words: ['id'] },
  }),
  mark: route({
    id: 'mail.mark',
    method: 'POST',
    path: '/api/v1/mail/mark',
    scope: MAIL_CHANGE,
    danger: 'none',
    summary: 'Sets or takes away flags and tags; at once here, on the server as soon as it can be reached',
    in: () =>
      z.strictObject({
        ids: several(1000),
        read: flag().optional(),
        flagged: flag().optional(),
        answered: flag().optional(),
        tag: text(100, 1).optional(),
        untag: text(100, 1).optional(),
      }),
    out: () => z.object({ items: z.array(Mail) }),
    cli: { words: ['ids…'], columns: [...columns, 'read'], rows: 'items' },
  }),
  move: route({
    id: 'mail.move',
    method: 'POST',
    path: '/api/v1/mail/move',
    scope: MAIL_CHANGE,
    danger: 'none',
    summary: 'Moves to a folder: its path, or inbox, archive, junk, trash',
    in: () => z.strictObject({ to: text(1000, 1), ids: several(1000) }),
    out: () => z.object({ moved: z.number().int(), to: z.string() }),
    cli: { words: ['to', 'ids…'] },
  }),
  remove: route({
    id: 'mail.rm',
    method: 'POST',
    path: '/api/v1/mail/delete',
    scope: MAIL_CHANGE,
    danger: 'destroys',
    summary: 'Moves to the trash; what lies there already is deleted for good',
    in: () => z.strictObject({ ids: several(1000) }),
    out: () => z.object({ trashed: z.number().int(), deleted: z.number().int() }),
    cli: { words: ['ids…'] },
  }),
  sync: route({
    id: 'mail.sync',
    method: 'POST',
    path: '/api/v1/mail/sync',
    scope: MAIL_READ,
    danger: 'none',
    summary: 'Asks the server what is new now: in one folder, or in all',
    in: () => z.strictObject(where),
    out: () => z.object({ folders: z.number().int(), fresh: z.number().int() }),
    cli: { words: ['folder'] },
  }),
  upload: route({
    id: 'mail.upload',
    method: 'POST',
    path: '/api/v1/mail/uploads',
    scope: MAIL_CHANGE,
    danger: 'none',
    summary: 'Keeps a file for a mail to be written; with `token` the bytes are added to an earlier upload',
    in: () =>
      z.strictObject({
        filename: text(500).default('attachment'),
        content_type: text(200).optional(),
        content: z.string().max(20_000_000).describe('base64'),
        token: id().optional(),
      }),
    out: () => z.object({ token: z.string(), filename: z.string(), size: z.number().int() }),
    status: 201,
  }),
  drafts: route({
    id: 'mail.drafts',
    method: 'GET',
    path: '/api/v1/mail/drafts',
    scope: MAIL_READ,
    danger: 'none',
    summary: 'What lies in the Drafts folder',
    in: () => z.strictObject({ ...pageIn, account: where.account }),
    out: () => pageOf(Mail),
    cli: { columns: ['id', 'received_at', 'to', 'subject'], rows: 'items' },
  }),
  draft: route({
    id: 'mail.draft',
    method: 'POST',
    path: '/api/v1/mail/drafts',
    scope: MAIL_CHANGE,
    danger: 'none',
    summary: 'Puts a draft into the Drafts folder; nothing is sent',
    in: () => z.strictObject(messageIn),
    out: () =>
      z.object({
        message_id: z.string(),
        folder: z.string(),
        uid: z.number().int().nullable(),
        queued: z.boolean(),
      }),
    status: 201,
  }),
  send: route({
    id: 'mail.send',
    method: 'POST',
    path: '/api/v1/mail/send',
    scope: ['email:send'],
    danger: 'none',
    summary:
      'Sends a mail; with `wait` the answer tells how it went, or that it still waits after some seconds',
    in: () =>
      z.strictObject({
        ...messageIn,
        source: id().optional().describe('the mail that this one answers: it is flagged as answered'),
        wait: flag().default(true),
      }),
    out: () => Sending,
    status: 201,
  }),
  outbox: route({
    id: 'mail.outbox',
    method: 'GET',
    path: '/api/v1/mail/outbox',
    scope: MAIL_CHANGE,
    danger: 'none',
    summary: 'What was to be sent and how it went, newest first',
    in: () =>
      z.strictObject({
        ...pageIn,
        state: z.enum(['queued', 'sending', 'sent', 'failed', 'unknown', 'all']).default('all'),
      }),
    out: () => pageOf(Sending),
    cli: { columns: ['id', 'created_at', 'state', 'to', 'subject', 'reason'], rows: 'items' },
  }),
  sending: route({
    id: 'mail.sending',
    method: 'GET',
    path: '/api/v1/mail/outbox/{id}',
    scope: MAIL_CHANGE,
    danger: 'none',
    summary: 'One mail of the outbox; with `wait` once it is decided, or when the seconds are over',
    in: () => z.strictObject({ id: id(), wait: count(0, 60).default(0) }),
    out: () => Sending,
    cli: { words: ['id'] },
  }),
  retry: route({
    id: 'mail.retry',
    method: 'POST',
    path: '/api/v1/mail/outbox/{id}/retry',
    scope: ['email:send'],
    danger: 'none',
    summary: 'Sends again what failed; what is unknown only with `again`, because it may arrive twice',
    in: () => z.strictObject({ id: id(), again: flag().default(false) }),
    out: () => Sending,
    cli: { words: ['id'] },
  }),
  drop: route({
    id: 'mail.drop',
    method: 'DELETE',
    path: '/api/v1/mail/outbox/{id}',
    scope: MAIL_CHANGE,
    danger: 'destroys',
    summary: 'Takes a mail out of the outbox that is not being sent just now',
    in: () => z.strictObject({ id: id() }),
    out: () => done,
    cli: { words: ['id'] },
  }),
}
