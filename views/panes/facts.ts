import { sanitiseText } from '../terminal/sanitise.ts'
import { wrapText } from '../widgets/text.ts'
import { toned } from '../widgets/theme.ts'

/** What is known of a thing, a label before each; what is empty is left out. */
export function factRows(
  facts: readonly (readonly [label: string, words: string | null])[],
  width: number,
): string[] {
  const indent = Math.min(12, Math.floor(width / 3))
  return facts.flatMap(([label, words]) => {
    if (words === null || words === '') return []
    return wrapText(sanitiseText(words), Math.max(8, width - indent)).map(
      (row, i) => toned((i === 0 ? label : '').padEnd(indent).slice(0, indent), 'quiet') + row,
    )
  })
}
