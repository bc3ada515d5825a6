import type { KeptAccount } from '../../store/mail.ts'
import type { Letter } from '../contract/letter.ts'
import { Problem } from '../contract/problem.ts'
import { cleanLine, cleanText } from './clean.ts'
import { personText } from './header.ts'
import { harmless } from './html.ts'

export interface Enclosed {
  name: string
  type: string
  content: Buffer
}

/** The message as it will travel, and to whom. */
export interface Written {
  raw: Buffer
  message_id: string
  from: string
  recipients: string[]
  subject: string
}

const MOST_RECIPIENTS = 500
const LARGEST = 60 * 1024 * 1024

export const write = async (
  account: KeptAccount,
  letter: Letter,
  enclosed: readonly Enclosed[],
  more: {
    message_id: string
    date: Date
    headers?: Record<string, string>
    draft?: boolean
    calendar?: { method: string; ics: string }
  },
): Promise<Written> => {
  const { default: MailComposer } = await import('nodemailer/lib/mail-composer')
  const [to, cc, bcc] = (await Promise.all([letter.to, letter.cc, letter.bcc].map(addresses))) as [
    string[],
    string[],
    string[],
  ]
  const count = to.length + cc.length + bcc.length
  if (count === 0 && !more.draft) throw new Problem('invalid', 'A mail needs somebody to go to.')
  if (count > MOST_RECIPIENTS)
    throw new Problem('invalid', `A mail goes to at most ${MOST_RECIPIENTS} people at once, not to ${count}.`)
  const subject = cleanLine(letter.subject, 998)
  const node = new MailComposer({
    from: personText(account.from_name ?? undefined, account.address),
    to: to.join(', '),
    cc: cc.join(', '),
    bcc: bcc.join(', '),
    subject,
    text: cleanText(letter.body),
    ...(letter.html ? { html: harmless(letter.html) } : {}),
    ...(letter.in_reply_to ? { inReplyTo: cleanLine(letter.in_reply_to, 998) } : {}),
    ...(letter.references ? { references: cleanLine(letter.references, 10_000) } : {}),
    messageId: more.message_id,
    date: more.date,
    headers: more.headers ?? {},
    ...(more.calendar ? { alternatives: [calendarOf(more.calendar)] } : {}),
    attachments: enclosed.map(({ name, type, content }) => ({
      filename: name,
      // Bytes of no kind are of the kind their name says.
      ...(type === 'application/octet-stream' ? {} : { contentType: type }),
      content,
    })),
    disableFileAccess: true,
    disableUrlAccess: true,
  }).compile()
  // A draft keeps its hidden recipients, because only its author reads it.
  ;(node as { keepBcc?: boolean }).keepBcc = more.draft === true
  const envelope = node.getEnvelope()
  const raw = await node.build()
  if (raw.length > LARGEST)
    throw new Problem(
      'too_large',
      `This mail is ${mib(raw.length)} MiB; at most ${mib(LARGEST)} can be sent.`,
    )
  return {
    raw,
    message_id: more.message_id,
    from: account.address,
    recipients: [...new Set(envelope.to)],
    subject,
  }
}

/** As RFC 6047 wants it, and the servers that act on it. */
const calendarOf = ({ method, ics }: { method: string; ics: string }) => ({
  contentType: `text/calendar; charset=utf-8; method=${method}`,
  contentTransferEncoding: 'base64',
  content: Buffer.from(ics, 'utf8'),
})

const mib = (bytes: number): number => Math.ceil(bytes / 1024 / 1024)

/** People in a line, checked one by one; doubled and trailing commas are no people. */
const addresses = async (line: string | undefined): Promise<string[]> => {
  if (!line?.trim()) return []
  if (/[\r\n]/.test(line.trim()))
    throw new Problem('invalid', 'The people a mail goes to stand on one line, with commas between them.')
  const { default: addressParser } = await import('nodemailer/lib/addressparser')
  return addressParser(cleanLine(line, 20_000).replace(/;/g, ','), { flatten: true })
    .filter(person => person.address || person.name)
    .map(person => {
      const address = person.address ?? ''
      // Two addresses with no comma between them would be one person, and not the one who was meant.
      const two = person.name?.includes('@') && !line.includes(`<${address}>`)
      if (two || !/^[^\s@<>,]+@[^\s@<>,]+$/.test(address))
        throw new Problem(
          'invalid',
          `'${cleanLine(two ? line : address || person.name, 100)}' is not a mail address.`,
        )
      return personText(person.name, address)
    })
}
