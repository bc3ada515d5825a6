import { spellings } from './settings.ts'
import type { Fix, Operation } from './types.ts'

export interface Launch {
  argv: readonly string[]
  env: Readonly<Record<string, string>>
}

export interface Applied extends Launch {
  /** What a program cannot do to a command: to be done by whoever launches, in this order. */
  left: Operation[]
}

/** The launch with the fix in it. Operations on anything but its words and variables are handed back. */
export function applyFix(launch: Launch, fix: Pick<Fix, 'operations'>): Applied {
  let argv = [...launch.argv]
  const env = { ...launch.env }
  const left: Operation[] = []
  for (const operation of fix.operations) {
    if (operation.op === 'set') argv = setFlag(argv, operation.flag, operation.value)
    else if (operation.op === 'append')
      argv = hasFlag(argv, operation.flag) ? argv : add(argv, [operation.flag])
    else if (operation.op === 'remove') argv = removeFlag(argv, operation.flag)
    else if (operation.op === 'replace') argv = replaceFlag(argv, operation)
    else if (operation.op === 'env') setVariable(env, operation.name, operation.value)
    else left.push(operation)
  }
  return { argv, env, left }
}

function setVariable(env: Record<string, string>, name: string, value: string | null): void {
  if (value === null) delete env[name]
  else env[name] = value
}

interface Place {
  at: number
  length: number
  attached: boolean
}

const isFlag = (word: string | undefined): boolean => word !== undefined && /^--?[A-Za-z]/.test(word)

/** Where a flag stands under any of its spellings; words after a lone `--` are no flags. */
function places(argv: readonly string[], flag: string): Place[] {
  const names = spellings(flag).flatMap(name => [
    name,
    name.startsWith('--') ? `--${name.slice(2).replaceAll('-', '_')}` : name,
  ])
  const end = argv.indexOf('--')
  const found: Place[] = []
  for (const [at, word] of argv.entries()) {
    if (end !== -1 && at >= end) break
    if (names.includes(word)) {
      const next = argv[at + 1]
      const takesNext = next !== undefined && next !== '--' && !isFlag(next)
      found.push({ at, length: takesNext ? 2 : 1, attached: false })
    } else if (names.some(name => name.startsWith('--') && word.startsWith(`${name}=`))) {
      found.push({ at, length: 1, attached: true })
    }
  }
  return found
}

const hasFlag = (argv: readonly string[], flag: string): boolean => places(argv, flag).length > 0

function add(argv: readonly string[], words: readonly string[]): string[] {
  const end = argv.indexOf('--')
  return argv.toSpliced(end === -1 ? argv.length : end, 0, ...words)
}

/** The last place wins, as it does for the engines; earlier ones go. */
function setFlag(argv: readonly string[], flag: string, value: string): string[] {
  const last = places(argv, flag).at(-1)
  if (last === undefined) return add(argv, [flag, value])
  const name = argv[last.at]!.split('=')[0]!
  const words = last.attached ? [`${name}=${value}`] : [name, value]
  const changed = argv.toSpliced(last.at, last.length, ...words)
  return places(changed, flag)
    .slice(0, -1)
    .reduceRight((rest, place) => rest.toSpliced(place.at, place.length), changed)
}

/** A switch is told from a flag with a value by what follows it; a switch is best given last or before another flag. */
function removeFlag(argv: readonly string[], flag: string): string[] {
  return places(argv, flag).reduceRight((rest, place) => rest.toSpliced(place.at, place.length), [...argv])
}

function replaceFlag(argv: readonly string[], { flag, by, value }: Operation & { op: 'replace' }): string[] {
  const last = places(argv, flag).at(-1)
  if (last === undefined) return add(argv, value === undefined ? [by] : [by, value])
  const kept = last.attached
    ? argv[last.at]!.slice(argv[last.at]!.indexOf('=') + 1)
    : last.length === 2
      ? argv[last.at + 1]
      : undefined
  const given = value ?? kept
  return argv.toSpliced(last.at, last.length, ...(given === undefined ? [by] : [by, given]))
}
