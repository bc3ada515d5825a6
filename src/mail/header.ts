import type {
  FetchMessageObject,
  FetchQueryObject,
  MessageAddressObject,
  MessageStructureObject,
} from 'imapflow'
import type { Flags, Header } from '../../store/mail.ts'
import type { Attachment } from '../contract/mail-words.ts'
import { cleanFilename, cleanLine } from './clean.ts'

/** What is asked of every message: enough for a list, for threads, and to know what hangs on it. */
export const HEADER_QUERY: FetchQueryObject = {
  uid: true,
  flags: true,
  envelope: true,
  internalDate: true,
  size: true,
  bodyStructure: true,
  headers: ['References', 'X-Odysseus-Kind'],
}

/** A message as the server describes it, with nothing in it that could act on a screen or another header. */
/** How what stands for a missing Message-ID begins; no server can look for it. */
const UNNAMED = '<unnamed-'
export const isUnnamed = (messageId: string): boolean => messageId.startsWith(UNNAMED)

export const headerOf = (message: FetchMessageObject): Header => {
  const { envelope = {} } = message
  const lines = unfolded(message.headers?.toString('latin1') ?? '')
  const received = timeOf(message.internalDate) ?? timeOf(envelope.date) ?? 0
  const dated = timeOf(envelope.date) ?? received
  const [from = {}] = envelope.from?.length ? envelope.from : (envelope.sender ?? [])
  return {
    uid: message.uid,
    message_id: idOf(envelope.messageId) || `${UNNAMED}${message.uid}@${received}.invalid>`,
    in_reply_to: idOf(envelope.inReplyTo),
    refs: (lines.get('references') ?? '').match(IDS)?.slice(-100).join(' ') ?? '',
    subject: cleanLine(envelope.subject),
    from_name: cleanLine(from.name, 500),
    from_address: cleanLine(from.address, 500),
    reply_to: people(envelope.replyTo),
    to_line: people(envelope.to),
    cc_line: people(envelope.cc),
    bcc_line: people(envelope.bcc),
    dated: new Date(dated).toISOString(),
    received,
    size: message.size ?? 0,
    attached: attachmentsOf(message.bodyStructure).some(each => !each.inline),
    marker: cleanLine(lines.get('x-odysseus-kind'), 40).toLowerCase() || null,
    flags: flagsOf(message.flags ?? new Set()),
  }
}

const IDS = /<[^<>\s]{1,900}>/g

const idOf = (text: string | undefined): string => cleanLine(text).match(IDS)?.[0] ?? ''

const timeOf = (value: Date | string | undefined): number | null => {
  const time = value === undefined ? Number.NaN : new Date(value).getTime()
  return time > 0 && time < 8_000_000_000_000 ? time : null
}

/** The header lines that were asked for by name, continuation lines put back. */
const unfolded = (block: string): Map<string, string> =>
  new Map(
    block
      .replace(/\r?\n[ \t]+/g, ' ')
      .split(/\r?\n/)
      .flatMap(line => {
        const colon = line.indexOf(':')
        return colon > 0 ? [[line.slice(0, colon).toLowerCase(), line.slice(colon + 1)] as const] : []
      }),
  )

const MOST_PEOPLE = 500

/** People as one line that can be read back as addresses. */
export const people = (list: readonly MessageAddressObject[] | undefined): string =>
  (list ?? [])
    .slice(0, MOST_PEOPLE)
    .map(person => personText(person.name, person.address))
    .filter(Boolean)
    .join(', ')

export const personText = (name: string | undefined, address: string | undefined): string => {
  const said = cleanLine(name, 200)
  const at = cleanLine(address, 400).replace(/[<>\s]/g, '')
  if (said === '' || said === at) return at
  if (at === '') return ''
  const quoted = /[",;:<>@()[\]\\.]/.test(said) ? `"${said.replace(/["\\]/g, '')}"` : said
  return `${quoted} <${at}>`
}

const SYSTEM: Record<string, keyof Omit<Flags, 'tags'>> = {
  '\\seen': 'seen',
  '\\answered': 'answered',
  '\\flagged': 'flagged',
  '\\draft': 'draft',
}

export const flagsOf = (set: ReadonlySet<string>): Flags => {
  const flags: Flags = { seen: false, answered: false, flagged: false, draft: false, tags: [] }
  for (const name of set) {
    const known = SYSTEM[name.toLowerCase()]
    if (known) flags[known] = true
    else if (!name.startsWith('\\')) flags.tags.push(cleanLine(name, 100))
  }
  flags.tags.sort()
  return flags
}

const DEEPEST = 20

/** Every leaf of a message, with the number it is fetched by. */
export const leaves = (
  structure: MessageStructureObject | undefined,
  depth = 0,
): MessageStructureObject[] => {
  if (!structure || depth > DEEPEST) return []
  // A forwarded message is one thing: its own parts are not parts of this one.
  if (!structure.childNodes || structure.type === 'message/rfc822') return [structure]
  return structure.childNodes.flatMap(child => leaves(child, depth + 1))
}

/** Whether it is a text to be read in the message, and not a file. A type that is none counts as plain text. */
export const isReadable = (leaf: MessageStructureObject): boolean =>
  (leaf.type === 'text/plain' || leaf.type === 'text/html' || !/^[\w-]+\/[\w.+-]+$/.test(leaf.type)) &&
  leaf.disposition?.toLowerCase() !== 'attachment' &&
  !nameOf(leaf)

export const attachmentsOf = (structure: MessageStructureObject | undefined): Attachment[] =>
  leaves(structure)
    .filter(leaf => !isReadable(leaf))
    .map(leaf => ({
      part: leaf.part ?? '1',
      name: cleanFilename(nameOf(leaf) ?? fallbackName(leaf)),
      type: cleanLine(leaf.type, 200).toLowerCase(),
      size: leaf.size ?? 0,
      inline: leaf.disposition?.toLowerCase() !== 'attachment' && leaf.id !== undefined,
    }))

/** The part that is a calendar: the one that says what is to be done with it before one that is only attached. */
export const calendarPart = (
  structure: MessageStructureObject | undefined,
): MessageStructureObject | undefined => {
  const all = leaves(structure).filter(
    leaf =>
      /^(text\/calendar|application\/ics)$/i.test(leaf.type) ||
      /\.(ics|vcs)$/i.test(nameOf(leaf)?.trim() ?? ''),
  )
  return (
    all.find(leaf => leaf.type === 'text/calendar' && leaf.parameters?.method !== undefined) ??
    all.find(leaf => leaf.type === 'text/calendar') ??
    all[0]
  )
}

const nameOf = (leaf: MessageStructureObject): string | undefined =>
  leaf.dispositionParameters?.filename || leaf.parameters?.name || undefined

const fallbackName = (leaf: MessageStructureObject): string =>
  leaf.type === 'message/rfc822'
    ? `${leaf.envelope?.subject || 'message'}.eml`
    : leaf.type === 'text/calendar'
      ? 'invitation.ics'
      : `part-${leaf.part ?? '1'}.${leaf.type.split('/')[1]?.replace(/[^a-z0-9]/gi, '') || 'bin'}`
