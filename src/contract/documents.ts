import * as z from 'zod'
import { route } from './route.ts'
import { count, flag, id, pageIn, pageOf, text } from './words.ts'

/** How long a document may grow, in UTF-16 units: as long as one answer stays quick to send and to compare. */
export const LONGEST = 1_000_000

const origin = {
  source_email_uid: z.string().nullable(),
  source_email_folder: z.string().nullable(),
  source_email_account_id: z.string().nullable(),
  source_email_message_id: z.string().nullable(),
}

/** A document as lists and events show it. */
export const Entry = z.object({
  id: z.string(),
  title: z.string(),
  language: z.string(),
  preview: z.string().describe('its first 500 characters'),
  size: z.number().int().describe('characters'),
  version: z.number().int().describe('the number of its newest version, counted from 1'),
  active: z.boolean().describe('false: deleted, and can be recovered'),
  archived: z.boolean(),
  session_id: z.string().nullable(),
  ...origin,
  created_by: z.string(),
  created_at: z.number(),
  updated_at: z.number(),
})
export type Entry = z.output<typeof Entry>

export const Document = Entry.extend({ content: z.string() })
export type Document = z.output<typeof Document>

export const Version = z.object({
  version: z.number().int(),
  size: z.number().int(),
  note: z.string(),
  by: z.string(),
  created_at: z.number(),
})
export type Version = z.output<typeof Version>

const title = () => text(1000)
const content = () => text(LONGEST)
const language = () => text(40).describe('markdown, python, email …; guessed when left out')
const originIn = {
  source_email_uid: text(200).nullable().optional(),
  source_email_folder: text(500).nullable().optional(),
  source_email_account_id: text(200).nullable().optional(),
  source_email_message_id: text(1000).nullable().optional(),
}
const expected = count(1, 1_000_000_000)
  .optional()
  .describe('the version you read: the change is refused when there is a newer one')

const read = ['documents:read', 'documents:write'] as const
const write = ['documents:write'] as const
const number = () => count(1, 1_000_000_000)

export const documents = {
  list: route({
    id: 'documents.list',
    method: 'GET',
    path: '/api/v1/documents',
    scope: read,
    danger: 'none',
    summary: 'Documents without their text, the newest change first',
    in: () =>
      z.strictObject({
        ...pageIn,
        language: text(40).optional(),
        session_id: text(200).optional(),
        archived: flag().default(false),
        deleted: flag()
          .default(false)
          .describe('those that can be recovered instead; `search` does not look there'),
        search: text(200)
          .optional()
          .describe('all of these words; newest first, whatever the order asked for'),
        sort: z.enum(['recent', 'oldest', 'edits', 'alpha']).default('recent'),
      }),
    out: () => pageOf(Entry),
    cli: { columns: ['id', 'language', 'version', 'title'], rows: 'items' },
  }),
  languages: route({
    id: 'documents.languages',
    method: 'GET',
    path: '/api/v1/documents/languages',
    scope: read,
    danger: 'none',
    summary: 'How many documents there are of each language, archived and deleted ones left out',
    in: () => z.strictObject({}),
    out: () => z.object({ items: z.array(z.object({ language: z.string(), count: z.number().int() })) }),
    cli: { columns: ['language', 'count'], rows: 'items' },
  }),
  get: route({
    id: 'documents.get',
    method: 'GET',
    path: '/api/v1/documents/{id}',
    scope: read,
    danger: 'none',
    summary: 'One document with its text, or with the text of an earlier version',
    in: () => z.strictObject({ id: id(), version: number().optional() }),
    out: () => Document,
    cli: { words: ['id'] },
  }),
  add: route({
    id: 'documents.add',
    method: 'POST',
    path: '/api/v1/documents',
    scope: write,
    danger: 'none',
    summary: 'Keeps a text; its language is guessed when it is not given',
    in: () =>
      z.strictObject({
        title: title().default('Untitled'),
        content: content().default(''),
        language: language().nullable().optional(),
        session_id: text(200).nullable().optional(),
        ...originIn,
      }),
    out: () => Document,
    status: 201,
    cli: { words: ['title…'], stdin: 'content' },
  }),
  edit: route({
    id: 'documents.edit',
    method: 'PATCH',
    path: '/api/v1/documents/{id}',
    scope: write,
    danger: 'none',
    summary: 'Changes the fields that are given; another text becomes a new version',
    in: () =>
      z.strictObject({
        id: id(),
        title: title().optional(),
        content: content().optional(),
        language: language().optional(),
        archived: flag().optional(),
        session_id: text(200).nullable().optional(),
        version: expected,
      }),
    out: () => Document,
    cli: { words: ['id'] },
  }),
  replace: route({
    id: 'documents.replace',
    method: 'POST',
    path: '/api/v1/documents/{id}/replace',
    scope: write,
    danger: 'none',
    summary: 'Replaces one exact passage, which must occur once, or all of them with `all`',
    in: () =>
      z.strictObject({
        id: id(),
        find: text(LONGEST, 1),
        replace: content(),
        all: flag().default(false),
        version: expected,
      }),
    out: () => Entry,
    cli: { words: ['id', 'find', 'replace'] },
  }),
  append: route({
    id: 'documents.append',
    method: 'POST',
    path: '/api/v1/documents/{id}/append',
    scope: write,
    danger: 'none',
    summary: 'Adds text at the end, on a line of its own',
    in: () => z.strictObject({ id: id(), text: text(LONGEST, 1), version: expected }),
    out: () => Entry,
    cli: { words: ['id', 'text…'], stdin: 'text' },
  }),
  versions: route({
    id: 'documents.versions',
    method: 'GET',
    path: '/api/v1/documents/{id}/versions',
    scope: read,
    danger: 'none',
    summary: 'Its history, newest first',
    in: () => z.strictObject({ id: id(), ...pageIn }),
    out: () => pageOf(Version),
    cli: { words: ['id'], columns: ['version', 'created_at', 'by', 'size', 'note'], rows: 'items' },
  }),
  diff: route({
    id: 'documents.diff',
    method: 'GET',
    path: '/api/v1/documents/{id}/diff',
    scope: read,
    danger: 'none',
    summary: 'What changed between two versions, line by line; by default what the newest changed',
    in: () =>
      z.strictObject({
        id: id(),
        from: number().optional().describe('the version before `to` when left out'),
        to: number().optional().describe('the newest when left out'),
        context: count(0, 1000).default(3).describe('unchanged lines shown around a change'),
      }),
    out: () =>
      z.object({
        from: z.number().int(),
        to: z.number().int(),
        added: z.number().int(),
        removed: z.number().int(),
        text: z.string().describe('a unified diff; empty when nothing changed'),
      }),
    cli: { words: ['id', 'from', 'to'] },
  }),
  restore: route({
    id: 'documents.restore',
    method: 'POST',
    path: '/api/v1/documents/{id}/restore',
    scope: write,
    danger: 'none',
    summary: 'Makes the text of an earlier version the newest one',
    in: () => z.strictObject({ id: id(), version: number() }),
    out: () => Document,
    cli: { words: ['id', 'version'] },
  }),
  draft: route({
    id: 'documents.draft',
    method: 'POST',
    path: '/api/v1/documents/draft',
    scope: write,
    danger: 'none',
    summary: 'Writes a mail as a document to be read and changed; nothing is sent',
    in: () =>
      z.strictObject({
        to: text(10_000).default(''),
        cc: text(10_000).optional(),
        bcc: text(10_000).optional(),
        subject: text(1000).default(''),
        body: content().default(''),
        in_reply_to: text(1000).optional(),
        references: text(10_000).optional(),
        title: title().optional(),
        session_id: text(200).nullable().optional(),
      }),
    out: () => Document,
    status: 201,
    cli: { words: ['to', 'subject'], stdin: 'body' },
  }),
  remove: route({
    id: 'documents.rm',
    method: 'DELETE',
    path: '/api/v1/documents/{id}',
    scope: write,
    danger: 'destroys',
    summary: 'Takes it out of the library; `recover` brings it back',
    in: () => z.strictObject({ id: id() }),
    out: () => Entry,
    cli: { words: ['id'] },
  }),
  recover: route({
    id: 'documents.recover',
    method: 'POST',
    path: '/api/v1/documents/{id}/recover',
    scope: write,
    danger: 'none',
    summary: 'Brings a deleted document back',
    in: () => z.strictObject({ id: id() }),
    out: () => Entry,
    cli: { words: ['id'] },
  }),
}
