import type { Diagnosis, Serve } from '../../../src/contract/serve.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { textWidth } from '../../terminal/width.ts'
import { cut, toWidth, wrapText } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'
import { fixWords } from './changes.ts'
import { endWords } from './rows.ts'

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
  return [
    headRow(serve, diagnosis, width),
    ...wrapText(sanitiseText(diagnosis.explanation), width),
    ...fixRows(diagnosis, width, selected),
    ...(diagnosis.root_line === null || selected < 0
      ? []
      : ['', ...wrapText(sanitiseText(diagnosis.root_line), width).map(row => toned(row, 'quiet'))]),
    ...(selected < 0 || !diagnosis.excerpt
      ? []
      : ['', ...diagnosis.excerpt.split('\n').map(row => toned(cut(sanitiseText(row), width), 'quiet'))]),
    ...(serve.reason === null || selected < 0 ? [] : ['', sanitiseText(serve.reason)]),
  ]
}

/** What it died of, and at its right, where there is room, when and how. */
function headRow(serve: Serve, diagnosis: Diagnosis, width: number): string {
  const line = diagnosis.line_number === null ? '' : ` line ${diagnosis.line_number}`
  const sure = diagnosis.confidence < 0.7 ? ' (perhaps)' : ''
  const head =
    diagnosis.verdict === 'cause'
      ? `${toned('CAUSE', 'bad')}${line}  ${toned(sanitiseText(diagnosis.cause ?? ''), 'strong')}${sure}`
      : toned(
          diagnosis.verdict === 'unknown' ? 'No cause was found.' : `Nothing wrong: ${diagnosis.verdict}.`,
          'strong',
        )
  const end = sanitiseText(endWords(serve))
  const room = width - textWidth(head) - textWidth(end)
  return end === '' || room < 2 ? cut(head, width) : head + ' '.repeat(room) + toned(end, 'quiet')
}

/** Each fix with what it changes of the command. */
function fixRows({ fixes }: Diagnosis, width: number, selected: number): string[] {
  const titles = Math.min(Math.floor(width * 0.6), Math.max(0, ...fixes.map(({ title }) => title.length)))
  return fixes.map((fix, i) => {
    const lead = `${i === selected ? '>' : ' '} ${fix.tried ? 'tried' : `fix ${i + 1}`}  `
    const title = sanitiseText(fix.title).padEnd(titles)
    const how = fixWords(fix)
    const note = fix.tried
      ? 'it died of the same'
      : fix.cmd === null
        ? `by hand${how === '' ? '' : `: ${how}`}`
        : how
    if (i === selected) return toned(toWidth(`${lead}${title}  ${note}`, width), 'selected')
    return cut(`${lead}${title}  ${toned(note, fix.tried ? 'warn' : 'quiet')}`, width)
  })
}

/** The cause in one row, under a log. */
export function causeLine(diagnosis: Diagnosis, width: number): string[] {
  if (diagnosis.verdict !== 'cause') return []
  const [first] = diagnosis.fixes
  const fix = first ? `   fix ${sanitiseText(first.title)}` : ''
  const line = diagnosis.line_number === null ? '' : ` ${diagnosis.line_number}`
  return [cut(`${toned(`CAUSE${line}`, 'bad')} ${sanitiseText(diagnosis.cause ?? '')}${fix}`, width)]
}
