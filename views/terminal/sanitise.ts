import { marks } from './marks.ts'
import { codeWidth } from './width.ts'

const plain = /^[\x20-\x7e]*$/
const tabStop = 8
const maxParameters = 64
const colours = /\x1b\[[\d;:]{0,64}m/g

/** One line of text from outside: its colours stay, every other control sequence and control byte goes, tabs become spaces, what a carriage return overwrote is left out. */
export function sanitiseLine(raw: string): string {
  if (plain.test(raw) || plain.test(raw.replace(colours, ''))) return raw
  return parted(neutralise(settle(afterReturns(raw))))
}

/** Text without colours, for a label, a field, a title: one line whatever it held. */
export function sanitiseText(raw: string): string {
  return parted(sanitiseTyped(raw))
}

/** As `sanitiseText`, for what is kept and not only shown. */
export function sanitiseTyped(raw: string): string {
  if (plain.test(raw)) return raw
  return withoutColours(neutralise(settle(raw.replace(/[\r\n\v\f\u2028\u2029]+/g, ' '))))
}

/** Text a person pasted: lines and tabs kept, the rest as `sanitiseText`. */
export function sanitiseBlock(raw: string): string[] {
  return raw.split(/\r\n|[\n\r\u2028\u2029]/).map(line => withoutColours(sanitiseLine(line)))
}

export function withoutColours(line: string): string {
  return line.includes('\x1b') ? line.replace(/\x1b\[[\d;:]*m/g, '') : line
}

/** A progress bar redraws its line after a carriage return: the last state that says something counts. */
function afterReturns(line: string): string {
  if (!line.includes('\r')) return line
  const states = line.split('\r')
  return states.findLast(state => state.trim() !== '') ?? ''
}

/** What only changes or joins the glyph before it, to a width terminals differ on, or reorders text. */
const disputed = /[\u20e3\u{1f3fb}-\u{1f3ff}\p{Default_Ignorable_Code_Point}\p{Cf}]/gu
const flagLetters = /[\u{1f1e6}-\u{1f1ff}]/gu

/** Jamo that no syllable took in, whose width terminals dispute, and the marks of painted regions. */
const unpaintable = new RegExp(`[\\u1100-\\u11ff\\ua960-\\ua97c\\ud7b0-\\ud7fb${marks.join('')}]`, 'g')

/** Signs that join the letter after them to the one before: Ink counts both as one cell, a terminal gives each its own. */
const joining = new RegExp(
  `[${[
    '\\u094d\\u09cd\\u0acd\\u0b4d\\u0c4d\\u0d4d\\u0d4e\\u1039\\u17d2\\u1a60\\u1b44\\u1bab\\ua9c0\\uaaf6',
    '\\u{10a3f}\\u{11133}\\u{111c2}\\u{111c3}\\u{113d0}\\u{113d1}\\u{1193e}\\u{1193f}\\u{11941}\\u{11a47}',
    '\\u{11a84}-\\u{11a89}\\u{11a99}\\u{11d46}\\u{11f02}\\u{11f42}\\u{16d63}\\u{16d68}-\\u{16d6a}',
  ].join('')}]`,
  'gu',
)
const mayJoin = /[\u0900-\u1bff\ua980-\uaaff\u{10a00}-\u{16fff}]/u

/** Text whose letters Ink and a terminal count alike: what joins them parted by a character without width, Thai and Lao AM in their two halves. */
export function parted(text: string): string {
  if (!mayJoin.test(text)) return text
  return text
    .replaceAll('\u0e33', '\u0e4d\u0e32')
    .replaceAll('\u0eb3', '\u0ecd\u0eb2')
    .replace(joining, '$&\u200c')
}

/** Brings text to code points whose width every terminal and Ink agree on. */
function settle(text: string): string {
  if (!/[^\0-\x7f]/.test(text)) return text
  return text
    .toWellFormed()
    .replace(disputed, '')
    .normalize('NFC')
    .replace(flagLetters, flag => String.fromCharCode(flag.codePointAt(0)! - 0x1f1e6 + 65))
    .replace(unpaintable, '\ufffd')
}

function neutralise(line: string): string {
  let out = ''
  let column = 0
  for (let i = 0; i < line.length; i++) {
    const code = line.charCodeAt(i)
    if (code >= 0x20 && code < 0x7f) {
      out += line[i]
      column++
    } else if (code === 0x1b || (code >= 0x80 && code < 0xa0)) {
      const sequence = readSequence(line, i)
      if (sequence.colours !== undefined) out += sequence.colours
      i = sequence.end
    } else if (code === 0x09) {
      const spaces = tabStop - (column % tabStop)
      out += ' '.repeat(spaces)
      column += spaces
    } else if (code > 0x9f) {
      const point = line.codePointAt(i)!
      out += String.fromCodePoint(point)
      column += codeWidth(point)
      if (point > 0xffff) i++
    }
  }
  return out
}

interface Sequence {
  /** Index of its last character. */
  end: number
  /** The sequence itself where it only sets colours. */
  colours?: string
}

const strings = new Map([
  [0x50, true],
  [0x58, true],
  [0x5d, true],
  [0x5e, true],
  [0x5f, true],
])

/** Reads a control sequence, 7-bit (`ESC [`) or 8-bit (one C1 byte). One that never ends loses only its introducer, so nothing can hide a line. */
function readSequence(line: string, at: number): Sequence {
  const first = line.charCodeAt(at)
  const kind = first === 0x1b ? line.charCodeAt(at + 1) : first - 0x40
  const body = first === 0x1b ? at + 2 : at + 1
  if (Number.isNaN(kind)) return { end: at }
  if (kind === 0x5b) return readControl(line, body)
  if (strings.has(kind)) return readString(line, body)
  if (first !== 0x1b) return { end: at }
  let end = at + 1
  while (end < line.length && line.charCodeAt(end) >= 0x20 && line.charCodeAt(end) < 0x30) end++
  const final = line.charCodeAt(end)
  return { end: final >= 0x30 && final < 0x7f ? end : end - 1 }
}

function readControl(line: string, body: number): Sequence {
  let end = body
  while (end < line.length && line.charCodeAt(end) >= 0x20 && line.charCodeAt(end) < 0x40) end++
  const final = line.charCodeAt(end)
  if (Number.isNaN(final) || final < 0x40 || final > 0x7e) return { end: end - 1 }
  const parameters = line.slice(body, end)
  const isColour = final === 0x6d && /^[\d;:]*$/.test(parameters) && parameters.length <= maxParameters
  return isColour ? { end, colours: `\x1b[${parameters}m` } : { end }
}

function readString(line: string, body: number): Sequence {
  for (let i = body; i < line.length; i++) {
    const code = line.charCodeAt(i)
    if (code === 0x07 || code === 0x9c) return { end: i }
    if (code === 0x1b) return line[i + 1] === '\\' ? { end: i + 1 } : { end: body - 1 }
  }
  return { end: body - 1 }
}
