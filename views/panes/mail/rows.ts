import type { Account } from '../../../src/contract/mail-accounts.ts'
import type { Folder, Mail, Sending } from '../../../src/contract/mail-words.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { textWidth } from '../../terminal/width.ts'
import { growing } from '../../widgets/table.ts'
import { toWidth, wrapText } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'
import { factRows } from '../facts.ts'
import { bytes, clock, day, shortDay } from '../words.ts'
import type { Spot } from './book.ts'

const when = (at: number): string => toned(shortDay(at).padStart(11), 'quiet')

/** Who a list names: whom it goes to, where a person wrote it themselves. */
function whoOf({ draft, from_name, from_address, to }: Mail, own: ReadonlySet<string>): string {
  const mine = draft || own.has(from_address.toLowerCase())
  return mine ? `to ${to || 'nobody yet'}` : from_name || from_address || '(no sender)'
}

/** One mail in a line: N new, ! flagged, r answered, + with attachments; where it lies, when lists hold several folders. */
export function mailRow(
  one: Mail,
  width: number,
  place: string | null,
  own: ReadonlySet<string> = new Set(),
): string {
  const signs = [one.read ? ' ' : 'N', one.flagged ? '!' : ' ', one.answered ? 'r' : ' ']
  const sign = `${signs.join('')}${one.has_attachments ? '+' : ' '}`
  const wide = width >= 60
  const who = toWidth(sanitiseText(whoOf(one, own)), growing(width, 44, [12, 20]))
  const date = wide || width >= 44 ? when(one.received_at) : ''
  const placeWidth = place === null ? 0 : growing(width, 64, [8, 14])
  const placed = place === null ? '' : toned(`${toWidth(sanitiseText(place), placeWidth)} `, 'quiet')
  const tags = one.tags.length > 0 && wide ? toned(` #${sanitiseText(one.tags.join(' #'))}`, 'accent') : ''
  const subject = sanitiseText(one.subject) || '(no subject)'
  const room = Math.max(
    4,
    width - 4 - textWidth(who) - (date === '' ? 0 : 12) - (place === null ? 0 : placeWidth + 1) - 2,
  )
  const line = `${sign} ${who} ${placed}${toWidth(subject + tags, room)}`
  return `${one.read ? line : toned(line, 'strong')}${date === '' ? '' : ` ${date}`}`
}

const signs: Record<Sending['state'], string> = {
  queued: 'waits',
  sending: 'sending',
  sent: 'sent',
  failed: 'FAILED',
  unknown: 'HELD',
}

export function sendingRow(one: Sending, width: number): string {
  const tone =
    one.state === 'failed' || one.state === 'unknown' ? 'bad' : one.state === 'sent' ? 'quiet' : 'warn'
  const people = toWidth(sanitiseText(one.to.join(', ')), growing(width, 50, [14, 24]))
  const partly = one.refused.length > 0 && one.state === 'sent' ? `${one.refused.length} refused  ` : ''
  return `${toned(signs[one.state].padEnd(7), tone)} ${when(one.created_at)} ${people} ${toned(partly, 'bad')}${sanitiseText(one.subject) || '(no subject)'}`
}

/** What became of one mail, and what can be done about it. */
export function sendingRows(one: Sending | undefined, width: number): string[] {
  if (!one) return []
  const said = {
    queued: `It waits to be sent${one.next_at === null ? '' : `; the next try is at ${day(one.next_at)}`}. X takes it back.`,
    sending: 'It is being sent just now.',
    sent: { yes: `A copy lies in ${one.sent_folder}.`, waiting: 'Its copy is being filed.', no: '' }[
      one.filed
    ],
    failed:
      'It was not sent and nothing tries it again by itself. r sends it again, e opens it as a letter, X drops it.',
    unknown:
      'The server had the whole mail, and its answer was lost: it may have arrived. It is held, and never sent again by itself. Ask, or look into Sent; then r sends it again even if it may arrive twice, X drops it.',
  }[one.state]
  return [
    ...factRows(
      [
        ['state', `${one.state}${one.reason === null ? '' : `: ${one.reason}`}`],
        ['to', one.to.join(', ')],
        ['subject', one.subject],
        ['written', `${day(one.created_at)} by ${one.actor}`],
        ['sent', one.sent_at === null ? '' : day(one.sent_at)],
        ['tries', one.attempts > 1 ? String(one.attempts) : ''],
        ['size', bytes(one.size)],
        ['id', one.message_id],
        ...one.refused.map(({ address, reason }) => ['! refused', `${address}: ${reason}`] as const),
      ],
      width,
    ),
    '',
    ...wrapText(sanitiseText(said), width),
  ]
}

export function spotRow({ name, folder, unread }: Spot, width: number, here: boolean): string {
  const count = unread > 0 ? String(unread) : ''
  const total = folder && width >= 40 ? toned(` of ${folder.total}`.padStart(9), 'quiet') : ''
  const reading = folder && !folder.complete ? toned(' reading', 'warn') : ''
  const room = Math.max(4, width - 6 - textWidth(total) - textWidth(reading))
  const label = toWidth(`${here ? '* ' : '  '}${name}`, room)
  return `${unread > 0 ? toned(label, 'strong') : label}${reading}${count.padStart(5)}${total}`
}

const filters: Record<string, string> = {
  favorites: 'flagged',
  unanswered: 'unread and unanswered',
  undone: 'unanswered',
  reminders: 'a reminder from here',
  pending_30d: 'unanswered for less than 30 days',
  stale_30d: 'unanswered for more than 30 days',
}

/** What a filter lets through, after "only". */
export const filterWords = (filter: string): string =>
  filters[filter] ?? (filter.startsWith('tag:') ? `tagged ${sanitiseText(filter.slice(4))}` : filter)

/** How the connection of an account is, in a few words; a problem says itself. */
export function stateWords(account: Account): string {
  const waiting = account.waiting_actions > 0 ? `, ${account.waiting_actions} changes to tell` : ''
  if (account.syncing)
    return `reading ${sanitiseText(account.syncing.folder)} ${account.syncing.done}/${account.syncing.total}`
  if (account.state === 'waiting') {
    const again = account.retry_at === null ? '' : `; again at ${clock(account.retry_at)}`
    const reason = sanitiseText(account.reason ?? 'no connection').replace(/\.$/, '')
    return `! ${reason}${again}${waiting}`
  }
  const words = { off: 'not connected', connecting: 'connecting', live: 'live', send_only: 'only sends' }
  return `${words[account.state]}${waiting}`
}

/** What stands over the list of mails. */
export function headRow(
  {
    account,
    counted,
    name,
    filter,
    marked,
  }: {
    account: Account | undefined
    counted: Pick<Folder, 'unread' | 'total'> | undefined
    name: string
    filter: string
    marked: number
  },
  width: number,
): string {
  if (!account) return ''
  const counts = counted ? `  ${counted.unread} unread of ${counted.total}` : ''
  const only = filter === 'all' ? '' : `  only ${filterWords(filter)}`
  const title = toned(`${name}${only}${marked > 0 ? `  ${marked} marked` : ''}`, 'title')
  const problem = account.state === 'waiting' || account.syncing !== null
  const state = problem ? toned(`  ${stateWords(account)}`, 'warn') : ''
  return toWidth(`${title}${problem ? '' : toned(counts, 'quiet')}${state}`, width)
}

/** Of a place that is of several accounts, how each is. */
export function reachRows(accounts: readonly Account[], width: number): string[] {
  return factRows(
    accounts.map(account => [account.name.slice(0, 11), stateWords(account)] as const),
    width,
  )
}

export function accountRows(account: Account | undefined, width: number): string[] {
  if (!account) return []
  const server = (one: Account['imap']) => (one ? `${one.host}:${one.port} ${one.security}` : 'none')
  return factRows(
    [
      ['account', `${account.name}${account.default ? ' (default)' : ''}`],
      ['address', account.from_name ? `${account.from_name} <${account.address}>` : account.address],
      ['state', stateWords(account)],
      ['imap', server(account.imap)],
      ['smtp', server(account.smtp)],
      ['login', account.auth === 'none' ? 'none' : `${account.user}, ${account.auth}`],
    ],
    width,
  )
}
