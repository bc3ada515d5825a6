import type { Glyphs } from './text.ts'
import { type Tone, toned } from './theme.ts'

/** A share of a whole as a bar: `[####....]` where there is no Unicode. */
export function bar(share: number, width: number, glyphs: Glyphs, tone: Tone = 'plain'): string {
  const filled = Math.round(Math.max(0, Math.min(1, Number.isFinite(share) ? share : 0)) * width)
  return toned(glyphs.full.repeat(filled), tone) + toned(glyphs.track.repeat(width - filled), 'quiet')
}

/** The last values as one row of levels; a value nobody knows is a gap. The scale is 0 to `top`, or to the highest value. */
export function sparkline(
  values: readonly (number | null)[],
  width: number,
  glyphs: Glyphs,
  top?: number,
): string {
  const shown = values.slice(-width)
  const highest = top ?? Math.max(...shown.map(value => value ?? 0), 0)
  const last = glyphs.levels.length - 1
  const level = (value: number) =>
    highest <= 0 ? 0 : Math.max(0, Math.min(last, Math.round((value / highest) * last)))
  return shown
    .map(value => (value === null || !Number.isFinite(value) ? ' ' : glyphs.levels[level(value)]!))
    .join('')
    .padStart(width)
}

/** Values over time as a line of dots, the newest on the right, with the scale at the left: two dots across and four down a cell in braille, one in ASCII. A jump is drawn as the way between. */
export function plot(
  values: readonly (number | null)[],
  size: { width: number; height: number },
  options: { unicode: boolean; top?: number; label: (value: number) => string },
): string[] {
  const highest = options.top ?? Math.max(...values.map(value => value ?? 0), 0)
  const labels = [options.label(highest), options.label(0)]
  const margin = Math.max(...labels.map(label => label.length)) + 1
  const width = Math.max(1, size.width - margin)
  const dots = options.unicode ? { across: 2, down: 4 } : { across: 1, down: 1 }
  const levels = size.height * dots.down
  const cells = Array.from({ length: size.height }, () => new Uint8Array(width))
  const shown = values.slice(-width * dots.across)
  let before: number | null = null
  shown.forEach((value, i) => {
    if (value === null || !Number.isFinite(value)) {
      before = null
      return
    }
    const share = highest <= 0 ? 0 : Math.max(0, Math.min(1, value / highest))
    const level = levels - 1 - Math.round(share * (levels - 1))
    const x = width * dots.across - shown.length + i
    const from = before === null ? level : before + Math.sign(level - before)
    for (let y = Math.min(from, level); y <= Math.max(from, level); y++)
      cells[Math.floor(y / dots.down)]![Math.floor(x / dots.across)]! |= dotBit(
        x % dots.across,
        y % dots.down,
      )
    before = level
  })
  return cells.map((row, y) => {
    const label = y === 0 ? labels[0]! : y === size.height - 1 ? labels[1]! : ''
    const drawn = [...row].map(bits => dotGlyph(bits, options.unicode)).join('')
    return `${toned(label.padStart(margin - 1), 'quiet')} ${drawn}`
  })
}

/** The bit of a dot in a braille cell, which Unicode numbers down the columns, the fourth row last. */
function dotBit(x: number, y: number): number {
  return y === 3 ? 0x40 << x : 1 << (y + 3 * x)
}

function dotGlyph(bits: number, unicode: boolean): string {
  if (bits === 0) return ' '
  return unicode ? String.fromCharCode(0x2800 + bits) : '*'
}
