import { DAY, HOUR, MINUTE, SECOND, type Wall, wallOf, wallTextFull } from './wall.ts'

/** Where a wall reading falls: once, never (the clock jumped over it), or twice (it was set back). */
export type Fit = 'exact' | 'gap' | 'overlap'

export interface Zone {
  readonly name: string
  /** How far the wall clock is ahead of UTC at an instant, in milliseconds. */
  offset(instant: number): number
  toWall(instant: number): Wall
  /** A reading in a gap moves forward by the gap; one that occurs twice is its first. */
  toInstant(wall: Wall): number
  fit(wall: Wall): Fit
  /** The changes of the offset in a stretch of time, in order. */
  changes(from: number, to: number): Change[]
}

export interface Change {
  at: number
  before: number
  after: number
}

/** Two changes of a zone's offset are always further apart than this. */
const BLOCK = 14 * DAY
const KEPT = 1000

interface Block {
  change: number
  before: number
  after: number
}

// Intl knows the offsets; Temporal's polyfill asks it the same question and is too slow for 100,000 occurrences.
function offsetReader(name: string): (instant: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  return instant => {
    const whole = Math.floor(instant / SECOND) * SECOND
    const text = format.format(whole)
    const [month, day, year, hour, minute, second] = (text.match(/\d+/g) ?? []).map(Number)
    const signed = text.includes('B') ? 1 - year! : year!
    return wallOf(signed, month!, day!, hour!, minute!, second!) - whole
  }
}

function ruledZone(name: string): Zone {
  const read = offsetReader(name)
  const blocks = new Map<number, Block>()

  function survey(index: number): Block {
    let low = index * BLOCK
    let high = low + BLOCK
    const before = read(low)
    const after = read(high)
    if (before === after) return { change: high, before, after }
    while (high - low > SECOND) {
      const middle = low + Math.floor((high - low) / 2 / SECOND) * SECOND
      if (read(middle) === before) low = middle
      else high = middle
    }
    return { change: high, before, after }
  }

  let last: Block | null = null
  let lastIndex = 0

  function blockAt(index: number): Block {
    if (last && index === lastIndex) return last
    let block = blocks.get(index)
    if (!block) {
      if (blocks.size > KEPT) blocks.clear()
      block = survey(index)
      blocks.set(index, block)
    }
    last = block
    lastIndex = index
    return block
  }

  function offset(instant: number): number {
    const block = blockAt(Math.floor(instant / BLOCK))
    return instant < block.change ? block.before : block.after
  }

  function fit(wall: Wall): Fit {
    const before = offset(wall - DAY)
    const after = offset(wall + DAY)
    if (before === after) return 'exact'
    const early = offset(wall - before) === before
    const late = offset(wall - after) === after
    return early && late ? 'overlap' : early || late ? 'exact' : 'gap'
  }

  return {
    name,
    offset,
    toWall: instant => instant + offset(instant),
    toInstant(wall) {
      const before = offset(wall - DAY)
      const after = offset(wall + DAY)
      if (before === after || offset(wall - before) === before) return wall - before
      return offset(wall - after) === after ? wall - after : wall - before
    },
    fit,
    changes(from, to) {
      const found: Change[] = []
      for (let index = Math.floor(from / BLOCK); index * BLOCK < to; index++) {
        const { change, before, after } = blockAt(index)
        if (before !== after && change >= from && change < to) found.push({ at: change, before, after })
      }
      return found
    },
  }
}

function fixedZone(name: string): Zone {
  return {
    name,
    offset: () => 0,
    toWall: at => at,
    toInstant: wall => wall,
    fit: () => 'exact',
    changes: () => [],
  }
}

/** For times that hang on no zone: whole days, and clock times that mean the reader's own clock. */
export const NO_ZONE: Zone = fixedZone('')
const UTC: Zone = fixedZone('UTC')

const zones = new Map<string, Zone>([['UTC', UTC]])

/** The proper spelling of a zone's name, or null where this machine knows no such zone. */
export function knownZone(name: string): string | null {
  if (zones.has(name)) return name
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]{1,63}$/.test(name)) return null
  try {
    const resolved = new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone
    return resolved.toLowerCase() === name.toLowerCase() ? resolved : name
  } catch {
    return null
  }
}

export function zoneOf(name: string): Zone {
  const open = zones.get(name)
  if (open) return open
  const known = knownZone(name)
  if (known === null) {
    throw new RangeError(
      `There is no time zone "${name.slice(0, 64)}"; use a name such as Europe/Berlin or UTC.`,
    )
  }
  const zone = /^(utc|etc\/(utc|gmt|zulu)|gmt|zulu)$/i.test(known) ? fixedZone(known) : ruledZone(known)
  if (zones.size > KEPT) zones.clear()
  zones.set(name, zone)
  return zone
}

export const systemZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone

const two = (n: number): string => String(n).padStart(2, '0')

export function offsetText(offset: number): string {
  const size = Math.abs(offset)
  const seconds = Math.floor((size % MINUTE) / SECOND)
  const text = `${two(Math.floor(size / HOUR))}:${two(Math.floor((size % HOUR) / MINUTE))}`
  return `${offset < 0 ? '-' : '+'}${text}${seconds ? `:${two(seconds)}` : ''}`
}

/** An instant as `2026-12-01T09:00:00+01:00`. */
export function instantText(instant: number, zone: Zone): string {
  const offset = zone.offset(instant)
  return wallTextFull(instant + offset) + offsetText(offset)
}

/** An instant as `2026-12-01T08:00:00Z`. */
export const utcText = (instant: number): string => `${wallTextFull(instant)}Z`
