import * as z from 'zod'
import { documents, type Entry } from '../../../src/contract/documents.ts'
import type { Action } from '../../actions/registry.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { wrapText } from '../../widgets/text.ts'
import { changed } from '../changed.ts'
import { spend, targets } from '../marking.ts'
import type { Library } from './library.ts'
import { showDiff } from './versions.ts'
import { asLetter, draftMail, editDocument, writeDocument } from './writing.ts'

const valuesOf = ({ title, language }: Pick<Entry, 'title' | 'language'>) => ({
  title: sanitiseText(title),
  language: sanitiseText(language),
})

/** What can be done with documents. */
export function documentActions(shell: Shell, library: Library, history: () => void): Action<Shell, never>[] {
  const side = library.list
  const where = ['documents']
  /** What was done to one or to several, and how it is taken back. */
  const said = (what: string, chosen: readonly Entry[]) => {
    spend(shell, side)
    const [first] = chosen
    if (chosen.length === 1) shell.toast('good', `${what} '${first!.title}'. u takes it back.`)
    else shell.toast('good', `${what} ${chosen.length} documents. u takes them back.`)
  }
  const one = () => (side.selected ? undefined : 'select a document first')
  const there = () => one() ?? (library.shelf === 'deleted' ? 'it is deleted; r brings it back' : undefined)
  const read = { where, danger: 'none' as const, disabled: one }
  const write = { where, writes: true, danger: 'none' as const, disabled: there }
  const whole = async () => (await shell.client.call(documents.get, { id: side.selected!.id })).content
  const add: Action<Shell, string> = {
    ...write,
    id: 'documents.add',
    title: 'new',
    help: 'Writes a document: its title, then its text in $EDITOR.',
    disabled: () => undefined,
    args: z.string().trim().min(1, 'give it a title'),
    run: (_shell, title) => writeDocument(shell, title, id => side.reveal(id)),
  }
  return [
    add as Action<Shell, never>,
    {
      ...read,
      id: 'documents.open',
      title: 'read',
      help: 'Gives the keys to its text.',
      run() {
        shell.side = 'detail'
      },
    },
    {
      ...write,
      id: 'documents.text',
      title: 'write',
      help: 'Opens its text in $EDITOR; what is saved becomes a new version.',
      run: () => editDocument(shell, side.selected!.id),
    },
    {
      ...write,
      id: 'documents.edit',
      title: 'title',
      help: 'Changes its title and language; of a mail its people, subject and text.',
      run() {
        const { id, language } = side.selected!
        if (language === 'email') return asLetter(shell, id, 'mail.letter-form')
        const before = valuesOf(side.selected!)
        shell.form({
          title: 'Document',
          verb: 'Save',
          values: before,
          fields: [
            { id: 'title', label: 'title', kind: 'text' },
            { id: 'language', label: 'language', kind: 'text', placeholder: 'markdown, python, email' },
          ],
          now: async () => valuesOf(await shell.client.call(documents.get, { id })),
          async submit(values) {
            await shell.client.call(documents.edit, { id, ...changed(before, values) })
          },
        })
      },
    },
    {
      ...write,
      id: 'documents.draft',
      title: 'mail draft',
      help: 'Begins a mail as a document; nothing is sent.',
      disabled: () => undefined,
      run: () => draftMail(shell, id => void shell.act('It was not opened', () => side.reveal(id))),
    },
    {
      ...write,
      id: 'documents.send',
      title: 'send',
      help: 'Sends a mail draft, after a question that names everybody it goes to.',
      disabled: () =>
        there() ?? (side.selected!.language === 'email' ? undefined : 'it is no mail; M drafts one'),
      run: () => asLetter(shell, side.selected!.id, 'mail.send'),
    },
    {
      ...read,
      id: 'documents.history',
      title: 'versions',
      help: 'Every version: to read, to compare, to bring back.',
      run: history,
    },
    {
      ...read,
      id: 'documents.diff',
      title: 'changes',
      help: 'What the newest version changed.',
      disabled: () => one() ?? (side.selected!.version > 1 ? undefined : 'it has one version only'),
      run: () => showDiff(shell, side.selected!.id),
    },
    {
      ...read,
      id: 'documents.page',
      title: 'pager',
      help: 'Opens the whole text in $PAGER.',
      run: async () => void (await shell.page(await shell.toOpen(whole()))),
    },
    {
      ...read,
      id: 'documents.copy',
      title: 'copy',
      help: 'Copies its text to the clipboard.',
      run: async () => shell.copy(await whole(), 'the text'),
    },
    {
      ...write,
      id: 'documents.archive',
      title: 'archive',
      help: 'Puts it into the archive, or back into the library.',
      async run() {
        const chosen = targets(shell, side)
        const archived = library.shelf !== 'archive'
        await shell.together.each(chosen, async ({ id }) => {
          const { seq } = await shell.client.ask(documents.edit, { id, archived })
          return seq
        })
        said(archived ? 'Archived' : 'Took back', chosen)
      },
    },
    {
      ...write,
      id: 'documents.recover',
      title: 'bring back',
      help: 'Brings a deleted document back.',
      disabled: () => one() ?? (library.shelf === 'deleted' ? undefined : 'it is not deleted'),
      async run() {
        const chosen = targets(shell, side)
        await shell.together.each(chosen, async ({ id }) => {
          const { seq } = await shell.client.ask(documents.recover, { id })
          return seq
        })
        said('Brought back', chosen)
      },
    },
    {
      ...write,
      id: 'documents.remove',
      title: 'delete',
      help: 'Takes it, or all that are marked, out of the library; . shows them under what was deleted.',
      danger: 'confirm',
      deed() {
        const chosen = targets(shell, side)
        const names = chosen.map(({ title }) => sanitiseText(title) || 'Untitled')
        const facts = names.length === 1 ? wrapText(names[0]!, 70).slice(0, 3) : names.slice(0, 8)
        return {
          stakes: {
            title: names.length === 1 ? 'Delete this document' : `Delete ${names.length} documents`,
            facts: [
              ...facts,
              ...(names.length > 8 ? [`and ${names.length - 8} more`] : []),
              names.length === 1 ? 'It can be brought back.' : 'They can be brought back.',
            ],
            verb: 'Delete',
            name: '',
          },
          async run() {
            await shell.together.each(chosen, async ({ id }) => {
              const { seq } = await shell.client.ask(documents.remove, { id })
              return seq
            })
            said('Deleted', chosen)
          },
        }
      },
    },
  ]
}
