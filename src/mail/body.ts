import { buffer } from 'node:stream/consumers'
import type { ImapFlow, MessageStructureObject } from 'imapflow'
import type { Body } from '../../store/mail.ts'
import { Problem } from '../contract/problem.ts'
import { cleanText } from './clean.ts'
import { attachmentsOf, isReadable, leaves } from './header.ts'
import { harmless, htmlToText } from './html.ts'

/** How much of one text is fetched: what nobody reads to its end does not travel. */
const LONGEST = 512 * 1024
/** When a message is too broken to be described, this much of it is parsed here instead. */
const BROKEN = 2 * 1024 * 1024

/** The text of one message of the selected folder; attachments are named, not fetched. */
export const fetchBody = async (client: ImapFlow, uid: number): Promise<Body> => {
  const found = await client.fetchOne(String(uid), { uid: true, bodyStructure: true }, { uid: true })
  if (!found) throw new Problem('gone', `Message ${uid} is not on the server any more.`)
  const structure = found.bodyStructure
  const attachments = attachmentsOf(structure)
  const readable = leaves(structure).filter(isReadable)
  if (!structure || (readable.length === 0 && attachments.length === 0)) return parsedHere(client, uid)
  const texts = new Map<MessageStructureObject, { text: string; cut: boolean }>()
  for (const leaf of chosen(readable)) texts.set(leaf, await partText(client, uid, leaf))
  const joined = (type: string): string =>
    [...texts]
      .filter(([leaf]) => leaf.type === type)
      .map(([, { text }]) => text)
      .join('\n\n')
  return {
    ...made(joined('text/plain'), joined('text/html')),
    truncated: [...texts.values()].some(({ cut }) => cut),
    attachments,
    warnings: warningsFor(attachments),
  }
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

const chosen = (readable: MessageStructureObject[]): MessageStructureObject[] => readable.slice(0, MOST_TEXTS)

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
  return { text: bytes.toString('utf8'), cut: (meta?.expectedSize ?? 0) > LONGEST }
}

const parsedHere = async (client: ImapFlow, uid: number): Promise<Body> => {
  const found = await client.fetchOne(
    String(uid),
    { uid: true, size: true, source: { maxLength: BROKEN } },
    { uid: true },
  )
  const source = found ? found.source : undefined
  if (!found || !source) throw new Problem('gone', `Message ${uid} is not on the server any more.`)
  const { default: PostalMime } = await import('postal-mime')
  const email = await PostalMime.parse(source, { maxNestingDepth: 50 })
  return {
    ...made(email.text ?? '', email.html ?? ''),
    truncated: (found.size ?? 0) > BROKEN,
    attachments: [],
    warnings: ['This message is broken: its server could not tell its parts, and shows no attachments.'],
  }
}

const warningsFor = (attachments: Body['attachments']): string[] =>
  attachments.some(each => each.type === 'application/ms-tnef' || /^winmail\.dat$/i.test(each.name))
    ? [
        'winmail.dat holds what Outlook sent in a form of its own; save it and open it with a tool that knows TNEF.',
      ]
    : []
