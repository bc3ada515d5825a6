import type { Diagnosis, Serve } from '../../../src/contract/serve.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { cut, toWidth, wrapText } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'

/** Why it died and what would help, with the selected fix marked; -1 selects none. */
export function causeRows(
  serve: Serve,
  diagnosis: Diagnosis | null,
  whyNot: string | null,
  width: number,
  selected: number,
): string[] {
  if (whyNot !== null) return wrapText(`The cause is not known: ${sanitiseText(whyNot)}`, width)
  if (!diagnosis) return [toned('Looking for the cause.', 'quiet')]
  const line = diagnosis.line_number === null ? '' : ` line ${diagnosis.line_number}`
  const sure = diagnosis.confidence < 0.7 ? ' (perhaps)' : ''
  const head =
    diagnosis.verdict === 'cause'
      ? `${toned('CAUSE', 'bad')}${line}  ${toned(sanitiseText(diagnosis.cause ?? ''), 'strong')}${sure}`
      : toned(
          diagnosis.verdict === 'unknown' ? 'No cause was found.' : `Nothing wrong: ${diagnosis.verdict}.`,
          'strong',
        )
  return [
    head,
    ...wrapText(sanitiseText(diagnosis.explanation), width),
    ...diagnosis.fixes.map((fix, i) => {
      const sign = i === selected ? '>' : ' '
      const tried = fix.tried ? toned('  tried: it died of the same', 'warn') : ''
      const row = `${sign} ${fix.tried ? 'tried' : `fix ${i + 1}`}  ${sanitiseText(fix.title)}${fix.cmd === null ? '  (by hand)' : ''}`
      return i === selected ? toned(toWidth(row, width), 'selected') : cut(row + tried, width)
    }),
    ...(diagnosis.root_line === null || selected < 0
      ? []
      : ['', ...wrapText(sanitiseText(diagnosis.root_line), width).map(row => toned(row, 'quiet'))]),
    ...(selected < 0 || !diagnosis.excerpt
      ? []
      : ['', ...diagnosis.excerpt.split('\n').map(row => toned(cut(sanitiseText(row), width), 'quiet'))]),
    ...(serve.reason === null || selected < 0 ? [] : ['', sanitiseText(serve.reason)]),
  ]
}

/** The cause in one row, under a log. */
export function causeLine(diagnosis: Diagnosis, width: number): string[] {
  if (diagnosis.verdict !== 'cause') return []
  const [first] = diagnosis.fixes
  const fix = first ? `   fix ${sanitiseText(first.title)}` : ''
  const line = diagnosis.line_number === null ? '' : ` ${diagnosis.line_number}`
  return [cut(`${toned(`CAUSE${line}`, 'bad')} ${sanitiseText(diagnosis.cause ?? '')}${fix}`, width)]
}
