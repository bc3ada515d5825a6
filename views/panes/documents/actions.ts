import * as z from 'zod'
import { documents, type Entry } from '../../../src/contract/documents.ts'
import type { Action } from '../../actions/registry.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { wrapText } from '../../widgets/text.ts'
import { changed } from '../changed.ts'
import type { Searched } from '../searched.ts'
import { history, showDiff } from './versions.ts'
import { draftMail, editText } from './writing.ts'

export type Shelf = 'library' | 'archive' | 'deleted'
export const shelves: readonly Shelf[] = ['library', 'archive', 'deleted']

/** What can be done with documents. */
export function documentActions(
  shell: Shell,
  library: Searched<Entry>,
  shelf: () => Shelf,
): Action<Shell, never>[] {
  const { side } = library
  const where = ['documents']
  let agreed: Entry | undefined
  const one = () => (side.selected ? undefined : 'select a document first')
  const there = () => one() ?? (shelf() === 'deleted' ? 'it is deleted; r brings it back' : undefined)
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
    async run(_shell, title) {
      const { id } = await shell.client.call(documents.add, { title, language: 'markdown' })
      await editText(shell, id)
      await library.reveal(id)
    },
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
      run: () => editText(shell, side.selected!.id),
    },
    {
      ...write,
      id: 'documents.edit',
      title: 'title',
      help: 'Changes its title and language.',
      run() {
        const { id, title, language } = side.selected!
        const before = { title: sanitiseText(title), language: sanitiseText(language) }
        shell.form({
          title: 'Document',
          verb: 'Save',
          values: before,
          fields: [
            { id: 'title', label: 'title', kind: 'text' },
            { id: 'language', label: 'language', kind: 'text', placeholder: 'markdown, python, email' },
          ],
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
      run: () => draftMail(shell, id => void library.reveal(id)),
    },
    {
      ...read,
      id: 'documents.history',
      title: 'versions',
      help: 'Every version: to read, to compare, to bring back.',
      run: () => history(shell, side.selected!),
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
      run: async () => void (await shell.page(await whole())),
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
        const { id, archived, title } = side.selected!
        await shell.client.call(documents.edit, { id, archived: !archived })
        shell.toast('good', `${archived ? 'Took back' : 'Archived'} '${title}'. u takes it back.`)
      },
    },
    {
      ...write,
      id: 'documents.recover',
      title: 'bring back',
      help: 'Brings a deleted document back.',
      disabled: () => one() ?? (shelf() === 'deleted' ? undefined : 'it is not deleted'),
      async run() {
        const { id, title } = side.selected!
        await shell.client.call(documents.recover, { id })
        shell.toast('good', `'${title}' is back.`)
      },
    },
    {
      ...write,
      id: 'documents.remove',
      title: 'delete',
      help: 'Takes it out of the library; . shows it under what was deleted.',
      danger: 'confirm',
      stakes() {
        agreed = side.selected!
        const facts = wrapText(sanitiseText(agreed.title), 70).slice(0, 3)
        return {
          title: 'Delete this document',
          facts: [...facts, 'It can be brought back.'],
          verb: 'Delete',
          name: '',
        }
      },
      async run() {
        await shell.client.call(documents.remove, { id: agreed!.id })
        shell.toast('good', `Deleted '${agreed!.title}'. u takes it back.`)
      },
    },
  ]
}
