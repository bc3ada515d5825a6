import type { Document } from '../../../src/contract/documents.ts'
import { sanitiseBlock, sanitiseLine } from '../../terminal/sanitise.ts'
import { markdownRows } from '../../widgets/markdown.ts'
import { type Glyphs, wrapText } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'

/** As much of a text as is laid out at once. */
const most = 200_000

/** A document as rows: markdown as it is meant, prose broken at spaces, code as it stands. */
export function documentRows(
  { content, language }: Pick<Document, 'content' | 'language'>,
  width: number,
  glyphs: Glyphs,
): string[] {
  const shown = content.slice(0, most)
  const rest =
    content.length > most ? ['', toned('This is its beginning. E or P opens the whole.', 'quiet')] : []
  if (shown.trim() === '') return [toned('It is empty. E writes it.', 'quiet')]
  if (language === 'markdown') return [...markdownRows(shown, width, glyphs), ...rest]
  const lines = sanitiseBlock(shown)
  const prose = language === 'text' || language === 'email' || language === 'plaintext'
  return [...(prose ? lines.flatMap(line => wrapText(line, width)) : lines), ...rest]
}

/** A unified diff, its signs before every line and its colours beside them. */
export function diffRows(diff: string): string[] {
  return diff.split('\n').map(raw => {
    const line = sanitiseLine(raw)
    if (line.startsWith('+')) return toned(line, 'good')
    if (line.startsWith('-')) return toned(line, 'bad')
    return line.startsWith('@@') ? toned(line, 'accent') : line
  })
}
