import type { ImapFlow } from 'imapflow'
import type { Attachment } from '../contract/mail-words.ts'
import { cleanFilename } from './clean.ts'
import { decoded, LOST } from './described.ts'

/** Of the headers of one part, and of so many parts. */
const LONGEST = 16 * 1024
const MOST = 50

/** The files of a message of the selected folder. What the server told of a name in bytes that are no UTF-8 is read from the headers of its part. */
export const named = async (
  client: ImapFlow,
  uid: number,
  attachments: Attachment[],
): Promise<Attachment[]> => {
  const odd = attachments.filter(({ name }) => name.includes(LOST)).slice(0, MOST)
  if (odd.length === 0) return attachments
  const bodyParts = odd.map(({ part }) => ({ key: `${part}.mime`, start: 0, maxLength: LONGEST }))
  // A server that gives no such headers leaves the names as it told them.
  const found = await client
    .fetchOne(String(uid), { uid: true, bodyParts }, { uid: true })
    .catch(() => false as const)
  const names = new Map<string, string>()
  for (const { part } of odd) {
    const headers = found ? found.bodyParts?.get(`${part}.mime`) : undefined
    const name = headers && (await nameIn(headers))
    if (name) names.set(part, cleanFilename(name))
  }
  return attachments.map(one => ({ ...one, name: names.get(one.part) ?? one.name }))
}

const nameIn = async (headers: Buffer): Promise<string | null> => {
  const { default: PostalMime } = await import('postal-mime')
  const text = decoded(headers).replace(/(\r?\n)*$/, '\r\n\r\n')
  const read = await PostalMime.parse(Buffer.from(text)).catch(() => null)
  return read?.attachments[0]?.filename ?? null
}
