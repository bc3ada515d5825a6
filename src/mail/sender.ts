import type { ImapFlow } from 'imapflow'
import type { KeptAccount, KeptMail } from '../../store/mail.ts'
import type { SenderProof } from '../contract/invitations.ts'
import { domainOf, parseResults, proves, type Results } from './authentication.ts'
import { cleanLine } from './clean.ts'

/** For whom mail is received, and whose word on its senders counts. */
export type Receiver = Pick<KeptAccount, 'address' | 'authserv_id'>

const FIELDS = ['From', 'Authentication-Results']

/** Whether the server that received a mail of the selected folder found it to be from whom it says. */
export const senderOf = async (
  client: ImapFlow,
  { uid, from_address }: Pick<KeptMail, 'uid' | 'from_address'>,
  account: Receiver,
): Promise<SenderProof> => {
  const found = await client.fetchOne(String(uid), { uid: true, headers: FIELDS }, { uid: true })
  const { from, top } = await fieldsOf(found ? found.headers : undefined)
  if (top === undefined) return unproved(null, 'no server says anything of it')
  const results = parseResults(top)
  const ids = account.authserv_id?.toLowerCase().split(/\s+/) ?? (await learned(client, account))
  if (ids.length === 0) return unproved(null, 'no server’s word is known to count (authserv_id)')
  if (!results || !ids.includes(results.by)) return unproved(null, 'your own mail server says nothing of it')
  const by = cleanLine(results.by, 200)
  if (from === null || from.toLowerCase() !== from_address.toLowerCase())
    return unproved(by, 'it does not name one sender')
  const { verified, said } = proves(results, domainOf(from))
  return verified
    ? { verified, by, said: `verified by ${by}` }
    : unproved(by, `${by} ${cleanLine(said, 300)}`)
}

const unproved = (by: string | null, why: string): SenderProof => ({
  verified: false,
  by,
  said: `not verified: ${why}`,
})

/** What is looked at of the headers: nobody's are longer, and whoever makes them so is not believed. */
const ENOUGH = 256 * 1024

/** The one sender, and the uppermost results: whoever received a mail last wrote above all that came with it. */
const fieldsOf = async (
  block: Buffer = Buffer.alloc(0),
): Promise<{ from: string | null; top: string | undefined }> => {
  const { default: PostalMime, addressParser } = await import('postal-mime')
  const { headers } = await PostalMime.parse(Buffer.concat([block.subarray(0, ENOUGH), Buffer.from('\r\n')]))
  const lines = block.length > ENOUGH ? [] : headers.filter(({ key }) => key === 'from')
  const people = lines.length === 1 ? addressParser(lines[0]!.value, { flatten: true }) : []
  return {
    from: (people.length === 1 && people[0]!.address) || null,
    top: headers.find(({ key }) => key === 'authentication-results')?.value,
  }
}

export interface Sample {
  /** Where it says it is from. */
  domain: string
  at: number
  results: Results | null
}

const MOST = 48
const FEWEST = 20
const DOMAINS = 8
const LEAST_TIME = 30 * 86_400_000

/**
 * The server that speaks in each of many mails, of many senders and over a month: where the receiving server says
 * nothing, a sender can write any name into what they send, but not into what others sent.
 */
export const speaker = (samples: readonly Sample[]): string | null => {
  const [by] = new Set(samples.map(({ results }) => results?.by))
  const times = samples.map(({ at }) => at)
  const enough =
    samples.length >= FEWEST &&
    new Set(samples.map(({ domain }) => domain)).size >= DOMAINS &&
    Math.max(...times) - Math.min(...times) >= LEAST_TIME
  return enough && by !== undefined && samples.every(({ results }) => results?.by === by) ? by : null
}

const known = new WeakMap<ImapFlow, string>()

/** Learned from mails spread over the whole inbox; of other folders it is not known who may fill them. */
const learned = async (client: ImapFlow, account: Receiver): Promise<string[]> => {
  const before = known.get(client)
  if (before !== undefined) return [before]
  const { mailbox } = client
  if (mailbox === false || mailbox.path.toUpperCase() !== 'INBOX' || mailbox.exists < FEWEST) return []
  const step = Math.max(1, (mailbox.exists - 1) / (MOST - 1))
  const numbers = new Set(
    Array.from({ length: Math.min(MOST, mailbox.exists) }, (_, i) => Math.round(1 + i * step)),
  )
  const samples: Sample[] = []
  const query = { uid: true, envelope: true, internalDate: true, headers: FIELDS }
  // One at a time: they may be long.
  for await (const { envelope, internalDate, headers } of client.fetch([...numbers].join(','), query)) {
    const domain = domainOf(envelope?.from?.[0]?.address ?? '')
    // What comes from one's own house often came through no gate.
    if (domain === domainOf(account.address)) continue
    const { top } = await fieldsOf(headers)
    const at = new Date(internalDate ?? 0).getTime()
    samples.push({ domain, at, results: top === undefined ? null : parseResults(top) })
  }
  const by = speaker(samples)
  if (by === null) return []
  known.set(client, by)
  return [by]
}
