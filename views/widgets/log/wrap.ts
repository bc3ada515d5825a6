import { codeWidth, sequenceEnd } from '../../terminal/width.ts'

/** The columns at which the rows of a wrapped line begin; no wide glyph is torn. */
export function rowStarts(line: string, width: number): number[] {
  const starts = [0]
  let column = 0
  for (let i = 0; i < line.length; i++) {
    const code = line.codePointAt(i)!
    if (code === 0x1b) {
      i = sequenceEnd(line, i)
      continue
    }
    if (code > 0xffff) i++
    const cells = codeWidth(code)
    if (column + cells > starts.at(-1)! + width) starts.push(column)
    column += cells
  }
  return starts
}
