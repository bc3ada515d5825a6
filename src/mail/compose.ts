import type { KeptAccount, KeptMail } from '../../store/mail.ts'
import { draftText, type Letter, peopleIn } from '../contract/letter.ts'
import type { Attachment } from '../contract/mail-words.ts'
import { instantText, type Zone } from '../time/zone.ts'

export type Mode = 'reply' | 'reply_all' | 'forward'

export interface Answer extends Required<Omit<Letter, 'bcc' | 'html'>> {
  account: string
  source: string
  attachments: string[]
  text: string
}

/** What an answer begins with: to whom it goes, and what was said before, by the owner's clock. */
export const answerTo = (
  account: KeptAccount,
  mail: KeptMail,
  body: { body: string; attachments: Attachment[] },
  mode: Mode,
  zone: Zone,
): Answer => {
  const at = instantText(new Date(mail.date).getTime(), zone).slice(0, 16).replace('T', ' ')
  const letter =
    mode === 'forward' ? forwarded(mail, at, body.body) : replied(account, mail, at, body.body, mode)
  return {
    ...letter,
    account: account.id,
    source: mail.id,
    attachments:
      mode === 'forward'
        ? body.attachments.filter(each => !each.inline).map(each => `${mail.id}/${each.part}`)
        : [],
    text: draftText(letter),
  }
}

type Begun = Required<Omit<Letter, 'bcc' | 'html'>>

const replied = (account: KeptAccount, mail: KeptMail, at: string, body: string, mode: Mode): Begun => {
  const own = account.address.toLowerCase()
  const mine = mail.from_address.toLowerCase() === own
  const to = mine ? mail.to : mail.reply_to || sender(mail)
  const others =
    mode === 'reply_all' ? apart(`${mine ? '' : mail.to}, ${mail.cc}`, [own, ...addressesIn(to)]) : []
  return {
    to,
    cc: others.join(', '),
    subject: /^\s*(re|aw|sv|antw|r[eé]f)\s*:/i.test(mail.subject)
      ? mail.subject
      : `Re: ${mail.subject}`.trim(),
    body: `\n\nOn ${at}, ${mail.from_name || mail.from_address} wrote:\n${quoted(body)}\n`,
    in_reply_to: mail.message_id,
    references: `${mail.references || mail.in_reply_to} ${mail.message_id}`.trim(),
  }
}

const forwarded = (mail: KeptMail, at: string, body: string): Begun => ({
  to: '',
  cc: '',
  subject: /^\s*(fwd?|wg)\s*:/i.test(mail.subject) ? mail.subject : `Fwd: ${mail.subject}`.trim(),
  body: [
    '\n\n-------- Forwarded message --------',
    `From: ${sender(mail)}`,
    `Date: ${at}`,
    `Subject: ${mail.subject}`,
    `To: ${mail.to}`,
    ...(mail.cc ? [`Cc: ${mail.cc}`] : []),
    '',
    body,
    '',
  ].join('\n'),
  in_reply_to: '',
  references: mail.message_id,
})

const sender = (mail: KeptMail): string =>
  mail.from_name && mail.from_name !== mail.from_address
    ? `"${mail.from_name.replace(/["\\]/g, '')}" <${mail.from_address}>`
    : mail.from_address

const quoted = (body: string): string =>
  body
    .trimEnd()
    .split('\n')
    .map(line => (line.startsWith('>') ? `>${line}` : `> ${line}`.trimEnd()))
    .join('\n')

const addressesIn = (line: string): string[] =>
  [...line.matchAll(/[^\s<>,;"]+@[^\s<>,;"]+/g)].map(found => found[0].toLowerCase())

/** The people of a line as they are named there, each once, without those. */
const apart = (line: string, without: readonly string[]): string[] => {
  const seen = new Set(without)
  return peopleIn(line).filter(person => {
    const [address] = addressesIn(person.replace(/^.*</, ''))
    return address !== undefined && !seen.has(address) && seen.add(address)
  })
}
