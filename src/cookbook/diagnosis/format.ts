import stringWidth from 'string-width'
import type { Fix, Operation, Verdict } from './types.ts'

/** A verdict as plain lines of at most this width: a phone shows 40 columns. */
export function formatVerdict(verdict: Verdict, columns = 40): string[] {
  const lines =
    verdict.cause === null
      ? [verdict.verdict]
      : [`${verdict.cause}  ${Math.round(verdict.confidence * 100)}%`]
  lines.push(...wrapped(verdict.explanation, columns))
  if (verdict.rootLine) lines.push('', ...wrapped(verdict.rootLine, columns, '| ').slice(0, 8))
  if (verdict.lineNumber !== null) lines.push(`  line ${verdict.lineNumber}`)
  if (verdict.cause !== null) {
    for (const [index, fix] of verdict.fixes.entries()) lines.push('', ...formatFix(fix, index + 1, columns))
  }
  return lines.flatMap(line => (stringWidth(line) > columns ? cut(line, columns) : [line]))
}

/** How the verdict came about: what was considered and what became of it, and which lines only report the death. */
export function formatReasons({ why, engine, scannedBytes }: Verdict): string[] {
  const lines = [
    `engine ${engine}, ${scannedBytes} bytes read, ${why.runs} ${why.runs === 1 ? 'run' : 'runs'}, the last one got to: ${why.phase}`,
    why.ended === null ? 'no sign of its end' : `ended: ${why.ended}`,
  ]
  for (const seen of why.candidates) {
    const where = seen.lineNumber === null ? `byte ${seen.byteOffset}` : `line ${seen.lineNumber}`
    lines.push(`${where}  ${seen.cause ?? 'no cause'} (${seen.rule}): ${seen.fate}`, `  ${seen.line}`)
  }
  for (const wrapper of why.wrappers) lines.push(`reports the death only:`, `  ${wrapper}`)
  return lines
}

function formatFix(fix: Fix, number: number, columns: number): string[] {
  const label = `${number} `
  const hang = ' '.repeat(label.length)
  const title = wrapped(fix.title, columns - label.length).map((line, at) => (at === 0 ? label : hang) + line)
  return [
    ...title,
    ...fix.operations.flatMap(operation => wrapped(formatOperation(operation), columns, `${hang}  `)),
  ]
}

export function formatOperation(operation: Operation): string {
  if (operation.op === 'set') return `${operation.flag}=${operation.value}`
  if (operation.op === 'append') return operation.flag
  if (operation.op === 'remove') return `without ${operation.flag}`
  if (operation.op === 'replace')
    return `${operation.by}${operation.value === undefined ? '' : `=${operation.value}`} for ${operation.flag}`
  if (operation.op === 'env')
    return operation.value === null ? `unset ${operation.name}` : `${operation.name}=${operation.value}`
  if (operation.op === 'install')
    return `${operation.by === 'pip' ? 'pip install' : 'apt-get install'} ${operation.packages.join(' ')}`
  if (operation.op === 'free_port')
    return operation.port === null ? 'free the port' : `free port ${operation.port}`
  if (operation.op === 'pick_gpus') return pickedGpus(operation)
  return operation.command
}

function pickedGpus({ count, freeGiB }: Operation & { op: 'pick_gpus' }): string {
  const which = count === null ? 'other GPUs' : `${count} GPUs`
  return freeGiB === null ? `pick ${which}` : `pick ${which} with ${freeGiB} GiB free`
}

/** Breaks between words, and within one only where it is longer than a line. */
function wrapped(text: string, columns: number, indent = ''): string[] {
  const room = columns - indent.length
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/).flatMap(part => cut(part, room))) {
    const longer = line === '' ? word : `${line} ${word}`
    if (stringWidth(longer) <= room) line = longer
    else {
      lines.push(indent + line)
      line = word
    }
  }
  if (line !== '') lines.push(indent + line)
  return lines
}

function cut(text: string, columns: number): string[] {
  const pieces: string[] = []
  let piece = ''
  for (const char of text) {
    if (stringWidth(piece + char) > columns) {
      pieces.push(piece)
      piece = ''
    }
    piece += char
  }
  return piece === '' ? pieces : [...pieces, piece]
}
