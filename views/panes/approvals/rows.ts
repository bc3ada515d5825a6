import type { Approval } from '../../../src/contract/access.ts'
import { sanitiseBlock, sanitiseText } from '../../terminal/sanitise.ts'
import { textWidth } from '../../terminal/width.ts'
import { growing } from '../../widgets/table.ts'
import { toWidth, wrapText } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'
import { factRows } from '../facts.ts'
import { day, shortDay } from '../words.ts'
import type { Meaning } from './meaning.ts'

/** Shortly before its deadline a question says so: the one moment at which time changes the screen. */
export const lastMinute = 60_000

/** One line of the queue: who, what, and until when. */
export function approvalRow(one: Approval, width: number, deciding: boolean, now: number): string {
  const end = toned(sanitiseText(endOf(one, deciding, now)), urgent(one, now) ? 'bad' : 'quiet')
  const who = toWidth(sanitiseText(one.actor), growing(width, 40, [8, 14]))
  const room = Math.max(8, width - textWidth(who) - textWidth(end) - 2)
  return `${who} ${toWidth(sanitiseText(one.reason), room)} ${end}`
}

const urgent = ({ state, deadline }: Approval, now: number) =>
  state === 'pending' && deadline !== null && deadline - now <= lastMinute

function endOf(one: Approval, deciding: boolean, now: number): string {
  if (deciding) return 'answering'
  if (one.state !== 'pending')
    return `${one.state}${one.outcome && one.outcome.status >= 400 ? `, failed ${one.outcome.status}` : ''}`
  if (urgent(one, now)) return 'LAST MINUTE'
  return one.deadline === null ? '' : `until ${shortDay(one.deadline)}`
}

/** What is asked in words, then the request as it would run, then what else there is to know. */
export function approvalRows(one: Approval, width: number, meaning: Meaning | null = null): string[] {
  const { reason, method, path, deadline } = one
  const decided = one.state !== 'pending'
  const asked = factRows(
    [
      ['who', one.actor],
      ['asks', reason],
      ['to', meaning?.to ?? ''],
      ['beware', meaning?.destroys ? 'IT DESTROYS SOMETHING.' : ''],
      ['until', decided || deadline === null ? '' : `${day(deadline)}, then it counts as no`],
      ['state', decided ? stateOf(one) : ''],
      ['note', one.note ?? ''],
      ['answered', one.outcome ? String(one.outcome.status) : ''],
    ],
    width,
  )
  const known = factRows(
    [
      ['means', meaning?.does ?? ''],
      ['request', `${method} ${path}`],
      ['token', one.token ?? ''],
      ['scopes', one.scopes.join(', ')],
      ['asked', day(one.created_at)],
      ['until', decided || deadline !== null ? '' : 'no deadline'],
    ],
    width,
  )
  const body = decided ? one.outcome?.body : one.body
  const sent = body === null || body === undefined || body === '' ? [] : valueRows(body, width)
  const title = toned(decided ? 'What came of it' : 'What was sent', 'title')
  return [...asked, ...(sent.length > 0 ? ['', title, ...sent] : []), '', ...known]
}

function stateOf(one: Approval): string {
  const by = one.decided_by === null ? '' : ` by ${one.decided_by}`
  return `${one.state}${by}${one.decided_at === null ? '' : `, ${day(one.decided_at)}`}`
}

/** A value as a person reads it: names before it, texts of several lines as the lines they are. */
function valueRows(value: unknown, width: number, indent = 0): string[] {
  const lead = ' '.repeat(Math.min(indent, Math.floor(width / 3)))
  const wrap = (text: string) => wrapText(text, Math.max(8, width - lead.length)).map(row => `${lead}${row}`)
  if (typeof value === 'string') return sanitiseBlock(value).flatMap(wrap)
  if (value === null || typeof value !== 'object') return wrap(String(value))
  const entries = Array.isArray(value)
    ? value.map((item, i) => [`${i + 1}.`, item] as const)
    : Object.entries(value).map(([name, item]) => [`${sanitiseText(name)}:`, item] as const)
  if (entries.length === 0) return wrap(Array.isArray(value) ? '(an empty list)' : '(nothing)')
  return entries.flatMap(([name, item]) => {
    const short = typeof item === 'object' && item !== null ? null : JSON.stringify(item)
    if (short !== null && !(typeof item === 'string' && item.includes('\n'))) {
      return wrapText(`${name} ${sanitiseText(short)}`, Math.max(8, width - lead.length)).map(
        (row, i) => lead + (i === 0 ? toned(name, 'quiet') + row.slice(name.length) : row),
      )
    }
    return [`${lead}${toned(name, 'quiet')}`, ...valueRows(item, width, indent + 2)]
  })
}
