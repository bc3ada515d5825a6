import type { LogBytes } from './bytes.ts'

/** A line without an end is cut into pieces of this size, at offsets that do not depend on where reading began. */
export const maxLine = 16_384
const newline = 10

/** Bytes that have to be loaded before a question can be answered. */
export class Missing {
  readonly from: number
  readonly to: number
  constructor(from: number, to: number) {
    this.from = from
    this.to = to
  }
}

/** Where the line after the one at `start` begins; undefined where the log ends first. */
export function nextLine(log: LogBytes, start: number): number | undefined | Missing {
  const cut = (Math.ceil(start / maxLine) + 1) * maxLine
  const to = Math.min(log.size, cut)
  const bytes = log.slice(start, to)
  if (!bytes) return new Missing(start, to)
  const end = bytes.indexOf(newline)
  const next = end >= 0 ? start + end + 1 : cut
  return next < log.size ? next : undefined
}

/** Where the last line that begins before `offset` begins; undefined at the start of the log. */
export function previousLine(log: LogBytes, offset: number): number | undefined | Missing {
  if (offset <= 0) return undefined
  const to = offset - 1
  const from = Math.max(0, to - 2 * maxLine)
  const bytes = log.endingAt(to, from)
  const start = to - bytes.length
  const afterNewline = start + bytes.lastIndexOf(newline) + 1
  if (afterNewline === start && start > from) return new Missing(from, to)
  const piece = Math.floor(to / maxLine) * maxLine
  return piece - maxLine >= afterNewline ? piece : afterNewline
}

/** The bytes of the line at `start`, without its end. */
export function lineBytes(log: LogBytes, start: number): Uint8Array | Missing {
  const next = nextLine(log, start)
  if (next instanceof Missing) return next
  const to = next ?? log.size
  const bytes = log.slice(start, to)
  if (!bytes) return new Missing(start, to)
  return bytes.at(-1) === newline ? bytes.subarray(0, -1) : bytes
}

/** The start of the line that holds `offset`. */
export function lineHolding(log: LogBytes, offset: number): number | undefined | Missing {
  return previousLine(log, Math.min(offset, log.size - 1) + 1)
}

const carriageReturn = 13
/** So much of one progress bar is looked through, then it is shown as it is. */
const maxPieces = 256

/** Whether what this piece of an endless line shows was drawn over by the next piece, as a progress bar does. */
function drawnOver(log: LogBytes, start: number): boolean | Missing {
  const next = nextLine(log, start)
  if (next === undefined || next instanceof Missing) return next ?? false
  // Only a cut lies on such a place without an end of line before it.
  if (next % maxLine !== 0) return false
  const bytes = log.slice(start, next)
  if (!bytes) return new Missing(start, next)
  if (bytes.at(-1) === newline || !bytes.includes(carriageReturn)) return false
  const after = lineBytes(log, next)
  return after instanceof Missing ? after : after.includes(carriageReturn)
}

/** The first of these places that shows something of its own, going on with `step`. */
export function shownLine(
  log: LogBytes,
  from: number | undefined | Missing,
  step: (log: LogBytes, at: number) => number | undefined | Missing,
): number | undefined | Missing {
  let at = from
  for (let pieces = 0; typeof at === 'number' && pieces < maxPieces; pieces++) {
    const over = drawnOver(log, at)
    if (over instanceof Missing) return over
    if (!over) return at
    at = step(log, at)
  }
  return at
}
