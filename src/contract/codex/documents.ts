import * as z from 'zod'
import { documents as ours } from '../documents.ts'
import { route } from '../route.ts'
import { flag, text } from '../words.ts'
import { mirror } from './mirror.ts'
import { whole } from './words.ts'

export const CodexDocument = z.object({
  id: z.string(),
  session_id: z.string().nullable(),
  title: z.string(),
  language: z.string(),
  current_content: z.string(),
  version_count: z.number().int(),
  is_active: z.boolean(),
  archived: z.boolean(),
  created_at: z.string(),
  updated_at: z.string(),
  source_email_uid: z.string().nullable(),
  source_email_folder: z.string().nullable(),
  source_email_account_id: z.string().nullable(),
  source_email_message_id: z.string().nullable(),
})
export type CodexDocument = z.output<typeof CodexDocument>

const CodexEntry = z.object({
  id: z.string(),
  session_id: z.string().nullable(),
  session_name: z.null(),
  title: z.string(),
  language: z.string(),
  preview: z.string(),
  version_count: z.number().int(),
  created_at: z.string(),
  updated_at: z.string(),
})

const READ = ['documents:read', 'documents:write'] as const
const WRITE = ['documents:write'] as const
const title = { title: 'document' }

const { id: _id, ...editable } = ours.edit.in.shape
const update = {
  path: '/api/codex/documents/{document_id}',
  scope: WRITE,
  danger: 'none',
  summary: 'Changes the fields that are given; another text becomes a new version',
  in: () =>
    z.strictObject({ document_id: z.string(), ...editable, current_content: editable.content }).meta(title),
  out: () => CodexDocument,
} as const

const people = z.union([text(10_000), z.array(text(1000)).max(500)]).nullish()

export const documents = {
  list: route({
    id: 'codex.documents',
    method: 'GET',
    path: '/api/codex/documents',
    scope: READ,
    danger: 'none',
    summary: 'The library, without the texts',
    in: () =>
      z.object({
        search: text(500).default(''),
        language: text(40).default(''),
        sort: z.string().default('recent'),
        offset: whole(0),
        limit: whole(50),
        archived: flag().default(false),
      }),
    out: () =>
      z.object({
        documents: z.array(CodexEntry),
        total: z.number().int(),
        languages: z.record(z.string(), z.number().int()),
        session_count: z.number().int(),
        next_offset: z.number().int().nullable(),
      }),
  }),
  read: route({
    id: 'codex.documents.read',
    method: 'GET',
    path: '/api/codex/documents/{document_id}',
    scope: READ,
    danger: 'none',
    summary: 'One document with its text; a deleted one says that it is',
    in: () => z.object({ document_id: z.string() }),
    out: () => CodexDocument,
  }),
  create: route({
    id: 'codex.documents.create',
    method: 'POST',
    path: '/api/codex/documents',
    scope: WRITE,
    danger: 'none',
    summary: 'Keeps a text; its language is guessed when it is not given',
    in: () => z.object(ours.add.in.shape).meta(title),
    out: () => CodexDocument,
  }),
  patch: route({ ...update, id: 'codex.documents.patch', method: 'PATCH' }),
  put: route({ ...update, id: 'codex.documents.put', method: 'PUT' }),
  remove: route({
    id: 'codex.documents.delete',
    method: 'DELETE',
    path: '/api/codex/documents/{document_id}',
    scope: WRITE,
    danger: 'destroys',
    summary: 'Takes it out of the library; `recover` brings it back',
    in: () => z.object({ document_id: z.string() }),
    out: () => z.object({ status: z.literal('deleted'), id: z.string() }),
  }),
  draft: route({
    id: 'codex.emails.draft_document',
    method: 'POST',
    path: '/api/codex/emails/draft-document',
    scope: ['email:draft', 'email:send'],
    danger: 'none',
    summary: 'Writes a mail as a document (needs documents:write too); nothing is sent',
    in: () =>
      z
        .object({
          to: people,
          cc: people,
          bcc: people,
          subject: text(1000).nullish(),
          body: text(1_000_000).nullish(),
          body_html: text(1_000_000).nullish(),
          in_reply_to: text(1000).nullish(),
          references: text(10_000).nullish(),
          title: text(1000).nullish(),
          session_id: text(200).nullish(),
        })
        .meta({ title: 'draft' }),
    out: () =>
      CodexDocument.extend({
        draft_type: z.literal('document'),
        send_required_confirmation: z.literal(true),
      }),
  }),
}

export const documentSteps = {
  replace: { ...mirror(ours.replace, 'document'), out: CodexDocument },
  append: { ...mirror(ours.append, 'document'), out: CodexDocument },
  versions: mirror(ours.versions),
  diff: mirror(ours.diff),
  restore: { ...mirror(ours.restore, 'document'), out: CodexDocument },
  recover: { ...mirror(ours.recover, 'document'), out: CodexDocument },
}
