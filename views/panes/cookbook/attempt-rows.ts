import type { Attempt } from '../../../src/contract/serve.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { cut, wrapText } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'
import { age } from '../words.ts'
import { changeRow } from './changes.ts'
import { isLive } from './kitchen.ts'

/** What was tried, the newest first: how each ended, how it ran, and what it changed of the one before. */
export function attemptRows(attempts: readonly Attempt[], shown: string, width: number): string[] {
  if (attempts.length === 0) return []
  const newest = attempts.toSorted((a, b) => b.attempt - a.attempt)
  return [
    '',
    toned('Attempts, and what each changed', 'strong'),
    ...newest.flatMap(one => rowsOf(one, shown, width)),
  ]
}

function rowsOf(one: Attempt, shown: string, width: number): string[] {
  const facts = [
    `${one.serve === shown ? '>' : ' '} ${String(one.attempt).padStart(2)}`,
    endWords(one),
    one.ready_seconds === null ? 'never ready' : `ready after ${age(one.ready_seconds * 1000)}`,
    one.kv_tokens === null ? '' : `${one.kv_tokens.toLocaleString('en')} tokens of cache`,
    one.tokens_per_second === null ? '' : `${one.tokens_per_second.toFixed(1)} tok/s`,
    one.fix === null ? '' : 'by a fix',
  ]
  const changes = one.difference.flatMap(line =>
    wrapText(changeRow(line), Math.max(8, width - 6)).map(row => `      ${row}`),
  )
  return [cut(facts.filter(Boolean).join('  '), width), ...changes]
}

function endWords({ state, cause, seconds }: Attempt): string {
  const ran = seconds === null ? '' : ` ${age(seconds * 1000)}`
  if (isLive({ state })) return `${state}${ran}`
  const after = ran === '' ? '' : ` after${ran}`
  if (state === 'crashed')
    return `${toned('CRASHED', 'bad')}${after}${cause ? ` ${sanitiseText(cause)}` : ''}`
  return `${state}${after}`
}
