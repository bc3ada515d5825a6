import type { Diagnosis, Operation } from '../../../src/contract/serve.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { toned } from '../../widgets/theme.ts'

/** A line of a difference, its sign apart from the dashes of the flag: `+ --port 8001`. */
export function changeRow(line: string): string {
  const words = sanitiseText(`${line.slice(0, 1)} ${line.slice(1)}`)
  return toned(words, line.startsWith('-') ? 'bad' : 'accent')
}

/** What a fix puts into the command, or what a person has to run. */
export function fixWords({ operations }: Pick<Diagnosis['fixes'][number], 'operations'>): string {
  return sanitiseText(operations.map(operationWords).filter(Boolean).join(' '))
}

function operationWords(operation: Operation): string {
  switch (operation.op) {
    case 'set':
      return `${operation.flag} ${operation.value}`
    case 'replace':
      return `${operation.flag} becomes ${operation.by}${operation.value === undefined ? '' : ` ${operation.value}`}`
    case 'append':
      return operation.flag
    case 'remove':
      return `without ${operation.flag}`
    case 'env':
      return operation.value === null ? `without ${operation.name}` : `${operation.name}=${operation.value}`
    case 'run':
      return operation.command
    case 'install':
      return `${operation.by === 'pip' ? 'python3 -m pip install' : 'install'} ${operation.packages.join(' ')}`
    case 'free_port':
    case 'pick_gpus':
      return ''
  }
}
