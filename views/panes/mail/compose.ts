import { documents } from '../../../src/contract/documents.ts'
import { type Draft, draftOf, draftText } from '../../../src/contract/letter.ts'
import { mail } from '../../../src/contract/mail.ts'
import type { Mail } from '../../../src/contract/mail-words.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseBlock, sanitiseText } from '../../terminal/sanitise.ts'
import type { FormField } from '../../widgets/form-state.ts'
import { editText } from '../editing.ts'
import type { MailBook } from './book.ts'
import { type Written, writtenOf } from './letters.ts'
import { attachLine, type Parts, partsOf } from './parts.ts'
import { askToSend, keepAsDraft, wrongIn } from './sending.ts'

const nothing: Draft = { to: '', subject: '', body: '' }

/** A letter in a form; what comes of it is a document until it is sent, so that nothing written is lost. */
export function composeForm(
  shell: Shell,
  book: MailBook,
  begun: Draft = nothing,
  parts: Parts = new Map(),
  kept?: Written,
): void {
  const senders = book.known.filter(({ smtp }) => smtp)
  const attached = attachLine(begun.attach ?? [], parts)
  const before = shownOf(begun, attached.text)
  let saved = kept
  const from = begun.from ?? senders.find(one => one.default)?.address ?? senders[0]?.address ?? ''
  shell.form({
    title: kept ? 'Letter' : begun.in_reply_to ? 'Answer' : 'New mail',
    verb: 'Done',
    at: begun.to === '' ? 'to' : 'text',
    values: { ...before, from, next: 'send' },
    fields: fieldsOf(senders.map(({ address, name }) => ({ value: address, label: name }))),
    async submit(values) {
      const draft = draftFrom(begun, before, values, attached.read)
      const wrong = await wrongIn(draft)
      if (wrong !== null && values.next === 'send') throw new Error(wrong)
      // Once it is there, what fails after that does not write another.
      const written = await keep(shell, draft, saved)
      saved = written
      book.letters.side.look()
      await book.letters.load(written.id)
      book.go('letters')
      shell.side = 'detail'
      // The form is gone first: its keys are not an answer to what is asked next.
      setImmediate(() => {
        if (values.next === 'send') void askToSend(shell, book, written)
        else if (values.next === 'drafts') void shell.act('draft', () => keepAsDraft(shell, book, written))
      })
    },
  })
}

function fieldsOf(senders: readonly { value: string; label: string }[]): FormField[] {
  return [
    ...(senders.length > 1 ? [{ id: 'from', label: 'from', kind: 'choice' as const, choices: senders }] : []),
    { id: 'to', label: 'to', kind: 'text', placeholder: 'ann@example.org, Bob <bob@example.net>' },
    { id: 'cc', label: 'cc', kind: 'text' },
    { id: 'bcc', label: 'bcc', kind: 'text' },
    { id: 'subject', label: 'subject', kind: 'text' },
    { id: 'attach', label: 'attach', kind: 'text', placeholder: 'files, with commas between them' },
    { id: 'text', label: 'text', kind: 'lines', rows: 9 },
    {
      id: 'next',
      label: 'then',
      kind: 'choice',
      choices: [
        { value: 'send', label: 'send it, after a question' },
        { value: 'look', label: 'look at it first' },
        { value: 'drafts', label: 'put it into the Drafts folder' },
      ],
    },
  ]
}

const shownOf = (draft: Draft, attach: string) => ({
  to: sanitiseText(draft.to),
  cc: sanitiseText(draft.cc ?? ''),
  bcc: sanitiseText(draft.bcc ?? ''),
  subject: sanitiseText(draft.subject),
  attach,
  text: sanitiseBlock(draft.body).join('\n'),
})

/** What was changed in the form over what was there; what was only cleaned to be shown stays as it was. */
function draftFrom(
  begun: Draft,
  before: ReturnType<typeof shownOf>,
  values: Readonly<Record<string, string>>,
  files: (line: string) => string[],
): Draft {
  const changed = (id: keyof typeof before) => (values[id] === before[id] ? undefined : values[id])
  const attach = changed('attach')
  return {
    ...begun,
    from: values.from ?? begun.from,
    to: changed('to') ?? begun.to,
    cc: changed('cc') ?? begun.cc,
    bcc: changed('bcc') ?? begun.bcc,
    subject: changed('subject') ?? begun.subject,
    body: changed('text') ?? begun.body,
    attach: attach === undefined ? begun.attach : files(attach),
  }
}

async function keep(shell: Shell, draft: Draft, kept?: Written): Promise<Written> {
  const content = draftText(draft)
  const title = titleOf(draft)
  const saved = kept
    ? await shell.client.call(documents.edit, { id: kept.id, version: kept.version, content, title })
    : await shell.client.call(documents.add, { title, language: 'email', content })
  return writtenOf(saved)
}

/** The whole letter, header lines and text, in $EDITOR. */
export function editLetter(shell: Shell, book: MailBook, { id }: Written): Promise<void> {
  const { client } = shell
  return editText(shell, {
    key: `letter ${id}`,
    extension: 'eml',
    async read() {
      const { draft, version } = await book.letters.read(id)
      return { text: draftText(draft), mark: version }
    },
    async write(content, version) {
      const at = version === null ? {} : { version: version as number }
      await client.call(documents.edit, { id, content, title: titleOf(draftOf(content)), ...at })
      await book.letters.load(id)
    },
    async aside(content) {
      const title = titleOf(draftOf(content))
      const beside = await client.call(documents.add, { title, language: 'email', content })
      await book.letters.load(beside.id)
    },
  })
}

const titleOf = ({ subject }: Draft): string => (subject.trim() || 'No subject').slice(0, 500)

/** Begins an answer or a forward. */
export async function answer(
  shell: Shell,
  book: MailBook,
  one: Mail,
  mode: 'reply' | 'reply_all' | 'forward',
): Promise<void> {
  const [begun, parts] = await shell.toOpen(begunFor(shell, one, mode))
  const { to, cc, subject, body, in_reply_to, references, attachments } = begun
  const from = book.known.find(({ id }) => id === begun.account)?.address
  const draft = {
    ...{ to, cc, subject, body, in_reply_to, references },
    ...(from ? { from } : {}),
    ...(attachments.length > 0 ? { attach: attachments } : {}),
  }
  composeForm(shell, book, draft, parts)
}

async function begunFor(shell: Shell, { id }: Mail, mode: 'reply' | 'reply_all' | 'forward') {
  const begun = await shell.client.call(mail.answer, { id, mode })
  return [begun, await partsOf(shell, begun.attachments)] as const
}

/** A draft of the Drafts folder, written on as a letter; the old one goes when the letter is sent or put back. */
export async function resume(shell: Shell, book: MailBook, one: Mail): Promise<void> {
  const text = await shell.client.call(mail.read, { id: one.id })
  const { to, cc, bcc, subject, body, in_reply_to, references } = text
  const from = book.known.find(({ id }) => id === one.account)?.address
  const attach = text.attachments.filter(({ inline }) => !inline).map(({ part }) => `${one.id}/${part}`)
  const written = await keep(shell, {
    ...{ to, cc, bcc, subject, body, in_reply_to, references },
    ...(from ? { from } : {}),
    ...(attach.length > 0 ? { attach } : {}),
  })
  book.resumed.set(written.id, one.id)
  book.letters.side.look()
  await book.letters.load(written.id)
  book.go('letters')
  shell.side = 'detail'
}
