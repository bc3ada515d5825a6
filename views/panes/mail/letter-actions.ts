import { documents } from '../../../src/contract/documents.ts'
import type { Action } from '../../actions/registry.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import type { MailBook } from './book.ts'
import { composeForm, editLetter } from './compose.ts'
import { askToSend, keepAsDraft } from './sending.ts'

/** What can be done with a letter that is being written. */
export function letterActions(shell: Shell, book: MailBook): Action<Shell, never>[] {
  const { letters } = book
  const there = () =>
    letters.selected ? (letters.written ? undefined : 'its text is being read') : 'no letter is being written'
  const base = { where: ['mail.letters'], writes: true, danger: 'none' as const, disabled: there }
  return [
    {
      ...base,
      id: 'mail.send',
      title: 'send',
      help: 'Sends it, after a question that names everybody it goes to.',
      run: () => askToSend(shell, book, letters.written!),
    },
    {
      ...base,
      id: 'mail.letter-form',
      title: 'edit',
      help: 'People, subject, attachments and text in a form.',
      run: () => composeForm(shell, book, letters.written!.draft, letters.written!.parts, letters.written),
    },
    {
      ...base,
      id: 'mail.letter-text',
      title: '$EDITOR',
      help: 'The whole letter in $EDITOR: header lines, attachments as "Attach: file", then the text.',
      run: () => editLetter(shell, book, letters.written!),
    },
    {
      ...base,
      id: 'mail.letter-draft',
      title: 'to Drafts',
      help: 'Puts it into the Drafts folder of its account, where other programs find it.',
      run: () => keepAsDraft(shell, book, letters.written!),
    },
    {
      ...base,
      id: 'mail.letter-drop',
      title: 'throw away',
      help: 'Throws the letter away; it stays among the deleted documents.',
      danger: 'confirm',
      disabled: () => (letters.selected ? undefined : 'no letter is being written'),
      deed() {
        const { id, title } = letters.selected!
        const facts = [sanitiseText(title), 'u brings it back.']
        return {
          stakes: { title: 'Throw this letter away', facts, verb: 'Throw away', name: '' },
          async run() {
            await shell.client.call(documents.remove, { id })
            book.resumed.delete(id)
            letters.side.refresh()
            shell.side = 'list'
            shell.toast('good', `Threw '${title}' away. u takes it back.`)
          },
        }
      },
    },
  ]
}
