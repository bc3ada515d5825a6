import stringWidth from 'string-width'
import type { Diagnosis, Operation, Serve } from '../contract/serve.ts'
import { clean } from './table.ts'

/** Why one died, for a screen of any width: a phone shows 40 columns. */
export const whyLines = (serve: Serve, diagnosis: Diagnosis, columns: number): string[] => {
  const width = Math.max(20, Math.min(columns, 100))
  const how = serve.signal ?? (serve.exit_code === null ? '' : `exit ${serve.exit_code}`)
  const ended =
    serve.ended_at === null ? `${serve.state}, so far:` : `${serve.state}${how ? ` (${how})` : ''}`
  const lines = [
    ...wrapped(`${serve.name} on ${serve.host_name}: ${ended}`, width),
    ...wrapped(serve.id, width),
    '',
    diagnosis.cause === null
      ? { healthy: 'nothing wrong', stopped: 'stopped', unknown: 'cannot tell', cause: '' }[diagnosis.verdict]
      : `${diagnosis.cause}  ${Math.round(diagnosis.confidence * 100)}%`,
    ...wrapped(diagnosis.explanation, width),
  ]
  if (diagnosis.root_line) {
    lines.push('', ...wrapped(clean(diagnosis.root_line), width, '| ').slice(0, 10))
    if (diagnosis.line_number !== null) lines.push(`  line ${diagnosis.line_number}`)
  }
  for (const [at, fix] of diagnosis.fixes.entries()) {
    lines.push('', ...wrapped(`${at + 1} ${fix.title}${fix.tried ? ' (tried before, in vain)' : ''}`, width))
    for (const operation of fix.operations) lines.push(...wrapped(operationText(operation), width, '    '))
    if (fix.cmd !== null) lines.push(...wrapped(`--apply ${fix.id}`, width, '    '))
  }
  if (diagnosis.fixes.some(fix => fix.cmd !== null && !fix.tried))
    lines.push('', ...wrapped(`ithaca cookbook relaunch ${serve.id} --apply FIX`, width))
  return lines
}

export const operationText = (operation: Operation): string => {
  switch (operation.op) {
    case 'set':
      return `${operation.flag} ${operation.value}`
    case 'append':
      return operation.flag
    case 'remove':
      return `without ${operation.flag}`
    case 'replace':
      return `${operation.by}${operation.value === undefined ? '' : ` ${operation.value}`} instead of ${operation.flag}`
    case 'env':
      return operation.value === null ? `unset ${operation.name}` : `${operation.name}=${operation.value}`
    case 'install':
      return `${operation.by === 'pip' ? 'pip install' : 'apt-get install'} ${operation.packages.join(' ')}`
    case 'free_port':
      return operation.port === null ? 'free the port' : `free port ${operation.port}`
    case 'pick_gpus':
      return `other GPUs${operation.freeGiB === null ? '' : `, with ${operation.freeGiB} GiB free`}`
    case 'run':
      return operation.command
  }
}

/** Breaks between words, and within one only where it is longer than a line. */
const wrapped = (text: string, columns: number, indent = ''): string[] => {
  const room = columns - stringWidth(indent)
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/).flatMap(part => pieces(part, room))) {
    const longer = line === '' ? word : `${line} ${word}`
    if (stringWidth(longer) <= room) line = longer
    else {
      lines.push(indent + line)
      line = word
    }
  }
  return line === '' ? lines : [...lines, indent + line]
}

const pieces = (word: string, room: number): string[] => {
  const found: string[] = []
  let piece = ''
  for (const { segment } of new Intl.Segmenter().segment(word)) {
    if (stringWidth(piece + segment) > room) {
      found.push(piece)
      piece = ''
    }
    piece += segment
  }
  return piece === '' ? found : [...found, piece]
}
