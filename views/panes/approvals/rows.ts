import type { Approval } from '../../../src/contract/access.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { wrapText } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'
import { age, day } from '../words.ts'

/** The whole request, as it would run. */
export function approvalRows(one: Approval, width: number): string[] {
  const said = (label: string, words: string) => {
    const indent = Math.min(11, Math.floor(width / 3))
    return wrapText(sanitiseText(words), Math.max(8, width - indent)).map(
      (row, i) => toned((i === 0 ? label : '').padEnd(indent), 'quiet') + row,
    )
  }
  const body = one.body == null ? [] : JSON.stringify(one.body, null, 2).split('\n')
  return [
    ...said('who', one.actor),
    ...(one.reason === `${one.method} ${one.path}` ? [] : said('why', one.reason)),
    ...said('request', `${one.method} ${one.path}`),
    ...body.flatMap(line => wrapIndented(sanitiseText(line), width)),
    '',
    ...said('scopes', one.scopes.join(', ')),
    ...said('asked', `${age(Date.now() - one.created_at)} ago, ${day(one.created_at)}`),
    ...said('until', one.deadline === null ? 'no deadline' : `${day(one.deadline)}, then it counts as no`),
  ]
}

function wrapIndented(line: string, width: number): string[] {
  const lead = line.length - line.trimStart().length
  return wrapText(line.trimStart(), Math.max(8, width - lead)).map(row => ' '.repeat(lead) + row)
}
