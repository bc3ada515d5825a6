import {
  type CodexDocument,
  documents as routes,
  documentSteps as steps,
} from '../../contract/codex/documents.ts'
import type { Document, Entry } from '../../contract/documents.ts'
import { Problem } from '../../contract/problem.ts'
import type { Parsed } from '../../contract/route.ts'
import type { Workspace } from '../../workspace/workspace.ts'
import type { Bind } from '../bind.ts'
import type { Call } from '../call.ts'
import { requireChange } from './changes.ts'

const SORTS = ['recent', 'oldest', 'edits', 'alpha'] as const
const LARGEST_PAGE = 50
const MOST_WORDS = 16

export const bindDocuments = (bind: Bind, { documents }: Workspace): void => {
  const known = (id: string): Document => {
    const found = documents.exact(id)
    if (!found) throw new Problem('not_found', 'Document not found')
    return found
  }

  bind(routes.list, async input => {
    const offset = Math.max(0, input.offset)
    const limit = Math.min(LARGEST_PAGE, Math.max(1, input.limit))
    const { items, total } = await documents.library({
      words: input.search.split(/\s+/).filter(Boolean).slice(0, MOST_WORDS),
      language: input.language || undefined,
      archived: input.archived,
      sort: SORTS.find(sort => sort === input.sort) ?? 'recent',
      offset,
      limit,
    })
    const next = offset + items.length
    return {
      documents: items.map(listed),
      total,
      languages: Object.fromEntries(documents.languages().map(({ language, count }) => [language, count])),
      session_count: documents.sessions(),
      next_offset: items.length > 0 && next < total ? next : null,
    }
  })
  bind(routes.read, ({ document_id }) => shown(known(document_id)))
  bind(routes.create, (input, { author }) => shown(documents.add(author, input)))

  const change = (input: Parsed<typeof routes.patch>, { author }: Call) => {
    const { document_id, current_content, version, ...given } = input
    const fields = { ...given, content: given.content ?? current_content }
    requireChange(fields)
    return shown(documents.edit(author, { id: known(document_id).id, version, ...fields }))
  }
  bind(routes.patch, change)
  bind(routes.put, change)

  bind(routes.remove, ({ document_id }, { author }) => {
    const { id } = documents.remove(author, known(document_id).id)
    return { status: 'deleted', id }
  })

  bind(routes.draft, async (input, call) => {
    const { author } = call
    await call.need(['documents:write'], true)
    const draft = documents.draft(author, {
      to: joined(input.to) ?? '',
      cc: joined(input.cc),
      bcc: joined(input.bcc),
      subject: input.subject ?? '',
      body: input.body ?? input.body_html ?? '',
      in_reply_to: input.in_reply_to ?? undefined,
      references: input.references ?? undefined,
      title: input.title ?? undefined,
      session_id: input.session_id,
    })
    return { ...shown(draft), draft_type: 'document', send_required_confirmation: true }
  })

  bind(steps.replace, (input, { author }) =>
    shown(documents.replace(author, { ...input, id: known(input.id).id })),
  )
  bind(steps.append, (input, { author }) =>
    shown(documents.append(author, { ...input, id: known(input.id).id })),
  )
  bind(steps.versions, input => documents.versions({ ...input, id: known(input.id).id }))
  bind(steps.diff, input => documents.diff({ ...input, id: known(input.id).id }))
  bind(steps.restore, ({ id, version }, { author }) =>
    shown(documents.restore(author, known(id).id, version)),
  )
  bind(steps.recover, ({ id }, { author }) => {
    documents.recover(author, known(id).id)
    return shown(known(id))
  })
}

const joined = (people: string | readonly string[] | null | undefined): string | undefined =>
  people === null || people === undefined
    ? undefined
    : typeof people === 'string'
      ? people
      : people.join(', ')

const listed = (entry: Entry) => ({
  id: entry.id,
  session_id: entry.session_id,
  session_name: null,
  title: entry.title,
  language: entry.language,
  preview: entry.preview,
  version_count: entry.version,
  created_at: new Date(entry.created_at).toISOString(),
  updated_at: new Date(entry.updated_at).toISOString(),
})

const shown = (document: Document): CodexDocument => ({
  id: document.id,
  session_id: document.session_id,
  title: document.title,
  language: document.language,
  current_content: document.content,
  version_count: document.version,
  is_active: document.active,
  archived: document.archived,
  created_at: new Date(document.created_at).toISOString(),
  updated_at: new Date(document.updated_at).toISOString(),
  source_email_uid: document.source_email_uid,
  source_email_folder: document.source_email_folder,
  source_email_account_id: document.source_email_account_id,
  source_email_message_id: document.source_email_message_id,
})
