import { documents } from '../../../src/contract/documents.ts'
import { mail } from '../../../src/contract/mail.ts'
import type { Sending } from '../../../src/contract/mail-words.ts'
import type { Action } from '../../actions/registry.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { wrapText } from '../../widgets/text.ts'
import type { MailBook } from './book.ts'
import { awaited } from './sending.ts'

const where = ['mail.outbox']

/** What can be done with what is on its way, or did not get there. */
export function outboxActions(shell: Shell, book: MailBook): Action<Shell, never>[] {
  const { side } = book.outbox
  const { client } = shell
  const one = () => (side.selected ? undefined : 'nothing is selected')
  const unsent = (verb: string) => () =>
    one() ??
    (side.selected!.state === 'sent'
      ? `it was sent; there is nothing to ${verb}`
      : side.selected!.state === 'sending'
        ? 'it is being sent just now'
        : undefined)
  const factsOf = ({ to, subject, reason }: Sending) =>
    [`to ${to.join(', ')}`, subject || '(no subject)', ...(reason === null ? [] : [reason])].flatMap(text =>
      wrapText(sanitiseText(text), 70).slice(0, 3),
    )
  const retry = ({ id, subject, state }: Sending) => {
    shell.toast('info', `Sending "${subject}" again.`)
    return awaited(shell, book, id, () => client.call(mail.retry, { id, again: state === 'unknown' }))
  }
  return [
    {
      id: 'mail.retry',
      title: 'send again',
      help: 'Tries it now; what may have arrived already is asked about first.',
      where,
      writes: true,
      disabled: unsent('send again'),
      danger: 'confirm',
      deed() {
        const sending = side.selected!
        // Not waited for: a server may take its time, and the keys go on.
        const run = () => void retry(sending)
        if (sending.state !== 'unknown') return { run }
        const facts = [...factsOf(sending), 'The server had all of it, and its answer was lost.']
        return { stakes: { title: 'It may arrive twice', facts, verb: 'Send again', name: '' }, run }
      },
    },
    {
      id: 'mail.rewrite',
      title: 'write on',
      help: 'Takes it out of the outbox and opens it as a letter again.',
      where,
      writes: true,
      danger: 'none',
      disabled: () =>
        unsent('write')() ??
        (book.own.has(side.selected!.id)
          ? undefined
          : 'its letter is not here: it was not sent from this screen'),
      async run() {
        const { id } = side.selected!
        const letter = book.own.get(id)!
        await client.call(documents.recover, { id: letter })
        await client.call(mail.drop, { id })
        book.own.delete(id)
        await book.letters.load(letter)
        book.go('letters')
        shell.side = 'detail'
      },
    },
    {
      id: 'mail.drop',
      title: 'take out',
      help: 'Takes it out of the outbox: it is not sent.',
      where,
      writes: true,
      danger: 'confirm',
      disabled: () => (side.selected?.state === 'sending' ? 'it is being sent just now' : one()),
      deed() {
        const sending = side.selected!
        const after = {
          sent: 'It was sent; only this record goes.',
          unknown: 'It may have arrived; only this record goes.',
        }[sending.state as string]
        const facts = [...factsOf(sending), after ?? 'It is not sent.']
        return {
          stakes: { title: 'Take this out of the outbox', facts, verb: 'Take out', name: '' },
          async run() {
            await client.call(mail.drop, { id: sending.id })
            shell.toast('good', `'${sending.subject}' is out of the outbox.`)
          },
        }
      },
    },
  ]
}
