/** Colours a terminal can show; what outside text asks for is brought down to it. */
export type Depth = 'mono' | '16' | '256' | 'true'

/** How a cell is drawn. A colour is -1 (the terminal's own), 0–255 (its palette) or `rgbBase` plus a 24-bit value. */
export interface Pen {
  fg: number
  bg: number
  attrs: number
}

export const attribute = { bold: 1, dim: 2, italic: 4, underline: 8, inverse: 16, strike: 32 } as const
/** Attributes that show even where no glyph is drawn. */
export const visibleOnBlank = attribute.inverse | attribute.underline | attribute.strike
const rgbBase = 0x1000000

export const plainPen: Readonly<Pen> = { fg: -1, bg: -1, attrs: 0 }

const switchOn: Record<number, number> = { 1: 1, 2: 2, 3: 4, 4: 8, 21: 8, 7: 16, 9: 32 }
const switchOff: Record<number, number> = { 22: ~3, 23: ~4, 24: ~8, 27: ~16, 29: ~32 }

/** Applies the parameters of one colour sequence. What it does not know, blinking and hidden text included, changes nothing. */
export function applyColours(pen: Pen, parameters: string, depth: Depth): void {
  const codes = parameters.split(';')
  for (let i = 0; i < codes.length; i++) {
    const part = codes[i]!
    if (part.includes(':')) {
      applyColon(pen, part.split(':'), depth)
      continue
    }
    const code = part === '' ? 0 : Number(part)
    if (code === 38 || code === 48) {
      const [colour, used] = longColour(codes, i + 1)
      if (colour !== undefined) setColour(pen, code === 38, reduce(colour, depth))
      i += used
    } else applyCode(pen, code, depth)
  }
}

function applyCode(pen: Pen, code: number, depth: Depth): void {
  if (code === 0) {
    pen.fg = -1
    pen.bg = -1
    pen.attrs = 0
  } else if (switchOn[code] !== undefined) pen.attrs |= switchOn[code]
  else if (switchOff[code] !== undefined) pen.attrs &= switchOff[code]
  else if (code === 39) pen.fg = -1
  else if (code === 49) pen.bg = -1
  else if (code >= 30 && code <= 37) setColour(pen, true, reduce(code - 30, depth))
  else if (code >= 40 && code <= 47) setColour(pen, false, reduce(code - 40, depth))
  else if (code >= 90 && code <= 97) setColour(pen, true, reduce(code - 82, depth))
  else if (code >= 100 && code <= 107) setColour(pen, false, reduce(code - 92, depth))
}

function applyColon(pen: Pen, parts: string[], depth: Depth): void {
  const code = Number(parts[0])
  if (code === 4) {
    if (parts[1] === '0') pen.attrs &= ~attribute.underline
    else pen.attrs |= attribute.underline
  } else if (code === 38 || code === 48) {
    const withSpace = parts[1] === '2' && parts.length >= 6
    const [colour] = longColour(withSpace ? ['2', ...parts.slice(3)] : parts.slice(1), 0)
    if (colour !== undefined) setColour(pen, code === 38, reduce(colour, depth))
  }
}

function setColour(pen: Pen, foreground: boolean, colour: number): void {
  if (foreground) pen.fg = colour
  else pen.bg = colour
}

/** Reads `5;n` or `2;r;g;b`; the second value is how many parameters that took. */
function longColour(codes: string[], at: number): [number | undefined, number] {
  const byte = (i: number) => {
    const value = Number(codes[i])
    return codes[i] !== undefined && value >= 0 && value <= 255 ? value : undefined
  }
  if (codes[at] === '5') return [byte(at + 1), 2]
  if (codes[at] !== '2') return [undefined, 1]
  const red = byte(at + 1)
  const green = byte(at + 2)
  const blue = byte(at + 3)
  if (red === undefined || green === undefined || blue === undefined) return [undefined, 4]
  return [rgbBase + red * 65536 + green * 256 + blue, 4]
}

function reduce(colour: number, depth: Depth): number {
  if (depth === 'true' || colour < 0) return colour
  if (depth === 'mono') return -1
  if (depth === '256') return colour < rgbBase ? colour : toPalette(colour)
  return colour < 16 ? colour : toSixteen(colour)
}

const cubeLevels = [0, 95, 135, 175, 215, 255]
const nearestLevel = (value: number) => (value < 48 ? 0 : value < 115 ? 1 : Math.floor((value - 35) / 40))

function channels(colour: number): [number, number, number] {
  if (colour >= rgbBase) return [(colour >> 16) & 255, (colour >> 8) & 255, colour & 255]
  if (colour >= 232) return [8 + (colour - 232) * 10, 8 + (colour - 232) * 10, 8 + (colour - 232) * 10]
  const cube = colour - 16
  return [cubeLevels[Math.floor(cube / 36)]!, cubeLevels[Math.floor(cube / 6) % 6]!, cubeLevels[cube % 6]!]
}

function toPalette(colour: number): number {
  const [red, green, blue] = channels(colour)
  if (Math.max(red, green, blue) - Math.min(red, green, blue) < 8 && red > 7 && red < 239)
    return 232 + Math.min(23, Math.round((red - 8) / 10))
  return 16 + nearestLevel(red) * 36 + nearestLevel(green) * 6 + nearestLevel(blue)
}

function toSixteen(colour: number): number {
  const [red, green, blue] = channels(colour)
  const top = Math.max(red, green, blue)
  if (top < 64) return 0
  const half = top / 2
  const hue = (red > half ? 1 : 0) + (green > half ? 2 : 0) + (blue > half ? 4 : 0)
  if (hue === 7 && top < 192) return top < 140 ? 8 : 7
  return top > 191 ? hue + 8 : hue
}

function colourCode(colour: number, foreground: boolean): string {
  if (colour < 0) return foreground ? '39' : '49'
  if (colour < 8) return String((foreground ? 30 : 40) + colour)
  if (colour < 16) return String((foreground ? 82 : 92) + colour)
  const lead = foreground ? '38' : '48'
  if (colour < rgbBase) return `${lead};5;${colour}`
  return `${lead};2;${(colour >> 16) & 255};${(colour >> 8) & 255};${colour & 255}`
}

const attributeCodes: [bit: number, on: string, off: string][] = [
  [attribute.bold, '1', '22'],
  [attribute.dim, '2', '22'],
  [attribute.italic, '3', '23'],
  [attribute.underline, '4', '24'],
  [attribute.inverse, '7', '27'],
  [attribute.strike, '9', '29'],
]

/** The shortest colour sequence that turns one pen into another. */
export function transition(from: Readonly<Pen>, to: Readonly<Pen>): string {
  if (from.fg === to.fg && from.bg === to.bg && from.attrs === to.attrs) return ''
  if (to.fg === -1 && to.bg === -1 && to.attrs === 0) return '\x1b[m'
  const changed = codesBetween(from, to)
  const fresh = ['0', ...codesBetween(plainPen, to)]
  const shorter = changed.join(';').length <= fresh.join(';').length ? changed : fresh
  return `\x1b[${shorter.join(';')}m`
}

function codesBetween(from: Readonly<Pen>, to: Readonly<Pen>): string[] {
  const codes: string[] = []
  let attrs = from.attrs
  for (const [bit, , off] of attributeCodes)
    if (attrs & bit && !(to.attrs & bit)) {
      codes.push(off)
      attrs &= off === '22' ? ~3 : ~bit
    }
  for (const [bit, on] of attributeCodes) if (to.attrs & bit && !(attrs & bit)) codes.push(on)
  if (from.fg !== to.fg) codes.push(colourCode(to.fg, true))
  if (from.bg !== to.bg) codes.push(colourCode(to.bg, false))
  return codes
}
