import { type Document, type Entry, documents as routes } from '../../contract/documents.ts'
import type { Workspace } from '../../workspace/workspace.ts'
import type { Bind } from '../bind.ts'

export const bindDocuments = (bind: Bind, { documents }: Workspace): void => {
  bind(routes.list, input => documents.list(input))
  bind(routes.languages, () => ({ items: documents.languages() }))
  bind(routes.get, ({ id, version }) => documents.get(id, version))
  bind(routes.add, (input, { author }) => documents.add(author, input))
  bind(routes.draft, (input, { author }) => documents.draft(author, input))
  bind(routes.edit, (input, { author }) => documents.edit(author, input))
  bind(routes.replace, (input, { author }) => withoutText(documents.replace(author, input)))
  bind(routes.append, (input, { author }) => withoutText(documents.append(author, input)))
  bind(routes.versions, input => documents.versions(input))
  bind(routes.diff, input => documents.diff(input))
  bind(routes.restore, ({ id, version }, { author }) => documents.restore(author, id, version))
  bind(routes.remove, ({ id }, { author }) => documents.remove(author, id))
  bind(routes.recover, ({ id }, { author }) => documents.recover(author, id))
}

/** Whoever changes a passage has the rest already. */
const withoutText = ({ content: _content, ...entry }: Document): Entry => entry
