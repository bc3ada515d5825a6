import { randomUUID } from 'node:crypto'
import { byId } from '../../store/by-id.ts'
import type { Author, Changes } from '../../store/changes.ts'
import type { DocumentStore, LibraryQuery } from '../../store/documents.ts'
import {
  type Document,
  type Entry,
  LONGEST,
  type documents as routes,
  type Version,
} from '../contract/documents.ts'
import { draftText } from '../contract/letter.ts'
import { Problem } from '../contract/problem.ts'
import type { Parsed } from '../contract/route.ts'
import { type Difference, difference } from './diff.ts'
import { guessLanguage, looksLikeMail } from './language.ts'
import { pageOfLibrary } from './library.ts'
import { sourceOf } from './mail.ts'

type AddIn = Partial<Parsed<typeof routes.add>>
type Page<T> = { items: T[]; next: string | null }

export interface Documents {
  list(query: Parsed<typeof routes.list>): Page<Entry>
  /** The library as existing clients page through it: by offset, every word anywhere in title or text. */
  library(query: LibraryQuery): Promise<{ items: Entry[]; total: number }>
  languages(): { language: string; count: number }[]
  /** How many sessions the active documents belong to. */
  sessions(): number
  /** By its id or a part of it that only one has; deleted ones too, which say so. */
  get(id: string, version?: number): Document
  /** By its whole id. */
  exact(id: string): Document | undefined
  add(author: Author, input: AddIn): Document
  draft(author: Author, input: Parsed<typeof routes.draft>): Document
  edit(author: Author, input: Parsed<typeof routes.edit>): Document
  replace(author: Author, input: Parsed<typeof routes.replace>): Document
  append(author: Author, input: Parsed<typeof routes.append>): Document
  versions(input: Parsed<typeof routes.versions>): Page<Version>
  diff(input: Parsed<typeof routes.diff>): Difference & { from: number; to: number }
  restore(author: Author, id: string, version: number): Document
  /** Deleting what is deleted changes nothing. */
  remove(author: Author, id: string): Entry
  recover(author: Author, id: string): Entry
}

const MAIL_TITLES = new Set(['new email', 'new mail', 'new message'])

export const openDocuments = (deps: {
  store: DocumentStore
  changes: Changes
  now: () => number
}): Documents => {
  const { store, changes, now } = deps

  const kept = (id: string): Entry => byId(store, { one: 'document', many: 'documents' }, id)

  const textOf = (entry: Entry, version: number): string => {
    const content = store.textOf(entry.id, version)
    if (content === undefined)
      throw new Problem(
        'not_found',
        `"${entry.title}" has no version ${version}; its newest is ${entry.version}.`,
      )
    return content
  }

  const whole = (entry: Entry): Document => ({ ...entry, content: textOf(entry, entry.version) })

  const changeable = (id: string, expected: number | undefined): Document => {
    const document = whole(kept(id))
    if (!document.active)
      throw new Problem('conflict', `"${document.title}" is deleted: recover it before changing it.`)
    if (expected !== undefined && expected !== document.version)
      throw new Problem(
        'conflict',
        `"${document.title}" is at version ${document.version}, not ${expected}: read it again first.`,
        { version: document.version },
      )
    return document
  }

  const save = (
    author: Author,
    action: string,
    document: Document,
    summary: string,
    note?: string,
  ): Document =>
    changes.write(author, tx => {
      if (note !== undefined) store.putText(tx, document, note, author.actor)
      const { content: _content, ...entry } = document
      store.put(tx, entry)
      tx.say({ action: `documents.${action}`, noun: 'document', id: document.id, summary, data: entry })
      return document
    })

  /** Another text is another version; everything else is a change of the document itself. */
  const change = (
    author: Author,
    action: string,
    before: Document,
    fields: Partial<Document>,
    note: string,
    of = '',
  ): Document => {
    const content = fields.content ?? before.content
    const rewritten = content !== before.content
    const after: Document = {
      ...before,
      ...fields,
      ...(rewritten ? { ...measured(content), version: store.newestVersion(before.id) + 1 } : {}),
      updated_at: now(),
    }
    const summary = `${rewritten ? note + of : 'Changed'} "${short(after.title)}"`
    return save(author, action, after, summary, rewritten ? note : undefined)
  }

  const create = (author: Author, input: AddIn, language: string, content: string): Document => {
    const at = now()
    const found = sourceOf(content)
    const document: Document = {
      id: randomUUID(),
      title: input.title ?? 'Untitled',
      language,
      ...measured(content),
      version: 1,
      active: true,
      archived: false,
      session_id: input.session_id ?? null,
      source_email_uid: input.source_email_uid ?? found.source_email_uid,
      source_email_folder: input.source_email_folder ?? found.source_email_folder,
      source_email_account_id: input.source_email_account_id ?? null,
      source_email_message_id: input.source_email_message_id ?? null,
      created_by: author.actor,
      created_at: at,
      updated_at: at,
    }
    return save(author, 'add', document, `Added "${short(document.title)}"`, 'Created')
  }

  const documents: Documents = {
    list(query) {
      if (query.deleted && query.search)
        throw new Problem('invalid', 'Deleted documents are not searched: list them without search.')
      return store.find(query)
    },
    library: query => pageOfLibrary(store, query),
    languages: store.languages,
    sessions: store.sessions,

    get(id, version) {
      const entry = kept(id)
      if (version === undefined) return whole(entry)
      return { ...entry, ...measured(textOf(entry, version)), version }
    },

    exact(id) {
      const entry = store.get(id)
      return entry && whole(entry)
    },

    add(author, input) {
      const content = input.content ?? ''
      const mail = looksLikeMail(content) || MAIL_TITLES.has((input.title ?? '').trim().toLowerCase())
      const language = mail ? 'email' : input.language?.trim() || guessLanguage(content)
      const { source_email_uid: uid } = sourceOf(content)
      const draft =
        language === 'email' && input.session_id && uid ? store.draftFor(input.session_id, uid) : undefined
      if (!draft) return create(author, input, language, content)
      const title = input.title === undefined ? {} : { title: input.title }
      return change(author, 'edit', whole(draft), { content, ...title }, 'Rewrote')
    },

    draft(author, input) {
      const { title, session_id, ...mail } = input
      const content = draftText(mail)
      if (content.length > LONGEST) throw tooLong(content.length)
      return create(
        author,
        { title: title?.trim() || mail.subject.trim() || 'Email draft', session_id },
        'email',
        content,
      )
    },

    edit(author, input) {
      const { id, version, ...given } = input
      const before = changeable(id, version)
      const fields = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
      return change(author, 'edit', before, fields, 'Rewrote')
    },

    replace(author, { id, find, replace, all, version }) {
      const before = changeable(id, version)
      const pieces = before.content.split(find)
      const times = pieces.length - 1
      if (times === 0)
        throw new Problem('conflict', `"${before.title}" does not contain that passage: read it again.`, {
          times,
          version: before.version,
        })
      if (times > 1 && !all)
        throw new Problem(
          'conflict',
          `"${before.title}" contains that passage ${times} times: give more of what is around it, or say all.`,
          { times, version: before.version },
        )
      const size = before.content.length + times * (replace.length - find.length)
      if (size > LONGEST) throw tooLong(size)
      const note = times === 1 ? 'Replaced a passage' : `Replaced ${times} passages`
      return change(author, 'edit', before, { content: pieces.join(replace) }, note, ' in')
    },

    append(author, { id, text, version }) {
      const before = changeable(id, version)
      const seam = before.content === '' || before.content.endsWith('\n') ? '' : '\n'
      const content = before.content + seam + text
      if (content.length > LONGEST) throw tooLong(content.length)
      return change(author, 'edit', before, { content }, 'Added at the end', ' of')
    },

    versions: ({ id, limit, cursor }) => store.versions(kept(id).id, limit, cursor),

    diff({ id, from, to, context }) {
      const entry = kept(id)
      const newer = to ?? entry.version
      const older = from ?? newer - 1
      const before = older === 0 ? '' : textOf(entry, older)
      return { from: older, to: newer, ...difference(before, textOf(entry, newer), context) }
    },

    restore(author, id, version) {
      const before = changeable(id, undefined)
      return change(
        author,
        'restore',
        before,
        { content: textOf(before, version) },
        `Restored version ${version}`,
        ' of',
      )
    },

    remove(author, id) {
      const entry = kept(id)
      return entry.active ? setActive(author, entry, false) : entry
    },
    recover(author, id) {
      const entry = kept(id)
      return entry.active ? entry : setActive(author, entry, true)
    },
  }

  const setActive = (author: Author, before: Entry, active: boolean): Entry => {
    const entry: Entry = { ...before, active, updated_at: now() }
    return changes.write(author, tx => {
      store.put(tx, entry)
      tx.say({
        action: active ? 'documents.recover' : 'documents.rm',
        noun: 'document',
        id: entry.id,
        summary: `${active ? 'Recovered' : 'Deleted'} "${short(entry.title)}"`,
        data: entry,
      })
      return entry
    })
  }

  return documents
}

const measured = (content: string) => ({
  content,
  preview: content.slice(0, 500).toWellFormed(),
  size: content.length,
})

const tooLong = (size: number): Problem =>
  new Problem('too_large', `A document has at most ${LONGEST} characters; this would be ${size}.`)

const short = (title: string): string =>
  title.length <= 80 ? title : `${title.slice(0, 79).toWellFormed()}…`
