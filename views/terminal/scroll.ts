import { sameCell } from './diff.ts'
import { Grid, type Means } from './grid.ts'

/** What scrolling has to save in bytes before it is worth its own. */
const worthIt = 30
const jump = 6

interface Shift {
  /** Rows the content moves up by; down where negative. */
  by: number
  top: number
  bottom: number
}

/** Where rows moved up or down as a block, lets the terminal move them: answers the bytes, and shifts `shown` alike. */
export function scroll(shown: Grid, wanted: Grid, means: Means): string {
  const shift = findShift(shown, wanted)
  if (!shift) return ''
  const { by, top, bottom } = shift
  const shifted = new Grid(shown.cols, shown.rows, means)
  for (let y = top; y <= bottom; y++) {
    const from = y + by
    if (from >= top && from <= bottom) shifted.copyRow(shown, from, y)
  }
  if (cost(shown, wanted, top, bottom) - cost(shifted, wanted, top, bottom) < worthIt) return ''
  for (let y = top; y <= bottom; y++) shown.copyRow(shifted, y, y)
  return `\x1b[${top + 1};${bottom + 1}r\x1b[${Math.abs(by)}${by > 0 ? 'S' : 'T'}\x1b[r`
}

function findShift(shown: Grid, wanted: Grid): Shift | undefined {
  const before = rowHashes(shown)
  const after = rowHashes(wanted)
  const places = new Map<number, number[]>()
  before.forEach((hash, y) => {
    if (hash !== 0) places.set(hash, [...(places.get(hash) ?? []), y])
  })
  const votes = new Map<number, number>()
  after.forEach((hash, y) => {
    if (hash === before[y]) return
    for (const from of places.get(hash) ?? []) votes.set(from - y, (votes.get(from - y) ?? 0) + 1)
  })
  const [by, count] = [...votes].reduce((best, vote) => (vote[1] > best[1] ? vote : best), [0, 0])
  if (count === 0) return undefined
  const moved = after.flatMap((hash, y) => (hash !== 0 && hash === before[y + by] ? [y] : []))
  const first = moved[0]!
  const last = moved.at(-1)!
  return { by, top: Math.min(first, first + by), bottom: Math.max(last, last + by) }
}

/** One number a row; 0 for a row without any ink. */
function rowHashes(grid: Grid): number[] {
  const hashes: number[] = []
  for (let y = 0; y < grid.rows; y++) {
    let hash = 2166136261
    let blank = true
    for (let at = y * grid.cols; at < (y + 1) * grid.cols; at++) {
      const glyph = grid.glyph[at]!
      if (glyph !== ' ') blank = false
      for (let i = 0; i < glyph.length; i++) hash = Math.imul(hash ^ glyph.charCodeAt(i), 16777619)
      hash = Math.imul(hash ^ grid.fg[at]! ^ (grid.bg[at]! << 3) ^ (grid.attrs[at]! << 9), 16777619)
    }
    hashes.push(blank ? 0 : hash | 1)
  }
  return hashes
}

/** About what writing these rows takes: their changed cells, and a jump for each stretch of them. */
function cost(shown: Grid, wanted: Grid, top: number, bottom: number): number {
  let bytes = 0
  let inStretch = false
  for (let at = top * wanted.cols; at < (bottom + 1) * wanted.cols; at++) {
    const changed = !sameCell(shown, at, wanted, at)
    if (changed) bytes += inStretch ? 1 : 1 + jump
    inStretch = changed
  }
  return bytes
}
