import { literal, quoteWord, type Word, word } from '../../sessions/word.ts'

/** One option under all its spellings, as `--port` or `-c`, `--ctx-size`. */
export type Flag = string | readonly string[]

/** Engines in Python take `--max_model_len` and `--max-model-len` alike. */
export const canonical = (name: string): string =>
  name.startsWith('--') ? name.replaceAll(/(?<=^--.*)_/g, '-') : name

interface Place {
  at: number
  /** How many words the option takes up: itself, and its value where that stands apart. */
  length: number
  value: Word | null
}

function places(argv: readonly Word[], flag: Flag): Place[] {
  const names = new Set((typeof flag === 'string' ? [flag] : flag).map(canonical))
  const found: Place[] = []
  for (const [at, argument] of argv.entries()) {
    const first = argument[0]
    const text = first?.kind === 'text' ? first.text : ''
    if (!text.startsWith('-')) continue
    const equals = text.startsWith('--') ? text.indexOf('=') : -1
    if (!names.has(canonical(equals < 0 ? text : text.slice(0, equals)))) continue
    if (equals >= 0) {
      found.push({ at, length: 1, value: [...word(text.slice(equals + 1)), ...argument.slice(1)] })
    } else if (argument.length === 1) {
      const next = argv[at + 1]
      found.push(
        next !== undefined && isValue(next) ? { at, length: 2, value: next } : { at, length: 1, value: null },
      )
    }
  }
  return found
}

function isValue(argument: Word): boolean {
  const first = argument[0]
  return first?.kind !== 'text' || !first.text.startsWith('-') || /^-[\d.]/.test(first.text)
}

export const hasFlag = (argv: readonly Word[], flag: Flag): boolean => places(argv, flag).length > 0

/** The last value given, as engines read it; null where the option is absent or alone. */
export const flagWord = (argv: readonly Word[], flag: Flag): Word | null =>
  places(argv, flag).findLast(place => place.value !== null)?.value ?? null

/** Every value of an option that is given more than once, or takes several. */
export function valuesOf(argv: readonly Word[], flag: Flag): Word[] {
  return places(argv, flag).flatMap(({ at, length, value }) => {
    if (value === null) return []
    const after = argv.slice(at + length)
    const end = after.findIndex(argument => !isValue(argument))
    return [value, ...(length === 1 ? [] : after.slice(0, end < 0 ? after.length : end))]
  })
}

/** Like `flagWord`, as text: what only the host knows is shown as it was written. */
export function flagValue(argv: readonly Word[], flag: Flag): string | null {
  const value = flagWord(argv, flag)
  return value === null ? null : (literal(value) ?? quoteWord(value))
}

export function flagNumber(argv: readonly Word[], flag: Flag): number | null {
  const value = flagValue(argv, flag)
  return value !== null && /^-?\d+(?:\.\d+)?$/.test(value) ? Number(value) : null
}

/** Gives the option this value, in its place and its spelling where it stands, at the end where it does not. */
export function setFlag(argv: readonly Word[], flag: Flag, value: string | null): Word[] {
  const found = places(argv, flag)
  const last = found.at(-1)
  if (!last) return appendFlag(argv, flag, value)
  const earlier = found.slice(0, -1).reduceRight((rest, place) => cut(rest, place), [...argv])
  const at = last.at - (argv.length - earlier.length)
  const spelled = argv[last.at]!
  const first = spelled[0]!
  const text = first.kind === 'text' ? first.text : ''
  const attached = text.startsWith('--') && text.includes('=')
  const name = attached ? text.slice(0, text.indexOf('=')) : text
  const put =
    value === null ? [word(name)] : attached ? [word(`${name}=${value}`)] : [word(name), word(value)]
  return earlier.toSpliced(at, last.length, ...put)
}

/** Adds the option once more, whatever is there already. */
export function appendFlag(argv: readonly Word[], flag: Flag, value: string | null): Word[] {
  const name = typeof flag === 'string' ? flag : flag[0]!
  const added = value === null ? [word(name)] : [word(name), word(value)]
  const end = argv.findIndex(argument => literal(argument) === '--')
  return argv.toSpliced(end < 0 ? argv.length : end, 0, ...added)
}

/** Takes the option out everywhere. A switch says so, lest the argument after it goes too. */
export function removeFlag(argv: readonly Word[], flag: Flag, takes: 'value' | 'nothing' = 'value'): Word[] {
  return places(argv, flag).reduceRight(
    (rest, place) => cut(rest, takes === 'nothing' ? { ...place, length: 1 } : place),
    [...argv],
  )
}

const cut = (argv: Word[], place: Place): Word[] => argv.toSpliced(place.at, place.length)
