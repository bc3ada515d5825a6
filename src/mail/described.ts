import type { FetchMessageObject, FetchQueryObject, ImapFlow, MessageAddressObject } from 'imapflow'
import type { Address } from 'postal-mime'
import { HEADER_QUERY } from './header.ts'
import { ranges } from './numbers.ts'
import { gently } from './slices.ts'

const FIELDS = ['Subject', 'From', 'To', 'Cc', 'Bcc', 'Reply-To']
/** What a reader of UTF-8 puts where bytes are none. */
export const LOST = '\ufffd'

/** Messages as the server describes them. Those whose headers hold bytes that are no UTF-8 come last: their bytes are asked for. */
export async function* described(
  client: ImapFlow,
  uids: string,
  query: FetchQueryObject = HEADER_QUERY,
): AsyncGenerator<FetchMessageObject[]> {
  const odd = new Map<number, FetchMessageObject>()
  for await (const messages of gently(client.fetch(uids, query, { uid: true }))) {
    for (const message of messages) if (isLost(message)) odd.set(message.uid, message)
    const read = messages.filter(({ uid }) => !odd.has(uid))
    if (read.length > 0) yield read
  }
  if (odd.size === 0) return
  const fields = { uid: true, headers: FIELDS }
  for await (const found of gently(client.fetch(ranges([...odd.keys()]), fields, { uid: true })))
    for (const { uid, headers } of found) {
      const message = odd.get(uid)
      if (message && headers) odd.set(uid, await withHeaders(message, headers))
    }
  yield [...odd.values()]
}

const isLost = ({ envelope }: FetchMessageObject): boolean =>
  envelope !== undefined &&
  (envelope.subject?.includes(LOST) ||
    [envelope.from, envelope.to, envelope.cc, envelope.bcc, envelope.replyTo].some(people =>
      people?.some(({ name }) => name?.includes(LOST)),
    ))

/** A text as it was written where nothing says how: UTF-8, or else what mail programs wrote before it. */
export const decoded = (bytes: Uint8Array): string => {
  try {
    // What was cut within a letter is UTF-8 up to there.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}

const withHeaders = async (message: FetchMessageObject, block: Buffer): Promise<FetchMessageObject> => {
  const { default: PostalMime } = await import('postal-mime')
  // Each field for itself: one may be UTF-8 where another is not.
  const fields = block.toString('latin1').split(/\r?\n(?![ \t])/)
  const text = fields.map(field => decoded(Buffer.from(field, 'latin1'))).join('\r\n')
  const read = await PostalMime.parse(Buffer.from(text)).catch(() => null)
  // What is too much for the parser is shown as the server told it.
  if (!read) return message
  const { subject, from, to, cc, bcc, replyTo } = read
  return {
    ...message,
    envelope: {
      ...message.envelope,
      subject,
      from: people(from && [from]),
      to: people(to),
      cc: people(cc),
      bcc: people(bcc),
      replyTo: people(replyTo),
    },
  }
}

const people = (list: readonly Address[] | undefined): MessageAddressObject[] | undefined =>
  list?.flatMap(({ name, address, group }) =>
    group ? [{ name, address: '' }, ...people(group)!] : [{ name, address: address ?? '' }],
  )
