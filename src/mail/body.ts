import { buffer } from 'node:stream/consumers'
import type { ImapFlow, MessageStructureObject } from 'imapflow'
import type { Body, KeptMail } from '../../store/mail.ts'
import type { SenderProof } from '../contract/invitations.ts'
import { Problem } from '../contract/problem.ts'
import { cleanText } from './clean.ts'
import { decoded } from './described.ts'
import { named } from './filenames.ts'
import { attachmentsOf, calendarPart, isReadable, leaves } from './header.ts'
import { harmless, htmlToText } from './html.ts'
import { type Receiver, senderOf } from './sender.ts'

/** A calendar as a mail brought it, and what was found of who sent it. */
export interface Carried {
  text: string
  sender: SenderProof
}

/** How much of one text is fetched: what nobody reads to its end does not travel. */
const LONGEST = 512 * 1024
/** When a message is too broken to be described, this much of it is parsed here instead. */
const BROKEN = 2 * 1024 * 1024

/** The text of one message of the selected folder; attachments are named, not fetched. */
export const fetchBody = async (
  client: ImapFlow,
  mail: Pick<KeptMail, 'uid' | 'from_address'>,
  account: Receiver,
): Promise<Body> => {
  const { uid } = mail
  const found = await client.fetchOne(String(uid), { uid: true, bodyStructure: true }, { uid: true })
  const structure = found ? found.bodyStructure : undefined
  const attachments = await named(client, uid, attachmentsOf(structure))
  const readable = leaves(structure).filter(isReadable)
  const texts = new Map<MessageStructureObject, { text: string; cut: boolean }>()
  for (const leaf of readable.slice(0, MOST_TEXTS)) texts.set(leaf, await partText(client, uid, leaf))
  const joined = (type: string): string =>
    [...texts]
      .filter(([leaf]) => (leaf.type === 'text/html' ? 'html' : 'plain') === type)
      .map(([, { text }]) => text)
      .join('\n\n')
  const read = made(joined('plain'), joined('html'))
  const calendar = await calendarOf(client, uid, calendarPart(structure))
  if (read.body_from === 'nothing' && attachments.length === 0) return parsedHere(client, uid)
  return {
    ...read,
    truncated: [...texts.values()].some(({ cut }) => cut),
    attachments,
    warnings: warningsFor(attachments),
    calendar,
    sender: calendar === null ? null : await senderOf(client, mail, account),
  }
}

/** Of what was read before senders were looked at. */
export const UNSEEN: SenderProof = {
  verified: false,
  by: null,
  said: 'not verified: it was read before anybody looked',
}

export const carriedBy = ({ calendar, sender }: Body): Carried | null =>
  calendar === null ? null : { text: calendar, sender: sender ?? UNSEEN }

const calendarOf = async (
  client: ImapFlow,
  uid: number,
  leaf: MessageStructureObject | undefined,
): Promise<string | null> => {
  if (!leaf) return null
  const { text, cut } = await partText(client, uid, leaf)
  return cut || text.trim() === '' ? null : text
}

const made = (plain: string, html: string): Pick<Body, 'body' | 'body_from' | 'html'> => {
  const text = cleanText(plain).trim()
  return {
    body: text !== '' ? text : html === '' ? '' : htmlToText(html),
    body_from: text !== '' ? 'text' : html === '' ? 'nothing' : 'html',
    html: html === '' ? null : harmless(html),
  }
}

const MOST_TEXTS = 20

const partText = async (
  client: ImapFlow,
  uid: number,
  leaf: MessageStructureObject,
): Promise<{ text: string; cut: boolean }> => {
  const { content, meta } = await client.download(String(uid), leaf.part ?? '1', {
    uid: true,
    maxBytes: LONGEST,
  })
  if (!content) return { text: '', cut: false }
  const bytes = await buffer(content)
  const said = /^utf-?8$/.test(meta?.charset ?? '')
  return { text: said ? bytes.toString('utf8') : decoded(bytes), cut: (meta?.expectedSize ?? 0) > LONGEST }
}

const parsedHere = async (client: ImapFlow, uid: number): Promise<Body> => {
  const found = await client.fetchOne(
    String(uid),
    { uid: true, size: true, source: { maxLength: BROKEN } },
    { uid: true },
  )
  const source = found ? found.source : undefined
  if (!found || !source) throw new Problem('gone', `Message ${uid} is not on the server any more.`)
  const truncated = (found.size ?? 0) > BROKEN
  const { default: PostalMime } = await import('postal-mime')
  // One that nests deeper than anybody writes is refused by the parser; then what came is shown as it came.
  const email = await PostalMime.parse(source, { maxNestingDepth: 50 }).catch(() => null)
  const read = made(email?.text ?? '', email?.html ?? '')
  const none = { calendar: null, sender: null }
  if (read.body_from !== 'nothing')
    return { ...read, truncated, attachments: [], warnings: [BROKEN_PARTS], ...none }
  const whole = source.toString('utf8')
  const rest = cleanText(whole.slice(whole.search(/\r?\n\r?\n/))).trim()
  return {
    ...{ body: rest, body_from: rest === '' ? 'nothing' : 'text', html: null, truncated, attachments: [] },
    warnings: rest === '' ? [] : [BROKEN_PARTS],
    ...none,
  }
}

const BROKEN_PARTS =
  'This message is broken: its parts cannot be told from each other, and it shows no attachments.'

const warningsFor = (attachments: Body['attachments']): string[] =>
  attachments.some(each => each.type === 'application/ms-tnef' || /^winmail\.dat$/i.test(each.name))
    ? [
        'winmail.dat holds what Outlook sent in a form of its own; save it and open it with a tool that knows TNEF.',
      ]
    : []
