import { lexer, type Token, type Tokens } from 'marked'
import { sanitiseText } from '../terminal/sanitise.ts'
import { textWidth } from '../terminal/width.ts'
import { columnWidths, tableRow } from './table.ts'
import { cut, type Glyphs } from './text.ts'
import { toned } from './theme.ts'

/** Markdown as rows of at most `width` cells. Raw HTML shows as the text it is. */
export function markdownRows(source: string, width: number, glyphs: Glyphs): string[] {
  const rows = blocks(lexer(source), Math.max(8, width), glyphs)
  while (rows.at(-1) === '') rows.pop()
  return rows.map(row => cut(row, width, glyphs.more))
}

function blocks(tokens: Token[], width: number, glyphs: Glyphs): string[] {
  return tokens.flatMap(token => block(token, width, glyphs))
}

function block(token: Token, width: number, glyphs: Glyphs): string[] {
  switch (token.type) {
    case 'heading': {
      const words = wrapStyled(inline(token.tokens ?? []), width - token.depth - 1)
      return [...words.map(row => toned(`${'#'.repeat(token.depth)} ${row}`, 'title')), '']
    }
    case 'paragraph':
      return [...wrapStyled(inline(token.tokens ?? []), width), '']
    case 'code':
      return [...codeRows(token.text, width), '']
    case 'blockquote': {
      const rows = blocks(token.tokens ?? [], width - 2, glyphs)
      while (rows.at(-1) === '') rows.pop()
      return [...rows.map(row => `${toned(glyphs.frame.vertical, 'quiet')} ${row}`.trimEnd()), '']
    }
    case 'list':
      return [...listRows(token as Tokens.List, width, glyphs), '']
    case 'table':
      return [...tableRows(token as Tokens.Table, width), '']
    case 'hr':
      return [toned(glyphs.frame.horizontal.repeat(width), 'quiet'), '']
    case 'space':
    case 'def':
      return []
    case 'text':
      return wrapStyled(token.tokens ? inline(token.tokens) : sanitiseText(token.text), width)
    default:
      return wrapStyled(sanitiseText(token.raw), width)
  }
}

function codeRows(code: string, width: number): string[] {
  return code
    .split('\n')
    .flatMap(line => brokenRows(sanitiseText(line.replaceAll('\t', '    ')), width - 4))
    .map(row => toned(`    ${row}`, 'accent'))
}

/** A line that keeps its spaces, in rows of at most `width` cells. */
export function brokenRows(line: string, width: number): string[] {
  const rows = ['']
  let cells = 0
  for (const glyph of line) {
    const wide = textWidth(glyph)
    if (cells + wide > Math.max(2, width)) {
      rows.push('')
      cells = 0
    }
    rows[rows.length - 1] += glyph
    cells += wide
  }
  return rows
}

function listRows(list: Tokens.List, width: number, glyphs: Glyphs): string[] {
  const start = Number(list.start) || 1
  return list.items.flatMap((item, n) => {
    const sign = list.ordered ? `${start + n}.` : item.task ? (item.checked ? '[x]' : '[ ]') : glyphs.bullet
    const indent = textWidth(sign) + 1
    const body = blocks(
      item.tokens.filter(({ type }) => type !== 'checkbox'),
      width - indent,
      glyphs,
    )
    while (body.at(-1) === '') body.pop()
    return (body.length > 0 ? body : ['']).map((row, i) =>
      i === 0 ? `${sign} ${row}` : ' '.repeat(indent) + row,
    )
  })
}

function tableRows(table: Tokens.Table, width: number): string[] {
  const rows = table.rows.map(row => row.map(cell => inline(cell.tokens)))
  const share = Math.floor((width + 1) / table.header.length) - 1
  const columns = table.header.map((cell, i) => ({
    title: inline(cell.tokens),
    cell: (row: string[]) => row[i] ?? '',
    // Every column has its part of the width before a long one takes more.
    min: Math.max(
      3,
      Math.min(
        share,
        rows.reduce((most, row) => Math.max(most, textWidth(row[i] ?? '')), 3),
      ),
    ),
    drop: 0,
    align: table.align[i] === 'right' ? ('right' as const) : ('left' as const),
  }))
  const widths = columnWidths(columns, rows, width)
  const rule = widths.map(cells => (cells === null ? '' : '-'.repeat(cells))).join(' ')
  const lines = (cells: string[]) => {
    const wrapped = cells.map((cell, i) => wrapStyled(cell, Math.max(1, widths[i] ?? 1)))
    const height = Math.max(1, ...wrapped.map(({ length }) => length))
    return Array.from({ length: height }, (_, y) =>
      tableRow(
        columns,
        widths,
        wrapped.map(cell => cell[y] ?? ''),
      ),
    )
  }
  const head = lines(table.header.map(cell => inline(cell.tokens)))
  return [...head.map(row => toned(row, 'strong')), toned(rule, 'quiet'), ...rows.flatMap(lines)]
}

function inline(tokens: Token[]): string {
  return tokens.map(inlineOne).join('')
}

function inlineOne(token: Token): string {
  const inner = () => inline('tokens' in token && token.tokens ? token.tokens : [])
  switch (token.type) {
    case 'strong':
      return styled(inner(), '1', '22')
    case 'em':
      return styled(inner(), '3', '23')
    case 'del':
      return styled(inner(), '9', '29')
    case 'codespan':
      return toned(sanitiseText(token.text), 'accent')
    case 'link': {
      const words = inner()
      const href = sanitiseText(token.href)
      return words === href ? styled(words, '4', '24') : `${styled(words, '4', '24')} (${href})`
    }
    case 'image':
      return `[${sanitiseText(token.text)}] (${sanitiseText(token.href)})`
    case 'br':
      return '\n'
    case 'text':
    case 'escape':
      return 'tokens' in token && token.tokens ? inner() : sanitiseText(token.text)
    default:
      return sanitiseText(token.raw)
  }
}

function styled(text: string, on: string, off: string): string {
  return `\x1b[${on}m${text}\x1b[${off}m`
}

/** Breaks text with styles at spaces; a style that goes on is closed at the end of a row and opened again on the next. */
function wrapStyled(text: string, width: number): string[] {
  return text.split('\n').flatMap(line => {
    const rows: string[] = []
    let row = ''
    let open = ''
    for (const word of line.split(' ').flatMap(word => (word === '' ? [] : breakStyled(word, width)))) {
      if (row !== open && textWidth(row) + 1 + textWidth(word) > width) {
        rows.push(open === '' ? row : `${row}\x1b[m`)
        row = open
      }
      row += row === open ? word : ` ${word}`
      open = stylesAfter(open, word)
    }
    return [...rows, open === '' ? row : `${row}\x1b[m`]
  })
}

/** A word longer than a row, as an address or a sentence in Japanese is, in pieces that fill rows. */
function breakStyled(word: string, width: number): string[] {
  if (textWidth(word) <= width) return [word]
  const pieces = ['']
  let cells = 0
  for (const [part] of word.matchAll(/\x1b\[[\d;]*m|./gsu)) {
    const wide = part.startsWith('\x1b') ? 0 : textWidth(part)
    if (cells > 0 && cells + wide > width) {
      pieces.push('')
      cells = 0
    }
    pieces[pieces.length - 1] += part
    cells += wide
  }
  return pieces
}

const closes: Record<string, string[]> = {
  '22': ['1', '2'],
  '23': ['3'],
  '24': ['4'],
  '29': ['9'],
  '39': ['36'],
}

function stylesAfter(open: string, word: string): string {
  const codes: string[] = [...(open.match(/\d+/g) ?? [])]
  for (const [, code = ''] of word.matchAll(/\x1b\[(\d+)m/g)) {
    const closed = closes[code]
    if (!closed) codes.push(code)
    else codes.splice(0, codes.length, ...codes.filter(one => !closed.includes(one)))
  }
  return codes.map(code => `\x1b[${code}m`).join('')
}
