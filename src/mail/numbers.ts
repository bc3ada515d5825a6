import type { ImapFlow, MailboxObject } from 'imapflow'
import type { MailStore } from '../../store/mail.ts'
import { Problem } from '../contract/problem.ts'
import { agreed } from './said.ts'
import { breath } from './slices.ts'

const MOST = 2 ** 24

/** Numbers from one to another, both included. */
export type Span = readonly [from: number, to: number]

/** The numbers of all messages of the selected folder, in order: as spans, since a list of fifty thousand takes a tenth of a second to read. */
export const allNumbers = async (client: ImapFlow, mailbox: MailboxObject): Promise<Span[]> => {
  if (mailbox.exists === 0) return []
  const found = agreed(client, await client.search({ all: true }, { uid: true, returnOptions: ['ALL'] }))
  const set = Array.isArray(found) ? undefined : found.all
  const spans = spansOf(set ?? '')
  if (spans.reduce((sum, [from, to]) => sum + to - from + 1, 0) > MOST)
    throw new Problem('upstream', `The server claims more messages in ${mailbox.path} than anybody has.`)
  return spans
}

/** `1:5,9` as spans, in order. */
export const spansOf = (set: string): Span[] =>
  set
    .split(',')
    .filter(Boolean)
    .map((part): Span => {
      const [one, other = one] = part.split(':').map(Number) as [number, number?]
      return one < other ? [one, other] : [other, one]
    })
    .sort(([one], [other]) => one - other)

/** So many numbers are looked at before others have their turn. */
const PAGE = 5000

/** What is only here, and what is only there. */
export const difference = async (
  store: MailStore,
  folder: string,
  there: readonly Span[],
): Promise<{ gone: number[]; missing: number[] }> => {
  const gone: number[] = []
  const missing: number[] = []
  let at = 0
  let next = there[0]?.[0] ?? Number.POSITIVE_INFINITY
  /** Everything there before this number is not here. */
  const missUntil = (uid: number): void => {
    while (next < uid) {
      missing.push(next)
      advance()
    }
  }
  const advance = (): void => {
    const span = there[at]
    if (span && next < span[1]) next += 1
    else {
      at += 1
      next = there[at]?.[0] ?? Number.POSITIVE_INFINITY
    }
  }
  for (let beyond = 0; ; ) {
    const page = store.uids(folder, beyond, PAGE)
    for (const uid of page) {
      missUntil(uid)
      if (next === uid) advance()
      else gone.push(uid)
    }
    if (page.length < PAGE) break
    beyond = page.at(-1)!
    await breath()
  }
  missUntil(Number.POSITIVE_INFINITY)
  return { gone, missing }
}

/** Numbers as the protocol writes them: `1:5,9`. */
export const ranges = (uids: readonly number[]): string => {
  const parts: string[] = []
  const sorted = [...uids].sort((one, other) => one - other)
  for (let at = 0; at < sorted.length; ) {
    let end = at
    while (sorted[end + 1] === sorted[end]! + 1) end += 1
    parts.push(end === at ? String(sorted[at]) : `${sorted[at]}:${sorted[end]}`)
    at = end + 1
  }
  return parts.join(',')
}
