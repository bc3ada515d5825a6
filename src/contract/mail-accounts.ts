import * as z from 'zod'
import { MAIL_READ } from './mail-words.ts'
import { route } from './route.ts'
import { count, done, flag, id, text } from './words.ts'

export const Security = z.enum(['tls', 'starttls', 'none'])
export const Server = z.object({ host: z.string(), port: z.number().int(), security: Security })
export type Server = z.output<typeof Server>

const OWN_FOLDERS = ['sent', 'drafts', 'trash', 'junk', 'archive'] as const
export type OwnFolder = (typeof OWN_FOLDERS)[number]

export const Account = z.object({
  id: z.string(),
  name: z.string(),
  address: z.string(),
  from_name: z.string().nullable(),
  user: z.string(),
  imap: Server.nullable().describe('null: an account that only sends'),
  smtp: Server.nullable(),
  auth: z.enum(['password', 'command', 'oauth', 'none']),
  command: z.string().nullable(),
  ca_file: z.string().nullable(),
  authserv_id: z.string().nullable(),
  folders: z.partialRecord(z.enum(OWN_FOLDERS), z.string()),
  default: z.boolean(),
  state: z
    .enum(['off', 'connecting', 'live', 'waiting', 'send_only'])
    .describe('waiting: the connection failed, see reason and retry_at'),
  reason: z.string().nullable(),
  retry_at: z.number().nullable(),
  syncing: z.object({ folder: z.string(), done: z.number().int(), total: z.number().int() }).nullable(),
  waiting_actions: z.number().int().describe('changes that the server does not know yet'),
  created_at: z.number(),
})
export type Account = z.output<typeof Account>

export const Step = z.object({
  step: z.string(),
  ok: z.boolean().nullable().describe('null: not tried, because something before it failed or is not set up'),
  said: z.string(),
})
export type Step = z.output<typeof Step>

export const Discovered = z.object({
  address: z.string(),
  imap: Server.nullable(),
  smtp: Server.nullable(),
  user: z.string().nullable().describe('the name to log in with, where it is not the address'),
  hint: z.string().nullable().describe('what has to be known before a password works'),
  from: z.enum(['table', 'srv', 'autoconfig']).nullable().describe('null: nothing is known'),
})
export type Discovered = z.output<typeof Discovered>

const settings = {
  name: text(100, 1).optional().describe('what you call it; the address when left out'),
  from_name: text(200).nullable().optional().describe('your name as others see it'),
  user: text(300, 1).optional().describe('the name to log in with; the address when left out'),
  imap_host: text(255, 1).nullable().optional(),
  imap_port: count(1, 65_535).optional(),
  imap_security: Security.optional().describe('none only on loopback'),
  smtp_host: text(255, 1).nullable().optional(),
  smtp_port: count(1, 65_535).optional(),
  smtp_security: Security.optional(),
  password: text(2000, 1).optional().describe('sealed, and never shown again'),
  password_command: text(2000, 1).optional().describe('a shell command that prints the password'),
  oauth_command: text(2000, 1).optional().describe('a shell command that prints an OAuth2 access token'),
  ca_file: text(4000, 1).nullable().optional().describe('certificates in PEM to trust for this account'),
  authserv_id: text(500, 1)
    .nullable()
    .optional()
    .describe(
      'whose Authentication-Results prove a sender: the name (or names) your receiving server gives itself in them; null: learned from your mail',
    ),
  sent: text(1000, 1)
    .nullable()
    .optional()
    .describe('the folder for sent mail, where the server does not say; null: as the server says'),
  drafts: text(1000, 1).nullable().optional(),
  trash: text(1000, 1).nullable().optional(),
  junk: text(1000, 1).nullable().optional(),
  archive: text(1000, 1).nullable().optional(),
  default: flag().optional(),
}

export const mailAccounts = {
  list: route({
    id: 'mail.accounts.list',
    method: 'GET',
    path: '/api/v1/mail/accounts',
    scope: MAIL_READ,
    danger: 'none',
    summary: 'Mail accounts, and how each connection is',
    in: () => z.strictObject({}),
    out: () => z.object({ items: z.array(Account) }),
  }),
  add: route({
    id: 'mail.accounts.add',
    method: 'POST',
    path: '/api/v1/mail/accounts',
    scope: 'operator',
    danger: 'none',
    summary: 'Adds an account; for common providers an address and a password are enough',
    in: () =>
      z.strictObject({
        address: text(300, 3),
        ...settings,
        send_only: flag().default(false).describe('no mailbox, only sending'),
      }),
    out: () => Account,
    status: 201,
  }),
  discover: route({
    id: 'mail.accounts.discover',
    method: 'GET',
    path: '/api/v1/mail/discover',
    scope: 'operator',
    danger: 'none',
    summary: 'What is known of an address: its servers, and what its provider asks for',
    in: () => z.strictObject({ address: text(300, 3) }),
    out: () => Discovered,
  }),
  edit: route({
    id: 'mail.accounts.edit',
    method: 'PATCH',
    path: '/api/v1/mail/accounts/{id}',
    scope: 'operator',
    danger: 'none',
    summary: 'Changes the settings that are given; null clears',
    in: () => z.strictObject({ id: id(), address: text(300, 3).optional(), ...settings }),
    out: () => Account,
  }),
  test: route({
    id: 'mail.accounts.test',
    method: 'POST',
    path: '/api/v1/mail/accounts/{id}/test',
    scope: 'operator',
    danger: 'none',
    summary: 'Says step by step what works',
    in: () => z.strictObject({ id: id() }),
    out: () => z.object({ ok: z.boolean(), steps: z.array(Step) }),
  }),
  remove: route({
    id: 'mail.accounts.rm',
    method: 'DELETE',
    path: '/api/v1/mail/accounts/{id}',
    scope: 'operator',
    danger: 'destroys',
    summary: 'Removes an account and what was cached of it; nothing changes on the server',
    in: () => z.strictObject({ id: id() }),
    out: () => done,
  }),
}
