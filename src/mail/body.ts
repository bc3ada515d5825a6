import { buffer } from 'node:stream/consumers'
import type { ImapFlow, MessageStructureObject } from 'imapflow'
import type { Body } from '../../store/mail.ts'
import { Problem } from '../contract/problem.ts'
import { cleanText } from './clean.ts'
import { attachmentsOf, calendarPart, isReadable, leaves } from './header.ts'
import { harmless, htmlToText } from './html.ts'

/** How much of one text is fetched: what nobody reads to its end does not travel. */
const LONGEST = 512 * 1024
/** When a message is too broken to be described, this much of it is parsed here instead. */
const BROKEN = 2 * 1024 * 1024

/** The text of one message of the selected folder; attachments are named, not fetched. */
export const fetchBody = async (client: ImapFlow, uid: number): Promise<Body> => {
  const found = await client.fetchOne(String(uid), { uid: true, bodyStructure: true }, { uid: true })
  const structure = found ? found.bodyStructure : undefined
  const attachments = attachmentsOf(structure)
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
  }
}

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
  const truncated = (found.size ?? 0) > BROKEN
  const { default: PostalMime } = await import('postal-mime')
  // One that nests deeper than anybody writes is refused by the parser; then what came is shown as it came.
  const email = await PostalMime.parse(source, { maxNestingDepth: 50 }).catch(() => null)
  const read = made(email?.text ?? '', email?.html ?? '')
  const calendar = null
  if (read.body_from !== 'nothing')
    return { ...read, truncated, attachments: [], warnings: [BROKEN_PARTS], calendar }
  const whole = source.toString('utf8')
  const rest = cleanText(whole.slice(whole.search(/\r?\n\r?\n/))).trim()
  return {
    ...{ body: rest, body_from: rest === '' ? 'nothing' : 'text', html: null, truncated, attachments: [] },
    warnings: rest === '' ? [] : [BROKEN_PARTS],
    calendar,
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
