import { attachTrouble, expandHome, uploadFile } from '../../../src/client/attachments.ts'
import { documents } from '../../../src/contract/documents.ts'
import { type Draft, strangers } from '../../../src/contract/letter.ts'
import { mail } from '../../../src/contract/mail.ts'
import type { Sending } from '../../../src/contract/mail-words.ts'
import { Problem } from '../../../src/contract/problem.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import type { MailBook } from './book.ts'
import type { Written } from './letters.ts'
import { isPart, partsOf, partWords } from './parts.ts'

/** How long the screen looks for the outcome of what it sent. */
const waits = 60

/** Why a letter cannot go as it is: who is nobody's address, what cannot be read; null where it can. */
export async function wrongIn({ to, cc = '', bcc = '', attach = [] }: Draft): Promise<string | null> {
  for (const [field, line] of Object.entries({ to, cc, bcc })) {
    const [stranger] = strangers(line)
    if (stranger !== undefined) return `${field}: '${stranger}' is not a mail address.`
  }
  for (const file of attach) {
    const trouble = isPart(file) ? null : await attachTrouble(file)
    if (trouble !== null) return `attach: ${trouble}`
  }
  return null
}

/** Asks, naming everybody and everything; what was named is what is sent. */
export async function askToSend(shell: Shell, book: MailBook, written: Written): Promise<void> {
  const { draft } = written
  const people = [draft.to, draft.cc, draft.bcc].filter(Boolean).join(', ')
  if (people.trim() === '') {
    shell.toast('warn', 'send: the letter goes to nobody yet; e says to whom.')
    return
  }
  const wrong = await wrongIn(draft)
  if (wrong !== null) {
    shell.toast('warn', `send: ${wrong}`)
    return
  }
  const parts = await partsOf(shell, draft.attach)
  const files = (draft.attach ?? []).map(file => partWords(file, parts))
  const question = { title: 'Send this mail', facts: factsOf(book, written, files), verb: 'Send' }
  // Keys wait for what the last one did, so the answer cannot be waited for here.
  void shell.confirm(question).then(yes => {
    if (yes) void shell.act('send', () => send(shell, book, written))
  })
}

function factsOf(book: MailBook, { draft }: Written, files: readonly string[]): string[] {
  const facts: [string, string | undefined][] = [
    ['from', draft.from || book.known.find(one => one.default && one.smtp)?.address],
    ['to', draft.to],
    ['cc', draft.cc],
    ['bcc', draft.bcc],
    ['subject', draft.subject || '(none)'],
    ...files.map((file): [string, string] => ['with', file]),
  ]
  const promised = /\battach(ed|ment|ments|ing)?\b|\banbei\b|\bAnhang\b/i.test(unquoted(draft.body))
  return [
    ...facts.flatMap(([name, value]) => (value ? [sanitiseText(`${name.padEnd(8)}${value}`)] : [])),
    ...(promised && files.length === 0 ? ['! The text speaks of something attached, and nothing is.'] : []),
    ...(unquoted(draft.body).trim() === '' ? ['! It has no text of yours.'] : []),
  ]
}

const unquoted = (body: string) =>
  body
    .split('\n')
    .filter(line => !line.startsWith('>'))
    .join('\n')

/** What hangs on it as the API takes it: parts of mails that are there by their names, files of this machine uploaded. */
async function tokens(shell: Shell, attach: readonly string[]): Promise<string[]> {
  const found: string[] = []
  for (const one of attach) found.push(isPart(one) ? one : await uploadFile(shell.client, expandHome(one)))
  return found
}

async function messageOf(shell: Shell, { draft }: Written) {
  const { from, attach = [], cc, bcc, in_reply_to, references, ...rest } = draft
  const optional = Object.fromEntries(
    Object.entries({ account: from, cc, bcc, in_reply_to, references }).filter(([, value]) => value),
  )
  return { ...rest, ...optional, attachments: await tokens(shell, attach) }
}

async function send(shell: Shell, book: MailBook, written: Written): Promise<void> {
  const { client } = shell
  const { id, version, at } = written
  const message = await messageOf(shell, written)
  const gone = book.gone.get(id) ?? 0
  // Sent once, however often it is asked for before the letter is gone; one that came back is another mail.
  const key = `${id} ${version} ${at} ${gone}`
  const sending = await client.call(mail.send, { ...message, wait: false }, { key })
  book.own.set(sending.id, id)
  await client.call(documents.remove, { id })
  book.gone.set(id, gone + 1)
  await forget(shell, book, id)
  if (book.mode === 'letters') book.go('mails')
  shell.toast('info', `Sending "${sending.subject || '(no subject)'}" to ${sending.to.join(', ')}.`)
  // Not waited for: the keys go on.
  void awaited(shell, book, sending.id, () => client.call(mail.sending, { id: sending.id, wait: waits }))
}

/** Says how it went, once, however many wait for it. */
export async function awaited(
  shell: Shell,
  book: MailBook,
  id: string,
  outcome: () => Promise<Sending>,
): Promise<void> {
  const first = !book.awaited.has(id)
  book.awaited.add(id)
  await shell.act('send', async () => {
    const sending = await outcome().catch((error: unknown) => {
      // It was taken out of the outbox meanwhile.
      if (error instanceof Problem && error.code === 'not_found') return null
      throw error
    })
    if (first && sending !== null) say(shell, sending)
  })
  if (first) book.awaited.delete(id)
}

/** In one sentence. */
function say(shell: Shell, sending: Sending): void {
  const what = `"${sending.subject || '(no subject)'}"`
  const why = sending.reason === null ? '' : `: ${sending.reason}`
  if (sending.state === 'sent')
    shell.toast(
      sending.refused.length > 0 ? 'warn' : 'good',
      sending.refused.length > 0 ? `Sent ${what}${why}` : `Sent ${what} to ${sending.to.join(', ')}.`,
    )
  else if (sending.state === 'failed') shell.toast('bad', `Not sent ${what}${why}. It is kept: O shows it.`)
  else if (sending.state === 'unknown')
    shell.toast('bad', `${what} may have been sent${why}. It is held: O shows it.`)
  else shell.toast('warn', `${what} waits in the outbox${why}.`)
}

/** Into the Drafts folder of its account, where other programs find it. */
export async function keepAsDraft(shell: Shell, book: MailBook, written: Written): Promise<void> {
  const { client } = shell
  const { folder, queued } = await client.call(mail.draft, await messageOf(shell, written))
  await client.call(documents.remove, { id: written.id })
  await forget(shell, book, written.id)
  book.go('mails')
  shell.toast(
    'good',
    queued ? `It goes to ${folder} as soon as the server is there.` : `It lies in ${folder}.`,
  )
}

/** The letter is over, and so is the draft on the server that it was begun from. */
async function forget(shell: Shell, book: MailBook, letter: string): Promise<void> {
  book.letters.side.refresh()
  const old = book.resumed.get(letter)
  if (old === undefined) return
  book.resumed.delete(letter)
  await shell.act('the old draft', async () => void (await shell.client.call(mail.remove, { ids: [old] })))
}
