import { codeWidth, sequenceEnd, textWidth } from '../terminal/width.ts'

/** Characters that widgets draw with, in a terminal that shows Unicode and in one that does not. */
export interface Glyphs {
  more: string
  full: string
  track: string
  levels: string
  tree: { open: string; closed: string; leaf: string }
  frame: { horizontal: string; vertical: string; corners: [string, string, string, string] }
  bullet: string
}

export const unicodeGlyphs: Glyphs = {
  more: '…',
  full: '█',
  track: '░',
  levels: '▁▂▃▄▅▆▇█',
  tree: { open: '▾', closed: '▸', leaf: ' ' },
  frame: { horizontal: '─', vertical: '│', corners: ['┌', '┐', '└', '┘'] },
  bullet: '•',
}

export const asciiGlyphs: Glyphs = {
  more: '~',
  full: '#',
  track: '.',
  levels: '_.-=+*%#',
  tree: { open: 'v', closed: '>', leaf: ' ' },
  frame: { horizontal: '-', vertical: '|', corners: ['+', '+', '+', '+'] },
  bullet: '*',
}

/** A line cut to at most this many cells, colours kept and closed, the cut shown. */
export function cut(line: string, width: number, more = '…'): string {
  if (textWidth(line) <= width) return line
  if (width <= 0) return ''
  let column = 0
  let coloured = false
  for (let i = 0; i < line.length; i++) {
    const code = line.codePointAt(i)!
    if (code === 0x1b) {
      coloured = true
      i = sequenceEnd(line, i)
      continue
    }
    const cells = codeWidth(code)
    if (column + cells > width - 1)
      return `${line.slice(0, i)}${' '.repeat(width - 1 - column)}${more}${coloured ? '\x1b[m' : ''}`
    column += cells
    if (code > 0xffff) i++
  }
  return line
}

/** A line in exactly this many cells. */
export function toWidth(line: string, width: number, align: 'left' | 'right' = 'left', more = '…'): string {
  const kept = cut(line, width, more)
  const space = ' '.repeat(Math.max(0, width - textWidth(kept)))
  return align === 'left' ? kept + space : space + kept
}

/** Text broken into lines of at most this many cells, at spaces where there are any; one in a single tone keeps it in each, an indentation stands before each. */
export function wrapText(text: string, width: number): string[] {
  const toned = /^(\x1b\[[\d;]+m)([^\x1b]*)(\x1b\[[\d;]*m)$/.exec(text)
  if (toned) return wrapText(toned[2]!, width).map(line => toned[1] + line + toned[3])
  const lead = /^ +(?=[^ ])/.exec(text)?.[0]
  if (lead !== undefined && width > 1) {
    const kept = lead.slice(0, Math.floor(width / 2))
    return wrapText(text.slice(lead.length), width - kept.length).map(line => kept + line)
  }
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ').flatMap(word => breakWord(word, width))) {
    if (line !== '' && textWidth(line) + 1 + textWidth(word) > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}

/** A line of prose as `wrapText` breaks it, and what stands before its words before every row: its indentation, and the marks of what it quotes. */
export function proseRows(line: string, width: number): string[] {
  const lead = /^(?: *>)* */.exec(line)![0]
  const sign = /^(?:[-*•+]|\d{1,3}[.)]) +(?=\S)/.exec(line.slice(lead.length))?.[0] ?? ''
  const kept = cut(lead, Math.floor(width / 2), '')
  const room = Math.max(1, width - textWidth(kept) - textWidth(sign))
  return wrapText(line.slice(lead.length + sign.length), room).map((row, i) =>
    (kept + (i === 0 ? sign : ' '.repeat(textWidth(sign))) + row).trimEnd(),
  )
}

function breakWord(word: string, width: number): string[] {
  const pieces = ['']
  for (const glyph of word) {
    if (textWidth(pieces.at(-1)! + glyph) > width) pieces.push('')
    pieces[pieces.length - 1] += glyph
  }
  return pieces
}
