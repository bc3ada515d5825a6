import { sanitiseText } from '../terminal/sanitise.ts'
import { layLines } from './lines-state.ts'
import { Rows } from './rows.tsx'
import { toned } from './theme.ts'

interface Props {
  value: string
  /** Where the cursor is; null where the field has not got the keys. */
  at: number | null
  width: number
  height: number
}

/** Several lines of input; the one with the cursor is among those shown. */
export function LinesField({ value, at, width, height }: Props) {
  const { rows, row, column } = layLines({ text: value, at: at ?? 0 }, width - 1)
  const top = Math.max(0, Math.min(row - Math.floor(height / 2), rows.length - height))
  const shown = rows.slice(top, top + height).map((line, i) => {
    // Drawn as a terminal can count it, kept as it is.
    if (at === null || top + i !== row) return sanitiseText(line)
    const under = [...line.slice(column)][0] ?? ' '
    const [before, behind] = [line.slice(0, column), line.slice(column + under.length)]
    return sanitiseText(before) + toned(sanitiseText(under) || ' ', 'selected') + sanitiseText(behind)
  })
  return <Rows rows={shown} width={width} height={height} />
}
